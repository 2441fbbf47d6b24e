//! What the rest of Fettle asks of a network. A network is loaded once, lives in
//! one lane (thread) and never leaves it; its tensors do not either.

use std::ops::ControlFlow;

use candle_core::{Device, Tensor};
use image::RgbImage;

use super::Result;
use fettle_domain::{ChatMessage, ChatOutcome, ImageRecipe, ModelId, Sampling, TextKind};

/// Pictures to unit vectors.
pub trait ImageEncoder: Send {
    /// The model's id in the manifest.
    fn id(&self) -> &ModelId;
    /// How it wants its pictures.
    fn recipe(&self) -> ImageRecipe;
    /// Where its weights are.
    fn device(&self) -> &Device;
    /// Length of an embedding.
    fn dim(&self) -> usize;
    /// `pixels` (B, 3, H, W), made by [`Self::recipe`], to (B, [`Self::dim`]) rows of
    /// unit length.
    fn embed(&self, pixels: &Tensor) -> Result<Tensor>;
}

/// A place in a network whose feature map can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layer {
    /// As the architecture counts; deeper layers have higher numbers.
    pub number: usize,
    /// Channels of its map.
    pub channels: usize,
    /// Pixels of the network's input from one cell of the map to the next.
    pub stride: u32,
}

/// Pictures to feature maps.
pub trait FeatureExtractor: Send {
    /// The model's id in the manifest.
    fn id(&self) -> &ModelId;
    /// How it wants its pictures, unless a product says otherwise (size only).
    fn recipe(&self) -> ImageRecipe;
    /// Where its weights are.
    fn device(&self) -> &Device;
    /// What there is to compare, finest first.
    fn layers(&self) -> Vec<Layer>;
    /// The numbers of the layers to compare where nobody says otherwise, finest first.
    fn default_layers(&self) -> Vec<usize>;
    /// `pixels` (B, 3, H, W) to one (B, C, h, w) map for each of `layers`, which are numbers of
    /// [`Self::layers`] in rising order.
    fn features(&self, pixels: &Tensor, layers: &[usize]) -> Result<Vec<Tensor>>;
}

/// Texts to unit vectors.
pub trait TextEncoder: Send {
    /// The model's id in the manifest.
    fn id(&self) -> &ModelId;
    /// Length of an embedding.
    fn dim(&self) -> usize;
    /// One row of unit length a text.
    fn embed(&self, texts: &[&str], kind: TextKind) -> Result<Vec<Vec<f32>>>;
}

/// Messages to text.
pub trait ChatModel: Send {
    /// The model's id in the manifest.
    fn id(&self) -> &ModelId;
    /// Most tokens of prompt and answer together.
    fn context_length(&self) -> usize;
    /// How many tokens these messages make, template included.
    fn count_tokens(&self, messages: &[ChatMessage]) -> Result<usize>;
    /// Answers `messages`. `on_text` gets each piece of text as soon as it is whole
    /// UTF-8, and an empty piece now and then while the prompt is read; `Break` stops
    /// within a token.
    fn chat(
        &mut self,
        messages: &[ChatMessage],
        sampling: &Sampling,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<ChatOutcome>;
}

/// Pictures and messages to text.
pub trait VisionChatModel: Send {
    /// The model's id in the manifest.
    fn id(&self) -> &ModelId;
    /// Answers `messages`; `pictures` are shown before the text of the last user's message,
    /// in order. `on_text` as in [`ChatModel::chat`].
    fn look(
        &mut self,
        pictures: &[RgbImage],
        messages: &[ChatMessage],
        sampling: &Sampling,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<ChatOutcome>;
}
