//! How images are resized and normalised for a network.

use serde::{Deserialize, Serialize};

/// How an image is brought to the input size of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resize {
    /// The shorter side becomes this many pixels at the same aspect ratio; then the centre square
    /// of that size is cropped.
    ShorterSideCrop(u32),
    /// The shorter side becomes `side` pixels at the same aspect ratio, except that the longer side
    /// is rounded to a multiple of `step`. An image more than [`Resize::LONGEST`] times as long as
    /// wide is squeezed lengthwise to that ratio.
    ShorterSide {
        /// Pixels of the shorter side.
        side: u32,
        /// The longer side is a multiple of this.
        step: u32,
    },
    /// The longer side becomes this many pixels at the same aspect ratio; the square is padded with
    /// the network's mean colour on both sides.
    Letterbox(u32),
    /// The image's own resolution, each side rounded to a multiple of `step`; an image of more than
    /// [`Resize::MOST_PIXELS`] is shrunk to that.
    Native {
        /// Both sides are multiples of this.
        step: u32,
    },
    /// Width and height become exactly these, whatever the aspect ratio.
    Exact {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
}

impl Resize {
    /// Largest aspect ratio that [`Self::ShorterSide`] keeps.
    pub const LONGEST: u32 = 16;
    /// Largest input of [`Self::Native`], in pixels: its patches take less than a gigabyte.
    pub const MOST_PIXELS: u64 = 6 << 20;
}

/// Interpolation between pixels. Both filters are antialiased when shrinking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResizeFilter {
    /// Triangle filter.
    Bilinear,
    /// Catmull-Rom, a = -0.5, as Pillow's `BICUBIC`.
    Bicubic,
}

/// The preprocessing that a network was trained with. Features made with another recipe cannot be
/// compared, so the recipe is part of a memory bank.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ImageRecipe {
    /// Input size.
    pub resize: Resize,
    /// Interpolation.
    pub filter: ResizeFilter,
    /// Mean of red, green and blue, subtracted from `pixel / 255`.
    pub mean: [f32; 3],
    /// Standard deviation of red, green and blue, by which the difference is divided.
    pub std: [f32; 3],
}
