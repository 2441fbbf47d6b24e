//! What normal patches of a product look like, and where each of them comes from.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::bank_rows::BankRows;
use super::coreset::CoresetPlan;
use super::error::same_size;
use super::inspection_area::{InspectionArea, PatchSelection};
use super::preprocess::InputMapping;
use super::thresholds::{self, Calibration, HeldOut, KnownDefect};
use super::whitening::Whitening;
use super::{Result, VisionError};
use fettle_domain::{
    BankRef, DetectionRecipe, HeatmapScale, ImageId, RectPx, ThresholdRule, Thresholds,
};

mod extend;
mod file;
mod fit;

pub use extend::Extension;
pub use fit::{BankFitter, Coreset, FIT_BUDGET, MOST_ROWS};

/// How many patches a picture has: those of the finest feature map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    /// Rows.
    pub height: u32,
    /// Columns.
    pub width: u32,
}

impl Grid {
    /// Patches a picture.
    pub fn len(self) -> usize {
        self.height as usize * self.width as usize
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The part of the picture that each patch of its input is about, row by row of the grid:
    /// the cell of the finest feature map, at least one pixel.
    pub fn places(self, mapping: &InputMapping) -> Vec<RectPx> {
        let step_x = mapping.input_width as f32 / self.width as f32;
        let step_y = mapping.input_height as f32 / self.height as f32;
        let cells = (0..self.height).flat_map(|y| (0..self.width).map(move |x| (x, y)));
        cells
            .map(|(x, y)| {
                let corner = |x: u32, y: u32| {
                    let (x, y) = mapping.input_to_image(x as f32 * step_x, y as f32 * step_y);
                    let (right, bottom) = (mapping.image_width - 1, mapping.image_height - 1);
                    ((x.round() as u32).min(right), (y.round() as u32).min(bottom))
                };
                let ((left, top), (right, bottom)) = (corner(x, y), corner(x + 1, y + 1));
                let (width, height) = ((right - left).max(1), (bottom - top).max(1));
                RectPx { x: left, y: top, width, height }
            })
            .collect()
    }
}

/// What a network saw of one picture: one row a patch.
#[derive(Debug, Clone, PartialEq)]
pub struct PicturePatches {
    /// Contiguous rows, row by row of the grid.
    pub rows: Vec<f32>,
    /// Values a row.
    pub dim: usize,
    /// How the patches of the whole picture lie.
    pub grid: Grid,
    /// What part of the picture each is about.
    pub places: Vec<RectPx>,
    /// Which patches of the grid these are; `None`: all.
    pub inspected: Option<PatchSelection>,
}

impl PicturePatches {
    /// Only those in `area` of the picture that `mapping` brings to the network.
    ///
    /// # Errors
    /// [`VisionError::Nothing`] where there are none.
    pub fn within(self, area: &InspectionArea, mapping: &InputMapping) -> Result<Self> {
        let inspected = area.patches(self.grid, mapping);
        let rows = inspected.rows(&self.rows, self.dim)?;
        let places = self.places.into_iter().zip(inspected.keep());
        let places = places.filter(|(_, keep)| **keep).map(|(place, _)| place).collect();
        Ok(Self { rows, places, inspected: Some(inspected), ..self })
    }

    /// One score a patch of the whole grid from those of these patches.
    ///
    /// # Errors
    /// [`VisionError::Size`] where there is not one score a patch.
    pub fn on_grid(&self, scores: Vec<f32>) -> Result<Vec<f32>> {
        match &self.inspected {
            None => Ok(scores),
            Some(inspected) => inspected.spread(&scores),
        }
    }
}

/// Where a bank row was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The normal picture.
    pub image: ImageId,
    /// The part of it that the patch is about: its position and, by its size, its scale.
    pub place: RectPx,
}

/// What a bank says of itself; kept in its file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BankInfo {
    /// Product, version and model.
    pub bank: BankRef,
    /// How the pictures became patches; a new one must become patches the same way.
    pub recipe: DetectionRecipe,
    /// By what rule the limits were set.
    pub rule: ThresholdRule,
    /// Limits of image and pixel scores.
    pub thresholds: Thresholds,
    /// The scale of this product's heatmaps.
    pub scale: HeatmapScale,
    /// The scores of normal pictures, each against the rows of the others: of all pictures, or
    /// of a sample where there were many.
    pub held_out: Vec<HeldOut>,
    /// The scores of known defects, if any were registered.
    pub known_defects: Vec<KnownDefect>,
    /// Normal pictures that look anomalous themselves.
    pub suspicious: Vec<ImageId>,
    /// What the rows were chosen from, and how.
    pub fit: Provenance,
}

/// What a bank's rows were chosen from, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The normal pictures, in the order in which they were seen.
    pub images: Vec<ImageId>,
    /// How many patches they had.
    pub patches: u64,
    /// How rows were chosen of them.
    pub plan: CoresetPlan,
    /// No patch is farther than this from a row, in the plan's projection.
    pub cover_radius: f32,
    /// How far the farthest patch was that the rows were last chosen from: the cover radius
    /// itself, or less than that bound where patches were given up before. A picture added
    /// later gives the patches that are farther.
    pub spacing: f32,
    /// The bank that this one extends, where it was not fitted anew.
    pub extends: Option<Extended>,
}

