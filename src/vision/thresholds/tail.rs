//! Upper tail of the scores of normal images: the probability of a further score above a limit,
//! from few held-out scores.

/// Share of the scores that form the tail.
const TAIL_SHARE: f64 = 0.25;
/// Least number of scores of the tail, as long as one score is left below.
const FEWEST_IN_TAIL: usize = 5;
/// Least mean excess of the scores of the tail, as a share of the tail's beginning: copies of one
/// image say nothing about the spread of others.
const LEAST_SPREAD: f64 = 0.01;
/// Mean excess of a tail over its beginning before any score is known, as a share of the median
/// score: what normal images of seven data sets have at most.
const PRIOR_EXCESS: f64 = 0.1;
/// The same for scores to which a term of known defects was added: they spread more.
const PRIOR_EXCESS_WITH_TERM: f64 = 0.25;
/// Number of scores that the prior counts as.
const PRIOR_WEIGHT: f64 = 10.0;
/// A score is an outlier where the tail of the scores below expects it less than once in this many
/// fits.
const FITS_AN_OUTLIER: f64 = 20.0;

/// What is assumed of a tail before its scores are known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TailPrior {
    /// Nothing: only the scores count.
    None,
    /// The spread of `PatchCore`'s scores.
    Scores,
    /// The spread of scores with a term of known defects.
    ScoresWithTerm,
}

impl TailPrior {
    /// Mean excess as a share of the median score, and its weight in scores.
    fn excess_and_weight(self) -> (f64, f64) {
        match self {
            Self::None => (0.0, 0.0),
            Self::Scores => (PRIOR_EXCESS, PRIOR_WEIGHT),
            Self::ScoresWithTerm => (PRIOR_EXCESS_WITH_TERM, PRIOR_WEIGHT),
        }
    }
}

/// Upper tail of a sample of scores.
///
/// Image scores are maxima over patches, whose upper tail is exponential (Gumbel's domain of
/// attraction). By Rényi's representation the m largest of n scores exceed the next one, u, as m
/// independent draws from that exponential distribution would, by S together, and a further
/// score lies above u with probability (m + 1) / (n + 1). So it lies above t ≥ u with
///
/// (m + 1) / (n + 1) · (1 + (t − u) / S)^−m,
///
/// which holds for every n, without the scale being known: the predictive distribution, not
/// that of a fitted curve. With the conjugate prior of the scale (inverse gamma, worth k scores of
/// mean excess e) S becomes S + k·e and the power m + k, so that a limit from a few images neither
/// explodes nor hugs them. Below u the conformal estimate needs no tail: (1 + scores above t) /
/// (n + 1) (Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World, 2005).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tail {
    /// All scores, rising.
    scores: Vec<f64>,
    /// m: number of scores of the tail.
    count: usize,
    /// u: the score where the tail begins.
    start: f64,
    /// S: sum of the excesses over u, with those of the prior.
    excess: f64,
    /// The power: m, and the weight of the prior.
    power: f64,
}

impl Tail {
    /// The tail of `scores`; `None` for fewer than two, or for one that is not finite.
    pub(super) fn of(scores: impl IntoIterator<Item = f32>, prior: TailPrior) -> Option<Self> {
        let mut scores: Vec<f64> = scores.into_iter().map(f64::from).collect();
        if scores.len() < 2 || !scores.iter().all(|score| score.is_finite()) {
            return None;
        }
        scores.sort_unstable_by(f64::total_cmp);
        Some(Self::of_sorted(scores, prior))
    }

    /// The tail of at least two rising scores.
    fn of_sorted(scores: Vec<f64>, prior: TailPrior) -> Self {
        let n = scores.len();
        let count = ((n as f64 * TAIL_SHARE) as usize).max(FEWEST_IN_TAIL).min(n - 1);
        let start = scores[n - 1 - count];
        let excess: f64 = scores[n - count..].iter().map(|score| score - start).sum();
        let least = count as f64 * (LEAST_SPREAD * start.abs()).max(1e-6);
        let (prior_excess, weight) = prior.excess_and_weight();
        let excess = excess.max(least) + weight * prior_excess * scores[n / 2].abs();
        Self { scores, count, start, excess, power: count as f64 + weight }
    }

    /// Probability that a further score lies above `limit`.
    pub(super) fn exceedance(&self, limit: f64) -> f64 {
        let (n, m) = (self.scores.len() as f64, self.count as f64);
        if limit >= self.start {
            return (m + 1.0) / (n + 1.0)
                * (1.0 + (limit - self.start) / self.excess).powf(-self.power);
        }
        let above = self.scores.len() - self.scores.partition_point(|score| *score <= limit);
        ((above as f64 + 1.0) / (n + 1.0)).min(1.0)
    }

    /// The lowest limit that a further score exceeds with a probability of at most `rate`, which
    /// is above 0 and below 1.
    pub(super) fn limit(&self, rate: f64) -> f64 {
        let (n, m) = (self.scores.len() as f64, self.count as f64);
        let at_start = (m + 1.0) / (n + 1.0);
        if rate <= at_start {
            return self.start + self.excess * ((at_start / rate).powf(1.0 / self.power) - 1.0);
        }
        // The score with no more than rate · (n + 1) − 1 scores above.
        let above = (rate * (n + 1.0) - 1.0).floor().max(0.0) as usize;
        self.scores[self.scores.len() - 1 - above.min(self.scores.len() - 1)]
    }

