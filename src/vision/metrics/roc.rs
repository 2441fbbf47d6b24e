//! The receiver operating characteristic.

use super::ranking::Ranking;

/// A threshold with its false and true positive rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RocPoint {
    /// Scores at or above the threshold are called anomalous; infinite at the start of the curve.
    pub threshold: f32,
    /// Share of the normal samples that are called anomalous, 0 to 1.
    pub false_positive_rate: f64,
    /// Share of the anomalous samples that are called anomalous, 0 to 1.
    pub true_positive_rate: f64,
}

/// The ROC curve from (0, 0) to (1, 1), one point a distinct score.
pub fn roc(ranking: &Ranking) -> Option<Vec<RocPoint>> {
    let (anomalous, normal) = ranking.both_kinds()?;
    let start =
        RocPoint { threshold: f32::INFINITY, false_positive_rate: 0.0, true_positive_rate: 0.0 };
    let mut points = Vec::with_capacity(ranking.groups().len() + 1);
    points.push(start);
    let (mut true_positives, mut false_positives) = (0u64, 0u64);
    for group in ranking.groups() {
        true_positives += group.anomalous;
        false_positives += group.normal;
        points.push(RocPoint {
            threshold: group.score,
            false_positive_rate: false_positives as f64 / normal,
            true_positive_rate: true_positives as f64 / anomalous,
        });
    }
    Some(points)
}

/// Area under the ROC curve by trapezoids: the probability that an anomalous sample scores above a
/// normal one, ties counted half (the Mann-Whitney statistic). 0 to 1, 0.5 by chance.
pub fn auroc(ranking: &Ranking) -> Option<f64> {
    let points = roc(ranking)?;
    let trapezoid = |pair: &[RocPoint]| match pair {
        [a, b] => {
            (b.false_positive_rate - a.false_positive_rate)
                * (a.true_positive_rate + b.true_positive_rate)
                / 2.0
        }
        _ => 0.0,
    };
    Some(points.windows(2).map(trapezoid).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranking(anomalous: &[f32], normal: &[f32]) -> Ranking {
        let all = anomalous.iter().map(|s| (*s, true)).chain(normal.iter().map(|s| (*s, false)));
        Ranking::new(all).unwrap()
    }

    #[test]
    fn the_area_is_the_share_of_pairs_in_order() {
        // Anomalous scores, normal scores, area: pairs in order plus half the ties, of all.
        let cases: [(&[f32], &[f32], Option<f64>); 8] = [
            (&[3.0, 4.0], &[1.0, 2.0], Some(1.0)),
            (&[1.0, 2.0], &[3.0, 4.0], Some(0.0)),
            (&[5.0, 5.0, 5.0], &[5.0, 5.0], Some(0.5)),
            // scikit-learn's example: 0.35 is above 0.1 only, 0.8 above both.
            (&[0.35, 0.8], &[0.1, 0.4], Some(0.75)),
            // (2 over 1) + (2 with 2)/2 + (3 over both) = 3.5 of 4.
            (&[2.0, 3.0], &[1.0, 2.0], Some(0.875)),
            (&[1.0], &[], None),
            (&[], &[1.0], None),
            (&[], &[], None),
        ];
        for (anomalous, normal, expected) in cases {
            assert_eq!(auroc(&ranking(anomalous, normal)), expected, "{anomalous:?} {normal:?}");
        }
    }

    #[test]
    fn the_curve_has_a_point_a_score() {
        let points = roc(&ranking(&[2.0, 3.0], &[1.0, 2.0])).unwrap();
        let points: Vec<_> = points
            .iter()
            .map(|p| (p.threshold, p.false_positive_rate, p.true_positive_rate))
            .collect();
        let expected =
            [(f32::INFINITY, 0.0, 0.0), (3.0, 0.0, 0.5), (2.0, 0.5, 1.0), (1.0, 1.0, 1.0)];
        assert_eq!(points, expected);
    }
}
