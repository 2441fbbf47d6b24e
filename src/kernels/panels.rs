//! Weights packed in the order in which [`crate::microkernel`] reads them.
//!
//! A matrix (depth × columns) is cut into panels as wide as the microkernel. Within a panel the
//! columns of one row lie side by side, row after row, so that the kernel reads memory from front
//! to back (Goto & van de Geijn, "Anatomy of high-performance matrix multiplication", 2008). Each
//! panel begins with the biases of its columns. The last panel is as narrow as its columns allow,
//! padded with zeros to whole vectors.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

/// One cache line. Panels begin on a line, so that no vector straddles two.
#[repr(C, align(64))]
#[derive(Clone, Copy)]
struct CacheLine([f32; LINE_FLOATS]);

/// Numbers in a cache line.
pub(crate) const LINE_FLOATS: usize = 16;

/// A packed matrix (depth × columns), and the instruction set that it was packed for.
#[derive(Clone)]
pub(crate) struct Panels {
    lines: Vec<CacheLine>,
    arch: Arch,
    /// Numbers per vector.
    lanes: usize,
    /// Width of a full panel, in vectors.
    vectors: usize,
    depth: usize,
    columns: usize,
}

/// View of one panel.
#[derive(Clone, Copy)]
pub(crate) struct Panel<'a> {
    /// Biases, then `depth` rows, each of `vectors` whole vectors.
    pub(crate) data: &'a [f32],
    pub(crate) vectors: usize,
    /// Index of the panel's first column in the matrix.
    pub(crate) first: usize,
    /// Columns of the matrix in the panel; the rest of the last vector is zero.
    pub(crate) columns: usize,
}

/// Numbers per vector, and vectors per panel: with the microkernel's six rows of sums these leave
/// registers for one row of the panel and one number of the input.
struct PanelWidth;

impl WithSimd for PanelWidth {
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
    /// An empty matrix for the instruction set `arch`.
    pub(crate) fn empty(arch: Arch) -> Self {
        let (lanes, vectors) = arch.dispatch(PanelWidth);
        Self { lines: Vec::new(), arch, lanes, vectors, depth: 0, columns: 0 }
    }

    /// Packs a weight (columns × depth, row by row, as trained) and one bias per column, on every
    /// core.
    pub(crate) fn pack(arch: Arch, depth: usize, weight: &[f32], bias: &[f32]) -> Self {
        let mut panels = Self::empty(arch);
        panels.resize(depth, bias.len());
        let width = panels.vectors * panels.lanes;
        let stride = (width * (depth + 1)).max(1);
        panels.data_mut().par_chunks_mut(stride).enumerate().for_each(|(n, panel)| {
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

    /// Packs another matrix (depth × columns) into the same memory, with biases of zero:
    /// `fill(row, first, out)` writes the columns of `row` from `first` on into `out`.
    pub(crate) fn repack(
        &mut self,
        depth: usize,
        columns: usize,
        mut fill: impl FnMut(usize, usize, &mut [f32]),
    ) {
        self.resize(depth, columns);
        let width = self.vectors * self.lanes;
        let stride = width * (depth + 1);
        for (n, panel) in self.data_mut().chunks_mut(stride.max(1)).enumerate() {
            let first = n * width;
            let columns = (columns - first).min(width);
            let width = panel.len() / (depth + 1);
            for (n, row) in panel.chunks_exact_mut(width).skip(1).enumerate() {
                fill(n, first, &mut row[..columns]);
            }
        }
    }

    /// Makes room for a matrix of this size, zero where no element will be written.
    fn resize(&mut self, depth: usize, columns: usize) {
        if (self.depth, self.columns) != (depth, columns) {
            self.lines.clear();
        }
        (self.depth, self.columns) = (depth, columns);
        let vectors = columns.div_ceil(self.lanes);
        let len = vectors * self.lanes * (depth + 1);
        self.lines.resize(len.div_ceil(LINE_FLOATS), CacheLine([0.0; LINE_FLOATS]));
    }

    fn len(&self) -> usize {
        self.columns.div_ceil(self.lanes) * self.lanes * (self.depth + 1)
    }

    fn data_mut(&mut self) -> &mut [f32] {
        let len = self.len();
        // SAFETY: a `CacheLine` is 16 numbers without gaps, and the lines hold `len` of them.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), len) }
    }

    fn data(&self) -> &[f32] {
        // SAFETY: as in `data_mut`.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.len()) }
    }

    /// All panels, from the first column on.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Panel<'_>> {
        (0..self.count()).map(|n| self.panel(n))
    }

    /// Number of panels.
    pub(crate) fn count(&self) -> usize {
        self.columns.div_ceil(self.vectors * self.lanes)
    }

    /// Panel `n`, counted from 0.
    pub(crate) fn panel(&self, n: usize) -> Panel<'_> {
        let width = self.vectors * self.lanes;
        let first = n * width;
        let columns = (self.columns - first).min(width);
        let vectors = columns.div_ceil(self.lanes);
        let from = first * (self.depth + 1);
        let len = vectors * self.lanes * (self.depth + 1);
        Panel { data: &self.data()[from..from + len], vectors, first, columns }
    }

    pub(crate) fn arch(&self) -> Arch {
        self.arch
    }

    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    pub(crate) fn columns(&self) -> usize {
        self.columns
    }
}
