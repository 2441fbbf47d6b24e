//! Anomaly maps, masks and the scale of heatmaps.

use serde::{Deserialize, Serialize};

/// Anomaly scores, one a pixel, row by row. Scores are distances in feature space: 0 or more,
/// comparable between images of one memory bank, never normalised by the image itself.
#[derive(Debug, Clone, PartialEq)]
pub struct AnomalyMap {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `width * height` scores.
    pub scores: Vec<f32>,
}

impl AnomalyMap {
    /// The highest score; 0 for an empty map.
    pub fn max(&self) -> f32 {
        self.scores.iter().copied().fold(0.0, f32::max)
    }
}

/// A binary mask: one flag a pixel, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `width * height` flags.
    pub set: Vec<bool>,
}

impl Mask {
    /// Share of the pixels that are set, 0 to 1; 0 for an empty mask.
    pub fn share(&self) -> f32 {
        if self.set.is_empty() {
            return 0.0;
        }
        self.set.iter().filter(|set| **set).count() as f32 / self.set.len() as f32
    }
}

/// The range of scores that the colours of a product's heatmaps cover, the same for all its images.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HeatmapScale {
    /// Score of the coldest colour.
    pub low: f32,
    /// Score of the hottest colour.
    pub high: f32,
}
