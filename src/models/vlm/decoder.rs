//! Decoder of the vision-language models: grouped-query attention, RMS norms, SwiGLU. Qwen2 (arXiv
//! 2407.10671) has biases on queries, keys and values, Qwen3 (arXiv 2505.09388) norms on queries
//! and keys.

use std::ops::ControlFlow;

use candle_core::{DType, Tensor};
use candle_nn::kv_cache::KvCache;
use candle_nn::ops::{rms_norm, silu};

use super::checkpoint::Checkpoint;
use super::layers::{Dense, apply_rotary, attention, split_heads};
use super::rotary::RotaryEmbedding;

/// Positions by which the cache grows.
const CACHE_STEP: usize = 1024;

/// Sizes and variants of a decoder.
#[derive(Debug, Clone)]
pub(super) struct DecoderConfig {
    pub(super) vocabulary: usize,
    pub(super) hidden: usize,
    pub(super) inner: usize,
    pub(super) layers: usize,
    pub(super) heads: usize,
    pub(super) key_heads: usize,
    pub(super) head_dim: usize,
    pub(super) eps: f32,
    /// Biases on queries, keys and values.
    pub(super) qkv_bias: bool,
    /// RMS norm on the queries and keys of each head.
    pub(super) qk_norm: bool,
}

/// Decoder with its key-value cache.
pub(super) struct Decoder {
    embedding: Tensor,
    layers: Vec<Layer>,
    norm: Tensor,
    head: Dense,
    rotary: RotaryEmbedding,
    eps: f32,
}

/// Transformer block with its cache.
struct Layer {
    attention_norm: Tensor,
    query: Dense,
    key: Dense,
    /// Norms of queries and keys.
    qk_norms: Option<(Tensor, Tensor)>,
    value: Dense,
    output: Dense,
    norm: Tensor,
    gate: Dense,
    up: Dense,
    down: Dense,
    heads: usize,
    key_heads: usize,
    cache: KvCache,
}

impl Decoder {
    /// Reads the tensors `<body>.layers.<n>.…` and `<head>.weight`, unless the head is tied to the
    /// embedding.
    pub(super) fn load(
        checkpoint: &Checkpoint,
        body: &str,
        head: &str,
        config: &DecoderConfig,
        rotary: RotaryEmbedding,
    ) -> crate::Result<Self> {
        let DecoderConfig { hidden, inner, heads, key_heads, head_dim, qkv_bias, .. } = *config;
        let (all, keys) = (heads * head_dim, key_heads * head_dim);
        let quantize = |dense: Dense| {
            if checkpoint.quantizes_decoder() { dense.quantize() } else { Ok(dense) }
        };
        let read = |name: &str, shape, has_bias| -> crate::Result<Dense> {
            Ok(quantize(Dense::load(checkpoint, name, shape, has_bias)?)?)
        };
        let layer = |n: usize| {
            let name = |part: &str| format!("{body}.layers.{n}.{part}");
            let attention = |part: &str, shape, has_bias| {
                read(&name(&format!("self_attn.{part}_proj")), shape, has_bias)
            };
            let dense = |part: &str, shape| read(&name(&format!("mlp.{part}_proj")), shape, false);
            let norm = |part: &str, len| checkpoint.vector(&name(&format!("{part}.weight")), len);
            let qk_norms = || -> crate::Result<_> {
                let [query, key] =
                    ["q", "k"].map(|which| norm(&format!("self_attn.{which}_norm"), head_dim));
                Ok((query?, key?))
            };
            crate::Result::Ok(Layer {
                attention_norm: norm("input_layernorm", hidden)?,
                query: attention("q", (hidden, all), qkv_bias)?,
                key: attention("k", (hidden, keys), qkv_bias)?,
                value: attention("v", (hidden, keys), qkv_bias)?,
                qk_norms: config.qk_norm.then(qk_norms).transpose()?,
                output: attention("o", (all, hidden), false)?,
                norm: norm("post_attention_layernorm", hidden)?,
                gate: dense("gate", (hidden, inner))?,
                up: dense("up", (hidden, inner))?,
                down: dense("down", (inner, hidden))?,
                heads,
                key_heads,
                cache: KvCache::new(1, CACHE_STEP),
            })
        };
        let name = format!("{body}.embed_tokens.weight");
        let shape = [config.vocabulary, hidden];
        // Small models tie the head to the embedding.
        let head = if checkpoint.has_tensor(&format!("{head}.weight")) {
            read(head, (hidden, config.vocabulary), false)?
        } else {
            quantize(Dense::new(checkpoint.matrix(&name, &shape)?, None))?
        };
        let embedding = checkpoint.table(&name, &shape)?;
        Ok(Self {
            embedding,
            layers: (0..config.layers).map(layer).collect::<crate::Result<_>>()?,
            norm: checkpoint.vector(&format!("{body}.norm.weight"), hidden)?,
            head,
            rotary,
            eps: config.eps,
        })
    }

