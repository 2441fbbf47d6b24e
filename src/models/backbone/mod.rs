//! Networks whose feature maps `PatchCore` compares. One architecture a
//! file; a new one is its file and one line of [`ARCHITECTURES`].

pub mod dinov2;
pub mod efficientnet_lite;
pub mod resnet;

use std::path::PathBuf;

use candle_core::Device;

use super::roles::FeatureExtractor;
use super::weights::WeightFile;
use super::{ModelsError, Result};
use crate::domain::{ImageRecipe, ModelId, Resize, ResizeFilter};

use dinov2::{Dinov2, Dinov2Shape};
use efficientnet_lite::EfficientNetLite;
use resnet::{ResNet, ResNetShape};

type Load = fn(&ModelId, &WeightFile, &Device) -> Result<Box<dyn FeatureExtractor>>;

/// The architectures that can be loaded.
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
/// [`ModelsError::UnknownArchitecture`], [`ModelsError::Missing`] when there is no weight
/// file, [`ModelsError::BadWeights`] when it does not hold this network.
pub fn load(
    id: &ModelId,
    architecture: &str,
    files: &[PathBuf],
    device: &Device,
) -> Result<Box<dyn FeatureExtractor>> {
    let (_, load) = ARCHITECTURES
        .iter()
        .find(|(name, _)| *name == architecture)
        .ok_or_else(|| ModelsError::UnknownArchitecture(architecture.to_owned()))?;
    load(id, &WeightFile::of_model(id, files, device)?, device)
}

/// 224×224 with nothing cropped away: a defect may be at the edge.
const fn square_224(mean: [f32; 3], std: [f32; 3]) -> ImageRecipe {
    let resize = Resize::Exact { width: 224, height: 224 };
    ImageRecipe { resize, filter: ResizeFilter::Bilinear, mean, std }
}

#[cfg(test)]
mod tests;
