//! Qwen3-VL (Qwen Team, arXiv 2511.21631) in the layout of Qwen/Qwen3-VL-2B-Instruct and the larger
//! sizes.
//!
//! candle's implementation has no causal mask during prefill, no MRoPE, and a cache that cannot be
//! cleared; this one agrees with transformers (`tests.rs`).

mod config;
mod image_processor;
mod mrope;
#[cfg(test)]
mod tests;
mod vision;

use std::ops::{ControlFlow, Range};
use std::path::PathBuf;
use std::time::Instant;

use candle_core::{Device, Tensor};
use image::RgbImage;

use self::config::Config;
use self::image_processor::ImageProcessor;
use self::mrope::mrope_positions;
use self::vision::{ImageFeatures, VisionTower};
use super::checkpoint::Checkpoint;
use super::decoder::Decoder;
use super::language_model::{ExpandedPrompt, LanguageModel, Prefilled, splice_images};
use super::rotary::RotaryEmbedding;
use crate::Result;
use crate::roles::VisionChatModel;
use fettle_domain::{ChatMessage, ChatOutcome, ModelId, Sampling};

/// Network with its tokenizer and chat template.
pub(super) struct Qwen3Vl {
    id: ModelId,
    image_processor: ImageProcessor,
    vision: VisionTower,
    language_model: LanguageModel,
}

/// Input of the decoder for a prompt.
struct Prompt {
    tokens: Vec<u32>,
    embedded: Tensor,
    /// DeepStack features of the first layers, zero at text tokens.
    deepstack: Vec<Tensor>,
    positions: Vec<[u32; 3]>,
    /// Position of the first token of the answer.
    next_position: u32,
}

impl Qwen3Vl {
    /// Loads a checkpoint.
    pub(super) fn load(id: &ModelId, files: &[PathBuf], device: &Device) -> Result<Self> {
        Self::from_checkpoint(id, &Checkpoint::open(id, files, device)?)
    }

    /// Loads a checkpoint that is open.
    fn from_checkpoint(id: &ModelId, checkpoint: &Checkpoint) -> Result<Self> {
        let config = Config::read(checkpoint)?;
        let text = &config.text_config;
        let theta = text.theta().unwrap_or_default();
        let rotary = RotaryEmbedding::new(theta, text.mrope_sections(), checkpoint.device());
        let body = "model.language_model";
        let decoder = Decoder::load(checkpoint, body, "lm_head", &text.decoder(), rotary)?;
        let (image_token, context_length) = (config.image_token_id, text.max_position_embeddings);
        Ok(Self {
            id: id.clone(),
            image_processor: ImageProcessor::load(checkpoint, &config.vision_config)?,
            vision: VisionTower::load(checkpoint, &config.vision_config)?,
            language_model: LanguageModel::load(checkpoint, decoder, image_token, context_length)?,
        })
    }

    /// Expands the image tokens of `prompt` and replaces them by the features of the images.
    fn expand(&self, prompt: &[u32], images: &[ImageFeatures]) -> Result<Prompt> {
        let lengths = images.iter().map(|image| image.tokens.dim(0));
        let lengths = lengths.collect::<candle_core::Result<Vec<_>>>()?;
        let ExpandedPrompt { tokens, images: ranges } =
            self.language_model.expand_images(prompt, &lengths)?;
        let text = self.language_model.decoder.embed(&tokens)?;
        let embedded = splice_images(&text, &ranges, images.iter().map(|image| &image.tokens))?;
        let zeros = text.zeros_like()?;
        let depth = images.iter().map(|image| image.deepstack.len()).min().unwrap_or_default();
        let deepstack = (0..depth).map(|layer| {
            let features = images.iter().filter_map(|image| image.deepstack.get(layer));
            splice_images(&zeros, &ranges, features)
        });
        let deepstack = deepstack.collect::<Result<_>>()?;
        let columns = images.iter().map(|image| image.columns);
        let ranges: Vec<(Range<usize>, usize)> = ranges.into_iter().zip(columns).collect();
        let (positions, next_position) = mrope_positions(tokens.len(), &ranges);
        Ok(Prompt { tokens, embedded, deepstack, positions, next_position })
    }

    /// Encodes the images and runs the prompt through the decoder.
    fn prefill(
        &mut self,
        images: &[RgbImage],
        messages: &[ChatMessage],
        poll: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), Prefilled>> {
        let prompt = self.language_model.encode(images.len(), messages)?;
        let mut features = Vec::new();
        for image in images {
            match self.vision.encode(self.image_processor.patches(image)?, poll)? {
                ControlFlow::Continue(image) => features.push(image),
                ControlFlow::Break(()) => return Ok(ControlFlow::Break(())),
            }
        }
        let Prompt { tokens, embedded, deepstack, positions, next_position } =
            self.expand(&prompt, &features)?;
        let decoder = &mut self.language_model.decoder;
        decoder.clear_cache();
        let hidden = decoder.forward(embedded, &positions, &deepstack, poll)?;
        let ControlFlow::Continue(hidden) = hidden else { return Ok(ControlFlow::Break(())) };
        let last = hidden.narrow(0, tokens.len() - 1, 1)?;
        Ok(ControlFlow::Continue(Prefilled { tokens, last, next_position }))
    }
}

impl VisionChatModel for Qwen3Vl {
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
