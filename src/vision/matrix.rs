//! Matrices that lie in slices, and the sum of products that all heavier steps come down to.

use std::ops::Range;

use gemm::Parallelism;

/// Numbers that are multiplied here: `f32` and `f64`.
pub(super) trait Element: Copy + PartialEq + Send + Sync + 'static {
    /// 0.
    const ZERO: Self;
}

impl Element for f32 {
    const ZERO: Self = 0.0;
}

impl Element for f64 {
    const ZERO: Self = 0.0;
}

/// Where the entries of a matrix lie in a slice: entry (r, c) at `first` + r · `down` + c ·
/// `across`.
#[derive(Debug, Clone, Copy)]
struct Layout {
    first: usize,
    rows: usize,
    columns: usize,
    down: usize,
    across: usize,
}

impl Layout {
    /// Whether all its entries are among `len` values.
    fn within(&self, len: usize) -> bool {
        if self.rows == 0 || self.columns == 0 {
            return true;
        }
        let last = (self.rows - 1)
            .checked_mul(self.down)
            .zip((self.columns - 1).checked_mul(self.across))
            .and_then(|(down, across)| self.first.checked_add(down)?.checked_add(across));
        last.is_some_and(|last| last < len) && isize::try_from(len).is_ok()
    }
}

/// A part of some rows, read.
#[derive(Clone, Copy)]
pub(super) struct Matrix<'a, T> {
    values: &'a [T],
    layout: Layout,
}

impl<'a, T: Element> Matrix<'a, T> {
    /// Contiguous rows of `columns` values; values beyond the last whole row are left out.
    pub(super) fn of_rows(values: &'a [T], columns: usize) -> Self {
        let rows = values.len() / columns.max(1);
        Self { values, layout: Layout { first: 0, rows, columns, down: columns, across: 1 } }
    }

    /// Some of its rows and columns, as far as it has them.
    pub(super) fn part(self, rows: Range<usize>, columns: Range<usize>) -> Self {
        let Layout { first, down, across, .. } = self.layout;
        let rows = rows.start.min(self.layout.rows)..rows.end.min(self.layout.rows);
        let columns = columns.start.min(self.layout.columns)..columns.end.min(self.layout.columns);
        let first = first + rows.start * down + columns.start * across;
        Self {
            layout: Layout { first, rows: rows.len(), columns: columns.len(), down, across },
            ..self
        }
    }

    /// Its rows as columns.
    pub(super) fn transposed(self) -> Self {
        let Layout { first, rows, columns, down, across } = self.layout;
        let layout = Layout { first, rows: columns, columns: rows, down: across, across: down };
        Self { layout, ..self }
    }
}

/// Contiguous rows, of which some columns are written.
pub(super) struct MatrixMut<'a, T> {
    values: &'a mut [T],
    layout: Layout,
}

impl<'a, T: Element> MatrixMut<'a, T> {
    /// Contiguous rows of `columns` values.
    pub(super) fn of_rows(values: &'a mut [T], columns: usize) -> Self {
        let rows = values.len() / columns.max(1);
        Self { values, layout: Layout { first: 0, rows, columns, down: columns, across: 1 } }
    }

    /// Some of its columns, as far as it has them.
    pub(super) fn columns(self, columns: Range<usize>) -> Self {
        let columns = columns.start.min(self.layout.columns)..columns.end.min(self.layout.columns);
        let first = self.layout.first + columns.start;
        Self { layout: Layout { first, columns: columns.len(), ..self.layout }, ..self }
    }

    /// Becomes `kept` times what it was and `factor` times `a`·`b`, on this thread. Where the
    /// sizes do not fit, nothing is written and `false` returned.
    #[must_use]
    pub(super) fn becomes(self, kept: T, factor: T, a: Matrix<'_, T>, b: Matrix<'_, T>) -> bool {
        let (to, by) = (self.layout, (a.layout, b.layout));
        let fits = (by.0.rows, by.1.columns, by.0.columns) == (to.rows, to.columns, by.1.rows);
        let inside = to.within(self.values.len())
            && by.0.within(a.values.len())
            && by.1.within(b.values.len());
        if !fits || !inside || by.0.columns == 0 {
            return false;
        }
        if to.rows == 0 || to.columns == 0 {
            return true;
        }
        let step = |elements: usize| elements as isize;
        let (out, left, right) =
            (&mut self.values[to.first..], &a.values[by.0.first..], &b.values[by.1.first..]);
        // SAFETY: `within` holds for the three layouts, so every entry that gemm reads or
        // writes, at its slice's start + r·down + c·across for r and c below the given numbers,
        // lies in that slice and is initialised; their steps fit an isize because the slices'
        // lengths do. `out` is borrowed mutably, so it overlaps neither input, and no two of its
        // entries share a place: `across` is 1 and `down` at least the number of columns.
        unsafe {
            gemm::gemm(
                to.rows,
                to.columns,
                by.0.columns,
                out.as_mut_ptr(),
                step(to.across),
                step(to.down),
                kept != T::ZERO,
                left.as_ptr(),
                step(by.0.across),
                step(by.0.down),
                right.as_ptr(),
                step(by.1.across),
                step(by.1.down),
                kept,
                factor,
                false,
                false,
                false,
                Parallelism::None,
            );
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::golden::noise;
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
            assert!(to.becomes(1.0, -2.0, left, right.transposed()));
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
    fn what_does_not_fit_is_not_multiplied() {
        let (a, b) = ([1f64; 6], [1f64; 4]);
        let mut out = [7f64; 6];
        let mut product = |a: Matrix<'_, f64>, b: Matrix<'_, f64>| {
            MatrixMut::of_rows(&mut out, 2).becomes(0.0, 1.0, a, b)
        };
        let (three, two) = (Matrix::of_rows(&a, 2), Matrix::of_rows(&b, 2));
        assert!(product(three, two));
        assert!(!product(two, two) && !product(three.transposed(), two));
        assert!(
            !product(three, two.part(0..1, 0..2))
                && !product(three, two.part(0..2, 0..9).part(0..2, 0..1))
        );
        assert_eq!(out, [2.0; 6]);
    }
}
