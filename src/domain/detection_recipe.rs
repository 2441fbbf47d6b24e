//! How a product's images become the patch features of a memory bank: input size, tiling and
//! layers. Features of different recipes cannot be compared, so the recipe is part of the bank.

use serde::{Deserialize, Serialize};

use super::{ImageRecipe, Resize};

/// The way from an image to the patch features that a memory bank compares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DetectionRecipe {
    /// Preprocessing of the image.
    pub input: ImageRecipe,
    /// How inputs larger than a tile are cut into tiles.
    pub tiling: Tiling,
    /// Layers to compare, finest first; those used for localisation before the others.
    pub layers: Vec<ComparedLayer>,
    /// Input size of a second, finer scale whose scores and maps are averaged with those of the
    /// first; `None`: one scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finer: Option<Resize>,
}

impl DetectionRecipe {
    /// Side of a patch in pixels of the network's input: the stride of the finest layer.
    pub fn patch_px(&self) -> u32 {
        self.layers.iter().map(|layer| layer.stride).min().unwrap_or(1)
    }

    /// Number of a feature's leading values that are used for localisation.
    pub fn locating_values(&self) -> usize {
        self.layers.iter().filter(|layer| layer.locates).map(|layer| layer.channels).sum()
    }

    /// Recipe of the finer scale alone.
    pub fn finer_scale(&self) -> Option<Self> {
        let input = ImageRecipe { resize: self.finer?, ..self.input };
        Some(Self { input, finer: None, ..self.clone() })
    }

    /// Numbers of the layers, finest first.
    pub fn layer_numbers(&self) -> Vec<usize> {
        self.layers.iter().map(|layer| layer.number).collect()
    }
}

/// A layer of the backbone whose feature map is compared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ComparedLayer {
    /// The layer's number in the backbone.
    pub number: usize,
    /// Channels of the feature map.
    pub channels: usize,
    /// Pixels of the network's input from one cell of the feature map to the next.
    pub stride: u32,
    /// Whether the layer takes part in the anomaly map. A coarse layer improves the image score,
    /// but would smear an anomaly over its wide cells in the map.
    pub locates: bool,
}

/// Inputs with a side above `side` are processed in overlapping tiles: the overlap gives pixels
/// near a cut as much context as pixels elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tiling {
    /// Largest side of a tile, in pixels of the input.
    pub side: u32,
    /// Overlap of neighbouring tiles in pixels; half of the overlap is used from each.
    pub overlap: u32,
    /// Tiles begin at multiples of this: the stride of the coarsest layer.
    pub step: u32,
}

/// How an image is fitted to the input size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InputFit {
    /// The shorter side to the size at the same aspect ratio: nothing is cropped or squeezed.
    #[default]
    Shorter,
    /// The shorter side to the size, then the centre square cropped.
    Crop,
    /// Both sides to the size, whatever the aspect ratio.
    Square,
    /// The longer side to the size, the rest of the square padded.
    Letterbox,
    /// The image's own resolution, tile by tile: for the finest defects of large images.
    Native,
    /// As [`Self::Shorter`], and once more at [`RecipeChoice::FINER`] times the size: outlines fit
    /// better, at about three times the time and memory.
    Fine,
}

/// The part of a recipe that a person may choose; the rest follows from the backbone.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RecipeChoice {
    /// How images are fitted to the size.
    pub fit: InputFit,
    /// Input size in pixels; `None`: the size that the backbone was trained at.
    pub side: Option<u32>,
    /// Numbers of the layers to compare; empty: the backbone's default layers.
    pub layers: Vec<usize>,
}

impl RecipeChoice {
    /// Size of the finer scale over that of the first: 320 pixels where the first has 224.
    pub const FINER: (u32, u32) = (10, 7);

    /// The resizing for a network that was trained at `trained` pixels and whose coarsest layer has
    /// stride `step`. Sides are whole multiples of `step`.
    pub fn resize(&self, trained: u32, step: u32) -> Resize {
        let whole = |side: u32| (side / step.max(1)).max(1) * step.max(1);
        let side = whole(self.side.unwrap_or(trained));
        match self.fit {
            InputFit::Shorter | InputFit::Fine => Resize::ShorterSide { side, step },
            InputFit::Crop => Resize::ShorterSideCrop(side),
            InputFit::Square => Resize::Exact { width: side, height: side },
            InputFit::Letterbox => Resize::Letterbox(side),
            InputFit::Native => Resize::Native { step },
        }
    }

    /// The resizing of the finer scale of [`InputFit::Fine`], with the arguments of
    /// [`Self::resize`]; `None` for the other ways to fit.
    pub fn finer(&self, trained: u32, step: u32) -> Option<Resize> {
        let (over, under) = Self::FINER;
        let side = self.side.unwrap_or(trained) * over / under;
        let finer = Self { side: Some(side), ..self.clone() };
        (self.fit == InputFit::Fine).then(|| finer.resize(trained, step))
    }
}
