//! Whitening: the Mahalanobis metric of the normal patches, as a linear map.
//!
//! The channels of a backbone differ in variance by orders of magnitude and are correlated, so that
//! a few loud channels decide the Euclidean distance, and a defect that moves quiet channels is
//! lost. Whitening (as in PaDiM, Defard et al. 2020, but one for all positions) gives every
//! direction in which normal patches vary the same weight. The Mahalanobis distance is then the
//! Euclidean distance of whitened rows, so that coreset and search need no other metric.

use rayon::prelude::*;

use super::bank_rows::BankRows;
use super::cholesky::inverse_of_factor;
use super::error::{row_count, same_size};
use super::matrix::{Matrix, MatrixMut};
use super::{Result, VisionError};

/// Rows mapped in one task, at most.
const BLOCK: usize = 512;
/// Rows of a triangular matrix in one product: above the diagonal no more than this many columns of
/// zeros are multiplied in vain.
const STRIP: usize = 128;

/// Linear map of rows to rows of the same dimension: matrix · row − shift.
#[derive(Debug, Clone, PartialEq)]
pub struct Whitening {
    /// `dim`×`dim` values, row by row; lower triangular.
    matrix: Vec<f32>,
    /// `dim` values: the matrix times the mean.
    shift: Vec<f32>,
}

impl Whitening {
    /// A whitening from its parts.
    ///
    /// # Errors
    /// [`VisionError::Size`] where the matrix is not square of the shift's length,
    /// [`VisionError::NotFinite`] for a value that is not finite.
    pub fn new(matrix: Vec<f32>, shift: Vec<f32>) -> Result<Self> {
        same_size("values of the whitening", shift.len() * shift.len(), matrix.len())?;
        if matrix.iter().chain(&shift).any(|value| !value.is_finite()) {
            return Err(VisionError::NotFinite("whitening"));
        }
        Ok(Self { matrix, shift })
    }

    /// Values a row.
    pub fn dim(&self) -> usize {
        self.shift.len()
    }

    /// The matrix, row by row; lower triangular.
    pub fn matrix(&self) -> &[f32] {
        &self.matrix
    }

    /// The shift, subtracted from each mapped row.
    pub fn shift(&self) -> &[f32] {
        &self.shift
    }

    /// This whitening for rows that `base` whitened already: `self` after the inverse of `base`.
    ///
    /// Held-out normal images are measured in a metric estimated without them: in a metric
    /// estimated with them they look more normal than a new part does (on leather, whose images
    /// are tiles of a few hides, every new hide was NG).
    ///
    /// # Errors
    /// [`VisionError::Size`] where the dimensions differ, [`VisionError::NotFinite`] where `base`
    /// has no inverse.
    pub fn relative_to(&self, base: &Self) -> Result<Self> {
        let dim = self.dim();
        same_size("values of a whitened row", dim, base.dim())?;
        let base_matrix: Vec<f64> = base.matrix.iter().map(|value| f64::from(*value)).collect();
        let inverse = inverse_of_factor(&base_matrix, dim)?;
        let inverse: Vec<f32> = inverse.into_iter().map(|value| value as f32).collect();
        let mut matrix = vec![0f32; dim * dim];
        let (left, right) = (Matrix::of_rows(&self.matrix, dim), Matrix::of_rows(&inverse, dim));
        let strips = matrix.par_chunks_mut(STRIP * dim.max(1)).enumerate();
        strips.try_for_each(|(strip, out)| {
            // Both factors are triangular, and so is their product.
            let rows = strip * STRIP..strip * STRIP + out.len() / dim;
            let columns = 0..rows.end;
            let left = left.part(rows, columns.clone());
            let right = right.part(columns.clone(), columns.clone());
            MatrixMut::of_rows(out, dim).columns(columns).gemm(1.0, left, right, 0.0)
        })?;
        let shift = matrix.chunks_exact(dim.max(1)).zip(&self.shift).map(|(row, shift)| {
            let of_base = row.iter().zip(&base.shift).map(|(m, s)| f64::from(*m) * f64::from(*s));
            (f64::from(*shift) - of_base.sum::<f64>()) as f32
        });
        let shift = shift.collect();
        Self::new(matrix, shift)
    }

    /// Rows of a bank, whitened, in 32 bits.
    ///
    /// # Errors
    /// [`VisionError::Size`] where the dimensions differ.
    pub fn apply_to_bank(&self, rows: &BankRows) -> Result<BankRows> {
        same_size("values of a bank row", self.dim(), rows.dim())?;
        let mut scratch = Vec::new();
        BankRows::new(self.apply(rows.to_f32(0..rows.len(), &mut scratch))?, self.dim())
    }

    /// Contiguous rows, whitened.
    ///
    /// # Errors
    /// [`VisionError::PartialRow`] for a broken last row.
    pub fn apply(&self, rows: &[f32]) -> Result<Vec<f32>> {
        let dim = self.dim();
        let count = row_count("rows to whiten", rows.len(), dim)?;
        let mut mapped = vec![0f32; rows.len()];
        let block = count.div_ceil(rayon::current_num_threads()).clamp(1, BLOCK) * dim.max(1);
        let matrix = Matrix::of_rows(&self.matrix, dim);
        let blocks = mapped.par_chunks_mut(block).zip(rows.par_chunks(block));
        blocks.try_for_each(|(out, rows)| {
            let rows = Matrix::of_rows(rows, dim);
            for first in (0..dim).step_by(STRIP) {
                // The matrix is lower triangular: a strip depends on no later columns.
                let strip = first..(first + STRIP).min(dim);
                let by = matrix.part(strip.clone(), 0..strip.end).transposed();
                let rows = rows.part(0..count, 0..strip.end);
                MatrixMut::of_rows(out, dim).columns(strip).gemm(1.0, rows, by, 0.0)?;
            }
            for row in out.chunks_exact_mut(dim.max(1)) {
                row.iter_mut().zip(&self.shift).for_each(|(value, shift)| *value -= shift);
            }
            Ok::<_, VisionError>(())
        })?;
        Ok(mapped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_do_not_fit_are_an_error() {
        assert!(Whitening::new(vec![1.0; 3], vec![0.0; 2]).is_err());
        assert!(Whitening::new(vec![f32::NAN], vec![0.0]).is_err());
        let unit = Whitening::new(vec![1.0, 0.0, 0.0, 1.0], vec![1.0, -1.0]).unwrap();
        assert_eq!(unit.apply(&[3.0, 4.0]).unwrap(), [2.0, 5.0]);
        assert!(matches!(unit.apply(&[1.0; 3]), Err(VisionError::PartialRow { .. })));
        let other = Whitening::new(vec![1.0], vec![0.0]).unwrap();
        assert!(matches!(unit.relative_to(&other), Err(VisionError::Size { .. })));
    }
}
