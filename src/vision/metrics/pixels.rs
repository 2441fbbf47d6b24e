//! Histogram of the pixel scores of many anomaly maps, in bounded memory.
//!
//! A data set has more pixels than memory should hold (52 million in 82 images of 500×1260),
//! so scores are not sorted but counted in bins whose width is proportional to the score: a bin
//! is the upper bits of the floating-point number. No range has to be known beforehand, one pass
//! is enough, and the histogram takes 6 MB for any data set.

use super::ranking::{Ranking, Tied};
use crate::connected_components::connected_components;
use crate::error::same_size;
use crate::{Result, VisionError};
use fettle_domain::{AnomalyMap, Mask};

/// Bits of the mantissa that tell bins apart: scores of one bin, which count as ties, differ by
/// less than 1/8192 of their value.
const MANTISSA_BITS: u32 = 13;
/// Bits of the mantissa that are dropped.
const SHIFT: u32 = f32::MANTISSA_DIGITS - 1 - MANTISSA_BITS;
/// 2⁻¹⁶: smaller scores are in the first bin.
const LOWEST: f32 = 1.0 / 65_536.0;
/// Octaves from [`LOWEST`] to 2¹⁶; larger scores are in the last bin.
const OCTAVES: usize = 32;
/// The first bin, the bins of the octaves, the last bin.
const BINS: usize = (OCTAVES << MANTISSA_BITS) + 2;

/// Pixels whose scores share a bin.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bin {
    pub(super) normal: u64,
    pub(super) anomalous: u64,
    /// Sum over the anomalous pixels of 1 / pixels of their region.
    pub(super) overlap: f64,
}

/// Histogram of the pixel scores of maps with a ground truth.
#[derive(Debug, Clone)]
pub struct PixelScores {
    bins: Vec<Bin>,
    regions: u64,
}

impl Default for PixelScores {
    fn default() -> Self {
        Self { bins: vec![Bin::default(); BINS], regions: 0 }
    }
}

impl PixelScores {
    /// Counts the pixels of an image; those of `truth` are anomalous. Regions are components
    /// connected by sides or corners, as in MVTec's evaluation.
    ///
    /// # Errors
    /// [`VisionError::Size`] where map and mask differ in size, [`VisionError::NotFinite`]
    /// for a score that is not a number. Nothing is counted then.
    pub fn add(&mut self, map: &AnomalyMap, truth: &Mask) -> Result<()> {
        same_size("width of the ground truth", map.width as usize, truth.width as usize)?;
        same_size("height of the ground truth", map.height as usize, truth.height as usize)?;
        same_size("flags of the ground truth", map.scores.len(), truth.set.len())?;
        check(map)?;
        for (score, _) in map.scores.iter().zip(&truth.set).filter(|(_, set)| !**set) {
            self.at(*score).normal += 1;
        }
        connected_components(truth, |component| {
            self.regions += 1;
            let share = 1.0 / component.len() as f64;
            for pixel in component {
                let bin = self.at(map.scores[*pixel]);
                bin.anomalous += 1;
                bin.overlap += share;
            }
        });
        Ok(())
    }

    /// Counts the pixels of an image without anomaly.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub fn add_normal(&mut self, map: &AnomalyMap) -> Result<()> {
        check(map)?;
        for score in &map.scores {
            self.at(*score).normal += 1;
        }
        Ok(())
    }

    /// Ranking of all pixels; pixels of one bin are ties.
    pub fn ranking(&self) -> Ranking {
        let used = self.bins.iter().enumerate().rev();
        let groups = used.filter(|(_, bin)| bin.normal + bin.anomalous > 0).map(|(index, bin)| {
            Tied { score: lower_edge(index), anomalous: bin.anomalous, normal: bin.normal }
        });
        Ranking::of_groups(groups.collect())
    }

    /// Number of regions counted.
    pub(super) fn regions(&self) -> u64 {
        self.regions
    }

    /// Bins, highest scores first.
    pub(super) fn falling(&self) -> impl Iterator<Item = &Bin> {
        self.bins.iter().rev()
    }

    /// The bin of a score.
    fn at(&mut self, score: f32) -> &mut Bin {
        &mut self.bins[bin_of(score)]
    }
}

