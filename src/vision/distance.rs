//! Distances between rows of numbers: the inner loops of fitting and scoring.

use super::matrix::{Matrix, MatrixMut};

/// Sums kept apart so that the compiler can add eight at once.
const LANES: usize = 8;

/// |a − b|², summed in a fixed order, so that equal input gives equal bits. Rows of different
/// length are compared up to the shorter.
pub(super) fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0f32; LANES];
    let (a_parts, b_parts) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let tail: f32 =
        a_parts.remainder().iter().zip(b_parts.remainder()).map(|(a, b)| (a - b) * (a - b)).sum();
    for (a, b) in a_parts.zip(b_parts) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            let difference = a - b;
            *lane += difference * difference;
        }
    }
    lanes.iter().sum::<f32>() + tail
}

/// Rows kept side by side, [`SIDE`] to a panel, so that the distances of one row to all of a
/// panel are summed at once, each in a lane of its own.
pub(super) struct Panels {
    dim: usize,
    len: usize,
    /// One panel after another; in a panel the first value of each row, then the second.
    values: Vec<f32>,
}

/// Rows of a panel: four vectors of sums, which do not wait for each other.
const SIDE: usize = 32;

impl Panels {
    /// No rows yet, of `dim` values each.
    pub(super) fn new(dim: usize) -> Self {
        Self { dim, len: 0, values: Vec::new() }
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Takes one more row.
    pub(super) fn push(&mut self, row: &[f32]) {
        let lane = self.len % SIDE;
        if lane == 0 {
            // Infinitely far from any row.
            self.values.resize(self.values.len() + SIDE * self.dim, f32::INFINITY);
        }
        let panel = self.len / SIDE * SIDE * self.dim;
        let places = self.values[panel..].iter_mut().skip(lane).step_by(SIDE);
        places.zip(row).for_each(|(place, value)| *place = *value);
        self.len += 1;
    }

    /// The smallest |row − c|² over the rows c from index `from` on, and maybe some before it.
    /// Summed in a fixed order. Infinity for no rows.
    pub(super) fn nearest(&self, row: &[f32], from: usize) -> f32 {
        let less = |a: f32, b: f32| if b < a { b } else { a };
        let first = (from / SIDE * SIDE * self.dim).min(self.values.len());
        let mut nearest = [f32::INFINITY; SIDE];
        for panel in self.values[first..].chunks_exact(SIDE * self.dim) {
            let mut sums = [0f32; SIDE];
            for (value, centres) in row.iter().zip(panel.as_chunks::<SIDE>().0) {
                for (sum, centre) in sums.iter_mut().zip(centres) {
                    let difference = value - centre;
                    *sum = difference.mul_add(difference, *sum);
                }
            }
            for (nearest, sum) in nearest.iter_mut().zip(sums) {
                *nearest = less(*nearest, sum);
            }
        }
        nearest.into_iter().fold(f32::INFINITY, less)
    }
}

/// |a|².
pub(super) fn squared_norm(a: &[f32]) -> f32 {
    let mut lanes = [0f32; LANES];
    let parts = a.chunks_exact(LANES);
    let tail: f32 = parts.remainder().iter().map(|v| v * v).sum();
    for part in parts {
        for (lane, v) in lanes.iter_mut().zip(part) {
            *lane += v * v;
        }
    }
    lanes.iter().sum::<f32>() + tail
}

/// All inner products of the rows of `a` (m×k) with the rows of `b` (n×k), into `out` (m×n),
/// on this thread. Where a length does not fit, nothing is written and `false` returned.
#[must_use]
pub(super) fn inner_products(a: &[f32], b: &[f32], k: usize, out: &mut [f32]) -> bool {
    multiply(a, b, k, out, 0.0, 1.0)
}

/// As [`inner_products`], but twice the products are taken from what `out` holds.
#[must_use]
pub(super) fn subtract_twice(a: &[f32], b: &[f32], k: usize, out: &mut [f32]) -> bool {
    multiply(a, b, k, out, 1.0, -2.0)
}

/// `out` becomes `kept` · `out` + `factor` · products.
fn multiply(a: &[f32], b: &[f32], k: usize, out: &mut [f32], kept: f32, factor: f32) -> bool {
    if k == 0 || !a.len().is_multiple_of(k) || !b.len().is_multiple_of(k) {
        return false;
    }
    let (a, n) = (Matrix::of_rows(a, k), b.len() / k);
    let whole = n == 0 || out.len().is_multiple_of(n);
    whole && MatrixMut::of_rows(out, n).becomes(kept, factor, a, Matrix::of_rows(b, k).transposed())
}

#[cfg(test)]
mod tests {
    use super::super::golden::noise;
    use super::*;

    #[test]
    fn the_loops_compute_what_their_definitions_say() {
        for (m, n, k) in [(1, 1, 1), (3, 5, 7), (17, 9, 64), (4, 2, 19)] {
            let (a, b) = (noise(m * k, 1), noise(n * k, 2));
            let mut products = vec![f32::NAN; m * n];
            assert!(inner_products(&a, &b, k, &mut products));
            let mut taken = vec![3.0; m * n];
            assert!(subtract_twice(&a, &b, k, &mut taken));
            assert!(taken.iter().zip(&products).all(|(t, p)| (t - (3.0 - 2.0 * p)).abs() < 1e-5));
            for (i, a) in a.chunks(k).enumerate() {
                for (j, b) in b.chunks(k).enumerate() {
                    let dot: f64 =
                        a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
                    assert!((f64::from(products[i * n + j]) - dot).abs() < 1e-5);
                    let by_parts = squared_norm(a) + squared_norm(b) - 2.0 * products[i * n + j];
                    assert!((squared_distance(a, b) - by_parts).abs() < 1e-4);
                }
            }
        }
        for (count, k, from) in [(0, 3, 0), (1, 8, 0), (40, 16, 33), (70, 19, 0), (64, 3, 64)] {
            let (row, centres) = (noise(k, 3), noise(count * k, 4));
            let mut panels = Panels::new(k);
            centres.chunks(k).for_each(|centre| panels.push(centre));
            let nearest = panels.nearest(&row, from);
            let each = centres.chunks(k).skip(from / SIDE * SIDE);
            let each = each.map(|centre| squared_distance(&row, centre));
            let expected = each.fold(f32::INFINITY, f32::min);
            assert!(nearest == expected || (nearest - expected).abs() < 1e-5, "{count} of {k}");
            assert!(count == 0 || panels.nearest(&centres[..k], 0) == 0.0);
        }
        assert!(!inner_products(&[1.0; 6], &[1.0; 4], 4, &mut [0.0; 1]));
        assert!(!inner_products(&[1.0; 8], &[1.0; 4], 4, &mut [0.0; 1]));
        assert!(!inner_products(&[], &[], 0, &mut []));
    }
}
