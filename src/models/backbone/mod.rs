//! Networks whose feature maps `PatchCore` compares. One architecture a
//! file; a new one is its file and one line of [`ARCHITECTURES`].

pub mod dinov2;
pub mod efficientnet_lite;
pub mod resnet;

use std::path::PathBuf;

use candle_core::Device;

use super::roles::{FeatureExtractor, Layer};
use super::weights::WeightFile;
use super::{ModelsError, Result, named};
use fettle_domain::{
    ComparedLayer, DetectionRecipe, ImageRecipe, ModelId, RecipeChoice, Resize, ResizeFilter,
    Tiling,
};

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
    let load = named(&ARCHITECTURES, architecture)?;
    load(id, &WeightFile::of_model(id, files, device)?, device)
}

/// The largest side of a tile, in pixels: what the finest maps take stays some hundred megabytes.
const TILE_SIDE: u32 = 1024;
/// What tiles share, in pixels. Half of it is as far as what is beyond a tile's edge is felt.
const TILE_OVERLAP: u32 = 256;
/// A layer whose cells are more than this many times as wide as the finest layer's says
/// whether something is wrong, not where: the paper's own layers differ by two.
const LOCATING: u32 = 2;

/// How `backbone` looks at a product's pictures, as far as nobody chose otherwise.
///
/// [`ModelsError::UnknownLayer`] for a layer that it does not have.
pub fn detection_recipe(
    backbone: &dyn FeatureExtractor,
    choice: &RecipeChoice,
) -> Result<DetectionRecipe> {
    let mut numbers = choice.layers.clone();
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.is_empty() {
        numbers = backbone.default_layers();
    }
    let known = backbone.layers();
    let found: Vec<Layer> = numbers
        .into_iter()
        .map(|number| {
            known.iter().copied().find(|layer| layer.number == number).ok_or_else(|| {
                let known: Vec<String> = known.iter().map(|l| l.number.to_string()).collect();
                ModelsError::UnknownLayer { number, known: known.join(", ") }
            })
        })
        .collect::<Result<_>>()?;
    let finest = found.iter().map(|layer| layer.stride).min().unwrap_or(1);
    let coarsest = found.iter().map(|layer| layer.stride).max().unwrap_or(1);
    let compared = |layer: &Layer| ComparedLayer {
        number: layer.number,
        channels: layer.channels,
        stride: layer.stride,
        locates: layer.stride <= finest * LOCATING,
    };
    let mut input = backbone.recipe();
    let trained = match input.resize {
        Resize::Exact { height, .. } => height,
        Resize::ShorterSideCrop(side) | Resize::Letterbox(side) => side,
        Resize::ShorterSide { side, .. } => side,
        Resize::Native { step } => step,
    };
    input.resize = choice.resize(trained, coarsest);
    Ok(DetectionRecipe {
        input,
        tiling: Tiling { side: TILE_SIDE, overlap: TILE_OVERLAP, step: coarsest },
        layers: found.iter().map(compared).collect(),
    })
}

/// torchvision's mean and deviation of ImageNet.
const IMAGENET: ImageRecipe = square_224([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

/// 224×224 with nothing cropped away: a defect may be at the edge.
const fn square_224(mean: [f32; 3], std: [f32; 3]) -> ImageRecipe {
    let resize = Resize::Exact { width: 224, height: 224 };
    ImageRecipe { resize, filter: ResizeFilter::Bilinear, mean, std }
}

#[cfg(test)]
mod tests;
