//! What vision towers and language models are made of. Activations are f32; products are made in
//! the precision of their matrix: f16 on a GPU, f32 on a CPU, where a decoder's are in 8 bits.

use std::sync::Arc;

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{DType, Device, Result, Tensor};

use super::checkpoint::Checkpoint;
use fettle_kernels::quantized::QuantizedLinear;

/// Queries attended to at once: bounds the score matrix.
const QUERY_ROWS: usize = 256;

/// `x · weightᵀ + bias`.
pub(super) enum Dense {
    /// In f16 or f32.
    Whole { weight: Tensor, bias: Option<Tensor> },
    /// In GGML's Q8_0.
    EightBits(QuantizedLinear),
}

impl Dense {
    /// Reads `<name>.weight` (outputs, inputs) and, if `biased`, `<name>.bias`.
    pub(super) fn load(
        checkpoint: &Checkpoint,
        name: &str,
        (inputs, outputs): (usize, usize),
        biased: bool,
    ) -> crate::Result<Self> {
        let weight = checkpoint.matrix(&format!("{name}.weight"), &[outputs, inputs])?;
        let bias = biased.then(|| checkpoint.vector(&format!("{name}.bias"), outputs));
        Ok(Self::Whole { weight, bias: bias.transpose()? })
    }

    /// With this `weight` (outputs, inputs).
    pub(super) fn new(weight: Tensor, bias: Option<Tensor>) -> Self {
        Self::Whole { weight, bias }
    }

    /// The same with its weights in blocks of 32 numbers of 8 bits and their scale (GGML's Q8_0),
    /// where rows are whole blocks.
    pub(super) fn in_eight_bits(self) -> Result<Self> {
        let Self::Whole { weight, bias } = self else { return Ok(self) };
        if !weight.dim(1)?.is_multiple_of(GgmlDType::Q8_0.block_size()) {
            return Ok(Self::Whole { weight, bias });
        }
        let eight_bits = QTensor::quantize(&weight.to_dtype(DType::F32)?, GgmlDType::Q8_0)?;
        Ok(Self::EightBits(QuantizedLinear::new(Arc::new(eight_bits), bias)?))
    }

    /// (rows, inputs) to (rows, outputs).
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (weight, bias) = match self {
            Self::Whole { weight, bias } => (weight, bias),
            Self::EightBits(layer) => return layer.forward(x),
        };
        let product = in_precision(x, weight.dtype())?.matmul(&weight.t()?)?;
        let product = product.to_dtype(DType::F32)?;
        match bias {
            Some(bias) => product.broadcast_add(bias),
            None => Ok(product),
        }
    }

    /// The precision of what is made of its products.
    pub(super) fn dtype(&self) -> DType {
        match self {
            Self::Whole { weight, .. } => weight.dtype(),
            Self::EightBits(_) => DType::F32,
        }
    }
}

/// `x` in `dtype`. A few of a language model's activations are larger than f16 can hold: they
/// become its largest number, not infinity.
fn in_precision(x: &Tensor, dtype: DType) -> Result<Tensor> {
    if dtype == DType::F16 {
        let most = half::f16::MAX.to_f64_const();
        return x.clamp(-most, most)?.to_dtype(dtype);
    }
    x.to_dtype(dtype)
}

/// `(x - mean) / deviation · weight + bias`.
pub(super) struct LayerNorm(Tensor, Tensor);

impl LayerNorm {
    const EPS: f32 = 1e-6;

    /// Reads `<name>.weight` and `<name>.bias`.
    pub(super) fn load(checkpoint: &Checkpoint, name: &str, len: usize) -> crate::Result<Self> {
        let vector = |part: &str| checkpoint.vector(&format!("{name}.{part}"), len);
        Ok(Self(vector("weight")?, vector("bias")?))
    }

    /// (rows, width) to the same.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        candle_nn::ops::layer_norm(&x.contiguous()?, &self.0, &self.1, Self::EPS)
    }
}

/// (positions, heads × width) to (heads, positions, width).
pub(super) fn by_head(flat: &Tensor, heads: usize) -> Result<Tensor> {
    let (rows, all) = flat.dims2()?;
    flat.reshape((rows, heads, all / heads))?.transpose(0, 1)?.contiguous()
}

