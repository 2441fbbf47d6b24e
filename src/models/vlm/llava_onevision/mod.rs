//! LLaVA-OneVision (Li et al., arXiv 2408.03326), the layout of
//! llava-hf/llava-onevision-qwen2-0.5b-ov-hf and its larger sisters: SigLIP, a projector, Qwen2,
//! which knows Korean. The smallest has a third of Qwen3-VL's weights.
//!
//! Pictures are shown as transformers shows several: each whole, on a square. The tiles into
//! which a picture shown alone may be cut are not made.

mod config;
mod preprocess;
#[cfg(test)]
mod tests;
mod vision;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use candle_core::{Device, Tensor};
use image::RgbImage;

use self::config::Config;
use self::preprocess::Preprocess;
use self::vision::VisionTower;
use super::checkpoint::Checkpoint;
use super::decoder::Decoder;
use super::language::{Language, Placed, Read, between};
use super::rotary::Rotary;
use crate::Result;
use crate::roles::VisionChatModel;
use fettle_domain::{ChatMessage, ChatOutcome, ModelId, Sampling};

/// The network with its tokenizer and its template.
pub(super) struct LlavaOnevision {
    id: ModelId,
    preprocess: Preprocess,
    vision: VisionTower,
    language: Language,
}

impl LlavaOnevision {
    /// Reads a checkpoint.
    pub(super) fn load(id: &ModelId, files: &[PathBuf], device: &Device) -> Result<Self> {
        Self::of(id, &Checkpoint::open(id, files, device)?)
    }

    fn of(id: &ModelId, checkpoint: &Checkpoint) -> Result<Self> {
        let config = Config::read(checkpoint)?;
        let (sizes, context) =
            (config.text_config.sizes(), config.text_config.max_position_embeddings);
        // As on the hub, or as transformers 5 writes it.
        let (prefix, body, head) = if checkpoint.has("image_newline") {
            ("", "language_model.model", "language_model.lm_head")
        } else {
            ("model.", "model.language_model", "lm_head")
        };
        let theta = config.text_config.theta();
        let rotary = Rotary::new(theta, [sizes.head_dim / 2, 0, 0], checkpoint.device());
        let decoder = Decoder::load(checkpoint, body, head, &sizes, rotary)?;
        let vision = &config.vision_config;
        Ok(Self {
            id: id.clone(),
            preprocess: Preprocess::load(checkpoint, vision)?,
            vision: VisionTower::load(checkpoint, prefix, vision, sizes.hidden)?,
            language: Language::load(checkpoint, decoder, config.image_token_index, context)?,
        })
    }

    /// What is asked about so many pictures, with room for them.
    fn prompt(&self, pictures: usize, messages: &[ChatMessage]) -> Result<Placed> {
        let asked = self.language.ask(pictures, messages)?;
        self.language.place(&asked, &vec![self.vision.tokens(); pictures])
    }

    /// Looks, and reads the prompt.
    fn read(
        &mut self,
        pictures: &[RgbImage],
        messages: &[ChatMessage],
        poll: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), Read>> {
        let Placed { tokens, pictures: places } = self.prompt(pictures.len(), messages)?;
        let mut seen: Vec<Tensor> = Vec::new();
        for picture in pictures {
            match self.vision.see(self.preprocess.patches(picture)?, poll)? {
                ControlFlow::Continue(one) => seen.push(one),
                ControlFlow::Break(()) => return Ok(ControlFlow::Break(())),
            }
        }
        let decoder = &mut self.language.decoder;
        let embedded = between(&decoder.embed(&tokens)?, &places, seen.iter())?;
        let next = tokens.len() as u32;
        let positions: Vec<[u32; 3]> = (0..next).map(|at| [at; 3]).collect();
        decoder.forget();
        let read = decoder.read(embedded, &positions, &[], poll)?;
        let ControlFlow::Continue(read) = read else { return Ok(ControlFlow::Break(())) };
        let last = read.narrow(0, tokens.len() - 1, 1)?;
        Ok(ControlFlow::Continue(Read { tokens, last, next }))
    }
}

impl VisionChatModel for LlavaOnevision {
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
