//! Rows times panels on every core: the driver of [`super::tile`].

use std::cell::RefCell;

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::Activation;
use super::panels::{LINE, Panels};
use super::tile::{ROWS, Tile};

/// Bytes of input that a core works through for one panel after the other: what stays
/// in its second-level cache beside the panel.
const BLOCK_BYTES: usize = 512 * 1024;
/// Pieces of work a core, so that one that is held up does not keep the others waiting.
const PIECES: usize = 4;
/// Multiplications that are not worth waking another core for.
const SMALL: usize = 200_000;

thread_local! {
    /// The pointers of the block in work.
    static POINTERS: RefCell<Vec<*const f32>> = const { RefCell::new(Vec::new()) };
}

/// A product of `rows` rows of `input`, each of `taps` pieces, with `panels`.
pub(super) struct Product<'a, F> {
    /// Where the rows are.
    pub(super) input: &'a [f32],
    /// `place(row, tap)` says where in `input` a row's piece begins; `None` is a piece of
    /// zeros. Every piece has an equal share of the panels' depth.
    pub(super) place: F,
    pub(super) rows: usize,
    pub(super) taps: usize,
    pub(super) panels: &'a Panels,
    /// (rows × columns), added before the activation.
    pub(super) residual: Option<&'a [f32]>,
    pub(super) activation: Activation,
}

/// The output, written by many threads at places that do not overlap.
#[derive(Clone, Copy)]
pub(super) struct Target(pub(super) *mut f32);

// SAFETY: a pointer may go to another thread; who writes through it says why he may.
unsafe impl Send for Target {}
// SAFETY: as above.
unsafe impl Sync for Target {}

/// Some of the rows and some of the panels.
#[derive(Clone, Copy)]
struct Piece {
    rows: (usize, usize),
    panels: (usize, usize),
}

impl<F: Fn(usize, usize) -> Option<usize> + Sync> Product<'_, F> {
    /// (rows × columns) numbers, row by row.
    pub(super) fn run(&self) -> Vec<f32> {
        let len = self.rows * self.panels.columns();
        let mut out = Vec::with_capacity(len);
        // SAFETY: there is room for `len` numbers, and all of them are written.
        unsafe {
            self.write(Target(out.as_mut_ptr()));
            out.set_len(len);
        }
        out
    }

    /// The same to a place of the caller's.
    ///
    /// # Safety
    ///
    /// `target` has room for rows × columns numbers, and nobody else uses it meanwhile.
    pub(super) unsafe fn write(&self, target: Target) {
        let len = self.rows * self.panels.columns();
        assert!(self.residual.is_none_or(|residual| residual.len() == len));
        assert!(self.panels.depth().is_multiple_of(self.taps.max(1)));
        let depth = self.panels.depth() / self.taps.max(1);
        let zeros = vec![0f32; depth];
        let pieces = self.pieces(depth);
        let run = |piece: Piece| {
            POINTERS.with_borrow_mut(|pointers| {
                self.point(piece, &zeros, pointers);
                let work = Work { product: self, piece, depth, pointers, target };
                self.panels.arch().dispatch(work);
            });
        };
        if len * self.panels.depth() < SMALL {
            pieces.into_iter().for_each(run);
        } else {
            pieces.into_par_iter().for_each(run);
        }
    }

    /// The pointers of a piece: tile by tile, tap by tap, row by row.
    fn point(&self, piece: Piece, zeros: &[f32], pointers: &mut Vec<*const f32>) {
        pointers.clear();
        for first in (piece.rows.0..piece.rows.1).step_by(ROWS) {
            for tap in 0..self.taps {
                for row in first..first + ROWS {
                    let row = row.min(piece.rows.1 - 1);
                    let numbers = match (self.place)(row, tap) {
                        Some(place) => &self.input[place..][..zeros.len()],
                        None => zeros,
                    };
                    pointers.push(numbers.as_ptr());
                }
            }
        }
    }

    /// Cuts the work so that a piece's rows stay in a core's cache and there is enough for
    /// all cores.
    fn pieces(&self, depth: usize) -> Vec<Piece> {
        let wanted = PIECES * rayon::current_num_threads();
        let tiles = self.rows.div_ceil(ROWS);
        let row_bytes = (depth * size_of::<f32>()).max(1);
        let cached = (BLOCK_BYTES / row_bytes / ROWS).max(1);
        let blocks = tiles.div_ceil(cached).max(1);
        let groups = wanted.div_ceil(blocks).clamp(1, self.panels.count().max(1));
        let (rows, panels) = (self.rows, self.panels.count());
        let tiles_of = |n: usize| (tiles * n / blocks * ROWS).min(rows);
        // The blocks of one group after the other: its panels are read from memory once.
        (0..groups)
            .flat_map(|g| {
                (0..blocks).map(move |b| Piece {
                    rows: (tiles_of(b), tiles_of(b + 1)),
                    panels: (panels * g / groups, panels * (g + 1) / groups),
                })
            })
            .collect()
    }
}

/// A piece, in the form that is compiled for each set of instructions.
struct Work<'a, F> {
    product: &'a Product<'a, F>,
    piece: Piece,
    depth: usize,
    pointers: &'a [*const f32],
    target: Target,
}

impl<F> WithSimd for Work<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { product, piece, depth, pointers, target } = self;
        let panels = product.panels;
        let stride = panels.columns();
        let of_tile = (product.taps * ROWS).max(1);
        for n in piece.panels.0..piece.panels.1 {
            let panel = panels.panel(n);
            let next = panels.panel((n + 1).min(panels.count() - 1)).numbers;
            let rows = (piece.rows.0..piece.rows.1).step_by(ROWS);
            for (t, (row, pointers)) in rows.zip(pointers.chunks_exact(of_tile)).enumerate() {
                let at = row * stride + panel.first;
                // Each tile asks for a part of the next panel, until all of it is asked for.
                let ahead = (t * panels.depth() * LINE).min(next.len());
                let tile = Tile {
                    pointers,
                    depth,
                    rows: (piece.rows.1 - row).min(ROWS),
                    // SAFETY: `write` was given room for all rows and columns.
                    out: unsafe { target.0.add(at) },
                    residual: match product.residual {
                        Some(residual) => residual[at..].as_ptr(),
                        None => std::ptr::null(),
                    },
                    stride,
                    activation: product.activation,
                    ahead: next[ahead..].as_ptr(),
                };
                // SAFETY: `point` checked what is read, `write` what is written; the panels
                // were packed for the instructions that they dispatched to.
                unsafe { tile.run(simd, panel) };
            }
        }
    }
}
