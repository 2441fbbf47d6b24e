//! Chat model over a causal language model: messages to prompt, prompt to tokens, tokens to text.

use std::ops::ControlFlow;
use std::time::Instant;

use candle_core::Tensor;

use super::causal_lm::CausalLm;
use super::chat_template::ChatTemplate;
use super::gguf::Gguf;
use super::grammar_mask::GrammarMask;
use super::sampling::Sampler;
use super::stop_sequences::StopSequences;
use super::tokenizer::GgufTokenizer;
use super::utf8_decoder::Utf8Decoder;
use crate::roles::ChatModel;
use crate::{ModelsError, Result};
use fettle_domain::{ChatMessage, ChatOutcome, ModelId, Sampling, StopReason};

/// Prompt tokens per forward pass: enough rows to dequantise the weights for, few enough to bound
/// the memory.
const PREFILL_TOKENS: usize = 512;

/// [`ChatModel`] with the tokenizer and the template of a GGUF file.
pub(super) struct GgufChatModel {
    id: ModelId,
    tokenizer: GgufTokenizer,
    template: ChatTemplate,
    network: Box<dyn CausalLm>,
    /// Tokens in the cache of the network.
    cached: Vec<u32>,
}

impl GgufChatModel {
    /// Makes a chat model of a network with the tokenizer and the template of `gguf`.
    pub(super) fn new(id: ModelId, gguf: &Gguf, network: Box<dyn CausalLm>) -> Result<Self> {
        let tokenizer = GgufTokenizer::from_gguf(gguf)?;
        let template = ChatTemplate::from_gguf(gguf, &tokenizer)?;
        Ok(Self { id, tokenizer, template, network, cached: Vec::new() })
    }

    /// Tokens of the prompt for `messages`.
    fn prompt(&self, messages: &[ChatMessage]) -> Result<Vec<u32>> {
        // The content of a message must not open or close a turn.
        let messages: Vec<ChatMessage> = messages
            .iter()
            .map(|message| ChatMessage {
                role: message.role,
                content: self.tokenizer.escape_control_tokens(&message.content),
            })
            .collect();
        self.tokenizer.encode(&self.template.render(&messages)?)
    }

    /// Runs `prompt` through the network, reusing the cached tokens that it begins with; returns
    /// the hidden state of its last token.
    fn prefill(
        &mut self,
        prompt: &[u32],
        poll: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), Tensor>> {
        let shared = self.cached.iter().zip(prompt).take_while(|(a, b)| a == b).count();
        // The last token runs again: its hidden state was not kept.
        let shared = shared.min(prompt.len().saturating_sub(1)).min(self.network.cached());
        self.network.truncate(shared);
        self.cached.truncate(shared);
        let mut last = None;
        for part in prompt.get(shared..).unwrap_or_default().chunks(PREFILL_TOKENS) {
            match self.network.forward(part, poll)? {
                ControlFlow::Continue(state) => last = Some(state),
                ControlFlow::Break(()) => return Ok(ControlFlow::Break(())),
            }
            self.cached.extend_from_slice(part);
        }
        last.map(ControlFlow::Continue)
            .ok_or_else(|| ModelsError::Prompt("the prompt is empty".into()))
    }

    /// Continues `prompt`; `on_token` receives each new token, for tests against llama.cpp.
    pub(super) fn complete(
        &mut self,
        prompt: &[u32],
        sampling: &Sampling,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
        on_token: &mut dyn FnMut(u32),
    ) -> Result<ChatOutcome> {
        let limit = self.network.context_length();
        if prompt.len() >= limit {
            return Err(ModelsError::TooLong { tokens: prompt.len(), limit });
        }
        let outcome = self.try_complete(prompt, sampling, on_text, on_token);
        if outcome.is_err() {
            // The caches of the layers may differ in length.
            self.network.truncate(0);
            self.cached.clear();
        }
        outcome
    }

