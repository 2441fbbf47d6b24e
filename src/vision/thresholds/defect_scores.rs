//! How low defective parts score: what is expected before any is known, and what known defects add.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// Mean of ln(score of a defective part / median score of normal ones) before any is known. With
/// [`PRIOR_DEVIATION`]: one defective part in twenty scores less than 1.1 times the median normal
/// part, as in the data sets that docs/detection.md names.
const PRIOR_MEAN: f64 = 0.45;
/// Standard deviation of the same.
const PRIOR_DEVIATION: f64 = 0.17;
/// Number of known defects that the prior mean counts as.
const PRIOR_WEIGHT: f64 = 1.0;
/// Degrees of freedom of the prior deviation: what four known defects tell.
const PRIOR_FREEDOM: f64 = 4.0;
/// Smallest score whose logarithm is taken, as a share of the median normal score.
const SMALLEST: f64 = 1e-3;

/// Least share whose quantile is computed: below it `statrs` leaves the numbers that it can compute with.
const LEAST_SHARE: f64 = 1e-9;

/// Predictive distribution of a further defective part's score: Student's t of the logarithm, from
/// the conjugate prior of a normal distribution (Gelman et al., Bayesian Data Analysis, section
/// 3.3). Scores are measured in median scores of the normal images, so that products compare.
#[derive(Debug, Clone)]
pub(super) struct DefectScores {
    /// Median score of the normal images.
    unit: f64,
    distribution: StudentsT,
}

impl DefectScores {
    /// From the scores of known defects, of which there may be none. `normal` is the median score
    /// of the normal images; `None` where it is not above 0.
    pub(super) fn of(known: &[f32], normal: f64) -> Option<Self> {
        if !(normal > 0.0 && normal.is_finite()) {
            return None;
        }
        let logs: Vec<f64> =
            known.iter().map(|score| (f64::from(*score) / normal).max(SMALLEST).ln()).collect();
        let count = logs.len() as f64;
        let mean = if logs.is_empty() { PRIOR_MEAN } else { logs.iter().sum::<f64>() / count };
        let squares: f64 = logs.iter().map(|log| (log - mean).powi(2)).sum();
        let (weight, freedom) = (PRIOR_WEIGHT + count, PRIOR_FREEDOM + count);
        let location = (PRIOR_WEIGHT * PRIOR_MEAN + count * mean) / weight;
        let spread = PRIOR_FREEDOM * PRIOR_DEVIATION.powi(2)
            + squares
            + PRIOR_WEIGHT * count / weight * (mean - PRIOR_MEAN).powi(2);
        // Before any defect is known the deviation is that of the distribution itself.
        let further = if logs.is_empty() { 1.0 } else { 1.0 + 1.0 / weight };
        let scale = (spread / freedom * further).sqrt();
        let distribution = StudentsT::new(location, scale, freedom).ok()?;
        Some(Self { unit: normal, distribution })
    }

    /// The score that a share of defective parts, above 0 and below 1, does not reach.
    pub(super) fn quantile(&self, share: f64) -> f64 {
        let share = share.clamp(LEAST_SHARE, 1.0 - LEAST_SHARE);
        self.unit * self.distribution.inverse_cdf(share).exp()
    }

    /// The share of defective parts expected not to score above `limit`.
    pub(super) fn share_up_to(&self, limit: f64) -> f64 {
        if limit <= 0.0 { 0.0 } else { self.distribution.cdf((limit / self.unit).ln()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_defects_replace_what_is_expected_without_them() {
        let low = |known: &[f32]| DefectScores::of(known, 20.0).unwrap().quantile(0.05);
        // Without any: a tenth above the median normal part.
        assert!((low(&[]) / 20.0 - 1.1).abs() < 0.02, "{}", low(&[]));
        // Defects far above all normal parts raise the score that few do not reach, the more
        // the more are known; defects among the normal parts lower it.
        let far: Vec<f32> = (0..20).map(|n| 50.0 + n as f32).collect();
        let near: Vec<f32> = (0..20).map(|n| 20.0 + 0.2 * n as f32).collect();
        assert!(low(&[]) < low(&far[..5]) && low(&far[..5]) < low(&far), "{}", low(&far));
        assert!(low(&far) > 40.0 && low(&near) < 21.0, "{} {}", low(&far), low(&near));
        // The more is known, the narrower: of 200 the quantile is nearly that of the sample.
        let many: Vec<f32> = (0..200).map(|n| 30.0 + 0.1 * n as f32).collect();
        assert!((28.0..32.0).contains(&low(&many)), "{}", low(&many));
    }

    #[test]
    fn every_share_has_a_quantile() {
        let shares = [f64::MIN_POSITIVE, 5e-324, 1e-300, 1e-30, 1e-12, 1e-9, 1e-6, 1e-3, 0.5];
        for count in [0, 1, 2, 3, 5, 10, 40, 200, 1000] {
            let known: Vec<f32> = (0..count).map(|n| 25.0 + (n % 17) as f32).collect();
            let scores = DefectScores::of(&known, 20.0).unwrap();
            let mut before = 0.0;
            for share in shares.into_iter().chain([1.0 - 1e-6, 1.0 - 1e-12, 1.0_f64.next_down()]) {
                let quantile = scores.quantile(share);
                assert!(quantile.is_finite() && quantile >= 0.0, "{count} {share}: {quantile}");
                assert!(share < 1e-9 || quantile >= before, "{count} {share}: {quantile}");
                before = quantile;
            }
        }
    }

    #[test]
    fn shares_and_quantiles_are_inverse() {
        let scores = DefectScores::of(&[25.0, 31.0, 44.0], 20.0).unwrap();
        for share in [0.005, 0.05, 0.5, 0.9] {
            assert!((scores.share_up_to(scores.quantile(share)) - share).abs() < 1e-6);
        }
        assert_eq!(scores.share_up_to(0.0), 0.0);
        for normal in [0.0, -1.0, f64::NAN] {
            assert!(DefectScores::of(&[], normal).is_none());
        }
    }
}
