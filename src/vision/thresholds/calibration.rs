//! Calibration: limits of image and pixel scores by a rule.

use serde::{Deserialize, Serialize};

use super::first_limit::{limit_of_escape, two_limits};
use super::folds::Folds;
use super::held_out::HeldOut;
use super::suspects::without_suspects;
use super::tail::{Tail, TailPrior};
use crate::{Result, VisionError};
use fettle_domain::{DefectCode, HeatmapScale, ImageId, KnownImage, ThresholdRule, Thresholds};

/// Least number of normal images for a threshold.
pub const FEWEST_NORMALS: usize = 3;

/// Share of normal images with a pixel above the pixel threshold. Higher than the rate of NG calls:
/// the image threshold decides whether a part is NG, the pixel threshold only where.
const PIXEL_EXCEEDANCE: f64 = 0.1;

/// Least overkill rate of the highest limit considered: where every known defect escapes, higher
/// limits gain nothing.
const LEAST_OVERKILL: f64 = 1e-3;

/// Scores of an image of a known defect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownDefect {
    /// The image.
    pub image: KnownImage,
    /// The defect that the image shows; `None` where nobody named it.
    pub defect: Option<DefectCode>,
    /// Image score.
    pub image_score: f32,
    /// Highest score of the anomaly map.
    pub pixel_max: f32,
}

/// The scores that limits are set by.
#[derive(Debug, Clone, Copy)]
pub struct ScoredImages<'a> {
    /// Held-out normal images, in the order of the fit.
    pub held_out: &'a [HeldOut],
    /// Known defects.
    pub known: &'a [KnownDefect],
    /// Whether the image scores contain a [term of known defects](crate::defect_term), which makes
    /// them spread more.
    pub with_term: bool,
}

impl ScoredImages<'_> {
    /// The same without the [`suspects`](super::suspects()).
    pub(super) fn kept(&self) -> Vec<HeldOut> {
        without_suspects(self.held_out)
    }

    /// The tail of the image scores of `kept`.
    pub(super) fn tail(&self, kept: &[HeldOut]) -> Result<Tail> {
        let prior = if self.with_term { TailPrior::ScoresWithTerm } else { TailPrior::Scores };
        tail_of(kept, |h| h.image_score, prior)
    }

    /// Image scores of `kept`, each with its fold.
    fn by_fold(kept: &[HeldOut]) -> Vec<(f32, usize)> {
        let folds = Folds::of(&kept.iter().map(|h| h.image).collect::<Vec<ImageId>>());
        kept.iter().map(|h| (h.image_score, folds.of_image(h.image).unwrap_or(0))).collect()
    }

    /// Image scores of the known defects.
    pub(super) fn known_scores(&self) -> Vec<f32> {
        self.known.iter().map(|known| known.image_score).collect()
    }
}

/// Limits and heatmap scale of a bank.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// Limits of image and pixel scores.
    pub thresholds: Thresholds,
    /// Scale of the heatmaps of this product.
    pub scale: HeatmapScale,
}

/// Sets limits by `rule` from held-out scores and known defects.
///
/// The second image threshold follows the rule, from the scores of the normal images without the
/// [`suspects`](super::suspects()); it bounds overkill. The first bounds escapes: a score that few
/// defective parts do not reach, by the known ones and by what is expected without any (lower where
/// normal images are few or their folds differ). The pixel threshold is exceeded by the maps of a tenth of
/// normal images, for every rule, unless a person sets another: image scores depend on layers that
/// the maps leave out, so that no share of an image threshold is a limit of pixels. The heatmap
/// scale begins at the median pixel of a normal image and ends 2.5 times as far from it as the
/// pixel threshold, so that the threshold always has the same colour.
///
/// # Errors
/// [`VisionError::TooFewNormals`] for fewer than [`FEWEST_NORMALS`],
/// [`VisionError::NotFinite`] for a score that is not finite, [`VisionError::BadRule`] for a
/// rule out of its range, [`VisionError::NoKnownDefects`] for a rule that needs known defects.
pub fn calibrate(scores: ScoredImages<'_>, rule: &ThresholdRule) -> Result<Calibration> {
    let ScoredImages { held_out, known, .. } = scores;
    check_rule(rule, !known.is_empty())?;
    let got = held_out.len();
    if got < FEWEST_NORMALS {
        return Err(VisionError::TooFewNormals { needed: FEWEST_NORMALS, got });
    }
    let finite =
        |h: &HeldOut| [h.image_score, h.pixel_max, h.pixel_median].iter().all(|v| v.is_finite());
    if !held_out.iter().all(finite) || !known.iter().all(|k| k.image_score.is_finite()) {
        return Err(VisionError::NotFinite("held-out scores"));
    }
    let kept = scores.kept();
    let image = image_limit(&scores.tail(&kept)?, known, rule);
    let (unsure, second) =
        two_limits(&ScoredImages::by_fold(&kept), &scores.known_scores(), f64::from(image));
    let of_escape = match rule {
        ThresholdRule::MaxEscape { rate } => {
            limit_of_escape(&ScoredImages::by_fold(&kept), &scores.known_scores(), *rate)
        }
        _ => None,
    };
    let (unsure, image) = match *rule {
        // A second limit below the first would promise less escape than was asked for, and cost overkill.
        ThresholdRule::MaxEscape { .. } => {
            let first = of_escape.unwrap_or(f64::from(image)) as f32;
            (first, image.max(first))
        }
        ThresholdRule::MaxOverkill { .. } => (unsure as f32, second as f32),
        // The second limit stays where a person or a cost set it.
        ThresholdRule::Manual { unsure: Some(unsure), .. } => (unsure, image),
        _ => ((unsure as f32).min(image), image),
    };
    if !unsure.is_finite() || !image.is_finite() {
        return Err(VisionError::BadRule("a limit for so small a share is beyond all numbers"));
    }
    let pixel = match rule {
        ThresholdRule::Manual { pixel: Some(pixel), .. } => *pixel,
        _ => tail_of(&kept, |h| h.pixel_max, TailPrior::None)?.limit(PIXEL_EXCEEDANCE) as f32,
    };
    let mut medians: Vec<f32> = kept.iter().map(|h| h.pixel_median).collect();
    medians.sort_unstable_by(f32::total_cmp);
    Ok(Calibration {
        thresholds: Thresholds { unsure, image, pixel },
        scale: scale(medians[medians.len() / 2], pixel),
    })
}

