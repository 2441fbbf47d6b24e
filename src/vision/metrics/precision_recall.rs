//! Precision, recall and F1.

use super::ranking::Ranking;

/// The threshold with the highest F1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BestF1 {
    /// Harmonic mean of precision and recall, 0 to 1.
    pub f1: f64,
    /// Scores at or above the threshold are called anomalous. Of equally good thresholds the
    /// highest.
    pub threshold: f32,
    /// Share of true anomalies among the samples called anomalous.
    pub precision: f64,
    /// Share of the anomalies that are called anomalous.
    pub recall: f64,
}

/// Average precision as scikit-learn defines it: the sum over falling thresholds of precision
/// times the gain in recall, without interpolation. 0 to 1; the share of the anomalies by chance.
pub fn average_precision(ranking: &Ranking) -> Option<f64> {
    let (anomalous, _) = ranking.both_kinds()?;
    let (mut true_positives, mut called, mut area) = (0u64, 0u64, 0.0);
    for group in ranking.groups() {
        true_positives += group.anomalous;
        called += group.anomalous + group.normal;
        // A group has at least one sample, so `called` is above 0.
        let precision = true_positives as f64 / called as f64;
        area += precision * group.anomalous as f64 / anomalous;
    }
    Some(area)
}

/// The highest F1 of any threshold. Optimistic as a forecast: the threshold is chosen on the same
/// scores that the F1 is measured on.
pub fn f1_max(ranking: &Ranking) -> Option<BestF1> {
    let (anomalous, _) = ranking.both_kinds()?;
    let mut best: Option<BestF1> = None;
    let (mut true_positives, mut called) = (0u64, 0u64);
    for group in ranking.groups() {
        true_positives += group.anomalous;
        called += group.anomalous + group.normal;
        let (hits, called) = (true_positives as f64, called as f64);
        let f1 = 2.0 * hits / (called + anomalous);
        if best.is_none_or(|best| f1 > best.f1) {
            let (precision, recall) = (hits / called, hits / anomalous);
            best = Some(BestF1 { f1, threshold: group.score, precision, recall });
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranking(anomalous: &[f32], normal: &[f32]) -> Ranking {
        let all = anomalous.iter().map(|s| (*s, true)).chain(normal.iter().map(|s| (*s, false)));
        Ranking::new(all).unwrap()
    }

    /// Anomalous scores, normal scores, average precision, best F1 and its threshold.
    type Case = (&'static [f32], &'static [f32], f64, f64, f32);

    #[test]
    fn values_computed_by_hand() {
        let cases: [Case; 5] = [
            (&[3.0, 4.0], &[1.0, 2.0], 1.0, 1.0, 3.0),
            // Recall is gained at 2.0 (1 of 3 right) and at 1.0 (2 of 4).
            (&[1.0, 2.0], &[3.0, 4.0], 1.0 / 6.0 + 0.25, 2.0 / 3.0, 1.0),
            // One group: precision 3/5; F1 = 6 / (5 + 3).
            (&[5.0, 5.0, 5.0], &[5.0, 5.0], 0.6, 0.75, 5.0),
            // scikit-learn's example: 1 · ½ + ⅔ · ½; at 0.35 F1 = 4 / (3 + 2).
            (&[0.35, 0.8], &[0.1, 0.4], 5.0 / 6.0, 0.8, 0.35),
            // 1 · ½, then the tie: 2 of 3 right · ½; at 2.0 F1 = 4 / (3 + 2).
            (&[2.0, 3.0], &[1.0, 2.0], 5.0 / 6.0, 0.8, 2.0),
        ];
        for (anomalous, normal, precision, f1, threshold) in cases {
            let ranking = ranking(anomalous, normal);
            let found = average_precision(&ranking).unwrap();
            assert!((found - precision).abs() < 1e-12, "{anomalous:?} {normal:?}: {found}");
            let best = f1_max(&ranking).unwrap();
            assert!((best.f1 - f1).abs() < 1e-12, "{best:?}");
            assert_eq!(best.threshold, threshold);
            let harmonic = 2.0 * best.precision * best.recall / (best.precision + best.recall);
            assert!((best.f1 - harmonic).abs() < 1e-12, "{best:?}");
        }
    }

    #[test]
    fn one_kind_alone_has_neither() {
        for ranking in [ranking(&[1.0], &[]), ranking(&[], &[1.0]), ranking(&[], &[])] {
            assert_eq!((average_precision(&ranking), f1_max(&ranking)), (None, None));
        }
    }
}
