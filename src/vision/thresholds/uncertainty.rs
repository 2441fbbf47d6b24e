//! How uncertain a limit is, from few normal images.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::calibration::ScoredImages;
use super::held_out::HeldOut;
use crate::Result;

/// Samples drawn with replacement (Efron and Tibshirani, An Introduction to the Bootstrap).
const SAMPLES: usize = 200;
/// Expected overkill of the limit whose uncertainty is stated.
const OVERKILL: f64 = 0.005;
/// Share of the samples beyond each end of the stated interval.
const BEYOND: f64 = 0.025;

/// Uncertainty of the second limit: half the 95 % interval of the limits of samples of the normal
/// images.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LimitUncertainty {
    /// Number of normal images that the limit rests on.
    pub normals: usize,
    /// The limit is uncertain by plus or minus this share of itself.
    pub relative: f64,
    /// Number of further normal images that would halve the uncertainty, which falls with the
    /// square root of their number.
    pub to_halve: usize,
}

impl LimitUncertainty {
    /// Of the limit that the scores of `kept` give. The same scores give the same answer.
    pub(super) fn of(scores: ScoredImages<'_>, kept: &[HeldOut]) -> Result<Self> {
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let limit = scores.tail(kept)?.limit(OVERKILL);
        let mut limits = Vec::with_capacity(SAMPLES);
        for _ in 0..SAMPLES {
            let sample: Vec<HeldOut> =
                (0..kept.len()).map(|_| kept[rng.random_range(0..kept.len())]).collect();
            limits.push(scores.tail(&sample)?.limit(OVERKILL));
        }
        limits.sort_unstable_by(f64::total_cmp);
        let beyond = (SAMPLES as f64 * BEYOND) as usize;
        let half = 0.5 * (limits[SAMPLES - 1 - beyond] - limits[beyond]);
        let relative = half / limit.abs().max(f64::MIN_POSITIVE);
        Ok(Self { normals: kept.len(), relative, to_halve: 3 * kept.len() })
    }
}
