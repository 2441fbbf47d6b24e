//! How a product's pictures are brought to the backbone and what of it is compared: part of
//! what a memory bank *is*. A bank made with another recipe is another bank.

use serde::{Deserialize, Serialize};

use super::{ImageRecipe, Resize};

/// From a picture to the patches that a memory bank compares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DetectionRecipe {
    /// How the network wants its pictures, and how large.
    pub input: ImageRecipe,
    /// How inputs that are too large for the network are cut up.
    pub tiling: Tiling,
    /// What is compared, finest first; those that locate before those that do not.
    pub layers: Vec<ComparedLayer>,
}

impl DetectionRecipe {
    /// The side of a patch in pixels of the network's input: the finest layer's stride.
    pub fn patch_px(&self) -> u32 {
        self.layers.iter().map(|layer| layer.stride).min().unwrap_or(1)
    }

    /// How many of a row's values, from the first, say where an anomaly is.
    pub fn locating_values(&self) -> usize {
        self.layers.iter().filter(|layer| layer.locates).map(|layer| layer.channels).sum()
    }

    /// The numbers of the layers, finest first.
    pub fn layer_numbers(&self) -> Vec<usize> {
        self.layers.iter().map(|layer| layer.number).collect()
    }
}

/// A layer of the backbone whose feature map is compared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ComparedLayer {
    /// The backbone's own number for it.
    pub number: usize,
    /// Channels of its map.
    pub channels: usize,
    /// Pixels of the network's input from one of its cells to the next.
    pub stride: u32,
    /// Whether it says where in the picture an anomaly is. A coarse layer helps to tell
    /// whether there is one; in the anomaly map it would smear it over its wide cells.
    pub locates: bool,
}

/// Inputs with a side above `side` are looked at in tiles, which overlap so that what the
/// network sees at a cut is as much as it sees elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tiling {
    /// The largest side of a tile, in pixels of the input.
    pub side: u32,
    /// What neighbouring tiles share, in pixels; half of it is used from each.
    pub overlap: u32,
    /// Tiles begin at multiples of this: the coarsest layer's stride.
    pub step: u32,
}

/// How a picture's size becomes the input's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InputFit {
    /// The shorter side to the size, the ratio kept: nothing is cut off or squeezed.
    #[default]
    Shorter,
    /// The shorter side to the size, then the centre square cut out.
    Crop,
    /// Both sides to the size, whatever the ratio.
    Square,
    /// The longer side to the size, the rest of the square filled.
    Letterbox,
    /// The picture's own pixels, tile by tile: for the finest defects of large pictures.
    Native,
}

/// What a person may choose of a recipe; the rest follows from the backbone.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RecipeChoice {
    /// How the size is made.
    pub fit: InputFit,
    /// The size in pixels; `None`: the one that the backbone was trained at.
    pub side: Option<u32>,
    /// Numbers of the layers to compare; none: the backbone's own choice.
    pub layers: Vec<usize>,
}

impl RecipeChoice {
    /// How pictures are resized for a network that was trained at `trained` pixels and halves
    /// them down to one cell for every `step`. Sides are whole multiples of `step`.
    pub fn resize(&self, trained: u32, step: u32) -> Resize {
        let whole = |side: u32| (side / step.max(1)).max(1) * step.max(1);
        let side = whole(self.side.unwrap_or(trained));
        match self.fit {
            InputFit::Shorter => Resize::ShorterSide { side, step },
            InputFit::Crop => Resize::ShorterSideCrop(side),
            InputFit::Square => Resize::Exact { width: side, height: side },
            InputFit::Letterbox => Resize::Letterbox(side),
            InputFit::Native => Resize::Native { step },
        }
    }
}
