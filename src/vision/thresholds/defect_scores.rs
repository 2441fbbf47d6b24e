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
/// Number of known defects that a kind of defect which nobody has met yet counts as: the concentration of a
/// Dirichlet process (Ferguson 1973) whose base is the distribution before any is known.
const UNSEEN_WEIGHT: f64 = 1.0;
/// Smallest score whose logarithm is taken, as a share of the median normal score.
const SMALLEST: f64 = 1e-3;
/// Halvings of the interval that holds a quantile: beyond the precision of its ends.
const BISECTIONS: usize = 60;
/// Least share whose quantile is computed: below it `statrs` leaves the numbers that it can compute with.
const LEAST_SHARE: f64 = 1e-9;

/// Predictive distribution of a further defective part's score. It is like the known ones: Student's t of the
/// logarithm, from the conjugate prior of a normal distribution (Gelman et al., Bayesian Data Analysis,
/// section 3.3); or of a kind that nobody has met yet, as before any was known. Ten conspicuous defects do not say that
/// there is no faint one. Scores are measured in median scores of the normal images, so that products compare.
#[derive(Debug, Clone)]
pub(super) struct DefectScores {
    /// Median score of the normal images.
    unit: f64,
    /// Logarithms of defects like the known ones; `None` where none is known.
    like_known: Option<StudentsT>,
    /// Logarithms of defects of a kind not met yet.
    unseen: StudentsT,
    /// Share of the further defects that are like the known ones.
    share_like_known: f64,
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
        Some(Self {
            unit: normal,
            like_known: if logs.is_empty() { None } else { Some(predictive(&logs)?) },
            unseen: StudentsT::new(PRIOR_MEAN, PRIOR_DEVIATION, PRIOR_FREEDOM).ok()?,
            share_like_known: count / (count + UNSEEN_WEIGHT),
        })
    }

    /// The score that a share of defective parts, above 0 and below 1, does not reach.
    pub(super) fn quantile(&self, share: f64) -> f64 {
        let share = share.clamp(LEAST_SHARE, 1.0 - LEAST_SHARE);
        // Between the quantiles of the two parts, since the share grows with the score.
        let unseen = self.unseen.inverse_cdf(share);
        let known = self.like_known.as_ref().map_or(unseen, |like| like.inverse_cdf(share));
        let (mut low, mut high) = (unseen.min(known), unseen.max(known));
        for _ in 0..BISECTIONS {
            let middle = 0.5 * (low + high);
            if self.share_of(middle) < share { low = middle } else { high = middle }
        }
        self.unit * (0.5 * (low + high)).exp()
    }

    /// The share of defective parts expected not to score above `limit`.
    pub(super) fn share_up_to(&self, limit: f64) -> f64 {
        if limit <= 0.0 { 0.0 } else { self.share_of((limit / self.unit).ln()) }
    }

    /// The share of defective parts whose logarithm is at most `log`.
    fn share_of(&self, log: f64) -> f64 {
        let unseen = self.unseen.cdf(log);
        let known = self.like_known.as_ref().map_or(unseen, |like| like.cdf(log));
        self.share_like_known * known + (1.0 - self.share_like_known) * unseen
    }
}

/// Predictive distribution of a further logarithm, from at least one.
fn predictive(logs: &[f64]) -> Option<StudentsT> {
    let count = logs.len() as f64;
    let mean = logs.iter().sum::<f64>() / count;
    let squares: f64 = logs.iter().map(|log| (log - mean).powi(2)).sum();
    let (weight, freedom) = (PRIOR_WEIGHT + count, PRIOR_FREEDOM + count);
    let location = (PRIOR_WEIGHT * PRIOR_MEAN + count * mean) / weight;
    let spread = PRIOR_FREEDOM * PRIOR_DEVIATION.powi(2)
        + squares
        + PRIOR_WEIGHT * count / weight * (mean - PRIOR_MEAN).powi(2);
    let scale = (spread / freedom * (1.0 + 1.0 / weight)).sqrt();
    StudentsT::new(location, scale, freedom).ok()
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
        assert!(low(&far) > 35.0 && low(&near) < 21.0, "{} {}", low(&far), low(&near));
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
    fn a_faint_defect_is_expected_the_less_the_more_others_are_known() {
        // Of defects at three times the normal score, the share expected below 1.1 times it.
        let faint =
            |count: usize| DefectScores::of(&vec![60.0; count], 20.0).unwrap().share_up_to(22.0);
        let shares = [0, 5, 20, 200].map(faint);
        assert!(shares.is_sorted_by(|a, b| a > b), "{shares:?}");
        // One in twenty of a kind not met yet, which one part in 21 is.
        assert!((shares[2] - 0.05 / 21.0).abs() < 5e-4, "{shares:?}");
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
