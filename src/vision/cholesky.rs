//! Cholesky factor of a covariance, and the inverse of the factor, block by block: nearly all of
//! the work is products of blocks, which run at the full speed of the machine (Golub and Van Loan,
//! Matrix Computations, sections 4.2.9 and 3.1.4). `docs/speed.md` compares it with faer.

use rayon::prelude::*;

use super::error::same_size;
use super::matrix::{Matrix, MatrixMut};
use super::{Result, VisionError};

/// Rows and columns of a block.
const BLOCK: usize = 64;

/// The lower factor L of `matrix` = L·Lᵀ, `dim`² values, row by row. Values above the diagonal are
/// neither read nor written.
///
/// # Errors
/// [`VisionError::Size`] where `matrix` has not `dim`² values,
/// [`VisionError::NotPositiveDefinite`].
pub(crate) fn cholesky(mut matrix: Vec<f64>, dim: usize) -> Result<Vec<f64>> {
    same_size("values of the covariance", dim * dim, matrix.len())?;
    for first in (0..dim).step_by(BLOCK) {
        let end = (first + BLOCK).min(dim);
        let (above, below) = matrix.split_at_mut(end * dim);
        factor_in_place(&mut above[first * dim..], dim, first)?;
        let block = &above[first * dim..];
        // The rows below the block, in the block's columns.
        let panel: Vec<f64> = below
            .par_chunks_exact_mut(dim)
            .flat_map_iter(|row| {
                for j in first..end {
                    let factor = &block[(j - first) * dim..][first..=j];
                    let known: f64 = row[first..j].iter().zip(factor).map(|(a, b)| a * b).sum();
                    row[j] = (row[j] - known) / factor[j - first];
                }
                row[first..end].iter().copied()
            })
            .collect();
        // Their products are subtracted from the columns to the right of the block.
        let panel = Matrix::of_rows(&panel, end - first);
        below.par_chunks_mut(BLOCK * dim).enumerate().try_for_each(|(index, rows)| {
            let own = index * BLOCK..index * BLOCK + rows.len() / dim;
            let before = panel.part(0..own.end, 0..BLOCK).transposed();
            MatrixMut::of_rows(rows, dim).columns(end..end + own.end).gemm(
                -1.0,
                panel.part(own, 0..BLOCK),
                before,
                1.0,
            )
        })?;
    }
    Ok(matrix)
}

/// Factors the block of `rows` whose diagonal begins at column `first`.
fn factor_in_place(rows: &mut [f64], dim: usize, first: usize) -> Result<()> {
    for i in 0..rows.len() / dim {
        let (above, row) = rows.split_at_mut(i * dim);
        let row = &mut row[first..dim];
        for j in 0..i {
            let other = &above[j * dim + first..][..=j];
            let known: f64 = row[..j].iter().zip(other).map(|(a, b)| a * b).sum();
            row[j] = (row[j] - known) / other[j];
        }
        let rest = row[i] - row[..i].iter().map(|a| a * a).sum::<f64>();
        // Written so that a NaN is an error, too.
        if !(rest > 0.0 && rest.is_finite()) {
            return Err(VisionError::NotPositiveDefinite);
        }
        row[i] = rest.sqrt();
    }
    Ok(())
}

/// The inverse L⁻¹ of a lower factor L, row by row; zeros above the diagonal.
///
/// # Errors
/// [`VisionError::Size`] where `factor` has not `dim`² values.
pub(crate) fn inverse_of_factor(factor: &[f64], dim: usize) -> Result<Vec<f64>> {
    same_size("values of the factor", dim * dim, factor.len())?;
    // Columns of the inverse do not depend on each other: each task computes a strip of columns.
    let strips: Vec<(usize, Vec<f64>)> = (0..dim.div_ceil(BLOCK))
        .into_par_iter()
        .map(|strip| {
            let columns = strip * BLOCK..((strip + 1) * BLOCK).min(dim);
            Ok((columns.len(), columns_of_inverse(factor, dim, columns)?))
        })
        .collect::<Result<_>>()?;
    let mut inverse = vec![0f64; dim * dim];
    for (strip, (width, values)) in strips.iter().enumerate() {
        let first = strip * BLOCK;
        // A strip begins at its diagonal.
        for (row, values) in (first..).zip(values.chunks_exact(*width)) {
            inverse[row * dim + first..][..*width].copy_from_slice(values);
        }
    }
    Ok(inverse)
}

