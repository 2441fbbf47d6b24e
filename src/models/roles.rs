//! Traits by which the other crates use a network. A network is loaded once and stays, like its
//! tensors, in one lane (thread).

use std::ops::ControlFlow;

use candle_core::{Device, Tensor};
use image::RgbImage;

use super::Result;
use fettle_domain::{ChatMessage, ChatOutcome, ImageRecipe, ModelId, Sampling, TextKind};

/// Network that embeds images as vectors of unit length.
pub trait ImageEncoder: Send {
    /// Id of the model in the manifest.
    fn id(&self) -> &ModelId;
    /// Preprocessing of the images.
    fn recipe(&self) -> ImageRecipe;
    /// Device of the weights.
    fn device(&self) -> &Device;
    /// Length of the embedding.
    fn dim(&self) -> usize;
    /// Embeds `pixels` (B, 3, H, W), preprocessed by [`Self::recipe`], as (B, [`Self::dim`]) rows
    /// of unit length.
    fn embed(&self, pixels: &Tensor) -> Result<Tensor>;
}

/// Layer of a backbone whose feature map can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layer {
    /// Number in the architecture's own count; deeper layers have higher numbers.
    pub number: usize,
    /// Channels of the feature map.
    pub channels: usize,
    /// Pixels of the network's input from one cell of the feature map to the next.
    pub stride: u32,
}

/// Backbone that computes feature maps of images.
pub trait FeatureExtractor: Send {
    /// Id of the model in the manifest.
    fn id(&self) -> &ModelId;
    /// Preprocessing of the images; a product may choose another size.
    fn recipe(&self) -> ImageRecipe;
    /// Device of the weights.
    fn device(&self) -> &Device;
    /// Layers with a feature map, finest first.
    fn layers(&self) -> Vec<Layer>;
    /// Numbers of the layers that are compared by default, finest first.
    fn default_layers(&self) -> Vec<usize>;
    /// Computes one feature map (B, C, h, w) of `pixels` (B, 3, H, W) for each of `layers`, numbers
    /// from [`Self::layers`] in rising order.
    fn features(&self, pixels: &Tensor, layers: &[usize]) -> Result<Vec<Tensor>>;
}

/// Network that embeds texts as vectors of unit length.
pub trait TextEncoder: Send {
    /// Id of the model in the manifest.
    fn id(&self) -> &ModelId;
    /// Length of the embedding.
    fn dim(&self) -> usize;
    /// Embeds each text as a row of unit length.
    fn embed(&self, texts: &[&str], kind: TextKind) -> Result<Vec<Vec<f32>>>;
}

/// Language model that answers messages with text.
pub trait ChatModel: Send {
    /// Id of the model in the manifest.
    fn id(&self) -> &ModelId;
    /// Maximum number of tokens of prompt and answer together.
    fn context_length(&self) -> usize;
    /// Number of tokens of the prompt for `messages`, chat template included.
    fn count_tokens(&self, messages: &[ChatMessage]) -> Result<usize>;
    /// Answers `messages`. `on_text` receives each piece of text as soon as it is valid UTF-8, and
    /// empty pieces while the prompt is read; `Break` stops the model within one token.
    fn chat(
        &mut self,
        messages: &[ChatMessage],
        sampling: &Sampling,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<ChatOutcome>;
}

/// Vision-language model that answers messages and images with text.
pub trait VisionChatModel: Send {
    /// Id of the model in the manifest.
    fn id(&self) -> &ModelId;
    /// Answers `messages`, of which the last user message shows `images`, in order, before its
    /// text. `on_text` as in [`ChatModel::chat`].
    fn generate(
        &mut self,
        images: &[RgbImage],
        messages: &[ChatMessage],
        sampling: &Sampling,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<ChatOutcome>;
}
