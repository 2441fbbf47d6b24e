//! What is too far from normal: limits from normal pictures that the bank did not see, and from
//! known defects where there are any.
//!
//! [`held_out`] scores the normal pictures, [`calibrate`] sets the limits by a rule,
//! [`rates`] says how often those will be wrong, [`suspects()`] names normal pictures that look
//! abnormal to the rest. Nothing but scores is needed to set limits anew.

mod held_out;
mod suspects;
mod tail;

use serde::{Deserialize, Serialize};

use super::{Result, VisionError};
use fettle_domain::{DefectCode, HeatmapScale, ImageId, Rate, ThresholdRule, Thresholds};
pub use held_out::{Folds, HeldOut, hold_out};
pub use suspects::suspects;
use tail::Tail;

/// Fewer normal pictures than this give no threshold.
pub const FEWEST_NORMALS: usize = 3;

/// The pixel threshold is so placed that a normal picture has a pixel above it so often. That is
/// more often than it is called NG: whether is decided already where it is asked where.
const REACHING: f64 = 0.1;

/// Where every known defect escapes, limits that good parts exceed less often gain nothing.
const LEAST_OVERKILL: f64 = 1e-3;

/// What a picture of a known defect scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownDefect {
    /// The picture.
    pub image: ImageId,
    /// What it shows.
    pub defect: DefectCode,
    /// Its image score.
    pub image_score: f32,
    /// The highest score of its anomaly map.
    pub pixel_max: f32,
}

/// Limits and scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// Limits of image and pixel scores.
    pub thresholds: Thresholds,
    /// The scale of this product's heatmaps.
    pub scale: HeatmapScale,
}

/// How often limits are wrong. Normal pictures that are [`suspects()`] are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rates {
    /// Held-out normal pictures called NG.
    pub overkill: Rate,
    /// The share of further normal pictures expected to be called NG, by the tail of the
    /// held-out scores.
    pub expected_overkill: f64,
    /// Known defects called OK; `None` where there are none.
    pub escape: Option<Rate>,
}

/// Limits by `rule` from held-out scores and known defects.
///
/// The image threshold is the rule's, on the scores of the normal pictures that are no
/// [`suspects()`]. The pixel threshold is what the maps of a tenth of normal pictures reach,
/// whatever the rule, unless a person says another: image scores rest on layers that the maps
/// leave out, so no share of an image threshold is a limit of pixels. The scale begins at the
/// median pixel of a normal picture and ends 2.5 times as far from it as the pixel threshold, so
/// that the threshold is always drawn in the same colour.
///
/// # Errors
/// [`VisionError::TooFewNormals`] for fewer than [`FEWEST_NORMALS`],
/// [`VisionError::Inconsistent`] for a score that is not finite, [`VisionError::BadRule`] for a
/// rule out of its range, [`VisionError::NoKnownDefects`] for one that needs some.
pub fn calibrate(
    held_out: &[HeldOut],
    known: &[KnownDefect],
    rule: &ThresholdRule,
) -> Result<Calibration> {
    check(rule, !known.is_empty())?;
    let got = held_out.len();
    if got < FEWEST_NORMALS {
        return Err(VisionError::TooFewNormals { needed: FEWEST_NORMALS, got });
    }
    let finite =
        |h: &HeldOut| [h.image_score, h.pixel_max, h.pixel_median].iter().all(|v| v.is_finite());
    if !held_out.iter().all(finite) || !known.iter().all(|k| k.image_score.is_finite()) {
        return Err(VisionError::Inconsistent("a held-out score is not finite".into()));
    }
    let kept = kept(held_out);
    let image = image_limit(&tail_of(&kept, |h| h.image_score)?, known, rule);
    let pixel = match rule {
        ThresholdRule::Manual { pixel: Some(pixel), .. } => *pixel,
        _ => tail_of(&kept, |h| h.pixel_max)?.limit(REACHING) as f32,
    };
    let mut medians: Vec<f32> = kept.iter().map(|h| h.pixel_median).collect();
    medians.sort_unstable_by(f32::total_cmp);
    Ok(Calibration {
        thresholds: Thresholds { image, pixel },
        scale: scale(medians[medians.len() / 2], pixel),
    })
}

