//! Text encoders that share the embedding space of an image encoder, for search by words. A new
//! architecture is its file and one line of [`ARCHITECTURES`].

use std::path::PathBuf;

use candle_core::Device;

use super::clip::ClipTextEncoder;
use super::roles::TextEncoder;
use crate::{Result, architecture};
use fettle_domain::ModelId;

type Load = fn(&ModelId, &[PathBuf], &Device) -> Result<Box<dyn TextEncoder>>;

/// Architectures of image encoders that have a text encoder.
const ARCHITECTURES: [(&str, Load); 1] =
    [("clip_vit_b32", |id, files, device| Ok(Box::new(ClipTextEncoder::load(id, files, device)?)))];

/// Whether an image encoder of this architecture has a text encoder.
pub fn has_text_encoder(architecture: &str) -> bool {
    ARCHITECTURES.iter().any(|(name, _)| *name == architecture)
}

/// Loads the text encoder of the image encoder `architecture` from a model's `files`.
///
/// # Errors
/// [`crate::ModelsError::UnknownArchitecture`] for an architecture without a text encoder,
/// [`crate::ModelsError::Missing`], [`crate::ModelsError::BadWeights`].
pub fn load(
    id: &ModelId,
    architecture: &str,
    files: &[PathBuf],
    device: &Device,
) -> Result<Box<dyn TextEncoder>> {
    architecture::find(&ARCHITECTURES, architecture)?(id, files, device)
}
