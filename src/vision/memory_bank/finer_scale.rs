//! Joining two banks of the same normal images, fitted at two input sizes, to one of two scales: image
//! scores and maps of both are averaged.

use std::collections::HashMap;

use super::bank::{FinerScale, MemoryBank};
use super::scale_units::ScaleUnits;
use crate::Result;
use crate::thresholds::{self, HeldOut};
use fettle_domain::ImageId;

impl MemoryBank {
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
    use crate::robust::median;

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
    fn a_scale_without_a_unit_is_refused() {
        for (image, pixel) in [(0.0, 1.0), (1.0, f32::NAN), (-1.0, 1.0), (f32::INFINITY, 1.0)] {
            assert!(FinerScale::new(bank(1), ScaleUnits { image, pixel }).is_err());
        }
        let units = ScaleUnits { image: 1.0, pixel: 1.0 };
        let twice = bank(1).joined(bank(2)).unwrap();
        assert!(FinerScale::new(twice, units).is_err());
    }
}
