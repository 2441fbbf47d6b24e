//! Memory bank of a product.

use std::collections::HashMap;
use std::sync::Arc;

use super::coreset::{Coreset, Extended};
use super::info::BankInfo;
use super::scale_units::ScaleUnits;
use crate::align::position::NormalPosition;
use crate::bank_rows::BankRows;
use crate::capture::CaptureRange;
use crate::error::same_size;
use crate::oddest_patches::OddestPatches;
use crate::patches::Origin;
use crate::sensitivity::Sensitivity;
use crate::thresholds::{self, Calibration, HeldOut, KnownDefect, ScoredImages};
use crate::whitening::Whitening;
use crate::{Result, VisionError};
use fettle_domain::{BankRef, DetectionRecipe, ImageId, ProductCode, SampleBits, ThresholdRule};

/// Memory bank of a product: whitened rows of normal patches, and the limits set by them.
#[derive(Debug, PartialEq)]
pub struct MemoryBank {
    pub(super) info: BankInfo,
    whitening: Arc<Whitening>,
    rows: BankRows,
    origins: Vec<Origin>,
    /// Oddest patches of the held-out images, in their order; none in banks from before they were
    /// kept.
    pub(super) oddest: Vec<OddestPatches>,
    /// Where the parts lie in the normal images, where they have a common place.
    position: Option<NormalPosition>,
    /// Set by [`Self::joined`].
    pub(super) finer: Option<Box<FinerScale>>,
}

/// Held-out scores of the normal images of a fit.
#[derive(Debug, Clone, Default)]
pub struct HoldOut {
    /// The scores.
    pub scores: Vec<HeldOut>,
    /// The oddest patches of each image, whitened as the bank's rows; none where they are unknown.
    pub oddest: Vec<OddestPatches>,
}

/// The finer scale of a bank.
#[derive(Debug, PartialEq)]
pub struct FinerScale {
    bank: MemoryBank,
    units: ScaleUnits,
}

impl FinerScale {
    /// The finer scale with its rows, scores and recipe in `bank`.
    ///
    /// # Errors
    /// [`VisionError::Inconsistent`] for units that are not positive numbers, or a bank that itself
    /// has a finer scale.
    pub fn new(bank: MemoryBank, units: ScaleUnits) -> Result<Self> {
        let is_unit = |unit: f32| unit.is_finite() && unit > 0.0;
        if !is_unit(units.image) || !is_unit(units.pixel) || bank.finer().is_some() {
            return Err(VisionError::Inconsistent("the finer scale has no unit".into()));
        }
        Ok(Self { bank, units })
    }

    /// The finer scale as a bank of its own.
    pub fn bank(&self) -> &MemoryBank {
        &self.bank
    }

    /// Factors from its scores to those of the first scale.
    pub fn units(&self) -> ScaleUnits {
        self.units
    }

    /// The same scale with `change` made to its bank.
    fn map_bank(self, change: impl FnOnce(MemoryBank) -> MemoryBank) -> Self {
        Self { bank: change(self.bank), units: self.units }
    }
}

impl MemoryBank {
    /// The bank of a coreset, with thresholds and heatmap scale by the held-out scores.
    ///
    /// # Errors
    /// [`VisionError::TooFewNormals`] below [`thresholds::FEWEST_NORMALS`] scores,
    /// [`VisionError::NotFinite`] for a score that is not finite, and as [`Self::new`].
    pub fn from_coreset(
        bank: BankRef,
        recipe: DetectionRecipe,
        whitening: Arc<Whitening>,
        coreset: Coreset,
        HoldOut { scores: held_out, oddest }: HoldOut,
    ) -> Result<Self> {
        let rule = ThresholdRule::default();
        let scores = ScoredImages { held_out: &held_out, known: &[], with_term: false };
        let Calibration { thresholds, scale } = thresholds::calibrate(scores, &rule)?;
        let info = BankInfo {
            bank,
            recipe,
            rule,
            thresholds,
            scale,
            suspicious: thresholds::suspects(&held_out),
            held_out,
            known_defects: Vec::new(),
            capture: None,
            sensitivity: None,
            position: None,
            sample_bits: None,
            fit: coreset.fit,
        };
        Self::new(info, whitening, coreset.rows, coreset.origins)?.with_oddest(oddest)
    }

    /// The same bank with the oddest patches of its held-out images, or with none.
    ///
    /// # Errors
    /// [`VisionError::Size`] where they do not fit the held-out images or the rows.
    pub fn with_oddest(mut self, oddest: Vec<OddestPatches>) -> Result<Self> {
        if !oddest.is_empty() {
            let count = self.info.held_out.len();
            same_size("oddest patches of the held-out images", count, oddest.len())?;
        }
        for one in &oddest {
            same_size("values of an oddest patch", self.rows.dim(), one.dim())?;
        }
        self.oddest = oddest;
        Ok(self)
    }

