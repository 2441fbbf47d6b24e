//! The language models that pictures are shown to: grouped-query attention, RMS norms, SwiGLU.
//! Qwen2 (arXiv 2407.10671) has biases on queries, keys and values, Qwen3 (arXiv 2505.09388)
//! norms on queries and keys.

use std::ops::ControlFlow;

use candle_core::{DType, Tensor};
use candle_nn::kv_cache::KvCache;
use candle_nn::ops::{rms_norm, silu};

use super::checkpoint::Checkpoint;
use super::layers::{Dense, attend, by_head, rotate};
use super::rotary::Rotary;
use crate::models;

/// Positions by which the keys and values kept grow.
const STEP: usize = 1024;

/// What a checkpoint says of its language model.
#[derive(Debug, Clone)]
pub(super) struct Sizes {
    pub(super) vocabulary: usize,
    pub(super) hidden: usize,
    pub(super) inner: usize,
    pub(super) layers: usize,
    pub(super) heads: usize,
    pub(super) key_heads: usize,
    pub(super) head_dim: usize,
    pub(super) eps: f32,
    /// Queries, keys and values have biases.
    pub(super) biased: bool,
    /// Queries and keys are normed.
    pub(super) normed: bool,
}

pub(super) struct Decoder {
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
    key: Dense,
    /// Of queries and keys.
    head_norms: Option<(Tensor, Tensor)>,
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
    /// Reads every tensor: `<body>.layers.<n>.…`, and `<head>.weight` unless it is tied.
    pub(super) fn load(
        checkpoint: &Checkpoint,
        body: &str,
        head: &str,
        sizes: &Sizes,
        rotary: Rotary,
    ) -> models::Result<Self> {
        let Sizes { hidden, inner, heads, key_heads, biased, .. } = *sizes;
        let (all, keys) = (heads * sizes.head_dim, key_heads * sizes.head_dim);
        let layer = |n: usize| {
            let name = |part: &str| format!("{body}.layers.{n}.{part}");
            let attention = |part: &str, shape, biased| {
                Dense::load(checkpoint, &name(&format!("self_attn.{part}_proj")), shape, biased)
            };
            let dense = |part: &str, shape| {
                Dense::load(checkpoint, &name(&format!("mlp.{part}_proj")), shape, false)
            };
            let norm = |part: &str, len| checkpoint.vector(&name(&format!("{part}.weight")), len);
            let head_norms = || -> models::Result<_> {
                let [query, key] = ["q", "k"]
                    .map(|which| norm(&format!("self_attn.{which}_norm"), sizes.head_dim));
                Ok((query?, key?))
            };
            models::Result::Ok(Layer {
                attention_norm: norm("input_layernorm", hidden)?,
                query: attention("q", (hidden, all), biased)?,
                key: attention("k", (hidden, keys), biased)?,
                value: attention("v", (hidden, keys), biased)?,
                head_norms: sizes.normed.then(head_norms).transpose()?,
                output: attention("o", (all, hidden), false)?,
                norm: norm("post_attention_layernorm", hidden)?,
                gate: dense("gate", (hidden, inner))?,
                up: dense("up", (hidden, inner))?,
                down: dense("down", (inner, hidden))?,
                heads,
                key_heads,
                cache: KvCache::new(1, STEP),
            })
        };
        let name = format!("{body}.embed_tokens.weight");
        let embedding = checkpoint.matrix(&name, &[sizes.vocabulary, hidden])?;
        // Small models tie the two.
        let head = if checkpoint.has(&format!("{head}.weight")) {
            Dense::load(checkpoint, head, (hidden, sizes.vocabulary), false)?
        } else {
            Dense::new(embedding.clone(), None)
        };
        Ok(Self {
            embedding,
            layers: (0..sizes.layers).map(layer).collect::<models::Result<_>>()?,
            norm: checkpoint.vector(&format!("{body}.norm.weight"), hidden)?,
            head,
            rotary,
            eps: sizes.eps,
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
        let turned = |projected: Tensor, norm: Option<&Tensor>, heads: usize| {
            let mut by_head = by_head(&projected, heads)?;
            if let Some(norm) = norm {
                by_head = rms_norm(&by_head, norm, eps)?;
            }
            rotate(&by_head, rotation)
        };
        let (query_norm, key_norm) = match &self.head_norms {
            Some((query, key)) => (Some(query), Some(key)),
            None => (None, None),
        };
        let query = turned(self.query.forward(x)?, query_norm, self.heads)?;
        let key = turned(self.key.forward(x)?, key_norm, self.key_heads)?;
        let value = by_head(&self.value.forward(x)?, self.key_heads)?;
        let (keys, values) =
            self.cache.append(&key.to_dtype(precision)?, &value.to_dtype(precision)?)?;
        self.output.forward(&attend(&query, &keys, &values, true)?)
    }
}
