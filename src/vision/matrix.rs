//! Matrices in slices, and the matrix product (GEMM) that fitting and scoring spend their time in.

use std::ops::Range;

use gemm::Parallelism;

use super::{Result, VisionError};

/// Element type of a matrix: `f32` or `f64`.
pub(crate) trait Element: Copy + PartialEq + Send + Sync + 'static {
    /// 0.
    const ZERO: Self;
}

impl Element for f32 {
    const ZERO: Self = 0.0;
}

impl Element for f64 {
    const ZERO: Self = 0.0;
}

/// Position of the entries of a matrix in a slice: entry (r, c) at `offset` + r · `row_stride` +
/// c · `column_stride`.
#[derive(Debug, Clone, Copy)]
struct Layout {
    offset: usize,
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl Layout {
    /// (rows, columns).
    fn shape(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// Whether all entries are among `len` values.
    fn is_within(&self, len: usize) -> bool {
        if self.rows == 0 || self.columns == 0 {
            return true;
        }
        let last = (self.rows - 1)
            .checked_mul(self.row_stride)
            .zip((self.columns - 1).checked_mul(self.column_stride))
            .and_then(|(down, across)| self.offset.checked_add(down)?.checked_add(across));
        last.is_some_and(|last| last < len) && isize::try_from(len).is_ok()
    }
}

/// A matrix that is read: a part of contiguous rows, or its transpose.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<'a, T> {
    values: &'a [T],
    layout: Layout,
}

impl<'a, T: Element> Matrix<'a, T> {
    /// Contiguous rows of `columns` values; values beyond the last whole row are left out.
    pub(crate) fn of_rows(values: &'a [T], columns: usize) -> Self {
        let rows = values.len() / columns.max(1);
        let layout = Layout { offset: 0, rows, columns, row_stride: columns, column_stride: 1 };
        Self { values, layout }
    }

    /// The sub-matrix of these rows and columns, cut off at the matrix' size.
    pub(crate) fn part(self, rows: Range<usize>, columns: Range<usize>) -> Self {
        let Layout { offset, row_stride, column_stride, .. } = self.layout;
        let rows = rows.start.min(self.layout.rows)..rows.end.min(self.layout.rows);
        let columns = columns.start.min(self.layout.columns)..columns.end.min(self.layout.columns);
        let offset = offset + rows.start * row_stride + columns.start * column_stride;
        let (rows, columns) = (rows.len(), columns.len());
        Self { layout: Layout { offset, rows, columns, row_stride, column_stride }, ..self }
    }

    /// The transpose.
    pub(crate) fn transposed(self) -> Self {
        let Layout { offset, rows, columns, row_stride, column_stride } = self.layout;
        let layout = Layout {
            offset,
            rows: columns,
            columns: rows,
            row_stride: column_stride,
            column_stride: row_stride,
        };
        Self { layout, ..self }
    }
}

/// A matrix that is written: some columns of contiguous rows.
pub(crate) struct MatrixMut<'a, T> {
    values: &'a mut [T],
    layout: Layout,
}

impl<'a, T: Element> MatrixMut<'a, T> {
    /// Contiguous rows of `columns` values; values beyond the last whole row are left out.
    pub(crate) fn of_rows(values: &'a mut [T], columns: usize) -> Self {
        let rows = values.len() / columns.max(1);
        let layout = Layout { offset: 0, rows, columns, row_stride: columns, column_stride: 1 };
        Self { values, layout }
    }

    /// These columns, cut off at the matrix' size.
    pub(crate) fn columns(self, columns: Range<usize>) -> Self {
        let columns = columns.start.min(self.layout.columns)..columns.end.min(self.layout.columns);
        let offset = self.layout.offset + columns.start;
        Self { layout: Layout { offset, columns: columns.len(), ..self.layout }, ..self }
    }

