//! The finer scale of a bank: the same normal images compared once more at a larger input size.
//! Image scores and maps of both scales are averaged.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::bank::MemoryBank;
use crate::error::same_size;
use crate::robust::median;
use crate::thresholds::{self, HeldOut};
use crate::{Result, VisionError};
use fettle_domain::{AnomalyMap, ImageId};

/// Factors from the scores of the finer scale to those of the first, by the medians of the held-out
/// images: what is normal weighs the same at both.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScaleUnits {
    /// Of image scores.
    pub image: f32,
    /// Of the scores of the anomaly map.
    pub pixel: f32,
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
    pub(super) fn map_bank(self, change: impl FnOnce(MemoryBank) -> MemoryBank) -> Self {
        Self { bank: change(self.bank), units: self.units }
    }
}

impl ScaleUnits {
    /// Units by the held-out scores of both scales.
    fn of(first: &[HeldOut], finer: &[HeldOut]) -> Self {
        let ratio = |score: fn(&HeldOut) -> f32| {
            let middle = |held_out: &[HeldOut]| {
                median(&held_out.iter().map(|held| f64::from(score(held))).collect::<Vec<_>>())
            };
            let ratio = (middle(first) / middle(finer)) as f32;
            if ratio.is_finite() && ratio > 0.0 { ratio } else { 1.0 }
        };
        Self { image: ratio(|h| h.image_score), pixel: ratio(|h| h.pixel_median) }
    }

    /// Image score of both scales.
    pub fn image_score(self, first: f32, finer: f32) -> f32 {
        (first + self.image * finer) / 2.0
    }

    /// Adds the `finer` map to that of the `first` scale, both in the pixels of the image.
    ///
    /// # Errors
    /// [`VisionError::Size`] where the maps differ in size.
    pub fn average_maps(self, first: &mut AnomalyMap, finer: &AnomalyMap) -> Result<()> {
        same_size("scores of the finer map", first.scores.len(), finer.scores.len())?;
        for (first, finer) in first.scores.iter_mut().zip(&finer.scores) {
            *first = (*first + self.pixel * finer) / 2.0;
        }
        Ok(())
    }

    /// Held-out scores of both scales. The highest score of the averaged map is at most the mean of
    /// the maps' highest scores, which stands for it.
    pub fn held_out(self, first: &HeldOut, finer: &HeldOut) -> HeldOut {
        let pixel = |first: f32, finer: f32| (first + self.pixel * finer) / 2.0;
        HeldOut {
            image_score: self.image_score(first.image_score, finer.image_score),
            pixel_max: pixel(first.pixel_max, finer.pixel_max),
            pixel_median: pixel(first.pixel_median, finer.pixel_median),
            ..*first
        }
    }
}

impl MemoryBank {
    /// The finer scale, if the bank has one.
    pub fn finer(&self) -> Option<&FinerScale> {
        self.finer.as_deref()
    }

    /// The same bank with a finer scale, its scores already those of both scales.
    pub fn with_finer(mut self, finer: FinerScale) -> Self {
        self.finer = Some(Box::new(finer));
        self
    }

    /// This bank, of the first scale alone, and the bank `finer` of the same images as one of two
    /// scales: held-out scores of both averaged, the limits set by them. Images that only one of
    /// them held out are left out.
    ///
    /// # Errors
    /// As [`thresholds::calibrate`] and [`FinerScale::new`].
    pub fn joined(mut self, finer: Self) -> Result<Self> {
        let rule = self.info.rule;
        let by_image: HashMap<ImageId, &HeldOut> =
            finer.info.held_out.iter().map(|held| (held.image, held)).collect();
        let is_shared = |held: &HeldOut| by_image.contains_key(&held.image);
        if !self.oddest.is_empty() {
            let shared = self.oddest.into_iter().zip(&self.info.held_out);
            self.oddest = shared.filter(|(_, held)| is_shared(held)).map(|(one, _)| one).collect();
        }
        self.info.held_out.retain(is_shared);
        let units = ScaleUnits::of(&self.info.held_out, &finer.info.held_out);
        for held in &mut self.info.held_out {
            if let Some(finer) = by_image.get(&held.image) {
                *held = units.held_out(held, finer);
            }
        }
        self.info.suspicious = thresholds::suspects(&self.info.held_out);
        Ok(self.recalibrated(Vec::new(), rule)?.with_finer(FinerScale::new(finer, units)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory_bank::test_banks::bank;

    #[test]
    fn two_scales_are_averaged_in_the_units_of_the_first() {
        let (first, finer) = (bank(1), bank(2));
        let scores = |bank: &MemoryBank, score: fn(&HeldOut) -> f32| {
            let held_out = bank.info().held_out.iter();
            median(&held_out.map(|held| f64::from(score(held))).collect::<Vec<_>>())
        };
        let expected = ScaleUnits {
            image: (scores(&first, |h| h.image_score) / scores(&finer, |h| h.image_score)) as f32,
            pixel: (scores(&first, |h| h.pixel_median) / scores(&finer, |h| h.pixel_median)) as f32,
        };
        let (before, second) = (first.info().held_out.clone(), finer.info().held_out.clone());
        let both = first.joined(finer).unwrap();
        assert_eq!(both.finer().unwrap().units(), expected);
        for ((both, first), finer) in both.info().held_out.iter().zip(&before).zip(&second) {
            let mean = (first.image_score + expected.image * finer.image_score) / 2.0;
            assert_eq!((both.image, both.image_score), (first.image, mean));
        }
        assert_eq!(both.oddest().len(), both.info().held_out.len());
        // Limits are those of the averaged scores.
        let rule = both.info().rule;
        let scored = crate::thresholds::ScoredImages {
            held_out: &both.info().held_out,
            known: &[],
            with_term: false,
        };
        let limits = thresholds::calibrate(scored, &rule).unwrap();
        assert_eq!(both.info().thresholds, limits.thresholds);
    }

    #[test]
    fn images_held_out_at_one_scale_alone_are_left_out() {
        let (first, mut finer) = (bank(1), bank(2));
        let left = finer.info.held_out.remove(3).image;
        finer.oddest.remove(3);
        let both = first.joined(finer).unwrap();
        assert!(both.info().held_out.iter().all(|held| held.image != left));
        assert_eq!((both.info().held_out.len(), both.oddest().len()), (9, 9));
    }

    #[test]
    fn maps_are_averaged_pixel_by_pixel() {
        let map = |scores: &[f32]| AnomalyMap { width: 2, height: 1, scores: scores.to_vec() };
        let units = ScaleUnits { image: 1.0, pixel: 0.5 };
        let mut first = map(&[2.0, 4.0]);
        units.average_maps(&mut first, &map(&[4.0, 0.0])).unwrap();
        assert_eq!(first.scores, [2.0, 2.0]);
        assert!(units.average_maps(&mut first, &map(&[1.0])).is_err());
    }

    #[test]
    fn a_scale_without_a_unit_is_refused() {
        for (image, pixel) in [(0.0, 1.0), (1.0, f32::NAN), (-1.0, 1.0), (f32::INFINITY, 1.0)] {
            assert!(FinerScale::new(bank(1), ScaleUnits { image, pixel }).is_err());
        }
        let units = ScaleUnits { image: 1.0, pixel: 1.0 };
        let twice = bank(1).joined(bank(2)).unwrap();
        assert!(FinerScale::new(twice, units).is_err());
    }
}
