//! Multi-head self-attention (Vaswani et al., arXiv 1706.03762) over short sequences as one
//! operation.
//!
//! The keys and values of a head are packed into panels; six queries at a time go from their
//! products with the keys to the weighted sum of the values without leaving the L1 cache.

use std::cell::RefCell;

use candle_core::{Result, Tensor, bail};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::activation::Activation;
use crate::microkernel::{Microkernel, ROWS};
use crate::output_ptr::OutputPtr;
use crate::panels::Panels;
use crate::portable;
use crate::simd::{exp, load, store};
use crate::tensor_data::with_slice;

/// Packed keys and values, and the scores of six queries; one per thread, reused from head to head.
struct Scratch {
    keys: Panels,
    values: Panels,
    scores: Vec<f32>,
}

thread_local! {
    static SCRATCH: RefCell<Option<Scratch>> = const { RefCell::new(None) };
}

/// Self-attention `softmax(q kᵀ / √dim) v` for each head of each sequence of the batch.
///
/// `qkv` is (batch · tokens, 3 · heads · dim): queries, keys and values side by side, each
/// head by head. The result is (batch · tokens, heads · dim). With `causal`, a token attends to
/// itself and the tokens before it only.
pub fn attention(qkv: &Tensor, batch: usize, heads: usize, causal: bool) -> Result<Tensor> {
    let (rows, width) = qkv.dims2()?;
    let divides = |n: usize, by: usize| n.checked_rem(by) == Some(0);
    if !divides(rows, batch) || !divides(width, 3 * heads) || width == 0 {
        bail!("attention of {heads} heads over {:?} in {batch} parts", qkv.dims());
    }
    if !qkv.device().is_cpu() {
        return portable::attention(qkv, batch, heads, causal);
    }
    let (tokens, dim) = (rows / batch, width / 3 / heads);
    let mut out = vec![0f32; rows * heads * dim];
    let out_ptr = OutputPtr::new(out.as_mut_ptr());
    let arch = Arch::new();
    with_slice(qkv, |qkv| {
        (0..batch * heads).into_par_iter().for_each(|n| {
            let first = n / heads * tokens;
            let head = Head { qkv, heads, dim, causal, first, tokens, head: n % heads };
            SCRATCH.with_borrow_mut(|scratch| {
                let scratch = scratch.get_or_insert_with(|| Scratch {
                    keys: Panels::empty(arch),
                    values: Panels::empty(arch),
                    scores: Vec::new(),
                });
                head.pack(scratch);
                // The scratch is packed for the same `arch`.
                arch.dispatch(HeadTask { head, scratch, out: out_ptr });
            });
        });
        Ok(())
    })?;
    Tensor::from_vec(out, (rows, heads * dim), qkv.device())
}

/// One head of one sequence.
#[derive(Clone, Copy)]
struct Head<'a> {
    qkv: &'a [f32],
    heads: usize,
    dim: usize,
    causal: bool,
    /// Row of the sequence's first token in `qkv`.
    first: usize,
    tokens: usize,
    head: usize,
}

impl<'a> Head<'a> {
    /// Query, key or value (`part` 0, 1 or 2) of a token, `dim` numbers.
    fn part(&self, token: usize, part: usize) -> &'a [f32] {
        let row = (self.first + token) * 3 + part;
        &self.qkv[(row * self.heads + self.head) * self.dim..][..self.dim]
    }

    /// Packs the keys (dim × tokens) and the values (tokens × dim).
    fn pack(&self, scratch: &mut Scratch) {
        scratch.keys.repack(self.dim, self.tokens, |k, first, out| {
            for (token, out) in out.iter_mut().enumerate() {
                *out = self.part(first + token, 1)[k];
            }
        });
        scratch.values.repack(self.tokens, self.dim, |token, first, out| {
            out.copy_from_slice(&self.part(token, 2)[first..][..out.len()]);
        });
        scratch.scores.resize(ROWS * self.tokens, 0.0);
    }
}

/// The work on one head, compiled for each instruction set.
struct HeadTask<'a> {
    head: Head<'a>,
    scratch: &'a mut Scratch,
    out: OutputPtr,
}

impl WithSimd for HeadTask<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { head, scratch: Scratch { keys, values, scores }, out } = self;
        let Head { heads, dim, tokens, .. } = head;
        let scale = 1.0 / (dim as f32).sqrt();
        for token in (0..tokens).step_by(ROWS) {
            let rows = (tokens - token).min(ROWS);
            let mut queries = [std::ptr::null::<f32>(); ROWS];
            for (n, query) in queries.iter_mut().enumerate() {
                *query = head.part((token + n).min(tokens - 1), 0).as_ptr();
            }
            let kernel = Microkernel {
                pointers: &queries,
                depth: dim,
                rows,
                out: scores.as_mut_ptr(),
                residual: std::ptr::null(),
                stride: tokens,
                activation: Activation::Identity,
                prefetch: std::ptr::null(),
            };
            for panel in keys.iter() {
                let out = scores[panel.first..].as_mut_ptr();
                // SAFETY: queries have `dim` numbers; `scores` holds six rows of `tokens`.
                unsafe { Microkernel { out, ..kernel }.run(simd, panel) };
            }
            for (n, row) in scores.chunks_exact_mut(tokens).take(rows).enumerate() {
                let seen = if head.causal { token + n + 1 } else { tokens };
                let (seen, unseen) = row.split_at_mut(seen);
                softmax(simd, seen, scale);
                unseen.fill(0.0);
            }
            let mut weights = [std::ptr::null::<f32>(); ROWS];
            for (n, row) in weights.iter_mut().enumerate() {
                *row = scores[n * tokens..].as_ptr();
            }
            let row = (head.first + token) * heads + head.head;
            let stride = heads * dim;
            let kernel = Microkernel { pointers: &weights, depth: tokens, stride, ..kernel };
            for panel in values.iter() {
                // SAFETY: the output has a row for each token, and no other task writes this
                // head's columns; `scores` has six rows of `tokens` numbers.
                unsafe {
                    let out = out.at(row * dim + panel.first);
                    Microkernel { out, ..kernel }.run(simd, panel);
                }
            }
        }
    }
}

/// Softmax of `scale · row`, in place.
#[inline(always)]
fn softmax<S: Simd>(simd: S, row: &mut [f32], scale: f32) {
    let max = row.iter().copied().fold(f32::NEG_INFINITY, |a, b| if b > a { b } else { a });
    let scales = simd.splat_f32s(scale);
    let shift = simd.splat_f32s(-max * scale);
    let mut sum = 0.0;
    for part in row.chunks_mut(S::F32_LANES) {
        let x = load(simd, part);
        store(simd, part, exp(simd, simd.mul_add_e_f32s(x, scales, shift)));
        sum += part.iter().sum::<f32>();
    }
    let inverse = 1.0 / sum;
    row.iter_mut().for_each(|v| *v *= inverse);
}
