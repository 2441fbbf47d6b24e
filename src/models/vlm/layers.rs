//! Layers of vision towers and decoders. Activations are f32. Products are computed in the type of
//! the weights: f16 on a GPU, f32 on a CPU, where decoders have 8-bit weights.

use std::sync::Arc;

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{DType, Device, Result, Tensor};

use super::checkpoint::Checkpoint;
use fettle_kernels::QuantizedLinear;

/// Queries per block; it bounds the score matrix.
const QUERY_ROWS: usize = 256;

/// Linear layer `x · weightᵀ + bias`.
pub(super) enum Dense {
    /// Weights in f16 or f32.
    Float { weight: Tensor, bias: Option<Tensor> },
    /// Weights in GGML's Q8_0.
    Quantized(QuantizedLinear),
}

impl Dense {
    /// Reads `<name>.weight` (outputs, inputs) and, if `has_bias`, `<name>.bias`.
    pub(super) fn load(
        checkpoint: &Checkpoint,
        name: &str,
        (inputs, outputs): (usize, usize),
        has_bias: bool,
    ) -> crate::Result<Self> {
        let weight = checkpoint.matrix(&format!("{name}.weight"), &[outputs, inputs])?;
        let bias = has_bias.then(|| checkpoint.vector(&format!("{name}.bias"), outputs));
        Ok(Self::Float { weight, bias: bias.transpose()? })
    }

    /// Makes a layer of a `weight` (outputs, inputs) and a `bias` (outputs).
    pub(super) fn new(weight: Tensor, bias: Option<Tensor>) -> Self {
        Self::Float { weight, bias }
    }

    /// The same layer with weights in GGML's Q8_0, blocks of 32 numbers of 8 bits and a scale;
    /// unchanged where a row is no multiple of a block.
    pub(super) fn quantize(self) -> Result<Self> {
        let Self::Float { weight, bias } = self else { return Ok(self) };
        if !weight.dim(1)?.is_multiple_of(GgmlDType::Q8_0.block_size()) {
            return Ok(Self::Float { weight, bias });
        }
        let quantized = QTensor::quantize(&weight.to_dtype(DType::F32)?, GgmlDType::Q8_0)?;
        Ok(Self::Quantized(QuantizedLinear::new(Arc::new(quantized), bias)?))
    }

    /// Maps `x` (rows, inputs) to (rows, outputs).
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (weight, bias) = match self {
            Self::Float { weight, bias } => (weight, bias),
            Self::Quantized(layer) => return layer.forward(x),
        };
        let product = cast(x, weight.dtype())?.matmul(&weight.t()?)?;
        let product = product.to_dtype(DType::F32)?;
        match bias {
            Some(bias) => product.broadcast_add(bias),
            None => Ok(product),
        }
    }

    /// Type of keys and values that the layer computes.
    pub(super) fn dtype(&self) -> DType {
        match self {
            Self::Float { weight, .. } => weight.dtype(),
            Self::Quantized(_) => DType::F32,
        }
    }
}

/// Casts `x` to `dtype`. A few activations of language models exceed the range of f16: they are
/// clamped to its largest number instead of infinity.
fn cast(x: &Tensor, dtype: DType) -> Result<Tensor> {
    if dtype == DType::F16 {
        let most = half::f16::MAX.to_f64_const();
        return x.clamp(-most, most)?.to_dtype(dtype);
    }
    x.to_dtype(dtype)
}

/// Layer norm with a weight and a bias.
pub(super) struct LayerNorm(Tensor, Tensor);

impl LayerNorm {
    const EPS: f32 = 1e-6;

    /// Reads `<name>.weight` and `<name>.bias`.
    pub(super) fn load(checkpoint: &Checkpoint, name: &str, len: usize) -> crate::Result<Self> {
        let vector = |part: &str| checkpoint.vector(&format!("{name}.{part}"), len);
        Ok(Self(vector("weight")?, vector("bias")?))
    }

    /// Normalises each row of `x` (rows, width).
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        candle_nn::ops::layer_norm(&x.contiguous()?, &self.0, &self.1, Self::EPS)
    }
}

/// Reshapes (positions, heads × width) to (heads, positions, width).
pub(super) fn split_heads(flat: &Tensor, heads: usize) -> Result<Tensor> {
    let (rows, all) = flat.dims2()?;
    flat.reshape((rows, heads, all / heads))?.transpose(0, 1)?.contiguous()
}

