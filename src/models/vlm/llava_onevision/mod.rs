//! LLaVA-OneVision (Li et al., arXiv 2408.03326) in the layout of
//! llava-hf/llava-onevision-qwen2-0.5b-ov-hf and the larger sizes: SigLIP, a projector, and Qwen2,
//! which was trained on Korean, too. The smallest has a third of the weights of Qwen3-VL 2B.
//!
//! Images are processed as transformers processes several: each whole, padded to a square. A single
//! image is not cut into tiles.

mod config;
mod image_processor;
#[cfg(test)]
mod tests;
mod vision;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use candle_core::{Device, Tensor};
use image::RgbImage;

use self::config::Config;
use self::image_processor::ImageProcessor;
use self::vision::VisionTower;
use super::checkpoint::Checkpoint;
use super::decoder::Decoder;
use super::language_model::{ExpandedPrompt, LanguageModel, Prefilled, splice_images};
use super::rotary::RotaryEmbedding;
use crate::Result;
use crate::roles::VisionChatModel;
use fettle_domain::{ChatMessage, ChatOutcome, ModelId, Sampling};

/// Network with its tokenizer and chat template.
pub(super) struct LlavaOnevision {
    id: ModelId,
    image_processor: ImageProcessor,
    vision: VisionTower,
    language_model: LanguageModel,
}

impl LlavaOnevision {
    /// Loads a checkpoint.
    pub(super) fn load(id: &ModelId, files: &[PathBuf], device: &Device) -> Result<Self> {
        Self::from_checkpoint(id, &Checkpoint::open(id, files, device)?)
    }

    /// Loads a checkpoint that is open.
    fn from_checkpoint(id: &ModelId, checkpoint: &Checkpoint) -> Result<Self> {
        let config = Config::read(checkpoint)?;
        let decoder_config = config.text_config.decoder();
        let context_length = config.text_config.max_position_embeddings;
        // Tensor names of the hub, or those of transformers 5.
        let (prefix, body, head) = if checkpoint.has_tensor("image_newline") {
            ("", "language_model.model", "language_model.lm_head")
        } else {
            ("model.", "model.language_model", "lm_head")
        };
        let theta = config.text_config.theta();
        let rotary =
            RotaryEmbedding::new(theta, [decoder_config.head_dim / 2, 0, 0], checkpoint.device());
        let decoder = Decoder::load(checkpoint, body, head, &decoder_config, rotary)?;
        let vision = &config.vision_config;
        Ok(Self {
            id: id.clone(),
            image_processor: ImageProcessor::load(checkpoint, vision)?,
            vision: VisionTower::load(checkpoint, prefix, vision, decoder_config.hidden)?,
            language_model: LanguageModel::load(
                checkpoint,
                decoder,
                config.image_token_index,
                context_length,
            )?,
        })
    }

    /// Prompt for `messages` with a number of images.
    fn prompt(&self, images: usize, messages: &[ChatMessage]) -> Result<ExpandedPrompt> {
        let prompt = self.language_model.encode(images, messages)?;
        self.language_model.expand_images(&prompt, &vec![self.vision.tokens(); images])
    }

    /// Encodes the images and runs the prompt through the decoder.
    fn prefill(
        &mut self,
        images: &[RgbImage],
        messages: &[ChatMessage],
        poll: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), Prefilled>> {
        let ExpandedPrompt { tokens, images: ranges } = self.prompt(images.len(), messages)?;
        let mut features: Vec<Tensor> = Vec::new();
        for image in images {
            match self.vision.encode(self.image_processor.patches(image)?, poll)? {
                ControlFlow::Continue(tokens) => features.push(tokens),
                ControlFlow::Break(()) => return Ok(ControlFlow::Break(())),
            }
        }
        let decoder = &mut self.language_model.decoder;
        let embedded = splice_images(&decoder.embed(&tokens)?, &ranges, features.iter())?;
        let next_position = tokens.len() as u32;
        let positions: Vec<[u32; 3]> = (0..next_position).map(|at| [at; 3]).collect();
        decoder.clear_cache();
        let hidden = decoder.forward(embedded, &positions, &[], poll)?;
        let ControlFlow::Continue(hidden) = hidden else { return Ok(ControlFlow::Break(())) };
        let last = hidden.narrow(0, tokens.len() - 1, 1)?;
        Ok(ControlFlow::Continue(Prefilled { tokens, last, next_position }))
    }
}

impl VisionChatModel for LlavaOnevision {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn generate(
        &mut self,
        images: &[RgbImage],
        messages: &[ChatMessage],
        sampling: &Sampling,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<ChatOutcome> {
        let started = Instant::now();
        let prefilled = self.prefill(images, messages, &mut || on_text(""))?;
        self.language_model.generate(prefilled, started, sampling, on_text)
    }
}