/// A strip of columns of L⁻¹ by forward substitution, row by row from its first diagonal entry
/// down.
fn columns_of_inverse(
    factor: &[f64],
    dim: usize,
    columns: std::ops::Range<usize>,
) -> Result<Vec<f64>> {
    let (start, width) = (columns.start, columns.len());
    let whole = Matrix::of_rows(factor, dim);
    let mut found = vec![0f64; (dim - start) * width];
    for (row, unit) in found.chunks_exact_mut(width).take(width).enumerate() {
        unit[row] = 1.0;
    }
    for first in (start..dim).step_by(BLOCK) {
        let end = (first + BLOCK).min(dim);
        let (known, rest) = found.split_at_mut((first - start) * width);
        let own = &mut rest[..(end - first) * width];
        if first > start {
            let (left, right) =
                (whole.part(first..end, start..first), Matrix::of_rows(known, width));
            MatrixMut::of_rows(own, width).gemm(-1.0, left, right, 1.0)?;
        }
        for i in 0..end - first {
            let (above, row) = own.split_at_mut(i * width);
            let row = &mut row[..width];
            let factor = &factor[(first + i) * dim + first..][..=i];
            for (other, factor) in above.chunks_exact(width).zip(factor) {
                row.iter_mut().zip(other).for_each(|(value, other)| *value -= factor * other);
            }
            row.iter_mut().for_each(|value| *value /= factor[i]);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::test_data::noise;
    use super::*;

    /// A covariance of `dim` variables, its factor, and the inverse of the factor.
    fn case(dim: usize) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let rows: Vec<f64> = noise((dim + 3) * dim, 1).into_iter().map(f64::from).collect();
        let mut covariance = vec![0f64; dim * dim];
        let rows = Matrix::of_rows(&rows, dim);
        MatrixMut::of_rows(&mut covariance, dim).gemm(1.0, rows.transposed(), rows, 0.0).unwrap();
        for i in 0..dim {
            covariance[i * dim + i] += 0.1;
        }
        let factor = cholesky(covariance.clone(), dim).unwrap();
        let inverse = inverse_of_factor(&factor, dim).unwrap();
        (covariance, factor, inverse)
    }

    #[test]
    fn factor_times_itself_is_the_covariance_and_the_inverse_undoes_it() {
        for dim in [1, 5, BLOCK, BLOCK + 1, 3 * BLOCK - 7] {
            let (covariance, factor, inverse) = case(dim);
            let below =
                |values: &[f64], r: usize, c: usize| if c <= r { values[r * dim + c] } else { 0.0 };
            for r in 0..dim {
                for c in 0..=r {
                    let sum: f64 =
                        (0..=c).map(|k| below(&factor, r, k) * below(&factor, c, k)).sum();
                    assert!((sum - covariance[r * dim + c]).abs() < 1e-9, "{r}, {c} of {dim}");
                }
                for c in 0..dim {
                    let sum: f64 =
                        (0..=r).map(|k| below(&factor, r, k) * inverse[k * dim + c]).sum();
                    let unit = if r == c { 1.0 } else { 0.0 };
                    assert!((sum - unit).abs() < 1e-9, "{r}, {c} of {dim}");
                }
            }
        }
    }

    #[test]
    fn a_matrix_without_a_factor_is_an_error() {
        for matrix in [vec![-1.0], vec![0.0], vec![f64::NAN], vec![1.0, 0.0, 2.0, 1.0]] {
            let dim = if matrix.len() == 1 { 1 } else { 2 };
            assert!(matches!(cholesky(matrix, dim), Err(VisionError::NotPositiveDefinite)));
        }
        assert!(cholesky(vec![1.0; 3], 2).is_err() && inverse_of_factor(&[1.0; 3], 2).is_err());
    }
}