/// How often `thresholds` are wrong.
///
/// # Errors
/// As [`calibrate`], but for the rule's.
pub fn rates(held_out: &[HeldOut], known: &[KnownDefect], thresholds: Thresholds) -> Result<Rates> {
    let kept = kept(held_out);
    let tail = tail_of(&kept, |h| h.image_score)?;
    let nothing = || VisionError::Nothing("held-out scores");
    Ok(Rates {
        overkill: Rate::count(&kept, |h| h.image_score > thresholds.image).ok_or_else(nothing)?,
        expected_overkill: tail.exceedance(f64::from(thresholds.image)),
        escape: Rate::count(known, |k| k.image_score <= thresholds.image),
    })
}

/// The heatmap scale from `low` on in which `pixel_threshold` has 40 % of the way to the
/// hottest colour. A threshold at or below `low` (a person may set one) still gives a scale.
pub fn scale(low: f32, pixel_threshold: f32) -> HeatmapScale {
    let step = (pixel_threshold - low).max(0.01 * low.abs()).max(1e-6);
    HeatmapScale { low, high: low + 2.5 * step }
}

/// Those that limits are set by.
fn kept(held_out: &[HeldOut]) -> Vec<HeldOut> {
    let suspects = suspects(held_out);
    held_out.iter().filter(|h| !suspects.contains(&h.image)).copied().collect()
}

fn tail_of(kept: &[HeldOut], score: fn(&HeldOut) -> f32) -> Result<Tail> {
    let tail = Tail::of(kept.iter().map(score));
    tail.ok_or(VisionError::TooFewNormals { needed: FEWEST_NORMALS, got: kept.len() })
}

/// Whether limits can be set by `rule`, with known defects or without.
///
/// # Errors
/// [`VisionError::BadRule`] for a rule out of its range, [`VisionError::NoKnownDefects`] for one
/// that needs some.
pub fn check(rule: &ThresholdRule, any_known: bool) -> Result<()> {
    match rule.out_of_range() {
        Some(why) => Err(VisionError::BadRule(why)),
        None if matches!(rule, ThresholdRule::Cost { .. }) && !any_known => {
            Err(VisionError::NoKnownDefects)
        }
        None => Ok(()),
    }
}

/// `rule` was checked.
fn image_limit(tail: &Tail, known: &[KnownDefect], rule: &ThresholdRule) -> f32 {
    match *rule {
        ThresholdRule::MaxOverkill { rate } => tail.limit(rate) as f32,
        ThresholdRule::Quantile { share } => tail.quantile(share) as f32,
        ThresholdRule::Cost { escape, overkill, prevalence } => {
            cheapest(tail, known, escape * prevalence, overkill * (1.0 - prevalence))
        }
        ThresholdRule::Manual { image, .. } => image,
    }
}

/// The limit at which an escape costs `escape` and an overkill `overkill`, each weighed by how
/// many parts it may happen to, and both together least.
///
/// Escapes grow by steps, at the scores of the known defects; overkill falls all the way. So the
/// best limit is just below one of those scores, or beyond all where overkill weighs more.
fn cheapest(tail: &Tail, known: &[KnownDefect], escape: f64, overkill: f64) -> f32 {
    let mut scores: Vec<f32> = known.iter().map(|k| k.image_score).collect();
    scores.sort_unstable_by(f32::total_cmp);
    let n = scores.len() as f64;
    // Of equal scores the first: a limit just below lets none of them escape.
    let candidates = (0..scores.len()).map(|below| {
        let limit = scores[below].next_down();
        (escape * below as f64 / n + overkill * tail.exceedance(f64::from(limit)), limit)
    });
    let last = scores.iter().copied().fold(tail.limit(LEAST_OVERKILL) as f32, f32::max);
    let beyond = (escape + overkill * tail.exceedance(f64::from(last)), last);
    let best = candidates.chain([beyond]).min_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or(last, |(_, limit)| limit)
}

#[cfg(test)]
mod tests;
