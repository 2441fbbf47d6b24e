//! Matrix product of input rows with packed panels, on every core: the driver of
//! [`crate::microkernel`].

use std::cell::RefCell;

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use crate::activation::Activation;
use crate::microkernel::{Microkernel, ROWS};
use crate::output_ptr::OutputPtr;
use crate::panels::{LINE_FLOATS, Panels};

/// Bytes of input rows in one block: they stay in a core's L2 cache beside a panel.
const BLOCK_BYTES: usize = 512 * 1024;
/// Blocks per thread, so that a slow core does not keep the others waiting.
const BLOCKS_PER_THREAD: usize = 4;
/// Products of at most this many multiplications run on the calling thread: waking another costs
/// more.
const SINGLE_THREAD_PRODUCTS: usize = 200_000;

thread_local! {
    /// Row pointers of the block that the thread computes, reused from block to block.
    static POINTERS: RefCell<Vec<*const f32>> = const { RefCell::new(Vec::new()) };
}

/// Matrix product `activation(input · panels + bias + residual)`.
///
/// The input rows need not be contiguous: each is made of `taps` segments anywhere in `input`.
pub(crate) struct Gemm<'a, F> {
    /// Buffer that holds the input rows.
    pub(crate) input: &'a [f32],
    /// `offset(row, tap)` is the index in `input` of a segment of a row; `None` stands for a
    /// segment of zeros. All segments are of equal length: the panels' depth divided by `taps`.
    pub(crate) offset: F,
    pub(crate) rows: usize,
    pub(crate) taps: usize,
    pub(crate) panels: &'a Panels,
    /// Residual (rows × columns), added before the activation.
    pub(crate) residual: Option<&'a [f32]>,
    pub(crate) activation: Activation,
}

/// Ranges of rows and of panels that one task multiplies.
#[derive(Clone, Copy)]
struct Block {
    rows: (usize, usize),
    panels: (usize, usize),
}

impl<F: Fn(usize, usize) -> Option<usize> + Sync> Gemm<'_, F> {
    /// The product, (rows × columns), row by row.
    pub(crate) fn run(&self) -> Vec<f32> {
        let len = self.rows * self.panels.columns();
        let mut out = Vec::with_capacity(len);
        // SAFETY: there is room for `len` numbers, and all of them are written.
        unsafe {
            self.run_into(OutputPtr::new(out.as_mut_ptr()));
            out.set_len(len);
        }
        out
    }

    /// Writes the product to `out`.
    ///
    /// # Safety
    ///
    /// `out` has room for rows × columns numbers, and no other thread uses them meanwhile.
    pub(crate) unsafe fn run_into(&self, out: OutputPtr) {
        let len = self.rows * self.panels.columns();
        assert!(self.residual.is_none_or(|residual| residual.len() == len));
        assert!(self.panels.depth().is_multiple_of(self.taps.max(1)));
        let depth = self.panels.depth() / self.taps.max(1);
        let zeros = vec![0f32; depth];
        let blocks = self.blocks(depth);
        let run = |block: Block| {
            POINTERS.with_borrow_mut(|pointers| {
                self.row_pointers(block, &zeros, pointers);
                let task = BlockTask { gemm: self, block, depth, pointers, out };
                self.panels.arch().dispatch(task);
            });
        };
        if len * self.panels.depth() < SINGLE_THREAD_PRODUCTS {
            blocks.into_iter().for_each(run);
        } else {
            blocks.into_par_iter().for_each(run);
        }
    }

    /// Pointers to the segments of a block's rows, in the order of the microkernel's calls: six
    /// rows after six rows, within them tap after tap, within those row after row.
    fn row_pointers(&self, block: Block, zeros: &[f32], pointers: &mut Vec<*const f32>) {
        pointers.clear();
        for first in (block.rows.0..block.rows.1).step_by(ROWS) {
            for tap in 0..self.taps {
                for row in first..first + ROWS {
                    let row = row.min(block.rows.1 - 1);
                    let segment = match (self.offset)(row, tap) {
                        Some(offset) => &self.input[offset..][..zeros.len()],
                        None => zeros,
                    };
                    pointers.push(segment.as_ptr());
                }
            }
        }
    }

    /// Cuts the product into blocks whose rows stay in a core's cache, enough for all threads.
    fn blocks(&self, depth: usize) -> Vec<Block> {
        let wanted = BLOCKS_PER_THREAD * rayon::current_num_threads();
        let calls = self.rows.div_ceil(ROWS);
        let row_bytes = (depth * size_of::<f32>()).max(1);
        let cached = (BLOCK_BYTES / row_bytes / ROWS).max(1);
        let row_blocks = calls.div_ceil(cached).max(1);
        let groups = wanted.div_ceil(row_blocks).clamp(1, self.panels.count().max(1));
        let (rows, panels) = (self.rows, self.panels.count());
        let first_row = |n: usize| (calls * n / row_blocks * ROWS).min(rows);
        // All row blocks of a group of panels come first: the group is read from memory once.
        (0..groups)
            .flat_map(|g| {
                (0..row_blocks).map(move |b| Block {
                    rows: (first_row(b), first_row(b + 1)),
                    panels: (panels * g / groups, panels * (g + 1) / groups),
                })
            })
            .collect()
    }
}

/// The work on one block, compiled for each instruction set.
struct BlockTask<'a, F> {
    gemm: &'a Gemm<'a, F>,
    block: Block,
    depth: usize,
    pointers: &'a [*const f32],
    out: OutputPtr,
}

impl<F> WithSimd for BlockTask<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { gemm, block, depth, pointers, out } = self;
        let panels = gemm.panels;
        let stride = panels.columns();
        let pointers_per_call = (gemm.taps * ROWS).max(1);
        for n in block.panels.0..block.panels.1 {
            let panel = panels.panel(n);
            let next_panel = panels.panel((n + 1).min(panels.count() - 1)).data;
            let rows = (block.rows.0..block.rows.1).step_by(ROWS);
            let calls = rows.zip(pointers.chunks_exact(pointers_per_call));
            for (call, (row, pointers)) in calls.enumerate() {
                let at = row * stride + panel.first;
                // Each call prefetches a part of the next panel, until all of that is prefetched.
                let prefetched = (call * panels.depth() * LINE_FLOATS).min(next_panel.len());
                let kernel = Microkernel {
                    pointers,
                    depth,
                    rows: (block.rows.1 - row).min(ROWS),
                    // SAFETY: `run_into` was given room for all rows and columns.
                    out: unsafe { out.at(at) },
                    residual: match gemm.residual {
                        Some(residual) => residual[at..].as_ptr(),
                        None => std::ptr::null(),
                    },
                    stride,
                    activation: gemm.activation,
                    prefetch: next_panel[prefetched..].as_ptr(),
                };
                // SAFETY: `row_pointers` checked the segments that are read, the promise to
                // `run_into` covers the output; the panels were packed for the instruction set
                // that they dispatched to.
                unsafe { kernel.run(simd, panel) };
            }
        }
    }
}
