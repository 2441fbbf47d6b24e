//! The half of a vision-language model that reads and writes: tokenizer, chat template and
//! decoder, and the places in a prompt where pictures stand.

use std::ops::{ControlFlow, Range};
use std::time::Instant;

use candle_core::Tensor;
use serde::Deserialize;

use super::answer::{self, Answer};
use super::checkpoint::Checkpoint;
use super::decoder::Decoder;
use super::tokens::Tokens;
use crate::llm::{ChatTemplate, Content};
use crate::{ModelsError, Result};
use fettle_domain::{ChatMessage, ChatOutcome, ChatRole, Sampling, StopReason};

/// Tokens of prompt and answer together: what their keys and values take stays below 2 GB. The
/// networks were trained with far more.
const CONTEXT: usize = 8192;

pub(super) struct Language {
    pub(super) tokens: Tokens,
    template: ChatTemplate,
    pub(super) decoder: Decoder,
    /// Stands where a picture will be.
    image_token: u32,
    context: usize,
}

/// A prompt in which each picture takes as many image tokens as it makes.
pub(super) struct Placed {
    pub(super) tokens: Vec<u32>,
    /// The pictures' among them, in order.
    pub(super) pictures: Vec<Range<usize>>,
}

/// A prompt that was read.
pub(super) struct Read {
    pub(super) tokens: Vec<u32>,
    /// What the decoder made of its last token, (1, width).
    pub(super) last: Tensor,
    /// Where the answer begins.
    pub(super) next: u32,
}

impl Language {
    /// Reads tokenizer and template of `checkpoint`, whose `decoder` was trained for
    /// `trained_context` tokens.
    pub(super) fn load(
        checkpoint: &Checkpoint,
        decoder: Decoder,
        image_token: u32,
        trained_context: usize,
    ) -> Result<Self> {
        Ok(Self {
            tokens: Tokens::load(checkpoint)?,
            template: template(checkpoint)?,
            decoder,
            image_token,
            context: trained_context.min(CONTEXT),
        })
    }

    /// The messages as tokens, with one image token a picture. The last question shows them.
    pub(super) fn ask(&self, pictures: usize, messages: &[ChatMessage]) -> Result<Vec<u32>> {
        let last = messages.iter().rposition(|message| message.role == ChatRole::User);
        if last.is_none() && pictures > 0 {
            return Err(ModelsError::Prompt("pictures, and nobody who shows them".into()));
        }
        let contents = messages.iter().enumerate().map(|(n, message)| Content {
            role: message.role,
            pictures: if Some(n) == last { pictures } else { 0 },
            text: self.tokens.without_control(message),
        });
        self.tokens.encode(&self.template.render_contents(contents)?)
    }

    /// Makes room in what is `asked` for pictures of so many tokens each.
    pub(super) fn place(&self, asked: &[u32], pictures: &[usize]) -> Result<Placed> {
        let places = asked.iter().filter(|token| **token == self.image_token).count();
        if places != pictures.len() {
            let count = pictures.len();
            let why = format!("the chat template has {places} places for {count} pictures");
            return Err(ModelsError::Prompt(why));
        }
        let mut lengths = pictures.iter();
        let mut placed = Placed { tokens: Vec::new(), pictures: Vec::new() };
        for token in asked {
            let picture = (*token == self.image_token).then(|| lengths.next()).flatten();
            let start = placed.tokens.len();
            placed.tokens.resize(start + picture.copied().unwrap_or(1), *token);
            if picture.is_some() {
                placed.pictures.push(start..placed.tokens.len());
            }
        }
        if placed.tokens.len() >= self.context {
            let (tokens, limit) = (placed.tokens.len(), self.context);
            return Err(ModelsError::TooLong { tokens, limit });
        }
        Ok(placed)
    }

    /// Writes the answer to what was `read` since `began`.
    pub(super) fn answer(
        &mut self,
        read: ControlFlow<(), Read>,
        began: Instant,
        sampling: &Sampling,
        on_text: answer::OnText<'_>,
    ) -> Result<ChatOutcome> {
        let milliseconds = |since: Instant| since.elapsed().as_secs_f64() * 1e3;
        let prefill_ms = milliseconds(began);
        let ControlFlow::Continue(Read { tokens: prompt, last, next: mut at }) = read else {
            return Ok(ChatOutcome {
                text: String::new(),
                stop: StopReason::Stopped,
                prompt_tokens: 0,
                new_tokens: 0,
                prefill_ms,
                decode_ms: 0.0,
            });
        };
        let began = Instant::now();
        let decoder = &mut self.decoder;
        let logits = decoder.logits(&last)?.squeeze(0)?;
        let room = self.context - prompt.len();
        let next = |token: u32, on_text: answer::OnText<'_>| {
            let embedded = decoder.embed(&[token])?;
            let read = decoder.read(embedded, &[[at; 3]], &[], &mut || on_text(""))?;
            at += 1;
            Ok(match read {
                ControlFlow::Continue(x) => ControlFlow::Continue(decoder.logits(&x)?.squeeze(0)?),
                ControlFlow::Break(()) => ControlFlow::Break(()),
            })
        };
        let written = answer::write(&self.tokens, &prompt, logits, room, sampling, on_text, next)?;
        let Answer { text, stop, tokens: new_tokens } = written;
        let decode_ms = milliseconds(began);
        let prompt_tokens = prompt.len();
        Ok(ChatOutcome { text, stop, prompt_tokens, new_tokens, prefill_ms, decode_ms })
    }
}

/// `text` (tokens, width) with the rows of the `pictures` in their places.
pub(super) fn between<'a>(
    text: &Tensor,
    places: &[Range<usize>],
    pictures: impl Iterator<Item = &'a Tensor>,
) -> Result<Tensor> {
    let mut parts = Vec::new();
    let mut at = 0;
    for (place, picture) in places.iter().zip(pictures) {
        parts.push(text.narrow(0, at, place.start - at)?);
        parts.push(picture.clone());
        at = place.end;
    }
    parts.push(text.narrow(0, at, text.dim(0)? - at)?);
    parts.retain(|part| part.elem_count() > 0);
    Ok(Tensor::cat(&parts, 0)?)
}

/// The chat template, which has been in one of three files over the years.
fn template(checkpoint: &Checkpoint) -> Result<ChatTemplate> {
    #[derive(Deserialize)]
    struct Within {
        chat_template: String,
    }
    let (name, source) = if checkpoint.has_file("chat_template.jinja") {
        ("chat_template.jinja", checkpoint.text("chat_template.jinja")?)
    } else {
        let older = checkpoint.has_file("tokenizer_config.json")
            && !checkpoint.has_file("chat_template.json");
        let name = if older { "tokenizer_config.json" } else { "chat_template.json" };
        (name, checkpoint.json::<Within>(name)?.chat_template)
    };
    ChatTemplate::new(&source, String::new(), String::new())
        .map_err(|why| checkpoint.bad(name, format!("its chat template: {why}")))
}
