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
    ) -> crate::Result<Self> {
        let Sizes { hidden, inner, heads, key_heads, biased, .. } = *sizes;
        let (all, keys) = (heads * sizes.head_dim, key_heads * sizes.head_dim);
        let compact = |dense: Dense| {
            if checkpoint.in_eight_bits() { dense.in_eight_bits() } else { Ok(dense) }
        };
        let read = |name: &str, shape, biased| -> crate::Result<Dense> {
            Ok(compact(Dense::load(checkpoint, name, shape, biased)?)?)
        };
        let layer = |n: usize| {
            let name = |part: &str| format!("{body}.layers.{n}.{part}");
            let attention = |part: &str, shape, biased| {
                read(&name(&format!("self_attn.{part}_proj")), shape, biased)
            };
            let dense = |part: &str, shape| read(&name(&format!("mlp.{part}_proj")), shape, false);
            let norm = |part: &str, len| checkpoint.vector(&name(&format!("{part}.weight")), len);
            let head_norms = || -> crate::Result<_> {
                let [query, key] = ["q", "k"]
                    .map(|which| norm(&format!("self_attn.{which}_norm"), sizes.head_dim));
                Ok((query?, key?))
            };
            crate::Result::Ok(Layer {
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
        let size = [sizes.vocabulary, hidden];
        // Small models tie the two.
        let head = if checkpoint.has(&format!("{head}.weight")) {
            read(head, (hidden, sizes.vocabulary), false)?
        } else {
            compact(Dense::new(checkpoint.matrix(&name, &size)?, None))?
        };
        let embedding = checkpoint.table(&name, &size)?;
        Ok(Self {
            embedding,
            layers: (0..sizes.layers).map(layer).collect::<crate::Result<_>>()?,
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
    ) -> crate::Result<ControlFlow<(), Tensor>> {
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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use candle_core::Device;

    use super::*;
    use fettle_domain::ModelId;

    const SIZES: Sizes = Sizes {
        vocabulary: 50,
        hidden: 64,
        inner: 96,
        layers: 2,
        heads: 4,
        key_heads: 2,
        head_dim: 16,
        eps: 1e-6,
        biased: true,
        normed: true,
    };

    /// Weights that look drawn, always the same, in bf16 as the hub has them.
    fn drawn() -> HashMap<String, Tensor> {
        let mut out = HashMap::new();
        let mut state = 1u32;
        let mut draw = |name: String, shape: &[usize], mean: f32| {
            let spread = if shape.len() == 2 { 1.7 / (shape[1] as f32).sqrt() } else { 0.2 };
            let drawn: Vec<f32> = (0..shape.iter().product())
                .map(|_| {
                    // A linear congruential generator: its upper bits look drawn.
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    mean + spread * (f32::from((state >> 16) as u16) / 32_768.0 - 1.0)
                })
                .collect();
            let drawn = Tensor::from_vec(drawn, shape, &Device::Cpu).unwrap();
            out.insert(name, drawn.to_dtype(DType::BF16).unwrap());
        };
        draw("body.embed_tokens.weight".into(), &[50, 64], 0.0);
        draw("body.norm.weight".into(), &[64], 1.0);
        for n in 0..SIZES.layers {
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
    fn eight_bits_are_enough() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("model.safetensors");
        candle_core::safetensors::save(&drawn(), &file).unwrap();
        let open = || {
            let id = ModelId("drawn".into());
            Checkpoint::open(&id, std::slice::from_ref(&file), &Device::Cpu).unwrap()
        };
        let logits = |checkpoint: Checkpoint| {
            let rotary = Rotary::new(1e4, [8, 0, 0], &Device::Cpu);
            let mut decoder = Decoder::load(&checkpoint, "body", "head", &SIZES, rotary).unwrap();
            let is_eight = matches!(decoder.head, Dense::EightBits(_));
            // Many tokens at once, then one after the other.
            let tokens: Vec<u32> = (0..40).map(|n| n * 7 % 50).collect();
            let positions: Vec<[u32; 3]> = (0..40).map(|at| [at; 3]).collect();
            let mut made = Vec::new();
            for range in [0..30, 30..31, 31..32, 32..40] {
                let x = decoder.embed(&tokens[range.clone()]).unwrap();
                let poll = &mut || ControlFlow::Continue(());
                match decoder.read(x, &positions[range], &[], poll) {
                    Ok(ControlFlow::Continue(x)) => made.push(decoder.logits(&x).unwrap()),
                    _ => panic!("nothing read"),
                }
            }
            (Tensor::cat(&made, 0).unwrap(), is_eight)
        };
        let (expect, plain) = logits(open().in_f32());
        let (got, eight) = logits(open());
        assert_eq!((plain, eight), (false, true));
        // Of the largest value; 0.026 when this was written.
        crate::test_files::assert_near("logits", &got, &expect, 0.05);
    }
}
