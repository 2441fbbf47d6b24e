//! What normal patches of a product look like, and where each of them comes from.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::coreset::{self, CoresetPlan};
use super::error::same_size;
use super::inspection_area::PatchSelection;
use super::preprocess::input_size;
use super::scoring::BankRows;
use super::thresholds::{self, HeldOut};
use super::{Result, VisionError};
use crate::domain::{BankRef, HeatmapScale, ImageId, ImageRecipe, ProgressSink, Thresholds};

mod file;

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
}

/// Where a bank row was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The normal picture.
    pub image: ImageId,
    /// Row of the patch in the grid.
    pub y: u32,
    /// Column of the patch in the grid.
    pub x: u32,
}

/// The patches of all normal pictures: what a bank is fitted to.
#[derive(Debug, Clone, Copy)]
pub struct NormalPatches<'a> {
    /// Contiguous rows: picture by picture, then row by row of the grid.
    pub rows: &'a [f32],
    /// Values a row.
    pub dim: usize,
    /// The pictures, in the order of their rows.
    pub images: &'a [ImageId],
    /// The grid of each.
    pub grid: Grid,
    /// Which patches lie in the inspection area, one flag a row; `None`: all do. The others enter
    /// neither the bank nor the held-out scores.
    pub inspected: Option<&'a [bool]>,
}

impl<'a> NormalPatches<'a> {
    /// Each picture with its patches.
    ///
    /// # Errors
    /// [`VisionError::Size`] where the rows are not those of so many pictures,
    /// [`VisionError::Nothing`] for no pictures or empty ones.
    pub fn by_image(&self) -> Result<impl Iterator<Item = (ImageId, &'a [f32])> + use<'a>> {
        let each = self.grid.len() * self.dim;
        if each == 0 || self.images.is_empty() {
            return Err(VisionError::Nothing("patches"));
        }
        same_size("values of the normal patches", each * self.images.len(), self.rows.len())?;
        Ok(self.images.iter().copied().zip(self.rows.chunks_exact(each)))
    }
}

impl NormalPatches<'_> {
    /// The coreset of the inspected rows, as indices of all rows.
    fn choose(&self, plan: &CoresetPlan, sink: &dyn ProgressSink) -> Result<Vec<usize>> {
        let Some(inspected) = self.inspected else {
            return coreset::choose(self.rows, self.dim, plan, sink);
        };
        same_size("flags of the normal patches", self.rows.len() / self.dim, inspected.len())?;
        let offered: Vec<usize> = (0..inspected.len()).filter(|row| inspected[*row]).collect();
        let rows: Vec<f32> = offered
            .iter()
            .flat_map(|row| &self.rows[row * self.dim..][..self.dim])
            .copied()
            .collect();
        let chosen = coreset::choose(&rows, self.dim, plan, sink)?;
        Ok(chosen.into_iter().map(|row| offered[row]).collect())
    }

    /// Which patches of picture `index` lie in the inspection area.
    pub(super) fn selection(&self, index: usize) -> Option<PatchSelection> {
        let each = self.grid.len();
        let flags = self.inspected?.get(index * each..(index + 1) * each)?;
        Some(PatchSelection::new(self.grid, flags.to_vec()))
    }
}

/// What a bank says of itself; kept in its file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BankInfo {
    /// Product, version and model.
    pub bank: BankRef,
    /// How the pictures were brought to the network; a new one must be brought the same way.
    pub recipe: ImageRecipe,
    /// Patches a picture.
    pub grid: Grid,
    /// Limits of image and pixel scores.
    pub thresholds: Thresholds,
    /// The scale of this product's heatmaps.
    pub scale: HeatmapScale,
    /// The scores of the normal pictures, each against the rows of the others.
    pub held_out: Vec<HeldOut>,
    /// Normal pictures that look anomalous themselves.
    pub suspicious: Vec<ImageId>,
}

/// A product's memory bank.
#[derive(Debug, Clone, PartialEq)]
pub struct MemoryBank {
    info: BankInfo,
    rows: BankRows,
    origins: Vec<Origin>,
}

