//! What is too far from normal: limits from normal pictures that the bank did not see.

use serde::{Deserialize, Serialize};

use super::anomaly_map::anomaly_map;
use super::bank_rows::BankRows;
use super::memory_bank::{Origin, PicturePatches};
use super::{Result, VisionError};
use crate::domain::{HeatmapScale, ImageId, Thresholds};

/// Fewer normal pictures than this give no threshold.
pub const FEWEST_NORMALS: usize = 3;

/// Standard deviations between the mean held-out image score and the image threshold.
const IMAGE_DEVIATIONS: f64 = 3.0;
/// The same for the pixel threshold: lower, so that what made a picture NG is also marked.
const PIXEL_DEVIATIONS: f64 = 2.0;
/// From so many pictures on, one far outside the others is left out of the limits.
const ENOUGH_FOR_QUARTILES: usize = 8;

/// What a normal picture scores against the bank rows of the other pictures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HeldOut {
    /// The picture.
    pub image: ImageId,
    /// Its image score.
    pub image_score: f32,
    /// The highest score of its anomaly map.
    pub pixel_max: f32,
    /// The median score of its anomaly map.
    pub pixel_median: f32,
}

/// Limits, scale, and the normal pictures that look anomalous themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Limits of image and pixel scores.
    pub thresholds: Thresholds,
    /// The scale of this product's heatmaps.
    pub scale: HeatmapScale,
    /// Pictures whose held-out score lies far outside the others': likely not normal, worth a
    /// look. They did not move the limits.
    pub suspicious: Vec<ImageId>,
}

/// Scores a normal picture against the rows of a bank that do not come from it.
///
/// The bank was thinned over all pictures together, so a picture's own rows may have displaced
/// similar ones of others: these scores are a little higher than a really new normal picture's,
/// and limits from them err towards fewer good parts called bad.
///
/// `input` is the network input's width and height in pixels.
///
/// # Errors
/// [`VisionError::NothingLeft`] where all rows come from this picture,
/// [`VisionError::Size`] where patches, grid and bank do not fit.
pub fn leave_one_image_out(
    bank: &BankRows,
    origins: &[Origin],
    image: ImageId,
    picture: &PicturePatches,
    input: (u32, u32),
) -> Result<HeldOut> {
    let usable: Vec<bool> = origins.iter().map(|origin| origin.image != image).collect();
    if !usable.contains(&true) {
        return Err(VisionError::NothingLeft(image));
    }
    let scored = bank.score(&picture.rows, Some(&usable))?;
    let mut pixels =
        anomaly_map(&picture.on_grid(scored.scores())?, picture.grid, input.0, input.1)?.scores;
    let pixel_max = pixels.iter().copied().fold(0.0, f32::max);
    let middle = pixels.len() / 2;
    let pixel_median = *pixels.select_nth_unstable_by(middle, f32::total_cmp).1;
    Ok(HeldOut { image, image_score: scored.image_score, pixel_max, pixel_median })
}

/// Limits and scale from held-out scores.
///
/// The rule: mean + k·s of the held-out scores (image scores; the maps' maxima for pixels),
/// where k widens for few pictures as a prediction interval does: Student's quantile that
/// belongs to 3 (pixels: 2) standard deviations, times √(1 + 1/n). Scores are maxima over
/// patches, so their upper tail is that of a Gumbel distribution, of which 1.2 % lies above
/// 3 deviations. From eight pictures on, scores beyond the upper quartile plus three times
/// the distance of the quartiles (0.3 % of a Gumbel distribution) are left out and reported.
///
/// The scale begins at the median pixel of a normal picture and ends 2.5 times as far from it
/// as the pixel threshold, so that the threshold is always drawn in the same colour.
///
/// # Errors
/// [`VisionError::TooFewNormals`] for fewer than [`FEWEST_NORMALS`],
/// [`VisionError::Inconsistent`] for a score that is not finite.
pub fn calibrate(held_out: &[HeldOut]) -> Result<Calibration> {
    let got = held_out.len();
    if got < FEWEST_NORMALS {
        return Err(VisionError::TooFewNormals { needed: FEWEST_NORMALS, got });
    }
    let finite =
        |h: &HeldOut| [h.image_score, h.pixel_max, h.pixel_median].iter().all(|v| v.is_finite());
    if !held_out.iter().all(finite) {
        return Err(VisionError::Inconsistent("a held-out score is not finite".into()));
    }
    let image_scores: Vec<f32> = held_out.iter().map(|h| h.image_score).collect();
    let pixel_maxima: Vec<f32> = held_out.iter().map(|h| h.pixel_max).collect();
    let (image_fence, pixel_fence) = (upper_fence(&image_scores), upper_fence(&pixel_maxima));
    let image = limit(&image_scores, image_fence, IMAGE_DEVIATIONS);
    let pixel = limit(&pixel_maxima, pixel_fence, PIXEL_DEVIATIONS);
    let mut medians: Vec<f32> = held_out.iter().map(|h| h.pixel_median).collect();
    medians.sort_unstable_by(f32::total_cmp);
    let low = medians[got / 2];
    let suspicious = held_out
        .iter()
        .filter(|h| h.image_score > image_fence || h.pixel_max > pixel_fence)
        .map(|h| h.image)
        .collect();
    Ok(Calibration {
        thresholds: Thresholds { image, pixel },
        scale: scale(low, pixel),
        suspicious,
    })
}

