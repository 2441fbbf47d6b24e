//! Histograms of image scores.

use serde::Serialize;

/// Counts of normal and defective images by score, in bins of equal width.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Histogram {
    /// Lower limit of the first bin.
    pub low: f64,
    /// Width of a bin; above 0.
    pub step: f64,
    /// Normal images in each bin.
    pub normal: Vec<usize>,
    /// Defective images in each bin.
    pub defective: Vec<usize>,
}

impl Histogram {
    /// Counts scores in at most `bins` bins (at least 2) whose limits are round numbers. `None`
    /// without scores, without bins, or for a score that is not finite.
    pub fn of(normal: &[f32], defective: &[f32], bins: usize) -> Option<Self> {
        let all = || normal.iter().chain(defective).map(|v| f64::from(*v));
        if bins == 0 || !all().all(f64::is_finite) {
            return None;
        }
        let (least, most) = (all().reduce(f64::min)?, all().reduce(f64::max)?);
        // Equal scores have no spread: a bin as wide as a hundredth of the score.
        let span = (most - least).max(0.01 * most.abs()).max(1e-6);
        // One bin fewer, since rounding down the first limit may add one.
        let step = round_step(span / bins.saturating_sub(1).max(1) as f64);
        let low = (least / step).floor() * step;
        let count = (((most - low) / step).floor() as usize + 1).min(bins.max(2));
        let mut found = Self { low, step, normal: vec![0; count], defective: vec![0; count] };
        for (scores, counts) in [(normal, true), (defective, false)] {
            for score in scores {
                let bin =
                    (((f64::from(*score) - low) / step).floor().max(0.0) as usize).min(count - 1);
                let counts = if counts { &mut found.normal } else { &mut found.defective };
                if let Some(count) = counts.get_mut(bin) {
                    *count += 1;
                }
            }
        }
        Some(found)
    }

    /// Upper limit of the last bin.
    pub fn high(&self) -> f64 {
        self.low + self.step * self.normal.len() as f64
    }
}

/// The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below `step`; `step` is above
/// 0.
pub fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let fits = |factor: &f64| factor * power >= step * (1.0 - 1e-9);
    [1.0, 2.0, 2.5, 5.0].into_iter().find(fits).unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn limits_are_round_and_every_score_is_counted() {
        let found = Histogram::of(&[1.0, 1.2, 1.9, 2.05], &[3.0, 2.0], 10).unwrap();
        assert_eq!((found.low, found.step), (1.0, 0.25));
        assert_eq!(found.normal, [2, 0, 0, 1, 1, 0, 0, 0, 0]);
        assert_eq!(found.defective, [0, 0, 0, 0, 1, 0, 0, 0, 1]);
        assert_eq!(Histogram::of(&[5.0; 4], &[], 10).unwrap().normal.iter().sum::<usize>(), 4);
        assert_eq!(Histogram::of(&[], &[], 10), None);
        assert_eq!(Histogram::of(&[f32::NAN], &[], 10), None);
        for (step, round) in [(0.3, 0.5), (1.0, 1.0), (21.0, 25.0), (6.0, 10.0), (0.011, 0.02)] {
            assert!((round_step(step) - round).abs() < 1e-12, "{step}");
        }
    }

    proptest! {
        #[test]
        fn no_score_is_lost(
            normal in prop::collection::vec(-1e6f32..1e6, 0..50),
            defective in prop::collection::vec(0f32..1e3, 1..50),
            bins in 1usize..60,
        ) {
            let found = Histogram::of(&normal, &defective, bins).unwrap();
            prop_assert_eq!(found.normal.iter().sum::<usize>(), normal.len());
            prop_assert_eq!(found.defective.iter().sum::<usize>(), defective.len());
            prop_assert!(found.normal.len() <= bins.max(2) && found.step > 0.0);
        }
    }
}
