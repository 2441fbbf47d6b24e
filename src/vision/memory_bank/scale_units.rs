//! Units of the scores of a bank's finer scale.

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::error::same_size;
use crate::robust::median;
use crate::thresholds::HeldOut;
use fettle_domain::AnomalyMap;

/// Factors from the scores of the finer scale to those of the first, by the medians of the held-out
/// images: what is normal weighs the same at both.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScaleUnits {
    /// Of image scores.
    pub image: f32,
    /// Of the scores of the anomaly map.
    pub pixel: f32,
}

impl ScaleUnits {
    /// Units by the held-out scores of both scales.
    pub(super) fn of(first: &[HeldOut], finer: &[HeldOut]) -> Self {
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
    /// [`VisionError::Size`](crate::VisionError::Size) where the maps differ in size.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_are_averaged_pixel_by_pixel() {
        let map = |scores: &[f32]| AnomalyMap { width: 2, height: 1, scores: scores.to_vec() };
        let units = ScaleUnits { image: 1.0, pixel: 0.5 };
        let mut first = map(&[2.0, 4.0]);
        units.average_maps(&mut first, &map(&[4.0, 0.0])).unwrap();
        assert_eq!(first.scores, [2.0, 2.0]);
        assert!(units.average_maps(&mut first, &map(&[1.0])).is_err());
    }
}