/// What was added to an earlier bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extended {
    /// The earlier bank's version.
    pub version: u32,
    /// The pictures added.
    pub images: Vec<ImageId>,
    /// Those of them that were registered for it, and are taken back with it.
    pub registered: Vec<ImageId>,
}

/// A product's memory bank.
#[derive(Debug, PartialEq)]
pub struct MemoryBank {
    info: BankInfo,
    whitening: Arc<Whitening>,
    rows: BankRows,
    origins: Vec<Origin>,
}

impl MemoryBank {
    /// Puts together what was fitted: sets thresholds and scale by the held-out scores.
    ///
    /// # Errors
    /// [`VisionError::TooFewNormals`] below [`thresholds::FEWEST_NORMALS`] scores,
    /// [`VisionError::Inconsistent`] for one that is not finite, and as [`Self::new`].
    pub fn of_coreset(
        bank: BankRef,
        recipe: DetectionRecipe,
        whitening: Arc<Whitening>,
        coreset: Coreset,
        held_out: Vec<HeldOut>,
    ) -> Result<Self> {
        let rule = ThresholdRule::default();
        let Calibration { thresholds, scale } = thresholds::calibrate(&held_out, &[], &rule)?;
        let info = BankInfo {
            bank,
            recipe,
            rule,
            thresholds,
            scale,
            suspicious: thresholds::suspects(&held_out),
            held_out,
            known_defects: Vec::new(),
            fit: coreset.fit,
        };
        Self::new(info, whitening, coreset.rows, coreset.origins)
    }

    /// Puts a bank together from its parts.
    ///
    /// # Errors
    /// [`VisionError::Inconsistent`] where a limit is not finite, [`VisionError::Size`] where
    /// rows and origins differ in number, or whitening and rows in length.
    pub fn new(
        info: BankInfo,
        whitening: Arc<Whitening>,
        rows: BankRows,
        origins: Vec<Origin>,
    ) -> Result<Self> {
        same_size("origins of the bank rows", rows.len(), origins.len())?;
        same_size("values of a whitened row", rows.dim(), whitening.dim())?;
        let numbers = [
            info.thresholds.image,
            info.thresholds.pixel,
            info.scale.low,
            info.scale.high,
            info.fit.cover_radius,
            info.fit.spacing,
        ];
        if numbers.iter().any(|v| !v.is_finite()) || info.scale.high <= info.scale.low {
            return Err(VisionError::Inconsistent("thresholds or scale are not numbers".into()));
        }
        Ok(Self { info, whitening, rows, origins })
    }

    /// What the bank says of itself.
    pub fn info(&self) -> &BankInfo {
        &self.info
    }

    /// What patches go through before they are compared with the rows.
    pub fn whitening(&self) -> &Arc<Whitening> {
        &self.whitening
    }

    /// The rows, to score against.
    pub fn rows(&self) -> &BankRows {
        &self.rows
    }

    /// Where each row was seen.
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// The memory that the bank takes, in bytes.
    pub fn bytes(&self) -> usize {
        let whitening = size_of_val(self.whitening.matrix());
        self.rows.bytes() + self.origins.len() * size_of::<Origin>() + whitening
    }

    /// The same bank with its pictures under other ids, where they have one.
    pub fn with_images_named(mut self, names: &HashMap<ImageId, ImageId>) -> Self {
        let rename = |image: &mut ImageId| *image = names.get(image).copied().unwrap_or(*image);
        self.origins.iter_mut().for_each(|origin| rename(&mut origin.image));
        for held in &mut self.info.held_out {
            rename(&mut held.image);
            rename(&mut held.nearest);
        }
        self.info.suspicious.iter_mut().for_each(rename);
        self.info.fit.images.iter_mut().for_each(rename);
        self
    }

    /// The same bank, said to extend an earlier one.
    pub fn extending(mut self, earlier: Extended) -> Self {
        self.info.fit.extends = Some(earlier);
        self
    }

    /// The same bank with limits by `rule`, which `known` defects that it scored help to choose.
    ///
    /// # Errors
    /// As [`thresholds::calibrate`].
    pub fn recalibrated(mut self, known: Vec<KnownDefect>, rule: ThresholdRule) -> Result<Self> {
        let found = thresholds::calibrate(&self.info.held_out, &known, &rule)?;
        self.info.rule = rule;
        self.info.thresholds = found.thresholds;
        self.info.scale = found.scale;
        self.info.known_defects = known;
        Self::new(self.info, self.whitening, self.rows, self.origins)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::Resize;

    #[test]
    fn patches_lie_where_their_cells_do() {
        let grid = Grid { height: 2, width: 4 };
        let square = Resize::Exact { width: 64, height: 64 };
        let places = grid.places(&InputMapping::new(400, 100, square).unwrap());
        assert_eq!(places.len(), 8);
        assert_eq!(places[0], RectPx { x: 0, y: 0, width: 100, height: 50 });
        assert_eq!(places[6], RectPx { x: 200, y: 50, width: 100, height: 49 });
        // A crop leaves the sides out; a tiny picture has no part smaller than a pixel.
        let crop = Resize::ShorterSideCrop(64);
        let places = grid.places(&InputMapping::new(400, 100, crop).unwrap());
        assert_eq!(places[0], RectPx { x: 150, y: 0, width: 25, height: 50 });
        for place in grid.places(&InputMapping::new(2, 1, square).unwrap()) {
            assert!(place.x < 2 && place.y < 1 && (place.width, place.height) == (1, 1));
        }
    }
}
