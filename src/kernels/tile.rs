//! The kernel that everything heavy ends in: up to six rows of the input times one panel
//! of the weights, held in registers from the first product to the activation.
//!
//! A row is given as pointers, one a *tap*: for a matrix product there is one tap, for a
//! convolution one a place of its kernel, which is how a convolution needs no copy of its
//! patches (Dukhan, "The indirect convolution algorithm", arXiv 1907.02129). The tile's
//! shape follows from the registers: six rows by four vectors where there are 32 of them
//! (AVX-512, NEON), by two where there are 16 (AVX2).

use pulp::Simd;

use super::Activation;
use super::panels::Panel;
use super::simd::activated;

/// Rows of a full tile.
pub(super) const ROWS: usize = 6;

/// Where a tile reads and writes.
#[derive(Clone, Copy)]
pub(super) struct Tile<'a> {
    /// `taps` × [`ROWS`] pointers, each to `depth` numbers.
    pub(super) pointers: &'a [*const f32],
    /// Numbers behind each pointer; with the taps, the depth of the panel.
    pub(super) depth: usize,
    /// Rows in use, 1 to [`ROWS`].
    pub(super) rows: usize,
    /// The first row's first column of the panel.
    pub(super) out: *mut f32,
    /// Added before the activation; of the layout of `out`. Null for none.
    pub(super) residual: *const f32,
    /// Numbers from one row of `out` to the next.
    pub(super) stride: usize,
    pub(super) activation: Activation,
    /// What will be read soon: as much as this tile has depth, a cache line each.
    pub(super) ahead: *const f32,
}

impl Tile<'_> {
    /// `out = activation(rows · panel + bias + residual)`.
    ///
    /// # Safety
    ///
    /// All pointers in use point to `depth` readable numbers, `out` and a `residual` that is
    /// not null to `rows` rows of the panel's columns, which no other thread touches; the
    /// panel was packed for `S` and has the depth of all taps together.
    #[inline(always)]
    pub(super) unsafe fn run<S: Simd>(self, simd: S, panel: Panel<'_>) {
        // SAFETY: the caller's.
        unsafe {
            match panel.vectors {
                1 => self.of_width::<S, 1>(simd, panel),
                2 => self.of_width::<S, 2>(simd, panel),
                3 => self.of_width::<S, 3>(simd, panel),
                _ => self.of_width::<S, 4>(simd, panel),
            }
        }
    }

    #[inline(always)]
    unsafe fn of_width<S: Simd, const N: usize>(self, simd: S, panel: Panel<'_>) {
        // SAFETY: the caller's.
        unsafe {
            match self.rows {
                1 => self.of_size::<S, 1, N>(simd, panel),
                2 => self.of_size::<S, 2, N>(simd, panel),
                3 => self.of_size::<S, 3, N>(simd, panel),
                4 => self.of_size::<S, 4, N>(simd, panel),
                5 => self.of_size::<S, 5, N>(simd, panel),
                _ => self.of_size::<S, 6, N>(simd, panel),
            }
        }
    }

    #[expect(clippy::needless_range_loop, reason = "unrolled into registers, index by index")]
    #[inline(always)]
    unsafe fn of_size<S: Simd, const M: usize, const N: usize>(self, simd: S, panel: Panel<'_>) {
        let lanes = S::F32_LANES;
        let mut weights = panel.numbers.as_ptr();
        let mut sums = [[simd.splat_f32s(0.0); N]; M];
        // SAFETY: a panel begins with the biases of its columns, `N` vectors of them.
        unsafe {
            for n in 0..N {
                let bias = load::<S>(weights.add(n * lanes));
                for row in &mut sums {
                    row[n] = bias;
                }
            }
            weights = weights.add(N * lanes);
        }
        let mut ahead = self.ahead;
        for tap in self.pointers.chunks_exact(ROWS) {
            let mut inputs = [std::ptr::null::<f32>(); M];
            inputs.copy_from_slice(&tap[..M]);
            for k in 0..self.depth {
                prefetch(ahead);
                ahead = ahead.wrapping_add(64 / size_of::<f32>());
                // SAFETY: the panel has a row of `N` vectors for each depth of each tap, and
                // every input `depth` numbers; both are the caller's promise.
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
        let whole = panel.columns == N * lanes;
        for (m, sums) in sums.into_iter().enumerate() {
            // SAFETY: `out` and `residual` have `M` rows of the panel's columns, the caller
            // promises; what is written is as long as those.
            unsafe {
                let out = self.out.add(m * self.stride);
                let residual = match self.residual.is_null() {
                    true => self.residual,
                    false => self.residual.add(m * self.stride),
                };
                for n in 0..N {
                    let at = n * lanes;
                    let mut sum = sums[n];
                    if whole || at + lanes <= panel.columns {
                        if !residual.is_null() {
                            sum = simd.add_f32s(sum, load::<S>(residual.add(at)));
                        }
                        out.add(at).cast::<S::f32s>().write_unaligned(activated(
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
                        simd.partial_store_f32s(out, activated(simd, sum, self.activation));
                    }
                }
            }
        }
    }
}

/// # Safety
///
/// `from` points to a vector of numbers.
#[inline(always)]
unsafe fn load<S: Simd>(from: *const f32) -> S::f32s {
    // SAFETY: the caller's.
    unsafe { from.cast::<S::f32s>().read_unaligned() }
}

/// Asks for a cache line that will be read soon; any address will do.
#[inline(always)]
fn prefetch(line: *const f32) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint, which never faults; SSE is part of x86-64.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T1>(line.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = line;
}
