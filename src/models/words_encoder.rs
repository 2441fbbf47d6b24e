//! Which networks put words into the space of their pictures, for search by words; a new one
//! is its file and one line of [`ARCHITECTURES`].

use std::path::PathBuf;

use candle_core::Device;

use super::clip::ClipWords;
use super::roles::TextEncoder;
use super::{Result, named};
use fettle_domain::ModelId;

type Load = fn(&ModelId, &[PathBuf], &Device) -> Result<Box<dyn TextEncoder>>;

/// Image encoders' architectures that have a text tower.
const ARCHITECTURES: [(&str, Load); 1] =
    [("clip_vit_b32", |id, files, device| Ok(Box::new(ClipWords::load(id, files, device)?)))];

/// Whether image encoders of this architecture know words too.
pub fn knows_words(architecture: &str) -> bool {
    ARCHITECTURES.iter().any(|(name, _)| *name == architecture)
}

/// Loads the text tower of the image encoder `architecture` from a model's `files`.
///
/// # Errors
/// [`super::ModelsError::UnknownArchitecture`] for one without, [`super::ModelsError::Missing`],
/// [`super::ModelsError::BadWeights`].
pub fn load(
    id: &ModelId,
    architecture: &str,
    files: &[PathBuf],
    device: &Device,
) -> Result<Box<dyn TextEncoder>> {
    named(&ARCHITECTURES, architecture)?(id, files, device)
}