/// Rotates the halves of each head (heads, positions, width) by `cos` and `sin` (positions, width /
/// 2).
pub(super) fn apply_rotary(x: &Tensor, (cos, sin): &(Tensor, Tensor)) -> Result<Tensor> {
    candle_nn::rotary_emb::rope(&x.unsqueeze(0)?, cos, sin)?.squeeze(0)
}

/// Attention (Vaswani et al., arXiv 1706.03762) of `query` (heads, new, width) to `keys` and
/// `values` (key heads, seen, width); the result is (new, heads × width) in f32. With `causal`, the
/// queries are those of the last positions, and none attends to a later one.
pub(super) fn attention(
    query: &Tensor,
    keys: &Tensor,
    values: &Tensor,
    causal: bool,
) -> Result<Tensor> {
    let (heads, new, width) = query.dims3()?;
    let (key_heads, all, _) = keys.dims3()?;
    let past = all - new;
    // Scaled before the product, which could exceed the range of f16.
    let query = (query.to_dtype(DType::F32)? * (1.0 / (width as f64).sqrt()))?;
    let query = query.to_dtype(keys.dtype())?;
    let mut rows = Vec::new();
    for first in (0..new).step_by(QUERY_ROWS) {
        let count = QUERY_ROWS.min(new - first);
        let seen = if causal { past + first + count } else { all };
        // The heads of a group share keys and values: their queries form one matrix.
        let grouped = (key_heads, heads / key_heads * count, width);
        let part = query.narrow(1, first, count)?.contiguous()?.reshape(grouped)?;
        let scores = part.matmul(&keys.narrow(1, 0, seen)?.transpose(1, 2)?)?;
        let mut scores = scores.to_dtype(DType::F32)?.reshape((heads, count, seen))?;
        if causal && count > 1 {
            scores = scores.broadcast_add(&causal_mask(count, seen, query.device())?)?;
        }
        let weights = candle_nn::ops::softmax_last_dim(&scores)?.to_dtype(values.dtype())?;
        let weights = weights.reshape((key_heads, heads / key_heads * count, seen))?;
        let context = weights.matmul(&values.narrow(1, 0, seen)?)?.to_dtype(DType::F32)?;
        let context = context.reshape((heads, count, width))?.transpose(0, 1)?;
        rows.push(context.reshape((count, heads * width))?);
    }
    Tensor::cat(&rows, 0)
}

/// Additive mask (count, seen) of the last `count` of `seen` positions: 0 up to the query's own
/// position, minus infinity after it.
fn causal_mask(count: usize, seen: usize, device: &Device) -> Result<Tensor> {
    let past = seen - count;
    let mask: Vec<f32> = (0..count)
        .flat_map(|i| (0..seen).map(move |j| if j <= past + i { 0.0 } else { f32::NEG_INFINITY }))
        .collect();
    Tensor::from_vec(mask, (count, seen), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Attention of one query by the definition.
    fn reference(query: &[f32], keys: &[Vec<f32>], values: &[Vec<f32>]) -> Vec<f32> {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let scale = (query.len() as f32).sqrt();
        let weights: Vec<f32> = keys.iter().map(|key| (dot(query, key) / scale).exp()).collect();
        let sum: f32 = weights.iter().sum();
        let column = |n: usize| {
            values.iter().zip(&weights).map(|(value, weight)| value[n] * weight / sum).sum()
        };
        (0..query.len()).map(column).collect()
    }

    #[test]
    fn attention_agrees_with_the_definition() {
        // More queries than one block, cached positions, two heads per key head.
        let (heads, key_heads, past, new, width) = (4, 2, 7, 300, 6);
        let draw = |shape| Tensor::randn(0f32, 1.0, shape, &Device::Cpu).unwrap();
        let query = draw((heads, new, width));
        let keys = draw((key_heads, past + new, width));
        let values = draw((key_heads, past + new, width));
        for causal in [true, false] {
            let got = attention(&query, &keys, &values, causal).unwrap().to_vec2::<f32>().unwrap();
            let (query, keys) = (query.to_vec3::<f32>().unwrap(), keys.to_vec3::<f32>().unwrap());
            let values = values.to_vec3::<f32>().unwrap();
            for head in 0..heads {
                for row in [0, 1, 255, 256, 299] {
                    let seen = if causal { past + row + 1 } else { past + new };
                    let (keys, values) = (&keys[head / 2][..seen], &values[head / 2][..seen]);
                    let expect = reference(&query[head][row], keys, values);
                    for (got, expect) in got[row][head * width..].iter().zip(expect) {
                        assert!(
                            (got - expect).abs() < 1e-4,
                            "head {head} row {row}: {got} {expect}"
                        );
                    }
                }
            }
        }
    }
}
