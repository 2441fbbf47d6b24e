//! The BERT encoder (Devlin et al. 2018, arXiv 1810.04805), with GELU in its exact form
//! and layer norms after the sums, ending in the mean over a text's tokens.
//!
//! Texts of a batch lie end to end in one (tokens, hidden) matrix and attend to
//! themselves only: no padding, so no mask, and no work on padding.

use candle_core::{CpuStorage, CustomOp1, Device, Layout, Shape, Tensor, bail};
use rayon::prelude::*;

use crate::Result;
use fettle_kernels::quantized::QuantizedLinear;

/// Tokens that go through the network at once, unless one text alone is longer.
const BATCH_TOKENS: usize = 1024;

/// A layer's weights: as trained, or in blocks.
pub(super) enum Linear {
    /// f32 weights (outputs, inputs) and bias (outputs).
    Plain(Tensor, Tensor),
    /// Quantised weights.
    Quantized(QuantizedLinear),
}

impl Linear {
    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        match self {
            Self::Plain(weight, bias) => x.matmul(&weight.t()?)?.broadcast_add(bias),
            Self::Quantized(linear) => linear.forward(x),
        }
    }
}

/// Weight and bias of a layer norm.
pub(super) struct LayerNorm(pub(super) Tensor, pub(super) Tensor);

/// One block.
pub(super) struct Layer {
    pub(super) query: Linear,
    pub(super) key: Linear,
    pub(super) value: Linear,
    pub(super) attention_output: Linear,
    pub(super) attention_norm: LayerNorm,
    pub(super) inner: Linear,
    pub(super) output: Linear,
    pub(super) output_norm: LayerNorm,
}

/// Token numbers to their embeddings, (tokens, hidden).
pub(super) type WordRows = Box<dyn Fn(&[u32]) -> Result<Tensor> + Send>;

/// The network.
pub(super) struct Encoder {
    pub(super) device: Device,
    pub(super) words: WordRows,
    /// (positions, hidden)
    pub(super) positions: Tensor,
    /// The first token type, (hidden).
    pub(super) token_type: Tensor,
    pub(super) norm: LayerNorm,
    pub(super) layers: Vec<Layer>,
    pub(super) heads: usize,
    pub(super) eps: f32,
}

impl Encoder {
    /// Length of an embedding.
    pub(super) fn hidden(&self) -> usize {
        self.positions.dims().last().copied().unwrap_or_default()
    }

    /// Most tokens of a text.
    pub(super) fn max_tokens(&self) -> usize {
        self.positions.dims().first().copied().unwrap_or_default()
    }

    /// The mean over each text's tokens, not yet of unit length. Every text has from 1
    /// to [`Self::max_tokens`] tokens.
    pub(super) fn mean_pooled(&self, texts: &[Vec<u32>]) -> Result<Vec<Vec<f32>>> {
        let mut rows = Vec::with_capacity(texts.len());
        let mut rest = texts;
        while !rest.is_empty() {
            let mut tokens = 0;
            let fits = |text: &&Vec<u32>| {
                tokens += text.len();
                tokens <= BATCH_TOKENS
            };
            let count = rest.iter().take_while(fits).count().max(1);
            let (batch, later) = rest.split_at(count);
            rows.extend(self.batch(batch)?);
            rest = later;
        }
        Ok(rows)
    }

    fn batch(&self, texts: &[Vec<u32>]) -> Result<Vec<Vec<f32>>> {
        let ids: Vec<u32> = texts.iter().flatten().copied().collect();
        let places: Vec<u32> = texts.iter().flat_map(|text| 0..text.len() as u32).collect();
        let places = Tensor::new(places, &self.device)?;
        let x = ((self.words)(&ids)? + self.positions.index_select(&places, 0)?)?;
        let mut x = self.normed(&x.broadcast_add(&self.token_type)?, &self.norm)?;
        for layer in &self.layers {
            let attended = layer.attention_output.forward(&self.attend(layer, &x, texts)?)?;
            x = self.normed(&(attended + x)?, &layer.attention_norm)?;
            let inner = gelu(&layer.inner.forward(&x)?)?;
            x = self.normed(&(layer.output.forward(&inner)? + x)?, &layer.output_norm)?;
        }
        let mut first = 0;
        let mean = |text: &Vec<u32>| {
            let mean = x.narrow(0, first, text.len())?.mean(0)?.to_vec1()?;
            first += text.len();
            Ok(mean)
        };
        texts.iter().map(mean).collect()
    }

    fn normed(&self, x: &Tensor, LayerNorm(weight, bias): &LayerNorm) -> Result<Tensor> {
        Ok(candle_nn::ops::layer_norm(&x.contiguous()?, weight, bias, self.eps)?)
    }

    fn attend(&self, layer: &Layer, x: &Tensor, texts: &[Vec<u32>]) -> Result<Tensor> {
        let (_, hidden) = x.dims2()?;
        let width = hidden / self.heads;
        let query = (layer.query.forward(x)? / (width as f64).sqrt())?;
        let key = layer.key.forward(x)?;
        let value = layer.value.forward(x)?;
        let mut rows = Vec::with_capacity(texts.len());
        let mut first = 0;
        for text in texts {
            let len = text.len();
            let by_head = |t: &Tensor| {
                let part = t.narrow(0, first, len)?.reshape((len, self.heads, width))?;
                part.transpose(0, 1)?.contiguous()
            };
            let scores = by_head(&query)?.matmul(&by_head(&key)?.transpose(1, 2)?)?;
            let weights = candle_nn::ops::softmax_last_dim(&scores)?;
            let context = weights.matmul(&by_head(&value)?)?.transpose(0, 1)?;
            rows.push(context.reshape((len, hidden))?);
            first += len;
        }
        Ok(Tensor::cat(&rows, 0)?)
    }
}

fn gelu(x: &Tensor) -> candle_core::Result<Tensor> {
    if x.device().is_cpu() { x.contiguous()?.apply_op1_no_bwd(&Gelu) } else { x.gelu_erf() }
}

/// candle's `gelu_erf` runs on one thread.
struct Gelu;

impl CustomOp1 for Gelu {
    fn name(&self) -> &'static str {
        "gelu"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let Some((from, to)) = layout.contiguous_offsets() else { bail!("gelu: strided input") };
        let x = x.as_slice::<f32>()?.get(from..to).unwrap_or_default();
        let mut out = vec![0f32; x.len()];
        let piece = 8 * 1024;
        out.par_chunks_mut(piece).zip(x.par_chunks(piece)).for_each(|(out, x)| {
            for (out, &x) in out.iter_mut().zip(x) {
                let erf = candle_core::cpu::erf::erf_f32(x * std::f32::consts::FRAC_1_SQRT_2);
                *out = 0.5 * x * (1.0 + erf);
            }
        });
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }
}
