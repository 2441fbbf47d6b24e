//! Decoder-only transformer (Vaswani et al. 2017, arXiv 1706.03762) with RMS norms, rotary
//! positions, grouped-query attention and a gated feed-forward, with weights in GGUF's names and
//! blocks. A [`DecoderConfig`] has the differences of a family.

mod attention;
mod config;
mod gate_activation;
mod kv_cache;
mod rotary;

use std::ops::ControlFlow;
use std::sync::Arc;

use candle_core::quantized::QTensor;
use candle_core::{Device, Tensor};

use self::attention::{Attention, HeadShape};
use self::gate_activation::gated;
use self::kv_cache::KvCache;
use self::rotary::{RotaryAngles, RotaryEmbedding};
use super::causal_lm::CausalLm;
use super::gguf::Gguf;
use crate::{ModelsError, Result};
use fettle_kernels::QuantizedLinear;

pub(super) use self::config::{DecoderConfig, SlidingWindow};
pub(super) use self::gate_activation::GateActivation;
pub(super) use self::rotary::RotaryLayout;

/// Transformer block.
struct Layer {
    attention_norm: Tensor,
    attention: Attention,
    attention_post_norm: Option<Tensor>,
    feed_forward_norm: Tensor,
    gate: QuantizedLinear,
    up: QuantizedLinear,
    down: QuantizedLinear,
    feed_forward_post_norm: Option<Tensor>,
    has_window: bool,
}

/// The network. Activations are (positions, hidden), without a batch dimension.
pub(super) struct Decoder {
    config: DecoderConfig,
    device: Device,
    embedding: Arc<QTensor>,
    layers: Vec<Layer>,
    norm: Tensor,
    head: QuantizedLinear,
    eps: f32,
    rotary: RotaryEmbedding,
    /// Rotary positions of the layers with a sliding window.
    window_rotary: Option<RotaryEmbedding>,
    context_length: usize,
}

impl Decoder {
    /// Reads every tensor onto `device`.
    pub(super) fn load(gguf: &Gguf, config: DecoderConfig, device: &Device) -> Result<Self> {
        let key = |key: &str| format!("{}.{key}", config.family);
        let count = |name: &str, max| gguf.count(&key(name), max);
        if gguf.count(&key("expert_count"), 1 << 16).is_ok() {
            return Err(gguf.bad("it is a mixture of experts, which Fettle does not run"));
        }
        let blocks = count("block_count", 512)?;
        let hidden = count("embedding_length", 1 << 16)?;
        let inner = count("feed_forward_length", 1 << 20)?;
        let heads = count("attention.head_count", 1 << 10)?;
        let kv_heads = count("attention.head_count_kv", 1 << 10).unwrap_or(heads);
        let context_length = count("context_length", 1 << 24)?;
        let eps = gguf.float(&key("attention.layer_norm_rms_epsilon"))?;
        let width = count("attention.key_length", 1 << 12).unwrap_or(hidden / heads);
        if width < 2 || !width.is_multiple_of(2) || !heads.is_multiple_of(kv_heads) {
            return Err(gguf.bad(format!(
                "width {hidden} does not divide into {heads} heads of {width} over {kv_heads}"
            )));
        }
        let vocabulary = gguf.rows("token_embd.weight")?;

        let vector = |name: &str, len: usize| gguf.tensor(name, &[len], device);
        let matrix = |name: &str, outputs: usize, inputs: usize, biased: bool| {
            let weight = gguf.quantized(&format!("{name}.weight"), &[outputs, inputs], device)?;
            let bias = biased.then(|| vector(&format!("{name}.bias"), outputs)).transpose()?;
            Ok::<_, ModelsError>(QuantizedLinear::new(Arc::new(weight), bias)?)
        };
        let shape = HeadShape { heads, kv_heads, width };
        let mut layers = Vec::with_capacity(blocks);
        for block in 0..blocks {
            let name = |part: &str| format!("blk.{block}.{part}");
            let norm = |wanted: bool, part: &str, len: usize| {
                wanted.then(|| vector(&name(part), len)).transpose()
            };
            let has_window = config
                .sliding_window
                .is_some_and(|window| !(block + 1).is_multiple_of(window.period));
            layers.push(Layer {
                attention_norm: vector(&name("attn_norm.weight"), hidden)?,
                attention: Attention {
                    query: matrix(&name("attn_q"), heads * width, hidden, config.qkv_bias)?,
                    key: matrix(&name("attn_k"), kv_heads * width, hidden, config.qkv_bias)?,
                    value: matrix(&name("attn_v"), kv_heads * width, hidden, config.qkv_bias)?,
                    output: matrix(&name("attn_output"), hidden, heads * width, false)?,
                    query_norm: norm(config.qk_norm, "attn_q_norm.weight", width)?,
                    key_norm: norm(config.qk_norm, "attn_k_norm.weight", width)?,
                    eps,
                    scale: 1.0 / (config.query_scale_width.unwrap_or(width) as f64).sqrt(),
                    shape,
                    window: config.sliding_window.filter(|_| has_window).map(|w| w.positions),
                    cache: KvCache::default(),
                },
                attention_post_norm: norm(config.post_norm, "post_attention_norm.weight", hidden)?,
                feed_forward_norm: vector(&name("ffn_norm.weight"), hidden)?,
                gate: matrix(&name("ffn_gate"), inner, hidden, false)?,
                up: matrix(&name("ffn_up"), inner, hidden, false)?,
                down: matrix(&name("ffn_down"), hidden, inner, false)?,
                feed_forward_post_norm: norm(config.post_norm, "post_ffw_norm.weight", hidden)?,
                has_window,
            });
        }
        let embedding =
            Arc::new(gguf.quantized("token_embd.weight", &[vocabulary, hidden], device)?);
        // Small models tie the output weights to the embedding.
        let head = if gguf.has_tensor("output.weight") {
            matrix("output", vocabulary, hidden, false)?
        } else {
            QuantizedLinear::new(embedding.clone(), None)?
        };
        Ok(Self {
            config,
            device: device.clone(),
            embedding,
            layers,
            norm: vector("output_norm.weight", hidden)?,
            head,
            eps,
            rotary: RotaryEmbedding::from_gguf(gguf, config.family, width)?,
            window_rotary: config
                .sliding_window
                .map(|window| RotaryEmbedding::new(window.rope_base, width)),
            context_length,
        })
    }
}

