//! Grouped-query attention (Ainslie et al. 2023, arXiv 2305.13245) over a cache.

use candle_core::{Device, Result, Tensor};

use super::kv_cache::KvCache;
use super::rotary::Rotation;
use fettle_kernels::quantized::QuantizedLinear;

/// Queries attended to at once: bounds the score matrix, and leaves out most of the
/// future that the causal mask would hide.
const QUERY_ROWS: usize = 128;

#[derive(Clone, Copy)]
pub(super) struct HeadShape {
    pub(super) heads: usize,
    pub(super) kv_heads: usize,
    /// Columns a head.
    pub(super) width: usize,
}

pub(super) struct Attention {
    pub(super) query: QuantizedLinear,
    pub(super) key: QuantizedLinear,
    pub(super) value: QuantizedLinear,
    pub(super) output: QuantizedLinear,
    pub(super) query_norm: Option<Tensor>,
    pub(super) key_norm: Option<Tensor>,
    pub(super) eps: f32,
    /// What queries are multiplied by.
    pub(super) scale: f64,
    pub(super) shape: HeadShape,
    /// How many positions a query sees, its own included; `None`: all before it.
    pub(super) window: Option<usize>,
    pub(super) cache: KvCache,
}

impl Attention {
    /// `x` (new positions, hidden) to the same shape, remembering keys and values.
    pub(super) fn forward(&mut self, x: &Tensor, rotation: &Rotation) -> Result<Tensor> {
        let HeadShape { heads, kv_heads, width } = self.shape;
        let (new, _) = x.dims2()?;
        // (positions, heads × width) to (heads, positions, width).
        let by_head = |flat: Tensor, heads: usize| {
            flat.reshape((new, heads, width))?.transpose(0, 1)?.contiguous()
        };
        let normed = |t: Tensor, weight: &Option<Tensor>| match weight {
            Some(weight) => candle_nn::ops::rms_norm(&t, weight, self.eps),
            None => Ok(t),
        };
        let query = by_head(self.query.forward(x)?, heads)?;
        let query = rotation.turn(&normed(query, &self.query_norm)?)?;
        let key = by_head(self.key.forward(x)?, kv_heads)?;
        let key = rotation.turn(&normed(key, &self.key_norm)?)?;
        let value = by_head(self.value.forward(x)?, kv_heads)?;
        let start = self.cache.len();
        let (keys, values) = self.cache.append(&key, &value)?;

        let group = heads / kv_heads;
        let query = (query * self.scale)?;
        let mut rows = Vec::new();
        for first in (0..new).step_by(QUERY_ROWS) {
            let count = QUERY_ROWS.min(new - first);
            let end = start + first + count;
            // The first of these queries looks back farthest.
            let begin = self.window.map_or(0, |window| (start + first + 1).saturating_sub(window));
            let seen = end - begin;
            // The heads of a group share their keys: side by side they are one matrix.
            let part = query.narrow(1, first, count)?.contiguous()?;
            let part = part.reshape((kv_heads, group * count, width))?;
            let mut scores = part.matmul(&keys.narrow(1, begin, seen)?.transpose(1, 2)?)?;
            if count > 1 {
                let mask = causal_mask(count, seen, self.window, x.device())?;
                scores = scores.reshape((heads, count, seen))?.broadcast_add(&mask)?.reshape((
                    kv_heads,
                    group * count,
                    seen,
                ))?;
            }
            let weights = candle_nn::ops::softmax_last_dim(&scores)?;
            let context = weights.matmul(&values.narrow(1, begin, seen)?)?;
            let context = context.reshape((heads, count, width))?.transpose(0, 1)?;
            rows.push(context.reshape((count, heads * width))?);
        }
        self.output.forward(&Tensor::cat(&rows, 0)?)
    }
}

/// 0 where query i of the last `count` of `seen` positions may look, minus infinity in the
/// future and before its window.
fn causal_mask(
    count: usize,
    seen: usize,
    window: Option<usize>,
    device: &Device,
) -> Result<Tensor> {
    let past = seen - count;
    let mask: Vec<f32> = (0..count)
        .flat_map(|i| {
            let own = past + i;
            let first = window.map_or(0, |window| (own + 1).saturating_sub(window));
            (0..seen).map(move |j| if (first..=own).contains(&j) { 0.0 } else { f32::NEG_INFINITY })
        })
        .collect();
    Tensor::from_vec(mask, (count, seen), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_hides_the_future_and_what_is_too_long_ago() {
        let hidden = f32::NEG_INFINITY;
        let mask =
            |window| causal_mask(2, 4, window, &Device::Cpu).unwrap().to_vec2::<f32>().unwrap();
        assert_eq!(mask(None), [[0.0, 0.0, 0.0, hidden], [0.0, 0.0, 0.0, 0.0]]);
        assert_eq!(mask(Some(2)), [[hidden, 0.0, 0.0, hidden], [hidden, hidden, 0.0, 0.0]]);
    }
}