    /// `alpha` · `a` · `b` + `beta` · `self`, written to `self` on this thread. A `beta` of 0
    /// ignores the old values.
    ///
    /// # Errors
    /// [`VisionError::MatrixShape`] where the shapes do not fit or `a` has no columns; nothing is
    /// written then.
    pub(crate) fn gemm(self, alpha: T, a: Matrix<'_, T>, b: Matrix<'_, T>, beta: T) -> Result<()> {
        let (out, left, right) = (self.layout, a.layout, b.layout);
        let fits = (left.rows, right.columns, left.columns) == (out.rows, out.columns, right.rows);
        let inside = out.is_within(self.values.len())
            && left.is_within(a.values.len())
            && right.is_within(b.values.len());
        if !fits || !inside || left.columns == 0 {
            let (left, right, out) = (left.shape(), right.shape(), out.shape());
            return Err(VisionError::MatrixShape { left, right, out });
        }
        if out.rows == 0 || out.columns == 0 {
            return Ok(());
        }
        let stride = |elements: usize| elements as isize;
        let (to, from_left, from_right) =
            (&mut self.values[out.offset..], &a.values[left.offset..], &b.values[right.offset..]);
        // SAFETY: `is_within` holds for the three layouts, so every entry that gemm reads or
        // writes, at its slice's start + r·row_stride + c·column_stride for r and c below the given
        // numbers, lies in that slice and is initialised; the strides fit an isize because the
        // slices' lengths do. `to` is borrowed mutably, so it overlaps neither input, and no two of
        // its entries share a place: its column stride is 1 and its row stride at least the number
        // of columns.
        unsafe {
            gemm::gemm(
                out.rows,
                out.columns,
                left.columns,
                to.as_mut_ptr(),
                stride(out.column_stride),
                stride(out.row_stride),
                beta != T::ZERO,
                from_left.as_ptr(),
                stride(left.column_stride),
                stride(left.row_stride),
                from_right.as_ptr(),
                stride(right.column_stride),
                stride(right.row_stride),
                beta,
                alpha,
                false,
                false,
                false,
                Parallelism::None,
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_data::noise;
    use super::*;

    #[test]
    fn products_are_what_their_definition_says() {
        // Rows of a, columns of b, values summed; rows and columns left out before.
        for (m, n, k, skipped) in [(1, 1, 1, 0), (3, 5, 7, 1), (17, 9, 64, 3), (4, 2, 19, 2)] {
            let width = k + skipped;
            let (a, b) = (noise((m + skipped) * width, 1), noise((n + skipped) * width, 2));
            let left = Matrix::of_rows(&a, width).part(skipped..m + skipped, skipped..width);
            let right = Matrix::of_rows(&b, width).part(skipped..n + skipped, skipped..width);
            let mut out = vec![3.0; m * (n + skipped)];
            let to = MatrixMut::of_rows(&mut out, n + skipped).columns(skipped..n + skipped);
            to.gemm(-2.0, left, right.transposed(), 1.0).unwrap();
            for (r, row) in out.chunks(n + skipped).enumerate() {
                assert!(row[..skipped].iter().all(|value| *value == 3.0));
                for (c, value) in row[skipped..].iter().enumerate() {
                    let of = |rows: &[f32], row: usize| {
                        rows[(row + skipped) * width + skipped..][..k].to_vec()
                    };
                    let sum: f32 = of(&a, r).iter().zip(of(&b, c)).map(|(a, b)| a * b).sum();
                    assert!((value - (3.0 - 2.0 * sum)).abs() < 1e-4);
                }
            }
        }
    }

    #[test]
    fn shapes_that_do_not_fit_are_an_error_and_nothing_is_written() {
        let (a, b) = ([1f64; 6], [1f64; 4]);
        let mut out = [7f64; 6];
        let mut gemm = |a: Matrix<'_, f64>, b: Matrix<'_, f64>| {
            MatrixMut::of_rows(&mut out, 2).gemm(1.0, a, b, 0.0)
        };
        let (three, two) = (Matrix::of_rows(&a, 2), Matrix::of_rows(&b, 2));
        gemm(three, two).unwrap();
        for (a, b) in [
            (two, two),
            (three.transposed(), two),
            (three, two.part(0..1, 0..2)),
            (three, two.part(0..2, 0..9).part(0..2, 0..1)),
        ] {
            assert!(matches!(gemm(a, b), Err(VisionError::MatrixShape { .. })));
        }
        assert_eq!(out, [2.0; 6]);
    }
}