    fn try_complete(
        &mut self,
        prompt: &[u32],
        sampling: &Sampling,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
        on_token: &mut dyn FnMut(u32),
    ) -> Result<ChatOutcome> {
        let began = Instant::now();
        let mut outcome = ChatOutcome {
            text: String::new(),
            stop: StopReason::Stopped,
            prompt_tokens: prompt.len(),
            new_tokens: 0,
            prefill_ms: 0.0,
            decode_ms: 0.0,
        };
        let prefilled = self.prefill(prompt, &mut || on_text(""))?;
        outcome.prefill_ms = began.elapsed().as_secs_f64() * 1e3;
        let ControlFlow::Continue(mut last) = prefilled else { return Ok(outcome) };

        let began = Instant::now();
        let limit = self.network.context_length();
        let mut sampler = Sampler::new(sampling);
        let mut utf8 = Utf8Decoder::default();
        let mut stop = StopSequences::new(&sampling.stop);
        let mut context = prompt.to_vec();
        let mut mask =
            sampling.grammar.as_ref().map(|grammar| GrammarMask::new(grammar, &self.tokenizer));
        outcome.stop = loop {
            if outcome.new_tokens >= sampling.max_tokens || context.len() >= limit {
                break StopReason::Length;
            }
            let token = match &mask {
                None => sampler.sample(&self.network.logits(&last)?, &context)?,
                Some(mask) => match mask.allowed().as_slice() {
                    [] => break StopReason::EndOfTurn,
                    allowed => {
                        sampler.sample_among(&self.network.logits(&last)?, &context, allowed)?
                    }
                },
            };
            if self.tokenizer.is_end_of_turn(token) {
                break StopReason::EndOfTurn;
            }
            if let Some(mask) = &mut mask {
                mask.push(token);
            }
            context.push(token);
            outcome.new_tokens += 1;
            on_token(token);
            let (piece, ended) = stop.push(&utf8.push(&self.tokenizer.bytes(token)));
            outcome.text.push_str(&piece);
            if on_text(&piece).is_break() {
                break StopReason::Stopped;
            }
            if ended {
                break StopReason::StopText;
            }
            if outcome.new_tokens < sampling.max_tokens && context.len() < limit {
                let never = &mut || ControlFlow::Continue(());
                let ControlFlow::Continue(state) = self.network.forward(&[token], never)? else {
                    break StopReason::Stopped;
                };
                self.cached.push(token);
                last = state;
            }
        };
        // The rest: an incomplete character, and text held back as a possible stop sequence.
        let (mut rest, _) = stop.push(&utf8.finish());
        rest.push_str(&stop.finish());
        if outcome.stop != StopReason::StopText && !rest.is_empty() {
            outcome.text.push_str(&rest);
            // The answer is complete: a `Break` has no effect.
            let _ = on_text(&rest);
        }
        outcome.decode_ms = began.elapsed().as_secs_f64() * 1e3;
        Ok(outcome)
    }

    /// Logits after `prompt`, for tests against golden values.
    #[cfg(test)]
    pub(super) fn logits_after(&mut self, prompt: &[u32]) -> Result<Tensor> {
        match self.prefill(prompt, &mut || ControlFlow::Continue(()))? {
            ControlFlow::Continue(last) => self.network.logits(&last),
            ControlFlow::Break(()) => Err(ModelsError::Prompt("stopped".into())),
        }
    }

    /// The tokenizer, for tests against golden ids.
    #[cfg(test)]
    pub(super) fn tokenizer(&self) -> &GgufTokenizer {
        &self.tokenizer
    }
}

impl ChatModel for GgufChatModel {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn context_length(&self) -> usize {
        self.network.context_length()
    }

    fn count_tokens(&self, messages: &[ChatMessage]) -> Result<usize> {
        Ok(self.prompt(messages)?.len())
    }

    fn chat(
        &mut self,
        messages: &[ChatMessage],
        sampling: &Sampling,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<ChatOutcome> {
        let prompt = self.prompt(messages)?;
        self.complete(&prompt, sampling, on_text, &mut |_| {})
    }
}
