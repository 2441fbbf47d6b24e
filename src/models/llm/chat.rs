//! A conversation: messages to prompt, prompt to tokens, tokens to text.

use std::ops::ControlFlow;
use std::time::Instant;

use candle_core::Tensor;

use super::CausalLm;
use super::gguf::Gguf;
use super::sampling::Sampler;
use super::stop::StopTexts;
use super::stream::Utf8Stream;
use super::template::ChatTemplate;
use super::tokens::Tokens;
use crate::roles::ChatModel;
use crate::{ModelsError, Result};
use fettle_domain::{ChatMessage, ChatOutcome, ModelId, Sampling, StopReason};

/// Prompt tokens read at once: enough rows to make dequantising worth it, few enough
/// to bound the memory of one step.
const PROMPT_TOKENS: usize = 512;

/// A [`ChatModel`] over any [`CausalLm`].
pub(super) struct Chat {
    id: ModelId,
    tokens: Tokens,
    template: ChatTemplate,
    network: Box<dyn CausalLm>,
    /// The tokens whose keys and values the network holds.
    held: Vec<u32>,
}

impl Chat {
    /// Takes tokenizer and template from `gguf`.
    pub(super) fn new(id: ModelId, gguf: &Gguf, network: Box<dyn CausalLm>) -> Result<Self> {
        let tokens = Tokens::from_gguf(gguf)?;
        let template = ChatTemplate::from_gguf(gguf, &tokens)?;
        Ok(Self { id, tokens, template, network, held: Vec::new() })
    }

    fn prompt(&self, messages: &[ChatMessage]) -> Result<Vec<u32>> {
        // Nobody opens or closes a turn from inside a message.
        let messages: Vec<ChatMessage> = messages
            .iter()
            .map(|message| ChatMessage {
                role: message.role,
                content: self.tokens.without_control(&message.content),
            })
            .collect();
        self.tokens.encode(&self.template.render(&messages)?)
    }

    /// Reads `prompt` and gives what the network makes of its last token, re-using what
    /// it still holds from the call before.
    fn read_prompt(
        &mut self,
        prompt: &[u32],
        poll: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), Tensor>> {
        let shared = self.held.iter().zip(prompt).take_while(|(a, b)| a == b).count();
        // The last token is read again: its answer was not kept.
        let shared = shared.min(prompt.len().saturating_sub(1)).min(self.network.cached());
        self.network.truncate(shared);
        self.held.truncate(shared);
        let mut last = None;
        for part in prompt.get(shared..).unwrap_or_default().chunks(PROMPT_TOKENS) {
            match self.network.read(part, poll)? {
                ControlFlow::Continue(answer) => last = Some(answer),
                ControlFlow::Break(()) => return Ok(ControlFlow::Break(())),
            }
            self.held.extend_from_slice(part);
        }
        last.map(ControlFlow::Continue)
            .ok_or_else(|| ModelsError::Prompt("the prompt is empty".into()))
    }

    /// Continues `prompt`. The tests hold this against llama.cpp.
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
            // Some layers may hold more than others.
            self.network.truncate(0);
            self.held.clear();
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
        let read = self.read_prompt(prompt, &mut || on_text(""))?;
        outcome.prefill_ms = began.elapsed().as_secs_f64() * 1e3;
        let ControlFlow::Continue(mut last) = read else { return Ok(outcome) };

        let began = Instant::now();
        let limit = self.network.context_length();
        let mut sampler = Sampler::new(sampling);
        let mut stream = Utf8Stream::default();
        let mut stop = StopTexts::new(&sampling.stop);
        let mut context = prompt.to_vec();
        outcome.stop = loop {
            if outcome.new_tokens >= sampling.max_tokens || context.len() >= limit {
                break StopReason::Length;
            }
            let token = sampler.choose(&self.network.logits(&last)?, &context)?;
            if self.tokens.ends_turn(token) {
                break StopReason::EndOfTurn;
            }
            context.push(token);
            outcome.new_tokens += 1;
            on_token(token);
            let (piece, ended) = stop.push(&stream.push(&self.tokens.bytes(token)));
            outcome.text.push_str(&piece);
            if on_text(&piece).is_break() {
                break StopReason::Stopped;
            }
            if ended {
                break StopReason::StopText;
            }
            if outcome.new_tokens < sampling.max_tokens && context.len() < limit {
                let go_on = &mut || ControlFlow::Continue(());
                let ControlFlow::Continue(answer) = self.network.read(&[token], go_on)? else {
                    break StopReason::Stopped;
                };
                self.held.push(token);
                last = answer;
            }
        };
        // A character that never got its last byte, and what might have become a stop text.
        let (mut rest, _) = stop.push(&stream.finish());
        rest.push_str(&stop.finish());
        if outcome.stop != StopReason::StopText && !rest.is_empty() {
            outcome.text.push_str(&rest);
            // The answer is over: there is nothing left to stop.
            let _ = on_text(&rest);
        }
        outcome.decode_ms = began.elapsed().as_secs_f64() * 1e3;
        Ok(outcome)
    }

    /// What comes after `prompt`, for tests against golden logits.
    #[cfg(test)]
    pub(super) fn logits_after(&mut self, prompt: &[u32]) -> Result<Tensor> {
        match self.read_prompt(prompt, &mut || ControlFlow::Continue(()))? {
            ControlFlow::Continue(last) => self.network.logits(&last),
            ControlFlow::Break(()) => Err(ModelsError::Prompt("stopped".into())),
        }
    }

    /// The tokenizer, for tests against golden ids.
    #[cfg(test)]
    pub(super) fn tokens(&self) -> &Tokens {
        &self.tokens
    }
}

impl ChatModel for Chat {
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
