//! The innermost kernel of every matrix product: up to six rows of the input times one panel of
//! the weights, with all sums in registers from the first product to the activation.
//!
//! A row of the input is given as pointers, one for each *tap*. A plain matrix product has one tap;
//! a convolution has one for each pixel of its kernel, so that no patch is copied (Dukhan, "The
//! indirect convolution algorithm", arXiv 1907.02129). The number of vector registers sets the
//! size: six rows by four vectors where there are 32 (AVX-512, NEON), by two where there are 16
//! (AVX2).

use pulp::Simd;

use crate::activation::Activation;
use crate::panels::Panel;
use crate::simd::activate;

/// Rows of the input that one call handles at most.
pub(crate) const ROWS: usize = 6;

/// Operands of one call: the addresses of the input rows and of the output.
#[derive(Clone, Copy)]
pub(crate) struct Microkernel<'a> {
    /// `taps` × [`ROWS`] pointers, each to `depth` numbers.
    pub(crate) pointers: &'a [*const f32],
    /// Numbers behind each pointer; times the taps, the depth of the panel.
    pub(crate) depth: usize,
    /// Rows in use, 1 to [`ROWS`].
    pub(crate) rows: usize,
    /// Output element of the first row and the panel's first column.
    pub(crate) out: *mut f32,
    /// Residual with the layout of `out`, added before the activation; null for none.
    pub(crate) residual: *const f32,
    /// Elements from one row of `out` to the next.
    pub(crate) stride: usize,
    pub(crate) activation: Activation,
    /// First of the cache lines to prefetch, one for each step of the depth.
    pub(crate) prefetch: *const f32,
}

impl Microkernel<'_> {
    /// `out = activation(rows · panel + bias + residual)`.
    ///
    /// # Safety
    ///
    /// All pointers in use point to `depth` readable numbers; `out`, and `residual` unless null,
    /// point to `rows` rows of the panel's columns, which no other thread touches; the panel was
    /// packed for `S`, and its depth is `depth` times the taps.
    #[inline(always)]
    pub(crate) unsafe fn run<S: Simd>(self, simd: S, panel: Panel<'_>) {
        // SAFETY: the caller's promise.
        unsafe {
            match panel.vectors {
                1 => self.run_vectors::<S, 1>(simd, panel),
                2 => self.run_vectors::<S, 2>(simd, panel),
                3 => self.run_vectors::<S, 3>(simd, panel),
                _ => self.run_vectors::<S, 4>(simd, panel),
            }
        }
    }

    #[inline(always)]
    unsafe fn run_vectors<S: Simd, const N: usize>(self, simd: S, panel: Panel<'_>) {
        // SAFETY: the caller's promise.
        unsafe {
            match self.rows {
                1 => self.run_block::<S, 1, N>(simd, panel),
                2 => self.run_block::<S, 2, N>(simd, panel),
                3 => self.run_block::<S, 3, N>(simd, panel),
                4 => self.run_block::<S, 4, N>(simd, panel),
                5 => self.run_block::<S, 5, N>(simd, panel),
                _ => self.run_block::<S, 6, N>(simd, panel),
            }
        }
    }

    #[expect(clippy::needless_range_loop, reason = "unrolled into registers, index by index")]
    #[inline(always)]
    unsafe fn run_block<S: Simd, const M: usize, const N: usize>(self, simd: S, panel: Panel<'_>) {
        let lanes = S::F32_LANES;
        let mut weights = panel.data.as_ptr();
        let mut sums = [[simd.splat_f32s(0.0); N]; M];
        // SAFETY: a panel begins with the biases of its columns, `N` vectors.
        unsafe {
            for n in 0..N {
                let bias = load::<S>(weights.add(n * lanes));
                for row in &mut sums {
                    row[n] = bias;
                }
            }
            weights = weights.add(N * lanes);
        }
        let mut next_line = self.prefetch;
        for tap in self.pointers.chunks_exact(ROWS) {
            let mut inputs = [std::ptr::null::<f32>(); M];
            inputs.copy_from_slice(&tap[..M]);
            for k in 0..self.depth {
                prefetch(next_line);
                next_line = next_line.wrapping_add(64 / size_of::<f32>());
                // SAFETY: the panel has a row of `N` vectors for each step of each tap's depth,
                // and every input has `depth` numbers; both are the caller's promise.
                unsafe {
                    let mut row = [simd.splat_f32s(0.0); N];
                    for n in 0..N {
                        row[n] = load::<S>(weights.add(n * lanes));
                    }
                    weights = weights.add(N * lanes);
                    for m in 0..M {
                        let input = simd.splat_f32s(*inputs[m].add(k));
                        for n in 0..N {
                            sums[m][n] = simd.mul_add_e_f32s(input, row[n], sums[m][n]);
                        }
                    }
                }
            }
        }
        let is_full = panel.columns == N * lanes;
        for (m, sums) in sums.into_iter().enumerate() {
            // SAFETY: `out` and `residual` have `M` rows of the panel's columns, as the caller
            // promises; no row is written beyond them.
            unsafe {
                let out = self.out.add(m * self.stride);
                let residual = match self.residual.is_null() {
                    true => self.residual,
                    false => self.residual.add(m * self.stride),
                };
                for n in 0..N {
                    let at = n * lanes;
                    let mut sum = sums[n];
                    if is_full || at + lanes <= panel.columns {
                        if !residual.is_null() {
                            sum = simd.add_f32s(sum, load::<S>(residual.add(at)));
                        }
                        out.add(at).cast::<S::f32s>().write_unaligned(activate(
                            simd,
                            sum,
                            self.activation,
                        ));
                    } else {
                        let len = panel.columns - at;
                        if !residual.is_null() {
                            let part = std::slice::from_raw_parts(residual.add(at), len);
                            sum = simd.add_f32s(sum, simd.partial_load_f32s(part));
                        }
                        let out = std::slice::from_raw_parts_mut(out.add(at), len);
                        simd.partial_store_f32s(out, activate(simd, sum, self.activation));
                    }
                }
            }
        }
    }
}

/// Reads one vector.
///
/// # Safety
///
/// `from` points to as many readable numbers as a vector has.
#[inline(always)]
unsafe fn load<S: Simd>(from: *const f32) -> S::f32s {
    // SAFETY: the caller's promise.
    unsafe { from.cast::<S::f32s>().read_unaligned() }
}

/// Prefetches a cache line; any address is allowed.
#[inline(always)]
fn prefetch(line: *const f32) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch is a hint and never faults; SSE is part of x86-64.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T1>(line.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = line;
}