impl MemoryBank {
    /// Fits a bank to the patches of normal pictures: chooses the coreset, scores every picture
    /// against the rows of the others, and sets thresholds and scale from that. The same input
    /// gives the same bank.
    ///
    /// # Errors
    /// [`VisionError::TooFewNormals`] below [`thresholds::FEWEST_NORMALS`] pictures,
    /// [`VisionError::Inconsistent`] for one named twice or a bad plan, [`VisionError::Size`]
    /// where the parts do not fit, [`VisionError::Cancelled`].
    pub fn fit(
        normal: &NormalPatches<'_>,
        bank: BankRef,
        recipe: ImageRecipe,
        plan: &CoresetPlan,
        sink: &dyn ProgressSink,
    ) -> Result<Self> {
        let got = normal.images.len();
        if got < thresholds::FEWEST_NORMALS {
            let needed = thresholds::FEWEST_NORMALS;
            return Err(VisionError::TooFewNormals { needed, got });
        }
        // An image under two ids would be held out against itself; under one id twice, the
        // origins would be ambiguous.
        let mut unique: Vec<ImageId> = normal.images.to_vec();
        unique.sort_unstable();
        unique.dedup();
        if unique.len() != got {
            return Err(VisionError::Inconsistent("a normal image is named twice".into()));
        }
        // Checks the sizes.
        let _ = normal.by_image()?;
        let chosen = normal.choose(plan, sink)?;
        let (patches, width) = (normal.grid.len(), normal.grid.width as usize);
        let values = chosen.iter().flat_map(|row| &normal.rows[row * normal.dim..][..normal.dim]);
        let rows = BankRows::new(values.copied().collect(), normal.dim)?;
        let origins: Vec<Origin> = chosen
            .iter()
            .map(|row| Origin {
                image: normal.images[row / patches],
                y: (row % patches / width) as u32,
                x: (row % patches % width) as u32,
            })
            .collect();
        let input = input_size(recipe.resize);
        let held_out = thresholds::leave_one_image_out(&rows, &origins, normal, input, sink)?;
        let calibration = thresholds::calibrate(&held_out)?;
        let info = BankInfo {
            bank,
            recipe,
            grid: normal.grid,
            thresholds: calibration.thresholds,
            scale: calibration.scale,
            held_out,
            suspicious: calibration.suspicious,
        };
        Self::new(info, rows, origins)
    }

    /// Puts a bank together from its parts.
    ///
    /// # Errors
    /// [`VisionError::Inconsistent`] where an origin lies outside the grid or a limit is not
    /// finite, [`VisionError::Size`] where rows and origins differ in number.
    pub fn new(info: BankInfo, rows: BankRows, origins: Vec<Origin>) -> Result<Self> {
        same_size("origins of the bank rows", rows.len(), origins.len())?;
        let outside = |o: &Origin| o.y >= info.grid.height || o.x >= info.grid.width;
        if origins.par_iter().any(outside) {
            return Err(VisionError::Inconsistent("a row comes from outside the grid".into()));
        }
        let numbers =
            [info.thresholds.image, info.thresholds.pixel, info.scale.low, info.scale.high];
        if numbers.iter().any(|v| !v.is_finite()) || info.scale.high <= info.scale.low {
            return Err(VisionError::Inconsistent("thresholds or scale are not numbers".into()));
        }
        Ok(Self { info, rows, origins })
    }

    /// What the bank says of itself.
    pub fn info(&self) -> &BankInfo {
        &self.info
    }

    /// The rows, to score against.
    pub fn rows(&self) -> &BankRows {
        &self.rows
    }

    /// Where each row was seen.
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// The same bank with limits that a person chose; the scale keeps to the pixel threshold.
    ///
    /// # Errors
    /// [`VisionError::Inconsistent`] for limits that are not finite.
    pub fn with_thresholds(mut self, limits: Thresholds) -> Result<Self> {
        self.info.thresholds = limits;
        self.info.scale = thresholds::scale(self.info.scale.low, limits.pixel);
        Self::new(self.info, self.rows, self.origins)
    }
}
