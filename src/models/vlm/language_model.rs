//! Language model of a vision-language model: tokenizer, chat template and decoder, and the image
//! tokens of a prompt.

use std::ops::{ControlFlow, Range};
use std::time::Instant;

use candle_core::Tensor;
use serde::Deserialize;

use super::checkpoint::Checkpoint;
use super::decoder::Decoder;
use super::generation::{self, Generation};
use super::tokenizer::CheckpointTokenizer;
use crate::llm::{ChatTemplate, TemplateMessage};
use crate::{ModelsError, Result};
use fettle_domain::{ChatMessage, ChatOutcome, ChatRole, Sampling, StopReason};

/// Maximum number of tokens of prompt and answer together, whose keys and values take less than 2
/// GB. The networks were trained with far longer contexts.
const MAX_CONTEXT: usize = 8192;

/// Decoder with its tokenizer and chat template.
pub(super) struct LanguageModel {
    pub(super) tokenizer: CheckpointTokenizer,
    template: ChatTemplate,
    pub(super) decoder: Decoder,
    /// Token that stands for an image in the chat template.
    image_token: u32,
    context_length: usize,
}

/// Prompt in which the token of each image is repeated for all its features.
pub(super) struct ExpandedPrompt {
    pub(super) tokens: Vec<u32>,
    /// Ranges of the image tokens, in order.
    pub(super) images: Vec<Range<usize>>,
}

/// Prompt that is in the cache of the decoder.
pub(super) struct Prefilled {
    pub(super) tokens: Vec<u32>,
    /// Hidden state of the last token, (1, hidden).
    pub(super) last: Tensor,
    /// Position of the first token of the answer.
    pub(super) next_position: u32,
}

impl LanguageModel {
    /// Loads tokenizer and template of `checkpoint`, whose `decoder` was trained with a context of
    /// `trained_context` tokens.
    pub(super) fn load(
        checkpoint: &Checkpoint,
        decoder: Decoder,
        image_token: u32,
        trained_context: usize,
    ) -> Result<Self> {
        Ok(Self {
            tokenizer: CheckpointTokenizer::load(checkpoint)?,
            template: load_template(checkpoint)?,
            decoder,
            image_token,
            context_length: trained_context.min(MAX_CONTEXT),
        })
    }

    /// Tokens of the prompt for `messages`, with one image token per image. The images belong to
    /// the last user message.
    pub(super) fn encode(&self, images: usize, messages: &[ChatMessage]) -> Result<Vec<u32>> {
        let last = messages.iter().rposition(|message| message.role == ChatRole::User);
        if last.is_none() && images > 0 {
            return Err(ModelsError::Prompt("pictures without a user message".into()));
        }
        let contents = messages.iter().enumerate().map(|(n, message)| TemplateMessage {
            role: message.role,
            images: if Some(n) == last { images } else { 0 },
            text: self.tokenizer.escape_control_tokens(message),
        });
        self.tokenizer.encode(&self.template.render_with_images(contents)?)
    }

    /// Repeats the image tokens of `prompt`; `lengths` has the number of tokens of each image.
    pub(super) fn expand_images(
        &self,
        prompt: &[u32],
        lengths: &[usize],
    ) -> Result<ExpandedPrompt> {
        let places = prompt.iter().filter(|token| **token == self.image_token).count();
        if places != lengths.len() {
            let count = lengths.len();
            let why = format!("the chat template has {places} places for {count} pictures");
            return Err(ModelsError::Prompt(why));
        }
        let mut lengths = lengths.iter();
        let mut expanded = ExpandedPrompt { tokens: Vec::new(), images: Vec::new() };
        for token in prompt {
            let length = (*token == self.image_token).then(|| lengths.next()).flatten();
            let start = expanded.tokens.len();
            expanded.tokens.resize(start + length.copied().unwrap_or(1), *token);
            if length.is_some() {
                expanded.images.push(start..expanded.tokens.len());
            }
        }
        if expanded.tokens.len() >= self.context_length {
            let (tokens, limit) = (expanded.tokens.len(), self.context_length);
            return Err(ModelsError::TooLong { tokens, limit });
        }
        Ok(expanded)
    }

    /// Generates the answer to a prompt whose prefill began at `started`.
    pub(super) fn generate(
        &mut self,
        prefilled: ControlFlow<(), Prefilled>,
        started: Instant,
        sampling: &Sampling,
        on_text: generation::OnText<'_>,
    ) -> Result<ChatOutcome> {
        let milliseconds = |since: Instant| since.elapsed().as_secs_f64() * 1e3;
        let prefill_ms = milliseconds(started);
        let ControlFlow::Continue(Prefilled { tokens: prompt, last, next_position }) = prefilled
        else {
            return Ok(ChatOutcome {
                text: String::new(),
                stop: StopReason::Stopped,
                prompt_tokens: 0,
                new_tokens: 0,
                prefill_ms,
                decode_ms: 0.0,
            });
        };
        let started = Instant::now();
        let mut position = next_position;
        let decoder = &mut self.decoder;
        let logits = decoder.logits(&last)?.squeeze(0)?;
        let max_tokens = self.context_length - prompt.len();
        let next = |token: u32, on_text: generation::OnText<'_>| {
            let embedded = decoder.embed(&[token])?;
            let hidden = decoder.forward(embedded, &[[position; 3]], &[], &mut || on_text(""))?;
            position += 1;
            Ok(match hidden {
                ControlFlow::Continue(x) => ControlFlow::Continue(decoder.logits(&x)?.squeeze(0)?),
                ControlFlow::Break(()) => ControlFlow::Break(()),
            })
        };
        let tokenizer = &self.tokenizer;
        let Generation { text, stop, tokens: new_tokens } =
            generation::generate(tokenizer, &prompt, logits, max_tokens, sampling, on_text, next)?;
        let decode_ms = milliseconds(started);
        let prompt_tokens = prompt.len();
        Ok(ChatOutcome { text, stop, prompt_tokens, new_tokens, prefill_ms, decode_ms })
    }
}

/// Replaces the rows `ranges` of `text` (tokens, hidden) by the features of the images.
pub(super) fn splice_images<'a>(
    text: &Tensor,
    ranges: &[Range<usize>],
    images: impl Iterator<Item = &'a Tensor>,
) -> Result<Tensor> {
    let mut parts = Vec::new();
    let mut at = 0;
    for (range, image) in ranges.iter().zip(images) {
        parts.push(text.narrow(0, at, range.start - at)?);
        parts.push(image.clone());
        at = range.end;
    }
    parts.push(text.narrow(0, at, text.dim(0)? - at)?);
    parts.retain(|part| part.elem_count() > 0);
    Ok(Tensor::cat(&parts, 0)?)
}

/// Loads the chat template from `chat_template.jinja`, or from one of two older files.
fn load_template(checkpoint: &Checkpoint) -> Result<ChatTemplate> {
    #[derive(Deserialize)]
    struct TemplateFile {
        chat_template: String,
    }
    let (name, source) = if checkpoint.has_file("chat_template.jinja") {
        ("chat_template.jinja", checkpoint.text("chat_template.jinja")?)
    } else {
        let older = checkpoint.has_file("tokenizer_config.json")
            && !checkpoint.has_file("chat_template.json");
        let name = if older { "tokenizer_config.json" } else { "chat_template.json" };
        (name, checkpoint.json::<TemplateFile>(name)?.chat_template)
    };
    ChatTemplate::new(&source, String::new(), String::new())
        .map_err(|why| checkpoint.bad(name, format!("its chat template: {why}")))
}