/// `Ok` for a map of width × height numbers; infinity is allowed.
fn check(map: &AnomalyMap) -> Result<()> {
    same_size(
        "scores of the anomaly map",
        map.width as usize * map.height as usize,
        map.scores.len(),
    )?;
    if map.scores.iter().any(|score| score.is_nan()) {
        return Err(VisionError::NotFinite("scores of the anomaly map"));
    }
    Ok(())
}

/// Index of the bin of a score. Floating-point numbers above 0 are ordered as their bits.
fn bin_of(score: f32) -> usize {
    if score < LOWEST {
        return 0;
    }
    let above = (score.to_bits() - LOWEST.to_bits()) >> SHIFT;
    (above as usize + 1).min(BINS - 1)
}

/// Lowest score of a bin.
fn lower_edge(bin: usize) -> f32 {
    match bin {
        0 => 0.0,
        bin => f32::from_bits(LOWEST.to_bits() + ((bin as u32 - 1) << SHIFT)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::precision_recall::average_precision;
    use crate::metrics::roc::auroc;
    use crate::test_data::noise;

    #[test]
    fn bins_are_in_the_order_of_scores() {
        let scores = [0.0, 1e-9, LOWEST, 0.5, 1.0, 1.0003, 2.0, 65_535.0, 65_536.0, f32::MAX];
        let bins = scores.map(bin_of);
        assert_eq!((bins[0], bins[1], bins[2], bins[9]), (0, 0, 1, BINS - 1));
        assert!(bins.is_sorted() && bins[4] < bins[5], "{bins:?}");
        assert_eq!(bin_of(f32::INFINITY), BINS - 1);
        for bin in [1, 2, 77, BINS - 2, BINS - 1] {
            assert_eq!(bin_of(lower_edge(bin)), bin);
        }
    }

    #[test]
    fn the_histogram_gives_the_metrics_of_sorting() {
        let count = 40_000u32;
        let truth: Vec<bool> = noise(count as usize, 3).iter().map(|v| *v > 0.8).collect();
        let scores: Vec<f32> = noise(count as usize, 4)
            .iter()
            .zip(&truth)
            .map(|(v, set)| v + 2.0 + if *set { 0.7 } else { 0.0 })
            .collect();
        let exact = Ranking::new(scores.iter().copied().zip(truth.iter().copied())).unwrap();
        let mut pixels = PixelScores::default();
        let map = AnomalyMap { width: 200, height: 200, scores };
        pixels.add(&map, &Mask { width: 200, height: 200, set: truth }).unwrap();
        let counted = pixels.ranking();
        for metric in [auroc, average_precision] {
            let (exact, counted) = (metric(&exact).unwrap(), metric(&counted).unwrap());
            assert!((0.5..0.99).contains(&exact), "{exact}");
            assert!((exact - counted).abs() < 1e-4, "{exact} {counted}");
        }
    }

    #[test]
    fn maps_and_masks_that_do_not_fit_are_not_counted() {
        let mut pixels = PixelScores::default();
        let map = AnomalyMap { width: 2, height: 1, scores: vec![1.0, 2.0] };
        let turned = Mask { width: 1, height: 2, set: vec![true, false] };
        assert!(matches!(pixels.add(&map, &turned), Err(VisionError::Size { .. })));
        let wrong = AnomalyMap { scores: vec![1.0, f32::NAN], ..map };
        assert!(matches!(pixels.add_normal(&wrong), Err(VisionError::NotFinite(_))));
        assert!(pixels.ranking().groups().is_empty());
        assert_eq!(auroc(&pixels.ranking()), None);
    }
}