/// Turns the halves of each head (heads, positions, width) by `cos` and `sin` (positions, width / 2).
pub(super) fn rotate(x: &Tensor, (cos, sin): &(Tensor, Tensor)) -> Result<Tensor> {
    candle_nn::rotary_emb::rope(&x.unsqueeze(0)?, cos, sin)?.squeeze(0)
}

/// Attention (Vaswani et al., arXiv 1706.03762) of `query` (heads, new, width) to `keys` and
/// `values` (key heads, seen, width), as (new, heads × width) in f32. Where it is `causal`, the
/// queries are of the last positions seen and none sees those after it.
pub(super) fn attend(
    query: &Tensor,
    keys: &Tensor,
    values: &Tensor,
    causal: bool,
) -> Result<Tensor> {
    let (heads, new, width) = query.dims3()?;
    let (key_heads, all, _) = keys.dims3()?;
    let past = all - new;
    // Before the product, so that f16 holds it.
    let query = (query.to_dtype(DType::F32)? * (1.0 / (width as f64).sqrt()))?;
    let query = query.to_dtype(keys.dtype())?;
    let mut rows = Vec::new();
    for first in (0..new).step_by(QUERY_ROWS) {
        let count = QUERY_ROWS.min(new - first);
        let seen = if causal { past + first + count } else { all };
        // The heads of a group share their keys: side by side they are one matrix.
        let grouped = (key_heads, heads / key_heads * count, width);
        let part = query.narrow(1, first, count)?.contiguous()?.reshape(grouped)?;
        let scores = part.matmul(&keys.narrow(1, 0, seen)?.transpose(1, 2)?)?;
        let mut scores = scores.to_dtype(DType::F32)?.reshape((heads, count, seen))?;
        if causal && count > 1 {
            scores = scores.broadcast_add(&mask(count, seen, query.device())?)?;
        }
        let weights = candle_nn::ops::softmax_last_dim(&scores)?.to_dtype(values.dtype())?;
        let weights = weights.reshape((key_heads, heads / key_heads * count, seen))?;
        let context = weights.matmul(&values.narrow(1, 0, seen)?)?.to_dtype(DType::F32)?;
        let context = context.reshape((heads, count, width))?.transpose(0, 1)?;
        rows.push(context.reshape((count, heads * width))?);
    }
    Tensor::cat(&rows, 0)
}

/// 0 where query i of the last `count` of `seen` positions may look, minus infinity beyond.
fn mask(count: usize, seen: usize, device: &Device) -> Result<Tensor> {
    let past = seen - count;
    let mask: Vec<f32> = (0..count)
        .flat_map(|i| (0..seen).map(move |j| if j <= past + i { 0.0 } else { f32::NEG_INFINITY }))
        .collect();
    Tensor::from_vec(mask, (count, seen), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What one query makes of what it sees, in plain words.
    fn plainly(query: &[f32], keys: &[Vec<f32>], values: &[Vec<f32>]) -> Vec<f32> {
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
    fn attention_in_parts_is_attention() {
        // More queries than are attended to at once, with a past, two heads a key.
        let (heads, key_heads, past, new, width) = (4, 2, 7, 300, 6);
        let draw = |shape| Tensor::randn(0f32, 1.0, shape, &Device::Cpu).unwrap();
        let query = draw((heads, new, width));
        let keys = draw((key_heads, past + new, width));
        let values = draw((key_heads, past + new, width));
        for causal in [true, false] {
            let got = attend(&query, &keys, &values, causal).unwrap().to_vec2::<f32>().unwrap();
            let (query, keys) = (query.to_vec3::<f32>().unwrap(), keys.to_vec3::<f32>().unwrap());
            let values = values.to_vec3::<f32>().unwrap();
            for head in 0..heads {
                for row in [0, 1, 255, 256, 299] {
                    let seen = if causal { past + row + 1 } else { past + new };
                    let (keys, values) = (&keys[head / 2][..seen], &values[head / 2][..seen]);
                    let expect = plainly(&query[head][row], keys, values);
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