    /// Embeddings of `tokens`, (tokens, hidden).
    pub(super) fn embed(&self, tokens: &[u32]) -> candle_core::Result<Tensor> {
        let ids = Tensor::new(tokens, self.embedding.device())?;
        self.embedding.index_select(&ids, 0)?.to_dtype(DType::F32)
    }

    /// Clears the cache.
    pub(super) fn clear_cache(&mut self) {
        for layer in &mut self.layers {
            layer.cache.reset();
        }
    }

    /// Runs `x` (new, hidden) at the given positions after the cached tokens; returns the hidden
    /// states, (new, hidden). `deepstack` (new, hidden) are added after the first layers. Calls
    /// `poll` between layers; after a `Break` or an error the cache is unusable until
    /// [`Self::clear_cache`].
    pub(super) fn forward(
        &mut self,
        mut x: Tensor,
        positions: &[[u32; 3]],
        deepstack: &[Tensor],
        poll: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> crate::Result<ControlFlow<(), Tensor>> {
        let angles = self.rotary.angles(positions)?;
        for (n, layer) in self.layers.iter_mut().enumerate() {
            if poll().is_break() {
                return Ok(ControlFlow::Break(()));
            }
            let normed = rms_norm(&x.contiguous()?, &layer.attention_norm, self.eps)?;
            x = (x + layer.attend(&normed, &angles, self.eps)?)?;
            let normed = rms_norm(&x, &layer.norm, self.eps)?;
            let inner = (silu(&layer.gate.forward(&normed)?)? * layer.up.forward(&normed)?)?;
            x = (x + layer.down.forward(&inner)?)?;
            if let Some(features) = deepstack.get(n) {
                x = (x + features)?;
            }
        }
        Ok(ControlFlow::Continue(x))
    }

    /// Logits (rows, vocabulary) after the hidden states `x` (rows, hidden).
    pub(super) fn logits(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        self.head.forward(&rms_norm(&x.contiguous()?, &self.norm, self.eps)?)
    }
}

impl Layer {
    fn attend(
        &mut self,
        x: &Tensor,
        angles: &(Tensor, Tensor),
        eps: f32,
    ) -> candle_core::Result<Tensor> {
        let precision = self.key.dtype();
        let rotated = |projected: Tensor, norm: Option<&Tensor>, heads: usize| {
            let mut by_head = split_heads(&projected, heads)?;
            if let Some(norm) = norm {
                by_head = rms_norm(&by_head, norm, eps)?;
            }
            apply_rotary(&by_head, angles)
        };
        let (query_norm, key_norm) = match &self.qk_norms {
            Some((query, key)) => (Some(query), Some(key)),
            None => (None, None),
        };
        let query = rotated(self.query.forward(x)?, query_norm, self.heads)?;
        let key = rotated(self.key.forward(x)?, key_norm, self.key_heads)?;
        let value = split_heads(&self.value.forward(x)?, self.key_heads)?;
        let (keys, values) =
            self.cache.append(&key.to_dtype(precision)?, &value.to_dtype(precision)?)?;
        self.output.forward(&attention(&query, &keys, &values, true)?)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use candle_core::Device;

    use super::*;
    use fettle_domain::ModelId;

    const CONFIG: DecoderConfig = DecoderConfig {
        vocabulary: 50,
        hidden: 64,
        inner: 96,
        layers: 2,
        heads: 4,
        key_heads: 2,
        head_dim: 16,
        eps: 1e-6,
        qkv_bias: true,
        qk_norm: true,
    };

    /// Pseudo-random weights, the same on every run, in bf16 as on the hub.
    fn random_weights() -> HashMap<String, Tensor> {
        let mut out = HashMap::new();
        let mut state = 1u32;
        let mut draw = |name: String, shape: &[usize], mean: f32| {
            let spread = if shape.len() == 2 { 1.7 / (shape[1] as f32).sqrt() } else { 0.2 };
            let drawn: Vec<f32> = (0..shape.iter().product())
                .map(|_| {
                    // Linear congruential generator, of which the upper bits are used.
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    mean + spread * (f32::from((state >> 16) as u16) / 32_768.0 - 1.0)
                })
                .collect();
            let drawn = Tensor::from_vec(drawn, shape, &Device::Cpu).unwrap();
            out.insert(name, drawn.to_dtype(DType::BF16).unwrap());
        };
        draw("body.embed_tokens.weight".into(), &[50, 64], 0.0);
        draw("body.norm.weight".into(), &[64], 1.0);
        for n in 0..CONFIG.layers {
            for (part, shape) in [
                ("self_attn.q_proj", [64, 64]),
                ("self_attn.k_proj", [32, 64]),
                ("self_attn.v_proj", [32, 64]),
                ("self_attn.o_proj", [64, 64]),
                ("mlp.gate_proj", [96, 64]),
                ("mlp.up_proj", [96, 64]),
                ("mlp.down_proj", [64, 96]),
            ] {
                draw(format!("body.layers.{n}.{part}.weight"), &shape, 0.0);
                draw(format!("body.layers.{n}.{part}.bias"), &shape[..1], 0.0);
            }
            for part in ["input_layernorm", "post_attention_layernorm"] {
                draw(format!("body.layers.{n}.{part}.weight"), &[64], 1.0);
            }
            for part in ["self_attn.q_norm", "self_attn.k_norm"] {
                draw(format!("body.layers.{n}.{part}.weight"), &[16], 1.0);
            }
        }
        out
    }

    #[test]
    fn a_quantized_decoder_is_close_to_the_f32_one() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("model.safetensors");
        candle_core::safetensors::save(&random_weights(), &file).unwrap();
        let open = || {
            let id = ModelId("drawn".into());
            Checkpoint::open(&id, std::slice::from_ref(&file), &Device::Cpu).unwrap()
        };
        let logits = |checkpoint: Checkpoint| {
            let rotary = RotaryEmbedding::new(1e4, [8, 0, 0], &Device::Cpu);
            let mut decoder = Decoder::load(&checkpoint, "body", "head", &CONFIG, rotary).unwrap();
            let is_quantized = matches!(decoder.head, Dense::Quantized(_));
            // Many tokens at once, then single ones.
            let tokens: Vec<u32> = (0..40).map(|n| n * 7 % 50).collect();
            let positions: Vec<[u32; 3]> = (0..40).map(|at| [at; 3]).collect();
            let mut made = Vec::new();
            for range in [0..30, 30..31, 31..32, 32..40] {
                let x = decoder.embed(&tokens[range.clone()]).unwrap();
                let poll = &mut || ControlFlow::Continue(());
                match decoder.forward(x, &positions[range], &[], poll) {
                    Ok(ControlFlow::Continue(x)) => made.push(decoder.logits(&x).unwrap()),
                    _ => panic!("stopped"),
                }
            }
            (Tensor::cat(&made, 0).unwrap(), is_quantized)
        };
        let (expect, plain) = logits(open().in_f32());
        let (got, quantized) = logits(open());
        assert_eq!((plain, quantized), (false, true));
        // Tolerance relative to the largest value; the measured difference is 0.026.
        fettle_testing::tensors::assert_near("logits", &got, &expect, 0.05);
    }
}
