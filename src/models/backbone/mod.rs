//! Backbones, whose feature maps PatchCore compares. One architecture per file; a new one is its
//! file and one line of [`ARCHITECTURES`].

mod detection_recipe;
mod dinov2;
mod efficientnet_lite;
mod input_recipe;
mod resnet;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use candle_core::Device;

use crate::roles::FeatureExtractor;
use crate::weights::WeightFile;
use crate::{Result, architecture};
use fettle_domain::ModelId;

use dinov2::{Dinov2, Dinov2Shape};
use resnet::{ResNet, ResNetShape};

pub use detection_recipe::detection_recipe;
pub(crate) use efficientnet_lite::EfficientNetLite;

type Load = fn(&ModelId, &WeightFile, &Device) -> Result<Box<dyn FeatureExtractor>>;

/// Architectures by their names in the manifest.
const ARCHITECTURES: [(&str, Load); 4] = [
    ("dinov2_vits14", |id, file, device| {
        Ok(Box::new(Dinov2::load(id, file, device, Dinov2Shape::VIT_S14)?))
    }),
    ("efficientnet_lite0", |id, file, device| {
        Ok(Box::new(EfficientNetLite::load(id, file, device)?))
    }),
    ("resnet50", |id, file, device| {
        Ok(Box::new(ResNet::load(id, file, device, &ResNetShape::RESNET50)?))
    }),
    ("wide_resnet50_2", |id, file, device| {
        Ok(Box::new(ResNet::load(id, file, device, &ResNetShape::WIDE_RESNET50_2)?))
    }),
];

/// Loads the backbone `architecture` from a model's `files`.
///
/// # Errors
/// [`crate::ModelsError::UnknownArchitecture`]; [`crate::ModelsError::Missing`] without a weight
/// file; [`crate::ModelsError::BadWeights`] for a file of another network.
pub fn load(
    id: &ModelId,
    architecture: &str,
    files: &[PathBuf],
    device: &Device,
) -> Result<Box<dyn FeatureExtractor>> {
    let load = architecture::find(&ARCHITECTURES, architecture)?;
    load(id, &WeightFile::of_model(id, files, device)?, device)
}
