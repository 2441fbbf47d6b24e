//! Weights in the order in which the product kernel reads them.
//!
//! A matrix (depth × columns) is cut into panels of so many columns as a tile of
//! [`super::tile`] has; within a panel, the numbers of one depth lie side by side, depth
//! after depth, so that the kernel reads memory from front to back (Goto & van de Geijn,
//! "Anatomy of high-performance matrix multiplication", 2008). Each panel begins with the
//! biases of its columns. The last panel is as narrow as its columns allow, filled up with
//! zeros to whole vectors.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

/// One cache line: panels begin on one, so that no vector straddles two.
#[repr(C, align(64))]
#[derive(Clone, Copy)]
struct Line([f32; LINE]);

/// Numbers of a cache line.
pub(super) const LINE: usize = 16;

/// A packed matrix, and the instructions it was packed for.
#[derive(Clone)]
pub(super) struct Panels {
    lines: Vec<Line>,
    arch: Arch,
    /// Numbers a vector.
    lanes: usize,
    /// Vectors a full panel is wide.
    vectors: usize,
    depth: usize,
    columns: usize,
}

/// One panel: a view for the kernel.
#[derive(Clone, Copy)]
pub(super) struct Panel<'a> {
    /// Biases, then `depth` rows, each of `vectors` whole vectors.
    pub(super) numbers: &'a [f32],
    pub(super) vectors: usize,
    /// Its first column in the matrix.
    pub(super) first: usize,
    /// How many columns are real.
    pub(super) columns: usize,
}

/// Numbers a vector, and vectors a tile is wide: with the tile's six rows these leave
/// registers for one row of the panel and one number of the input.
struct Width;

impl WithSimd for Width {
    type Output = (usize, usize);

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> (usize, usize) {
        (S::F32_LANES, S::REGISTER_COUNT / 8)
    }
}

impl std::fmt::Debug for Panels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Panels({} × {}, {:?})", self.depth, self.columns, self.arch)
    }
}

impl Panels {
    /// Nothing yet, for the instructions `arch`.
    pub(super) fn empty(arch: Arch) -> Self {
        let (lanes, vectors) = arch.dispatch(Width);
        Self { lines: Vec::new(), arch, lanes, vectors, depth: 0, columns: 0 }
    }

    /// A weight (columns × depth, row by row, as trained) and a bias a column, packed on
    /// every core.
    pub(super) fn of_weight(arch: Arch, depth: usize, weight: &[f32], bias: &[f32]) -> Self {
        let mut panels = Self::empty(arch);
        panels.resize(depth, bias.len());
        let width = panels.vectors * panels.lanes;
        let stride = (width * (depth + 1)).max(1);
        panels.numbers_mut().par_chunks_mut(stride).enumerate().for_each(|(n, panel)| {
            let first = n * width;
            let columns = (bias.len() - first).min(width);
            let width = panel.len() / (depth + 1);
            let (head, rows) = panel.split_at_mut(width);
            head[..columns].copy_from_slice(&bias[first..first + columns]);
            for (column, weight) in weight.chunks_exact(depth).skip(first).take(columns).enumerate()
            {
                for (row, value) in rows.chunks_exact_mut(width).zip(weight) {
                    row[column] = *value;
                }
            }
        });
        panels
    }

    /// Packs another matrix of `depth` × `columns` into the same memory, without biases:
    /// `fill(row, first, out)` writes the columns of `row` from `first` on into `out`.
    pub(super) fn refill(
        &mut self,
        depth: usize,
        columns: usize,
        mut fill: impl FnMut(usize, usize, &mut [f32]),
    ) {
        self.resize(depth, columns);
        let width = self.vectors * self.lanes;
        let stride = width * (depth + 1);
        for (n, panel) in self.numbers_mut().chunks_mut(stride.max(1)).enumerate() {
            let first = n * width;
            let columns = (columns - first).min(width);
            let width = panel.len() / (depth + 1);
            for (n, row) in panel.chunks_exact_mut(width).skip(1).enumerate() {
                fill(n, first, &mut row[..columns]);
            }
        }
    }

    /// Room for a matrix of this size; zeros wherever nothing real will be written.
    fn resize(&mut self, depth: usize, columns: usize) {
        if (self.depth, self.columns) != (depth, columns) {
            self.lines.clear();
        }
        (self.depth, self.columns) = (depth, columns);
        let vectors = columns.div_ceil(self.lanes);
        let len = vectors * self.lanes * (depth + 1);
        self.lines.resize(len.div_ceil(LINE), Line([0.0; LINE]));
    }

    fn len(&self) -> usize {
        self.columns.div_ceil(self.lanes) * self.lanes * (self.depth + 1)
    }

    fn numbers_mut(&mut self) -> &mut [f32] {
        let len = self.len();
        // SAFETY: a `Line` is 16 numbers without gaps, and the lines hold `len` of them.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), len) }
    }

    fn numbers(&self) -> &[f32] {
        // SAFETY: as in `numbers_mut`.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.len()) }
    }

    /// The panels, left to right.
    pub(super) fn iter(&self) -> impl Iterator<Item = Panel<'_>> {
        (0..self.count()).map(|n| self.panel(n))
    }

    /// How many panels there are.
    pub(super) fn count(&self) -> usize {
        self.columns.div_ceil(self.vectors * self.lanes)
    }

    /// The `n`th panel.
    pub(super) fn panel(&self, n: usize) -> Panel<'_> {
        let width = self.vectors * self.lanes;
        let first = n * width;
        let columns = (self.columns - first).min(width);
        let vectors = columns.div_ceil(self.lanes);
        let from = first * (self.depth + 1);
        let len = vectors * self.lanes * (self.depth + 1);
        Panel { numbers: &self.numbers()[from..from + len], vectors, first, columns }
    }

    pub(super) fn arch(&self) -> Arch {
        self.arch
    }

    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }
}