impl CausalLm for Decoder {
    fn context_length(&self) -> usize {
        self.context_length
    }

    fn cached(&self) -> usize {
        self.layers.iter().map(|layer| layer.attention.cache.len()).min().unwrap_or_default()
    }

    fn truncate(&mut self, len: usize) {
        for layer in &mut self.layers {
            layer.attention.cache.truncate(len);
        }
    }

    fn forward(
        &mut self,
        tokens: &[u32],
        poll: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), Tensor>> {
        let start = self.cached();
        let ids = Tensor::new(tokens, &self.device)?;
        let mut x = self.embedding.embedding(&ids)?;
        if self.config.scale_embedding {
            x = (&x * (x.dim(1)? as f64).sqrt())?;
        }
        let angles = |rotary: &RotaryEmbedding| -> Result<RotaryAngles> {
            Ok(rotary.angles(self.config.rotary_layout, start, tokens.len(), &self.device)?)
        };
        let full_angles = angles(&self.rotary)?;
        let window_angles = self.window_rotary.as_ref().map(angles).transpose()?;
        let (gate, eps) = (self.config.gate, self.eps);
        let norm = |x: &Tensor, weight: &Tensor| candle_nn::ops::rms_norm(x, weight, eps);
        let post_norm = |x: Tensor, weight: &Option<Tensor>| match weight {
            Some(weight) => norm(&x, weight),
            None => Ok(x),
        };
        for layer in &mut self.layers {
            if poll().is_break() {
                self.truncate(start);
                return Ok(ControlFlow::Break(()));
            }
            let angles =
                window_angles.as_ref().filter(|_| layer.has_window).unwrap_or(&full_angles);
            let attended = layer.attention.forward(&norm(&x, &layer.attention_norm)?, angles)?;
            x = (x + post_norm(attended, &layer.attention_post_norm)?)?;
            let normed = norm(&x, &layer.feed_forward_norm)?;
            let inner = gated(gate, &layer.gate.forward(&normed)?, &layer.up.forward(&normed)?)?;
            x = (x + post_norm(layer.down.forward(&inner)?, &layer.feed_forward_post_norm)?)?;
        }
        Ok(ControlFlow::Continue(x.narrow(0, tokens.len() - 1, 1)?))
    }

    fn logits(&self, last: &Tensor) -> Result<Tensor> {
        let normed = candle_nn::ops::rms_norm(&last.contiguous()?, &self.norm, self.eps)?;
        Ok(self.head.forward(&normed)?.squeeze(0)?)
    }
}
