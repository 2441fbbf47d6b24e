//! Grouped-query attention (Ainslie et al. 2023, arXiv 2305.13245) with a key-value cache.

use candle_core::{Device, Result, Tensor};

use super::kv_cache::KvCache;
use super::rotary::RotaryAngles;
use fettle_kernels::QuantizedLinear;

/// Queries per block. It bounds the score matrix, and leaves out most of the positions that the
/// causal mask would hide.
const QUERY_ROWS: usize = 128;

/// Number and width of the heads.
#[derive(Clone, Copy)]
pub(super) struct HeadShape {
    pub(super) heads: usize,
    pub(super) kv_heads: usize,
    /// Columns per head.
    pub(super) width: usize,
}

/// Attention of one layer with its cache.
pub(super) struct Attention {
    pub(super) query: QuantizedLinear,
    pub(super) key: QuantizedLinear,
    pub(super) value: QuantizedLinear,
    pub(super) output: QuantizedLinear,
    pub(super) query_norm: Option<Tensor>,
    pub(super) key_norm: Option<Tensor>,
    pub(super) eps: f32,
    /// Factor of the queries.
    pub(super) scale: f64,
    pub(super) shape: HeadShape,
    /// Positions that a query attends to, its own included; `None` for all before it.
    pub(super) window: Option<usize>,
    pub(super) cache: KvCache,
}

impl Attention {
    /// Maps `x` (new positions, hidden) to the same shape and adds keys and values to the cache.
    pub(super) fn forward(&mut self, x: &Tensor, angles: &RotaryAngles) -> Result<Tensor> {
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
        let query = angles.rotate(&normed(query, &self.query_norm)?)?;
        let key = by_head(self.key.forward(x)?, kv_heads)?;
        let key = angles.rotate(&normed(key, &self.key_norm)?)?;
        let value = by_head(self.value.forward(x)?, kv_heads)?;
        let start = self.cache.len();
        let (keys, values) = self.cache.append(&key, &value)?;

        let group = heads / kv_heads;
        let query = (query * self.scale)?;
        let mut rows = Vec::new();
        for first in (0..new).step_by(QUERY_ROWS) {
            let count = QUERY_ROWS.min(new - first);
            let end = start + first + count;
            // The first query of the block attends farthest back.
            let begin = self.window.map_or(0, |window| (start + first + 1).saturating_sub(window));
            let seen = end - begin;
            // The heads of a group share keys and values: their queries form one matrix.
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

/// Additive mask (count, seen) of the last `count` of `seen` positions: 0 where a query attends,
/// minus infinity in the future and before its window.
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
    fn the_mask_hides_the_future_and_positions_before_the_window() {
        let hidden = f32::NEG_INFINITY;
        let mask =
            |window| causal_mask(2, 4, window, &Device::Cpu).unwrap().to_vec2::<f32>().unwrap();
        assert_eq!(mask(None), [[0.0, 0.0, 0.0, hidden], [0.0, 0.0, 0.0, 0.0]]);
        assert_eq!(mask(Some(2)), [[hidden, 0.0, 0.0, hidden], [hidden, hidden, 0.0, 0.0]]);
    }
}
