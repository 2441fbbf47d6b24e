//! Qwen3-VL (Qwen Team, arXiv 2511.21631), the layout of Qwen/Qwen3-VL-2B-Instruct and its
//! larger sisters.
//!
//! candle's own reads a prompt without a causal mask, knows no MRoPE and cannot forget what
//! it read, so that only this one gives transformers' answers (`tests.rs`).

mod config;
mod positions;
mod preprocess;
#[cfg(test)]
mod tests;
mod vision;

use std::ops::{ControlFlow, Range};
use std::path::PathBuf;
use std::time::Instant;

use candle_core::{Device, Tensor};
use image::RgbImage;

use self::config::Config;
use self::positions::positions;
use self::preprocess::Preprocess;
use self::vision::{Seen, VisionTower};
use super::checkpoint::Checkpoint;
use super::decoder::Decoder;
use super::language::{Language, Placed, Read, between};
use super::rotary::Rotary;
use crate::Result;
use crate::roles::VisionChatModel;
use fettle_domain::{ChatMessage, ChatOutcome, ModelId, Sampling};

/// The network with its tokenizer and its template.
pub(super) struct Qwen3Vl {
    id: ModelId,
    preprocess: Preprocess,
    vision: VisionTower,
    language: Language,
}

/// A prompt as the decoder reads it.
struct Prompt {
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
        let text = &config.text_config;
        let theta = text.theta().unwrap_or_default();
        let rotary = Rotary::new(theta, text.sections(), checkpoint.device());
        let body = "model.language_model";
        let decoder = Decoder::load(checkpoint, body, "lm_head", &text.sizes(), rotary)?;
        let (image_token, context) = (config.image_token_id, text.max_position_embeddings);
        Ok(Self {
            id: id.clone(),
            preprocess: Preprocess::load(checkpoint, &config.vision_config)?,
            vision: VisionTower::load(checkpoint, &config.vision_config)?,
            language: Language::load(checkpoint, decoder, image_token, context)?,
        })
    }

    /// Puts what was `seen` into the places of the pictures.
    fn prompt(&self, asked: &[u32], seen: &[Seen]) -> Result<Prompt> {
        let lengths = seen.iter().map(|seen| seen.tokens.dim(0));
        let lengths = lengths.collect::<candle_core::Result<Vec<_>>>()?;
        let Placed { tokens, pictures } = self.language.place(asked, &lengths)?;
        let text = self.language.decoder.embed(&tokens)?;
        let embedded = between(&text, &pictures, seen.iter().map(|seen| &seen.tokens))?;
        let nothing = text.zeros_like()?;
        let depth = seen.iter().map(|seen| seen.deep.len()).min().unwrap_or_default();
        let deep = (0..depth).map(|layer| {
            between(&nothing, &pictures, seen.iter().filter_map(|seen| seen.deep.get(layer)))
        });
        let deep = deep.collect::<Result<_>>()?;
        let columns = seen.iter().map(|seen| seen.columns);
        let pictures: Vec<(Range<usize>, usize)> = pictures.into_iter().zip(columns).collect();
        let (positions, next) = positions(tokens.len(), &pictures);
        Ok(Prompt { tokens, embedded, deep, positions, next })
    }

    /// Looks, and reads the prompt.
    fn read(
        &mut self,
        pictures: &[RgbImage],
        messages: &[ChatMessage],
        poll: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), Read>> {
        let asked = self.language.ask(pictures.len(), messages)?;
        let mut seen = Vec::new();
        for picture in pictures {
            match self.vision.see(self.preprocess.patches(picture)?, poll)? {
                ControlFlow::Continue(one) => seen.push(one),
                ControlFlow::Break(()) => return Ok(ControlFlow::Break(())),
            }
        }
        let Prompt { tokens, embedded, deep, positions, next } = self.prompt(&asked, &seen)?;
        let decoder = &mut self.language.decoder;
        decoder.forget();
        let read = decoder.read(embedded, &positions, &deep, poll)?;
        let ControlFlow::Continue(read) = read else { return Ok(ControlFlow::Break(())) };
        let last = read.narrow(0, tokens.len() - 1, 1)?;
        Ok(ControlFlow::Continue(Read { tokens, last, next }))
    }
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
        let read = self.read(pictures, messages, &mut || on_text(""))?;
        self.language.answer(read, began, sampling, on_text)
    }
}
