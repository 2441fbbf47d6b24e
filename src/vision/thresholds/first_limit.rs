//! The first limit: the image score up to which a part is OK.

use super::defect_scores::DefectScores;
use crate::robust::{median, robust_deviation};

/// Shares of the defective parts that the limit may let pass, the least first.
const ESCAPES: [f64; 8] = [0.005, 0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05];
/// An escape weighs as much as so many normal parts that a person looks at again.
const ESCAPE_WEIGHT: f64 = 10.0;
/// Standard errors of the median normal score by which the limit is lowered without known defects.
const STANDARD_ERRORS: f64 = 1.5;
/// Number of known defects that halves that reserve.
const HALF_RESERVE: f64 = 10.0;
/// Ratio of the standard error of a median to that of a mean.
const MEDIAN_ERROR: f64 = 1.2533;

/// The two limits where nothing but scores sets them.
///
/// The first limit is a score that few defective parts do not reach, by [`DefectScores`]: how few,
/// is chosen so that what escapes and what a person looks at for nothing weigh least together. It
/// is lowered by the uncertainty of the median normal score, from the scores' spread or from that
/// of the `folds`' medians, whichever is larger. A first limit above the second leaves no zone: both
/// then are their geometric mean, so that neither promise is given up for the other.
///
/// But for that uncertainty the first limit is never below the median normal score: a limit that most good parts exceed
/// would send them all to a person. What then escapes is said ([`super::Rates`]).
///
/// `normal` are scores of normal images with their folds, `second` the limit that bounds overkill.
pub(super) fn two_limits(normal: &[(f32, usize)], known: &[f32], second: f64) -> (f64, f64) {
    let scores: Vec<f64> = normal.iter().map(|(score, _)| f64::from(*score)).collect();
    let middle = median(&scores);
    let Some(defects) = DefectScores::of(known, middle) else { return (second, second) };
    let reserve = STANDARD_ERRORS * error_of_median(normal, &scores, middle)
        / (1.0 + known.len() as f64 / HALF_RESERVE);
    let looked_at = |first: f64| {
        let between = scores.iter().filter(|score| **score > first && **score <= second);
        between.count() as f64 / scores.len() as f64
    };
    // Without known defects nothing tells what a smaller share would cost.
    let escapes = if known.is_empty() { &ESCAPES[ESCAPES.len() - 1..] } else { &ESCAPES };
    let limits: Vec<(f64, f64)> = escapes
        .iter()
        .map(|escape| (*escape, defects.quantile(*escape).max(middle) - reserve))
        .collect();
    let cost = |(escape, first): &(f64, f64)| ESCAPE_WEIGHT * escape + looked_at(*first);
    let best = limits.iter().min_by(|a, b| cost(a).total_cmp(&cost(b)));
    match best {
        Some((_, first)) if *first > second => {
            let both = (first * second.max(f64::MIN_POSITIVE)).sqrt();
            (both, both)
        }
        Some((_, first)) => (*first, second),
        None => (second, second),
    }
}

/// The first limit that a share `escape` of the defective parts is expected not to exceed. `None` for
/// scores without a scale.
pub(super) fn limit_of_escape(normal: &[(f32, usize)], known: &[f32], escape: f64) -> Option<f64> {
    let scores: Vec<f64> = normal.iter().map(|(score, _)| f64::from(*score)).collect();
    DefectScores::of(known, median(&scores)).map(|defects| defects.quantile(escape))
}

/// Standard error of the median of `scores`, of which `middle` is the median.
fn error_of_median(normal: &[(f32, usize)], scores: &[f64], middle: f64) -> f64 {
    let within = MEDIAN_ERROR * robust_deviation(scores, middle) / (scores.len() as f64).sqrt();
    let folds = normal.iter().map(|(_, fold)| fold + 1).max().unwrap_or(0);
    let medians: Vec<f64> = (0..folds)
        .filter_map(|fold| {
            let own = normal.iter().filter(|(_, of)| *of == fold);
            let scores: Vec<f64> = own.map(|(score, _)| f64::from(*score)).collect();
            (!scores.is_empty()).then(|| median(&scores))
        })
        .collect();
    let count = medians.len() as f64;
    if medians.len() < 2 {
        return within;
    }
    let mean = medians.iter().sum::<f64>() / count;
    let variance = medians.iter().map(|m| (m - mean).powi(2)).sum::<f64>() / (count - 1.0);
    within.max((variance / count).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores from 18 to 22 in five folds, each fold shifted by `shift` against the last.
    fn normal(count: usize, shift: f32) -> Vec<(f32, usize)> {
        let one = |n: usize| {
            let (fold, within) = (n * 5 / count, (n * 7 % 20) as f32 / 20.0);
            (18.0 + 4.0 * within + shift * fold as f32, fold)
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn the_zone_is_wide_where_little_is_known_and_known_defects_narrow_it() {
        let first = |normal: &[(f32, usize)], known: &[f32]| two_limits(normal, known, 30.0).0;
        let plain = first(&normal(200, 0.0), &[]);
        assert!((20.5..22.5).contains(&plain), "{plain}");
        // Few normal images, or folds that differ: the limit is lower.
        assert!(first(&normal(15, 0.0), &[]) < plain);
        assert!(first(&normal(200, 1.0), &[]) / 22.0 < plain / 20.0);
        // Defects far away raise it, defects among the normal images lower it.
        let known = |low: f32| (0..20).map(|n| low + n as f32).collect::<Vec<f32>>();
        let (far, near) =
            (first(&normal(200, 0.0), &known(29.0)), first(&normal(200, 0.0), &known(20.0)));
        assert!(plain < far && far <= 30.0 && near < plain, "{near} {plain} {far}");
    }

    #[test]
    fn defects_far_above_all_normals_leave_none_of_them_unsure_and_many_leave_no_zone() {
        let known = |count: usize| (0..count).map(|n| 80.0 + (n % 20) as f32).collect::<Vec<f32>>();
        // A faint defect may still come: the zone is where no normal image lies.
        let (first, second) = two_limits(&normal(100, 0.0), &known(20), 30.0);
        assert!((22.0..30.0).contains(&first) && second == 30.0, "{first} {second}");
        let (first, second) = two_limits(&normal(100, 0.0), &known(400), 30.0);
        assert_eq!(first, second);
        assert!((30.0..75.0).contains(&first), "{first}");
    }

    #[test]
    fn scores_without_a_scale_have_no_zone() {
        assert_eq!(two_limits(&[(0.0, 0), (0.0, 1)], &[], 1.0), (1.0, 1.0));
    }
}
