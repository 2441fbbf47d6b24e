//! Qwen3-VL (Qwen Team, arXiv 2511.21631), the layout of Qwen/Qwen3-VL-2B-Instruct and its
//! larger sisters.
//!
//! candle's own reads a prompt without a causal mask, knows no MRoPE and cannot forget what
//! it read, so that only this one gives transformers' answers (`tests.rs`).

mod config;
mod language;
mod layers;
mod positions;
mod preprocess;
#[cfg(test)]
mod tests;
mod vision;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use candle_core::{Device, Tensor};
use image::RgbImage;
use serde::Deserialize;

use self::config::Config;
use self::language::LanguageModel;
use self::positions::{Placed, positions};
use self::preprocess::Preprocess;
use self::vision::{Seen, VisionTower};
use super::answer::{self, Answer};
use super::checkpoint::Checkpoint;
use super::tokens::Tokens;
use crate::domain::{ChatMessage, ChatOutcome, ChatRole, ModelId, Sampling, StopReason};
use crate::models::llm::{ChatTemplate, Content};
use crate::models::roles::VisionChatModel;
use crate::models::{ModelsError, Result};

/// Tokens of prompt and answer together: what their keys and values take stays below 2 GB. It was
/// trained with far more.
const CONTEXT: usize = 8192;

/// The network with its tokenizer and its template.
pub(super) struct Qwen3Vl {
    id: ModelId,
    tokens: Tokens,
    template: ChatTemplate,
    preprocess: Preprocess,
    vision: VisionTower,
    language: LanguageModel,
    /// Stands where a picture will be.
    image_token: u32,
    context: usize,
}

/// A prompt as the language model reads it.
struct Prompt {
    /// Each picture as so many image tokens as it makes.
    tokens: Vec<u32>,
    embedded: Tensor,
    /// Added behind the first layers, zero where there is text.
    deep: Vec<Tensor>,
    positions: Vec<[u32; 3]>,
    /// Where the answer begins.
    next: u32,
}

impl Qwen3Vl {
    /// Reads a checkpoint.
    pub(super) fn load(id: &ModelId, files: &[PathBuf], device: &Device) -> Result<Self> {
        Self::of(id, &Checkpoint::open(id, files, device)?)
    }

    fn of(id: &ModelId, checkpoint: &Checkpoint) -> Result<Self> {
        let config = Config::read(checkpoint)?;
        Ok(Self {
            id: id.clone(),
            tokens: Tokens::load(checkpoint)?,
            template: template(checkpoint)?,
            preprocess: Preprocess::load(checkpoint, &config.vision_config)?,
            vision: VisionTower::load(checkpoint, &config.vision_config)?,
            language: LanguageModel::load(checkpoint, &config.text_config)?,
            image_token: config.image_token_id,
            context: config.text_config.max_position_embeddings.min(CONTEXT),
        })
    }

    /// The messages as tokens, with one image token a picture.
    fn ask(&self, pictures: usize, messages: &[ChatMessage]) -> Result<Vec<u32>> {
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

    /// Puts what was `seen` into the places of the pictures.
    fn prompt(&self, asked: &[u32], seen: &[Seen]) -> Result<Prompt> {
        let places = asked.iter().filter(|token| **token == self.image_token).count();
        if places != seen.len() {
            let why = format!("the chat template has {places} places for {} pictures", seen.len());
            return Err(ModelsError::Prompt(why));
        }
        let mut shown = seen.iter();
        let (mut tokens, mut placed) = (Vec::new(), Vec::new());
        for token in asked {
            match (*token == self.image_token).then(|| shown.next()).flatten() {
                None => tokens.push(*token),
                Some(seen) => {
                    let start = tokens.len();
                    tokens.resize(start + seen.tokens.dim(0)?, *token);
                    placed.push(Placed { tokens: start..tokens.len(), columns: seen.columns });
                }
            }
        }
        if tokens.len() >= self.context {
            return Err(ModelsError::TooLong { tokens: tokens.len(), limit: self.context });
        }
        let text = self.language.embed(&tokens)?;
        let embedded = between(&text, &placed, seen.iter().map(|seen| &seen.tokens))?;
        let nothing = text.zeros_like()?;
        let depth = seen.iter().map(|seen| seen.deep.len()).min().unwrap_or_default();
        let deep = (0..depth).map(|layer| {
            between(&nothing, &placed, seen.iter().filter_map(|seen| seen.deep.get(layer)))
        });
        let deep = deep.collect::<Result<_>>()?;
        let (positions, next) = positions(tokens.len(), &placed);
        Ok(Prompt { tokens, embedded, deep, positions, next })
    }

    /// Looks and reads: what the network makes of the last token of the prompt, and the prompt.
    fn read(
        &mut self,
        pictures: &[RgbImage],
        messages: &[ChatMessage],
        poll: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), (Prompt, Tensor)>> {
        let asked = self.ask(pictures.len(), messages)?;
        let mut seen = Vec::new();
        for picture in pictures {
            match self.vision.see(self.preprocess.patches(picture)?, poll)? {
                ControlFlow::Continue(one) => seen.push(one),
                ControlFlow::Break(()) => return Ok(ControlFlow::Break(())),
            }
        }
        let prompt = self.prompt(&asked, &seen)?;
        self.language.forget();
        let embedded = prompt.embedded.clone();
        let read = self.language.read(embedded, &prompt.positions, &prompt.deep, poll)?;
        let ControlFlow::Continue(read) = read else { return Ok(ControlFlow::Break(())) };
        let last = read.narrow(0, prompt.tokens.len() - 1, 1)?;
        Ok(ControlFlow::Continue((prompt, last)))
    }
}

/// `text` (tokens, width) with the rows of the pictures in their places.
fn between<'a>(
    text: &Tensor,
    placed: &[Placed],
    pictures: impl Iterator<Item = &'a Tensor>,
) -> Result<Tensor> {
    let mut parts = Vec::new();
    let mut at = 0;
    for (Placed { tokens, .. }, picture) in placed.iter().zip(pictures) {
        parts.push(text.narrow(0, at, tokens.start - at)?);
        parts.push(picture.clone());
        at = tokens.end;
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

impl VisionChatModel for Qwen3Vl {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn look(
        &mut self,
        pictures: &[RgbImage],
        messages: &[ChatMessage],
        sampling: &Sampling,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<ChatOutcome> {
        let began = Instant::now();
        let milliseconds = |since: Instant| since.elapsed().as_secs_f64() * 1e3;
        let read = self.read(pictures, messages, &mut || on_text(""))?;
        let prefill_ms = milliseconds(began);
        let ControlFlow::Continue((prompt, last)) = read else {
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
        let language = &mut self.language;
        let logits = language.logits(&last)?.squeeze(0)?;
        let room = self.context - prompt.tokens.len();
        let mut at = prompt.next;
        let next = |token: u32, on_text: answer::OnText<'_>| {
            let embedded = language.embed(&[token])?;
            let read = language.read(embedded, &[[at; 3]], &[], &mut || on_text(""))?;
            at += 1;
            Ok(match read {
                ControlFlow::Continue(x) => ControlFlow::Continue(language.logits(&x)?.squeeze(0)?),
                ControlFlow::Break(()) => ControlFlow::Break(()),
            })
        };
        let written =
            answer::write(&self.tokens, &prompt.tokens, logits, room, sampling, on_text, next)?;
        let Answer { text, stop, tokens: new_tokens } = written;
        let prompt_tokens = prompt.tokens.len();
        let decode_ms = milliseconds(began);
        Ok(ChatOutcome { text, stop, prompt_tokens, new_tokens, prefill_ms, decode_ms })
    }
}
