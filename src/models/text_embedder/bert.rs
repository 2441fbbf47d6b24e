//! BERT encoder (Devlin et al. 2018, arXiv 1810.04805) with exact GELU, post-norm blocks, and mean
//! pooling over the tokens of a text.
//!
//! The texts of a batch lie end to end in one (tokens, hidden) matrix, and each attends to itself
//! only: no padding, no mask.

use candle_core::{CpuStorage, CustomOp1, Device, Layout, Shape, Tensor, bail};
use rayon::prelude::*;

use crate::Result;
use fettle_kernels::QuantizedLinear;

/// Tokens per batch, unless a single text is longer.
const BATCH_TOKENS: usize = 1024;

/// Linear layer with f32 or quantised weights.
pub(super) enum Linear {
    /// Weight (outputs, inputs) and bias (outputs) in f32.
    F32(Tensor, Tensor),
    /// Weight in quantised blocks.
    Quantized(QuantizedLinear),
}

impl Linear {
    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        match self {
            Self::F32(weight, bias) => x.matmul(&weight.t()?)?.broadcast_add(bias),
            Self::Quantized(linear) => linear.forward(x),
        }
    }
}

/// Weight and bias of a layer norm.
pub(super) struct LayerNorm(pub(super) Tensor, pub(super) Tensor);

/// Transformer block.
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

/// Lookup of token embeddings: token ids to (tokens, hidden).
pub(super) type TokenEmbedding = Box<dyn Fn(&[u32]) -> Result<Tensor> + Send>;

/// BERT encoder with mean pooling.
pub(super) struct BertEncoder {
    pub(super) device: Device,
    pub(super) token_embedding: TokenEmbedding,
    /// Position embeddings (positions, hidden).
    pub(super) position_embeddings: Tensor,
    /// Embedding of token type 0, (hidden).
    pub(super) token_type: Tensor,
    pub(super) norm: LayerNorm,
    pub(super) layers: Vec<Layer>,
    pub(super) heads: usize,
    pub(super) eps: f32,
}

impl BertEncoder {
    /// Length of the embedding.
    pub(super) fn hidden(&self) -> usize {
        self.position_embeddings.dims().last().copied().unwrap_or_default()
    }

    /// Maximum number of tokens of a text.
    pub(super) fn max_tokens(&self) -> usize {
        self.position_embeddings.dims().first().copied().unwrap_or_default()
    }

    /// Mean of the token outputs of each text, not normalised. Every text has 1 to
    /// [`Self::max_tokens`] tokens.
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
            rows.extend(self.forward(batch)?);
            rest = later;
        }
        Ok(rows)
    }

    /// Encodes one batch of texts.
    fn forward(&self, texts: &[Vec<u32>]) -> Result<Vec<Vec<f32>>> {
        let ids: Vec<u32> = texts.iter().flatten().copied().collect();
        let positions: Vec<u32> = texts.iter().flat_map(|text| 0..text.len() as u32).collect();
        let positions = Tensor::new(positions, &self.device)?;
        let positions = self.position_embeddings.index_select(&positions, 0)?;
        let x = ((self.token_embedding)(&ids)? + positions)?;
        let mut x = self.layer_norm(&x.broadcast_add(&self.token_type)?, &self.norm)?;
        for layer in &self.layers {
            let attended = layer.attention_output.forward(&self.attend(layer, &x, texts)?)?;
            x = self.layer_norm(&(attended + x)?, &layer.attention_norm)?;
            let inner = gelu(&layer.inner.forward(&x)?)?;
            x = self.layer_norm(&(layer.output.forward(&inner)? + x)?, &layer.output_norm)?;
        }
        let mut first = 0;
        let mean = |text: &Vec<u32>| {
            let mean = x.narrow(0, first, text.len())?.mean(0)?.to_vec1()?;
            first += text.len();
            Ok(mean)
        };
        texts.iter().map(mean).collect()
    }

    fn layer_norm(&self, x: &Tensor, LayerNorm(weight, bias): &LayerNorm) -> Result<Tensor> {
        Ok(candle_nn::ops::layer_norm(&x.contiguous()?, weight, bias, self.eps)?)
    }

    /// Self-attention within each text.
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

/// Exact GELU.
fn gelu(x: &Tensor) -> candle_core::Result<Tensor> {
    if x.device().is_cpu() { x.contiguous()?.apply_op1_no_bwd(&Gelu) } else { x.gelu_erf() }
}

/// Exact GELU on all cores; candle's `gelu_erf` runs on one thread.
struct Gelu;

impl CustomOp1 for Gelu {
    fn name(&self) -> &'static str {
        "gelu"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let Some((from, to)) = layout.contiguous_offsets() else { bail!("gelu: strided input") };
        let x = x.as_slice::<f32>()?.get(from..to).unwrap_or_default();
        let mut out = vec![0f32; x.len()];
        let chunk = 8 * 1024;
        out.par_chunks_mut(chunk).zip(x.par_chunks(chunk)).for_each(|(out, x)| {
            for (out, &x) in out.iter_mut().zip(x) {
                let erf = candle_core::cpu::erf::erf_f32(x * std::f32::consts::FRAC_1_SQRT_2);
                *out = 0.5 * x * (1.0 + erf);
            }
        });
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }
}