    /// The quantile of `share` (0 to 1), interpolated.
    pub(super) fn quantile(&self, share: f64) -> f64 {
        let position = share.clamp(0.0, 1.0) * (self.scores.len() - 1) as f64;
        let (below, above) = (position.floor() as usize, position.ceil() as usize);
        let (low, high) = (self.scores[below], self.scores[above]);
        low + (high - low) * (position - below as f64)
    }

    /// Number of outliers among the largest scores: up to a fifth of the scores are removed one by
    /// one, and each is tested against the tail of the scores below (as in Rosner's generalised
    /// test, Technometrics 25, 1983, so that two outliers do not mask each other).
    pub(super) fn outliers(&self) -> usize {
        let n = self.scores.len();
        let limit = 1.0 / (FITS_AN_OUTLIER * n as f64);
        let is_far = |count: &usize| {
            let rest = n - count;
            rest >= 3
                && Self::of_sorted(self.scores[..rest].to_vec(), TailPrior::None)
                    .exceedance(self.scores[rest])
                    < limit
        };
        (1..=(n / 5).max(1)).rev().find(is_far).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Scores like those of real images: Gumbel-distributed around 20.
    fn gumbel(count: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        let one = |_| {
            let p: f64 = rng.random_range(1e-12..1.0);
            (20.0 - (-p.ln()).ln()) as f32
        };
        (0..count).map(one).collect()
    }

    /// Over many samples, the share of further scores above the limit.
    #[test]
    fn further_scores_exceed_the_limit_at_the_requested_rate() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        // Number of scores, rate, and the share of the rate that is reached at least.
        let cases = [
            (5, 0.05, 0.1),
            (10, 0.01, 0.2),
            (30, 0.01, 0.5),
            (64, 0.01, 0.5),
            (64, 0.05, 0.8),
            (200, 0.01, 0.5),
            (200, 0.4, 0.9),
        ];
        for (count, rate, used) in cases {
            let samples = 2000;
            let mut above = 0.0;
            for _ in 0..samples {
                let tail = Tail::of(gumbel(count, &mut rng), TailPrior::None);
                let limit = tail.unwrap().limit(rate);
                above += 1.0 - (-(-(limit - 20.0)).exp()).exp();
            }
            let found = above / f64::from(samples);
            // The normal Gumbel tail is a little lighter than the exponential one.
            assert!(found <= rate * 1.1 && found >= rate * used, "{count} at {rate}: {found}");
        }
    }

    /// With the prior a limit errs on the side of too little overkill, least so with many scores,
    /// and does not explode with few.
    #[test]
    fn the_prior_tames_limits_from_few_scores() {
        // Scores, prior, range of the limit at half a percent; the true one is 25.3.
        let cases = [
            (3, TailPrior::Scores, 24.0..40.0),
            (10, TailPrior::Scores, 24.0..36.0),
            (200, TailPrior::Scores, 25.0..29.0),
            (200, TailPrior::None, 24.0..27.5),
        ];
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for (count, prior, range) in cases {
            for _ in 0..200 {
                let limit = Tail::of(gumbel(count, &mut rng), prior).unwrap().limit(0.005);
                assert!(range.contains(&limit), "{count}, {prior:?}: {limit}");
            }
        }
        let three = [8.0, 9.1, 10.2];
        let limit = |prior| Tail::of(three, prior).unwrap().limit(0.005);
        assert!(limit(TailPrior::None) > 40.0 && limit(TailPrior::Scores) < 16.0);
    }

    #[test]
    fn a_far_score_is_an_outlier_and_a_long_tail_is_none() {
        // Scores, number of outliers.
        let cases: [(&[f32], usize); 6] = [
            (&[10.0, 10.3, 10.5, 10.8, 25.0], 1),
            (&[10.0, 10.3, 10.5, 10.8, 11.9], 0),
            (&[10.0, 10.1, 10.2, 10.3, 10.4, 10.5, 10.6, 10.9, 30.0, 31.0], 2),
            (&[5.0; 12], 0),
            (&[1.0, 1.0, 1.0], 0),
            (&[20.0, 21.0, 21.2, 21.5, 22.0, 22.8, 23.9, 26.0, 28.5, 33.0], 0),
        ];
        for (scores, outliers) in cases {
            assert_eq!(
                Tail::of(scores.iter().copied(), TailPrior::None).unwrap().outliers(),
                outliers,
                "{scores:?}"
            );
        }
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let clean = |rng: &mut ChaCha8Rng| Tail::of(gumbel(50, rng), TailPrior::None).unwrap();
        let found: usize = (0..400).map(|_| clean(&mut rng).outliers().min(1)).sum();
        assert!(found <= 40, "{found} of 400 clean samples have an outlier");
    }

    proptest! {
        #[test]
        fn limit_and_exceedance_are_inverse(
            scores in prop::collection::vec(0.1f32..1e3, 2..80), rate in 0.0001f64..0.9999,
            prior in prop::sample::select(
                vec![TailPrior::None, TailPrior::Scores, TailPrior::ScoresWithTerm],
            ),
        ) {
            let tail = Tail::of(scores, prior).unwrap();
            let limit = tail.limit(rate);
            prop_assert!(limit.is_finite());
            prop_assert!(tail.exceedance(limit) <= rate * (1.0 + 1e-6));
            prop_assert!(tail.limit(rate * 0.5) >= limit);
            prop_assert!(tail.exceedance(limit + 1.0) <= tail.exceedance(limit));
        }
    }
}
