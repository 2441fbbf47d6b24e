//! Error rates of limits.

use serde::Serialize;

use super::calibration::ScoredImages;
use super::defect_scores::DefectScores;
use super::uncertainty::LimitUncertainty;
use crate::robust::median;
use crate::{Result, VisionError};
use fettle_domain::{Rate, Thresholds, Verdict};

/// Error rates of limits. Normal images among the [`suspects`](super::suspects()) are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rates {
    /// Held-out normal images called NG.
    pub overkill: Rate,
    /// Share of further normal images expected to be called NG, by the tail of the held-out
    /// scores.
    pub expected_overkill: f64,
    /// Held-out normal images between the limits.
    pub unsure_normals: Rate,
    /// Known defects called OK; `None` without known defects.
    pub escape: Option<Rate>,
    /// Share of further defective parts expected to be called OK, by the known ones and by what is
    /// expected without any; `None` for scores without a scale.
    pub expected_escape: Option<f64>,
    /// Known defects between the limits; `None` without known defects.
    pub unsure_known: Option<Rate>,
    /// How far the second limit might lie elsewhere, had other normal images been taken.
    pub uncertainty: LimitUncertainty,
}

impl Rates {
    /// The 95 % interval of overkill: of the held-out normal images, and at least to the expected
    /// rate.
    pub fn overkill_interval(&self) -> (f64, f64) {
        let Rate { low, high, .. } = self.overkill;
        (low.min(self.expected_overkill), high.max(self.expected_overkill))
    }
}

/// What is expected of further parts at one limit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ExpectedRates {
    /// The limit of the image score.
    pub limit: f32,
    /// Share of good parts expected to score above it.
    pub above: f64,
    /// Share of defective parts expected not to; `None` for scores without a scale.
    pub defective_below: Option<f64>,
}

/// What is expected of further parts at each of `limits`.
///
/// # Errors
/// As [`rates`].
pub fn expected_rates(scores: ScoredImages<'_>, limits: &[f32]) -> Result<Vec<ExpectedRates>> {
    let kept = scores.kept();
    let tail = scores.tail(&kept)?;
    let normal: Vec<f64> = kept.iter().map(|h| f64::from(h.image_score)).collect();
    let defects = DefectScores::of(&scores.known_scores(), median(&normal));
    let at = |limit: &f32| ExpectedRates {
        limit: *limit,
        above: tail.exceedance(f64::from(*limit)),
        defective_below: defects.as_ref().map(|all| all.share_up_to(f64::from(*limit))),
    };
    Ok(limits.iter().map(at).collect())
}

/// Error rates of `thresholds` on held-out scores and known defects.
///
/// # Errors
/// [`VisionError::TooFewNormals`] for fewer than two scores without the suspects,
/// [`VisionError::Empty`] for none.
pub fn rates(scores: ScoredImages<'_>, thresholds: Thresholds) -> Result<Rates> {
    let kept = scores.kept();
    let tail = scores.tail(&kept)?;
    let nothing = || VisionError::Empty("held-out scores");
    let normal: Vec<f64> = kept.iter().map(|h| f64::from(h.image_score)).collect();
    let defects = DefectScores::of(&scores.known_scores(), median(&normal));
    let called = |verdict| {
        (
            Rate::count(&kept, |h| thresholds.verdict(h.image_score) == verdict),
            Rate::count(scores.known, |k| thresholds.verdict(k.image_score) == verdict),
        )
    };
    let (unsure_normals, unsure_known) = called(Verdict::Unsure);
    Ok(Rates {
        overkill: called(Verdict::Ng).0.ok_or_else(nothing)?,
        expected_overkill: tail.exceedance(f64::from(thresholds.image)),
        unsure_normals: unsure_normals.ok_or_else(nothing)?,
        escape: called(Verdict::Ok).1,
        expected_escape: defects.map(|defects| defects.share_up_to(thresholds.unsure.into())),
        unsure_known,
        uncertainty: LimitUncertainty::of(scores, &kept)?,
    })
}