/// The heatmap scale from `low` on in which `pixel_threshold` has 40 % of the way to the
/// hottest colour. A threshold at or below `low` (a person may set one) still gives a scale.
pub fn scale(low: f32, pixel_threshold: f32) -> HeatmapScale {
    let step = (pixel_threshold - low).max(0.01 * low.abs()).max(1e-6);
    HeatmapScale { low, high: low + 2.5 * step }
}

/// Share of these normal pictures that `image_threshold` would call NG, 0 to 1.
pub fn overkill(held_out: &[HeldOut], image_threshold: f32) -> f32 {
    if held_out.is_empty() {
        return 0.0;
    }
    let called_bad = held_out.iter().filter(|h| h.image_score > image_threshold).count();
    called_bad as f32 / held_out.len() as f32
}

/// Tukey's outer fence; infinity for too few values to have quartiles.
fn upper_fence(values: &[f32]) -> f32 {
    if values.len() < ENOUGH_FOR_QUARTILES {
        return f32::INFINITY;
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let (lower, upper) = (sorted[sorted.len() / 4], sorted[sorted.len() * 3 / 4]);
    // Copies of one picture have no spread; they do not make all others suspicious.
    upper + (3.0 * (upper - lower)).max(0.05 * upper)
}

/// Mean + k·s of the values up to `fence`.
fn limit(values: &[f32], fence: f32, deviations: f64) -> f32 {
    let kept: Vec<f64> = values.iter().filter(|v| **v <= fence).map(|v| f64::from(*v)).collect();
    let n = kept.len() as f64;
    let mean = kept.iter().sum::<f64>() / n;
    let variance = kept.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    // Copies of one picture say nothing about the spread of others: at least 1 %.
    let spread = variance.sqrt().max(0.01 * mean.abs());
    (mean + student(deviations, n - 1.0) * (1.0 + 1.0 / n).sqrt() * spread) as f32
}

/// Student's quantile for the probability of `z` normal deviations and `freedom` degrees
/// (Abramowitz and Stegun 26.7.5, two terms).
fn student(z: f64, freedom: f64) -> f64 {
    let first = (z.powi(3) + z) / 4.0;
    let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
    z + first / freedom + second / (freedom * freedom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held_out(scores: &[f32]) -> Vec<HeldOut> {
        let one = |(i, score): (usize, &f32)| HeldOut {
            image: ImageId(i as i64),
            image_score: *score,
            pixel_max: 0.8 * score,
            pixel_median: 0.3 * score,
        };
        scores.iter().enumerate().map(one).collect()
    }

    /// Gumbel-distributed scores around 10, spread 1, by quantile: no dice.
    fn gumbel(count: usize) -> Vec<f32> {
        (0..count)
            .map(|i| {
                let p = (i as f64 + 0.5) / count as f64;
                (10.0 - (-p.ln()).ln()) as f32
            })
            .collect()
    }

    #[test]
    fn few_good_parts_are_called_bad() {
        // (normals, share of further normals allowed above the limit)
        for (count, allowed) in [(8, 0.01), (20, 0.012), (50, 0.014), (200, 0.015)] {
            let found = calibrate(&held_out(&gumbel(count))).unwrap();
            let new = held_out(&gumbel(20_000));
            let called_bad = overkill(&new, found.thresholds.image);
            assert!(called_bad <= allowed, "{count} normals: {called_bad}");
            // And the limit is no more than useful: it stays within the tail.
            assert!(found.thresholds.image < 20.0, "{count}: {}", found.thresholds.image);
            // Of 200, the largest lies where 0.3 % are expected.
            assert!(found.suspicious.len() <= count / 150, "{:?}", found.suspicious);
        }
    }

    #[test]
    fn one_bad_normal_is_reported_and_moves_nothing() {
        let clean = calibrate(&held_out(&gumbel(30))).unwrap();
        let mut scores = gumbel(30);
        scores.push(40.0);
        let soiled = calibrate(&held_out(&scores)).unwrap();
        assert_eq!(soiled.suspicious, [ImageId(30)]);
        assert_eq!(soiled.thresholds, clean.thresholds);
    }

    #[test]
    fn the_scale_is_tied_to_the_threshold() {
        let found = calibrate(&held_out(&gumbel(20))).unwrap();
        let (HeatmapScale { low, high }, pixel) = (found.scale, found.thresholds.pixel);
        assert!(low < pixel && pixel < high);
        assert!(((pixel - low) / (high - low) - 0.4).abs() < 1e-4);
    }

    #[test]
    fn copies_give_a_limit_above_themselves_and_too_few_give_none() {
        let found = calibrate(&held_out(&[5.0; 12])).unwrap();
        assert!(found.thresholds.image > 5.1 && found.suspicious.is_empty());
        for count in 0..FEWEST_NORMALS {
            let result = calibrate(&held_out(&vec![1.0; count]));
            assert!(matches!(result, Err(VisionError::TooFewNormals { got, .. }) if got == count));
        }
        assert!(calibrate(&held_out(&[1.0, 2.0, f32::NAN])).is_err());
        assert_eq!(overkill(&[], 1.0), 0.0);
    }
}
