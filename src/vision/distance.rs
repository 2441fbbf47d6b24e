//! Distances and inner products of rows: the inner loops of fitting and scoring.

use super::Result;
use super::error::row_count;
use super::matrix::{Matrix, MatrixMut};

/// Partial sums kept apart, so that the compiler can add eight values at once.
const LANES: usize = 8;

/// |a − b|², summed in a fixed order, so that equal input gives equal bits. Rows of different
/// length are compared up to the shorter.
pub(crate) fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
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

/// Centres in blocks of [`BLOCK_ROWS`], interleaved, so that the squared distances of one row to
/// all centres of a block are summed at once, each in a lane of its own.
pub(crate) struct CentreBlocks {
    dim: usize,
    len: usize,
    /// Block after block; within a block the first value of each centre, then the second.
    values: Vec<f32>,
}

/// Centres of a block: four vectors of sums, which do not wait for each other.
const BLOCK_ROWS: usize = 32;

impl CentreBlocks {
    /// No centres yet, of `dim` values each.
    pub(crate) fn new(dim: usize) -> Self {
        Self { dim, len: 0, values: Vec::new() }
    }

    /// Number of centres.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Adds one centre.
    pub(crate) fn push(&mut self, centre: &[f32]) {
        let lane = self.len % BLOCK_ROWS;
        if lane == 0 {
            // Lanes without a centre are infinitely far from any row.
            self.values.resize(self.values.len() + BLOCK_ROWS * self.dim, f32::INFINITY);
        }
        let block = self.len / BLOCK_ROWS * BLOCK_ROWS * self.dim;
        let places = self.values[block..].iter_mut().skip(lane).step_by(BLOCK_ROWS);
        places.zip(centre).for_each(|(place, value)| *place = *value);
        self.len += 1;
    }

    /// The smallest |row − c|² over the centres c from index `from` on; some centres before `from`
    /// may be included. Summed in a fixed order. Infinity for no centres.
    pub(crate) fn nearest(&self, row: &[f32], from: usize) -> f32 {
        let less = |a: f32, b: f32| if b < a { b } else { a };
        let first = (from / BLOCK_ROWS * BLOCK_ROWS * self.dim).min(self.values.len());
        let mut nearest = [f32::INFINITY; BLOCK_ROWS];
        for block in self.values[first..].chunks_exact(BLOCK_ROWS * self.dim) {
            let mut sums = [0f32; BLOCK_ROWS];
            for (value, centres) in row.iter().zip(block.as_chunks::<BLOCK_ROWS>().0) {
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
pub(crate) fn squared_norm(a: &[f32]) -> f32 {
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

/// All inner products of the rows of `a` (m×k) with the rows of `b` (n×k), written to `out` (m×n)
/// on this thread.
///
/// # Errors
/// [`VisionError::PartialRow`](super::VisionError::PartialRow) for a broken last row,
/// [`VisionError::MatrixShape`](super::VisionError::MatrixShape) where the sizes do not fit.
pub(crate) fn inner_products(a: &[f32], b: &[f32], k: usize, out: &mut [f32]) -> Result<()> {
    multiply_transposed(1.0, a, b, k, 0.0, out)
}

/// As [`inner_products`], but twice the products are subtracted from the values of `out`.
pub(crate) fn subtract_twice(a: &[f32], b: &[f32], k: usize, out: &mut [f32]) -> Result<()> {
    multiply_transposed(-2.0, a, b, k, 1.0, out)
}

/// `alpha` · a · bᵀ + `beta` · out, written to `out`.
fn multiply_transposed(
    alpha: f32,
    a: &[f32],
    b: &[f32],
    k: usize,
    beta: f32,
    out: &mut [f32],
) -> Result<()> {
    row_count("left rows of a product", a.len(), k)?;
    let n = row_count("right rows of a product", b.len(), k)?;
    row_count("products", out.len(), n)?;
    let (a, b) = (Matrix::of_rows(a, k), Matrix::of_rows(b, k).transposed());
    MatrixMut::of_rows(out, n).gemm(alpha, a, b, beta)
}

#[cfg(test)]
mod tests {
    use super::super::test_data::noise;
    use super::*;

    #[test]
    fn the_loops_compute_what_their_definitions_say() {
        for (m, n, k) in [(1, 1, 1), (3, 5, 7), (17, 9, 64), (4, 2, 19)] {
            let (a, b) = (noise(m * k, 1), noise(n * k, 2));
            let mut products = vec![f32::NAN; m * n];
            inner_products(&a, &b, k, &mut products).unwrap();
            let mut taken = vec![3.0; m * n];
            subtract_twice(&a, &b, k, &mut taken).unwrap();
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
            let mut blocks = CentreBlocks::new(k);
            centres.chunks(k).for_each(|centre| blocks.push(centre));
            let nearest = blocks.nearest(&row, from);
            let each = centres.chunks(k).skip(from / BLOCK_ROWS * BLOCK_ROWS);
            let each = each.map(|centre| squared_distance(&row, centre));
            let expected = each.fold(f32::INFINITY, f32::min);
            assert!(nearest == expected || (nearest - expected).abs() < 1e-5, "{count} of {k}");
            assert!(count == 0 || blocks.nearest(&centres[..k], 0) == 0.0);
        }
        assert!(inner_products(&[1.0; 6], &[1.0; 4], 4, &mut [0.0; 1]).is_err());
        assert!(inner_products(&[1.0; 8], &[1.0; 4], 4, &mut [0.0; 1]).is_err());
        assert!(inner_products(&[], &[], 0, &mut []).is_err());
    }
}
