//! Multi-head self-attention (Vaswani et al., arXiv 1706.03762) over few tokens, as one
//! operation: a head's keys and values are packed into panels, and six queries at a time
//! go from their products with the keys to the sum of the values without leaving the
//! first-level cache.

use std::cell::RefCell;

use candle_core::{Result, Tensor, bail};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::panels::Panels;
use super::product::Target;
use super::simd::{exp, load, store};
use super::tile::{ROWS, Tile};
use super::{Activation, portable, with_slice};

/// A core's keys, values and scores, kept from head to head.
struct Scratch {
    keys: Panels,
    values: Panels,
    scores: Vec<f32>,
}

thread_local! {
    static SCRATCH: RefCell<Option<Scratch>> = const { RefCell::new(None) };
}

/// `softmax(q kᵀ / √dim) v` for each head of each text or picture.
///
/// `qkv` is (batch · tokens, 3 · heads · dim): queries, keys and values side by side, each
/// head by head. The result is (batch · tokens, heads · dim). `causal`: a token sees itself
/// and those before it only.
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
    let target = Target(out.as_mut_ptr());
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
                // All of the scratch is packed for `arch`.
                arch.dispatch(Work { head, scratch, target });
            });
        });
        Ok(())
    })?;
    Tensor::from_vec(out, (rows, heads * dim), qkv.device())
}

/// One head of one text or picture.
#[derive(Clone, Copy)]
struct Head<'a> {
    qkv: &'a [f32],
    heads: usize,
    dim: usize,
    causal: bool,
    /// The first row.
    first: usize,
    tokens: usize,
    head: usize,
}

impl<'a> Head<'a> {
    /// The query, key or value (`part` 0 to 2) of a token.
    fn part(&self, token: usize, part: usize) -> &'a [f32] {
        let row = (self.first + token) * 3 + part;
        &self.qkv[(row * self.heads + self.head) * self.dim..][..self.dim]
    }

    fn pack(&self, scratch: &mut Scratch) {
        scratch.keys.refill(self.dim, self.tokens, |k, first, out| {
            for (token, out) in out.iter_mut().enumerate() {
                *out = self.part(first + token, 1)[k];
            }
        });
        scratch.values.refill(self.tokens, self.dim, |token, first, out| {
            out.copy_from_slice(&self.part(token, 2)[first..][..out.len()]);
        });
        scratch.scores.resize(ROWS * self.tokens, 0.0);
    }
}

/// A head, in the form that is compiled for each set of instructions.
struct Work<'a> {
    head: Head<'a>,
    scratch: &'a mut Scratch,
    target: Target,
}

impl WithSimd for Work<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { head, scratch: Scratch { keys, values, scores }, target } = self;
        let Head { heads, dim, tokens, .. } = head;
        let scale = 1.0 / (dim as f32).sqrt();
        for token in (0..tokens).step_by(ROWS) {
            let rows = (tokens - token).min(ROWS);
            let mut queries = [std::ptr::null::<f32>(); ROWS];
            for (n, query) in queries.iter_mut().enumerate() {
                *query = head.part((token + n).min(tokens - 1), 0).as_ptr();
            }
            let tile = Tile {
                pointers: &queries,
                depth: dim,
                rows,
                out: scores.as_mut_ptr(),
                residual: std::ptr::null(),
                stride: tokens,
                activation: Activation::Identity,
                ahead: std::ptr::null(),
            };
            for panel in keys.iter() {
                let out = scores[panel.first..].as_mut_ptr();
                // SAFETY: queries have `dim` numbers; `scores` holds six rows of `tokens`.
                unsafe { Tile { out, ..tile }.run(simd, panel) };
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
            let tile = Tile { pointers: &weights, depth: tokens, stride, ..tile };
            for panel in values.iter() {
                // SAFETY: the output has a row for each token, of which this head's part is
                // written by nobody else; `scores` has six rows of `tokens` numbers.
                unsafe {
                    let out = target.0.add(row * dim + panel.first);
                    Tile { out, ..tile }.run(simd, panel);
                }
            }
        }
    }
}

/// `row = e^(scale · row)`, scaled to a sum of 1.
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
