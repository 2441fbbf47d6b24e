//! The language model of Qwen3-VL: Qwen3 (arXiv 2505.09388; RMS norms on queries and keys,
//! grouped-query attention, SwiGLU) with interleaved MRoPE, and what the vision tower saw at
//! several depths added behind its first layers.

use std::ops::ControlFlow;

use candle_core::{DType, Tensor};
use candle_nn::kv_cache::KvCache;
use candle_nn::ops::{rms_norm, silu};

use super::config::Text;
use super::layers::{Dense, attend, by_head, rotate};
use super::positions::Rotary;
use crate::models;
use crate::models::vlm::checkpoint::Checkpoint;

/// Positions by which the keys and values kept grow.
const STEP: usize = 1024;

pub(super) struct LanguageModel {
    embedding: Tensor,
    layers: Vec<Layer>,
    norm: Tensor,
    head: Dense,
    rotary: Rotary,
    eps: f32,
}

struct Layer {
    attention_norm: Tensor,
    query: Dense,
    query_norm: Tensor,
    key: Dense,
    key_norm: Tensor,
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

impl LanguageModel {
    /// Reads every tensor.
    pub(super) fn load(checkpoint: &Checkpoint, sizes: &Text) -> models::Result<Self> {
        let hidden = sizes.hidden_size;
        let (heads, key_heads) = (sizes.num_attention_heads, sizes.num_key_value_heads);
        let (all, keys) = (heads * sizes.head_dim, key_heads * sizes.head_dim);
        let layer = |n: usize| {
            let name = |part: &str| format!("model.language_model.layers.{n}.{part}");
            let dense = |part: &str, shape| Dense::load(checkpoint, &name(part), shape, false);
            let norm = |part: &str, len| checkpoint.vector(&name(&format!("{part}.weight")), len);
            models::Result::Ok(Layer {
                attention_norm: norm("input_layernorm", hidden)?,
                query: dense("self_attn.q_proj", (hidden, all))?,
                query_norm: norm("self_attn.q_norm", sizes.head_dim)?,
                key: dense("self_attn.k_proj", (hidden, keys))?,
                key_norm: norm("self_attn.k_norm", sizes.head_dim)?,
                value: dense("self_attn.v_proj", (hidden, keys))?,
                output: dense("self_attn.o_proj", (all, hidden))?,
                norm: norm("post_attention_layernorm", hidden)?,
                gate: dense("mlp.gate_proj", (hidden, sizes.intermediate_size))?,
                up: dense("mlp.up_proj", (hidden, sizes.intermediate_size))?,
                down: dense("mlp.down_proj", (sizes.intermediate_size, hidden))?,
                heads,
                key_heads,
                cache: KvCache::new(1, STEP),
            })
        };
        let name = "model.language_model.embed_tokens.weight";
        let embedding = checkpoint.matrix(name, &[sizes.vocab_size, hidden])?;
        // Small models tie the two.
        let head = if checkpoint.has("lm_head.weight") {
            Dense::load(checkpoint, "lm_head", (hidden, sizes.vocab_size), false)?
        } else {
            Dense::new(embedding.clone(), None)
        };
        let theta = sizes.theta().unwrap_or_default();
        Ok(Self {
            embedding,
            layers: (0..sizes.num_hidden_layers).map(layer).collect::<models::Result<_>>()?,
            norm: checkpoint.vector("model.language_model.norm.weight", hidden)?,
            head,
            rotary: Rotary::new(theta, sizes.sections(), checkpoint.device()),
            eps: sizes.rms_norm_eps,
        })
    }

    /// What it knows of `tokens`, (tokens, width).
    pub(super) fn embed(&self, tokens: &[u32]) -> candle_core::Result<Tensor> {
        let ids = Tensor::new(tokens, self.embedding.device())?;
        self.embedding.index_select(&ids, 0)?.to_dtype(DType::F32)
    }

    /// Forgets everything.
    pub(super) fn forget(&mut self) {
        for layer in &mut self.layers {
            layer.cache.reset();
        }
    }

    /// Reads `x` (new, width) after what it holds, at these positions, with `deep` (new, width)
    /// added behind its first layers, and gives what it makes of it, (new, width). Asks `poll`
    /// between layers; after a `Break` or an error only [`Self::forget`] brings it back.
    pub(super) fn read(
        &mut self,
        mut x: Tensor,
        positions: &[[u32; 3]],
        deep: &[Tensor],
        poll: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> models::Result<ControlFlow<(), Tensor>> {
        let rotation = self.rotary.turn(positions)?;
        for (n, layer) in self.layers.iter_mut().enumerate() {
            if poll().is_break() {
                return Ok(ControlFlow::Break(()));
            }
            let normed = rms_norm(&x.contiguous()?, &layer.attention_norm, self.eps)?;
            x = (x + layer.attend(&normed, &rotation, self.eps)?)?;
            let normed = rms_norm(&x, &layer.norm, self.eps)?;
            let inner = (silu(&layer.gate.forward(&normed)?)? * layer.up.forward(&normed)?)?;
            x = (x + layer.down.forward(&inner)?)?;
            if let Some(deep) = deep.get(n) {
                x = (x + deep)?;
            }
        }
        Ok(ControlFlow::Continue(x))
    }

    /// How likely each token comes after each of `x` (rows, width): (rows, vocabulary).
    pub(super) fn logits(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        self.head.forward(&rms_norm(&x.contiguous()?, &self.norm, self.eps)?)
    }
}

impl Layer {
    fn attend(
        &mut self,
        x: &Tensor,
        rotation: &(Tensor, Tensor),
        eps: f32,
    ) -> candle_core::Result<Tensor> {
        let precision = self.key.dtype();
        let turned = |projected: Tensor, norm: &Tensor, heads: usize| {
            rotate(&rms_norm(&by_head(&projected, heads)?, norm, eps)?, rotation)
        };
        let query = turned(self.query.forward(x)?, &self.query_norm, self.heads)?;
        let key = turned(self.key.forward(x)?, &self.key_norm, self.key_heads)?;
        let value = by_head(&self.value.forward(x)?, self.key_heads)?;
        let (keys, values) =
            self.cache.append(&key.to_dtype(precision)?, &value.to_dtype(precision)?)?;
        self.output.forward(&attend(&query, &keys, &values, true)?)
    }
}
