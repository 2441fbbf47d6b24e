use crate::roles::{FeatureExtractor, Layer};
use crate::{ModelsError, Result};
use fettle_domain::{ComparedLayer, DetectionRecipe, RecipeChoice, Resize, Tiling};

/// Side of a tile in pixels; the finest feature maps of one tile take some hundred megabytes.
const TILE_SIDE: u32 = 1024;
/// Overlap of neighbouring tiles in pixels. Half of it covers the distance to which pixels beyond
/// the edge of a tile influence a feature map.
const TILE_OVERLAP: u32 = 256;
/// Largest ratio of a layer's stride to the finest one for the layer to locate defects. The layers
/// of the PatchCore paper differ by two; coarser ones tell only whether there is a defect.
const MAX_LOCATING_RATIO: u32 = 2;

/// Preprocessing, tiling and layers with which `backbone` inspects the images of a product: the
/// defaults of the backbone where `choice` leaves something open.
///
/// # Errors
/// [`ModelsError::UnknownLayer`] for a layer that the backbone does not have.
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
        locates: layer.stride <= finest * MAX_LOCATING_RATIO,
    };
    let mut input = backbone.recipe();
    let trained_side = match input.resize {
        Resize::Exact { height, .. } => height,
        Resize::ShorterSideCrop(side) | Resize::Letterbox(side) => side,
        Resize::ShorterSide { side, .. } => side,
        Resize::Native { step } => step,
    };
    input.resize = choice.resize(trained_side, coarsest);
    Ok(DetectionRecipe {
        input,
        tiling: Tiling { side: TILE_SIDE, overlap: TILE_OVERLAP, step: coarsest },
        layers: found.iter().map(compared).collect(),
        finer: choice.finer(trained_side, coarsest),
    })
}