/// The heatmap scale that begins at `low` and has `pixel_threshold` at 40 % of its length. A
/// threshold at or below `low`, which a person may set, still gives a scale.
pub(super) fn scale(low: f32, pixel_threshold: f32) -> HeatmapScale {
    let step = (pixel_threshold - low).max(0.01 * low.abs()).max(1e-6);
    HeatmapScale { low, high: low + 2.5 * step }
}

/// The tail of one score of the images.
fn tail_of(kept: &[HeldOut], score: fn(&HeldOut) -> f32, prior: TailPrior) -> Result<Tail> {
    let tail = Tail::of(kept.iter().map(score), prior);
    tail.ok_or(VisionError::TooFewNormals { needed: FEWEST_NORMALS, got: kept.len() })
}

/// `Ok` where limits can be set by `rule`; `any_known`: whether there are known defects.
///
/// # Errors
/// [`VisionError::BadRule`] for a rule out of its range, [`VisionError::NoKnownDefects`] for a rule
/// that needs known defects.
pub fn check_rule(rule: &ThresholdRule, any_known: bool) -> Result<()> {
    match rule.out_of_range() {
        Some(why) => Err(VisionError::BadRule(why)),
        None if rule.needs_defects() && !any_known => Err(VisionError::NoKnownDefects),
        None => Ok(()),
    }
}

/// The image threshold by a rule that was checked.
fn image_limit(tail: &Tail, known: &[KnownDefect], rule: &ThresholdRule) -> f32 {
    match *rule {
        ThresholdRule::MaxOverkill { rate } => tail.limit(rate) as f32,
        ThresholdRule::MaxEscape { .. } => tail.limit(ThresholdRule::USUAL_OVERKILL) as f32,
        ThresholdRule::Quantile { share } => tail.quantile(share) as f32,
        ThresholdRule::Cost { escape, overkill, prevalence } => {
            cheapest(tail, known, escape * prevalence, overkill * (1.0 - prevalence))
        }
        ThresholdRule::Manual { image, .. } => image,
    }
}

/// The limit of least expected cost. `escape` and `overkill` are the costs of one escape and one
/// overkill, each times the share of parts that it may happen to.
///
/// The escape rate grows in steps, at the scores of the known defects; the overkill rate falls
/// everywhere. The best limit is therefore just below one of those scores, or beyond all of them
/// where overkill weighs more.
fn cheapest(tail: &Tail, known: &[KnownDefect], escape: f64, overkill: f64) -> f32 {
    let mut scores: Vec<f32> = known.iter().map(|k| k.image_score).collect();
    scores.sort_unstable_by(f32::total_cmp);
    let n = scores.len() as f64;
    // A limit just below equal scores lets none of them escape: the first of them counts.
    let candidates = (0..scores.len()).map(|below| {
        let limit = scores[below].next_down();
        (escape * below as f64 / n + overkill * tail.exceedance(f64::from(limit)), limit)
    });
    let last = scores.iter().copied().fold(tail.limit(LEAST_OVERKILL) as f32, f32::max);
    let beyond = (escape + overkill * tail.exceedance(f64::from(last)), last);
    let best = candidates.chain([beyond]).min_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or(last, |(_, limit)| limit)
}