    /// A bank from its parts.
    ///
    /// # Errors
    /// [`VisionError::Inconsistent`] where a limit is not finite, [`VisionError::Size`] where
    /// rows and origins differ in number, or whitening and rows in dimension.
    pub fn new(
        info: BankInfo,
        whitening: Arc<Whitening>,
        rows: BankRows,
        origins: Vec<Origin>,
    ) -> Result<Self> {
        same_size("origins of the bank rows", rows.len(), origins.len())?;
        same_size("values of a whitened row", rows.dim(), whitening.dim())?;
        let numbers = [
            info.thresholds.unsure,
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
        let oddest = Vec::new();
        Ok(Self { info, whitening, rows, origins, oddest, position: None, finer: None })
    }

    /// Description of the bank.
    pub fn info(&self) -> &BankInfo {
        &self.info
    }

    /// The whitening that patches go through before they are compared with the rows.
    pub fn whitening(&self) -> &Arc<Whitening> {
        &self.whitening
    }

    /// The rows to score against.
    pub fn rows(&self) -> &BankRows {
        &self.rows
    }

    /// Oddest patches of the held-out images, in their order; none in banks from before they were
    /// kept.
    pub fn oddest(&self) -> &[OddestPatches] {
        &self.oddest
    }

    /// Where the parts lie in the normal images, where they have a common place.
    pub fn position(&self) -> Option<&NormalPosition> {
        self.position.as_ref()
    }

    /// Image and position of each row.
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// Memory that the bank takes, in bytes.
    pub fn bytes(&self) -> usize {
        let whitening = size_of_val(self.whitening.matrix());
        let oddest: usize = self.oddest.iter().map(|one| size_of_val(one.rows())).sum();
        let finer = self.finer().map_or(0, |finer| finer.bank().bytes());
        let origins = self.origins.len() * size_of::<Origin>();
        let mean = self.position.as_ref().map_or(0, |position| position.mean().len());
        self.rows.bytes() + origins + whitening + oddest + mean + finer
    }

    /// The same bank with the ids of its images replaced by those of `names`; others stay.
    pub fn with_image_ids(mut self, names: &HashMap<ImageId, ImageId>) -> Self {
        let rename = |image: &mut ImageId| *image = names.get(image).copied().unwrap_or(*image);
        self.origins.iter_mut().for_each(|origin| rename(&mut origin.image));
        for held in &mut self.info.held_out {
            rename(&mut held.image);
            rename(&mut held.nearest);
        }
        self.info.suspicious.iter_mut().for_each(rename);
        self.info.fit.images.iter_mut().for_each(rename);
        self.of_both_scales(|finer| finer.with_image_ids(names))
    }

    /// The same bank under the code that its product has now: a code may be renamed, a file not.
    pub fn with_product(mut self, product: ProductCode) -> Self {
        self.info.bank.product = product.clone();
        self.of_both_scales(|finer| finer.with_product(product))
    }

    /// The same bank under another version of its product's banks.
    pub fn with_version(mut self, version: u32) -> Self {
        self.info.bank.version = version;
        self.of_both_scales(|finer| finer.with_version(version))
    }

    /// The finer scale, if the bank has one.
    pub fn finer(&self) -> Option<&FinerScale> {
        self.finer.as_deref()
    }

    /// The same bank with a finer scale, its scores already those of both scales.
    pub fn with_finer(mut self, finer: FinerScale) -> Self {
        self.finer = Some(Box::new(finer));
        self
    }

    /// The same bank with `change` made to its finer scale as well, if it has one.
    fn of_both_scales(mut self, change: impl FnOnce(Self) -> Self) -> Self {
        self.finer = self.finer.map(|finer| Box::new(finer.map_bank(change)));
        self
    }

    /// The same bank, marked as an extension of an earlier one.
    pub fn extending(mut self, earlier: Extended) -> Self {
        self.info.fit.extends = Some(earlier);
        self
    }

    /// The same bank with how its normal images were taken, and how scores depend on that.
    pub fn with_capture(
        mut self,
        capture: Option<CaptureRange>,
        sensitivity: Option<Sensitivity>,
    ) -> Self {
        self.info.capture = capture;
        self.info.sensitivity = sensitivity;
        self
    }

    /// The same bank with where the parts lie in its normal images.
    pub fn with_position(mut self, position: Option<NormalPosition>) -> Self {
        self.info.position = position.as_ref().map(|position| position.range().clone());
        self.position = position;
        self
    }

    /// The same bank with the bits of white in the samples of its normal images.
    pub fn with_sample_bits(mut self, bits: Option<SampleBits>) -> Self {
        self.info.sample_bits = bits;
        self
    }

    /// The same bank with limits by `rule` and the scores of `known` defects.
    ///
    /// # Errors
    /// As [`thresholds::calibrate`].
    pub fn recalibrated(mut self, known: Vec<KnownDefect>, rule: ThresholdRule) -> Result<Self> {
        let scores =
            ScoredImages { held_out: &self.info.held_out, known: &known, with_term: false };
        let found = thresholds::calibrate(scores, &rule)?;
        self.info.rule = rule;
        self.info.thresholds = found.thresholds;
        self.info.scale = found.scale;
        self.info.known_defects = known;
        let (finer, position) = (self.finer, self.position);
        let bank = Self::new(self.info, self.whitening, self.rows, self.origins)?;
        Ok(Self { finer, position, ..bank.with_oddest(self.oddest)? })
    }
}
