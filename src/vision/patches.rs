//! Patch embeddings of one image, and where in the image each patch lies.

use super::Result;
use super::grid::Grid;
use super::inspection_area::{InspectionArea, PatchSelection};
use super::preprocess::InputMapping;
use fettle_domain::{ImageId, RectPx};

/// Patch embeddings of one image: one row a patch.
#[derive(Debug, Clone, PartialEq)]
pub struct ImagePatches {
    /// Contiguous rows of [`Self::dim`] values, in the order of the grid, row by row.
    pub rows: Vec<f32>,
    /// Values a row.
    pub dim: usize,
    /// Grid of all patches of the image.
    pub grid: Grid,
    /// Rectangle of the image that each patch covers, one a row.
    pub places: Vec<RectPx>,
    /// Patches of the grid that the rows belong to; `None`: all.
    pub inspected: Option<PatchSelection>,
}

impl ImagePatches {
    /// Keeps the patches within `area`; `mapping` leads from the network input to the image.
    ///
    /// # Errors
    /// [`VisionError::Empty`](super::VisionError::Empty) where `area` holds no patch.
    pub fn within(self, area: &InspectionArea, mapping: &InputMapping) -> Result<Self> {
        let inspected = area.patches(self.grid, mapping);
        let rows = inspected.rows(&self.rows, self.dim)?;
        let places = self.places.into_iter().zip(inspected.flags());
        let places = places.filter(|(_, selected)| **selected).map(|(place, _)| place).collect();
        Ok(Self { rows, places, inspected: Some(inspected), ..self })
    }

    /// Scores of these patches as scores of the whole grid.
    ///
    /// # Errors
    /// [`VisionError::Size`](super::VisionError::Size) where `scores` has not one value a patch.
    pub fn on_grid(&self, scores: Vec<f32>) -> Result<Vec<f32>> {
        match &self.inspected {
            None => Ok(scores),
            Some(inspected) => inspected.fill_from_nearest(&scores),
        }
    }
}

/// Image and position that a row of a bank comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The normal image.
    pub image: ImageId,
    /// Rectangle of the image that the patch covers; its size tells the scale of the patch.
    pub place: RectPx,
}
