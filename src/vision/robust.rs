//! Middle and spread of values among which outliers are to be expected.

/// Ratio of a normal distribution's deviation to its median absolute deviation.
const DEVIATION_OF_MAD: f64 = 1.4826;

/// The median; of an even number of values the mean of the middle two; 0 of none.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        n if n % 2 == 1 => sorted[n / 2],
        n => 0.5 * (sorted[n / 2 - 1] + sorted[n / 2]),
    }
}

/// Standard deviation of a normal distribution with the median absolute deviation of `values` from
/// `centre`.
pub(crate) fn robust_deviation(values: &[f64], centre: f64) -> f64 {
    let deviations: Vec<f64> = values.iter().map(|value| (value - centre).abs()).collect();
    DEVIATION_OF_MAD * median(&deviations)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outlier_moves_neither_middle_nor_spread() {
        for (values, middle, deviation) in [
            (&[3.0, 1.0, 2.0][..], 2.0, 1.4826),
            (&[3.0, 1.0, 2e9], 3.0, 2.0 * 1.4826),
            (&[4.0, 1.0], 2.5, 1.5 * 1.4826),
            (&[], 0.0, 0.0),
        ] {
            assert_eq!((median(values), robust_deviation(values, middle)), (middle, deviation));
        }
    }
}
