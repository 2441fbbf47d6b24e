//! What the families have in common: a decoder-only transformer (Vaswani et al. 2017,
//! arXiv 1706.03762) with RMS norms, rotary positions, grouped-query attention and a gated
//! feed-forward, its weights in GGUF's names and blocks. A [`Design`] says how one family
//! differs; each has a file of its own beside this folder.

mod attention;
mod gate;
mod kv_cache;
mod rotary;

use std::ops::ControlFlow;
use std::sync::Arc;

use candle_core::quantized::QTensor;
use candle_core::{Device, Tensor};

use self::attention::{Attention, HeadShape};
pub(super) use self::gate::Gate;
use self::gate::gated;
pub(super) use self::rotary::Pairs;
use self::rotary::{Rotary, Rotation};
use super::CausalLm;
use super::gguf::Gguf;
use crate::{ModelsError, Result};
use fettle_kernels::quantized::QuantizedLinear;

/// What sets one family apart from another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Design {
    /// How its keys in the file begin.
    pub(super) family: &'static str,
    /// Which columns of a head a position turns together.
    pub(super) pairs: Pairs,
    /// What the feed-forward's gate does.
    pub(super) gate: Gate,
    /// Queries, keys and values have biases.
    pub(super) biased: bool,
    /// Every query and key is normed, head by head, before it is turned.
    pub(super) head_norms: bool,
    /// What attention and feed-forward add is normed before it is added.
    pub(super) post_norms: bool,
    /// Embeddings are multiplied by the root of their width.
    pub(super) scaled_embedding: bool,
    /// Queries are divided by the root of this instead of their width.
    pub(super) query_width: Option<usize>,
    /// Most layers look back a little way only.
    pub(super) local: Option<Local>,
}

impl Design {
    /// What most families do.
    pub(super) const fn plain(family: &'static str) -> Self {
        Self {
            family,
            pairs: Pairs::Halves,
            gate: Gate::Silu,
            biased: false,
            head_norms: false,
            post_norms: false,
            scaled_embedding: false,
            query_width: None,
            local: None,
        }
    }
}

/// Layers that attend within a window, between those that see everything.
#[derive(Debug, Clone, Copy)]
pub(super) struct Local {
    /// How many positions they see, their own included.
    pub(super) window: usize,
    /// Every so many layers, one sees everything.
    pub(super) every: usize,
    /// Base of their rotary positions.
    pub(super) rope_base: f32,
}

struct Layer {
    attention_norm: Tensor,
    attention: Attention,
    attention_post_norm: Option<Tensor>,
    feed_forward_norm: Tensor,
    gate: QuantizedLinear,
    up: QuantizedLinear,
    down: QuantizedLinear,
    feed_forward_post_norm: Option<Tensor>,
    is_local: bool,
}

/// The network. Tensors are (positions, width); there is no batch.
pub(super) struct Decoder {
    design: Design,
    device: Device,
    embedding: Arc<QTensor>,
    layers: Vec<Layer>,
    norm: Tensor,
    head: QuantizedLinear,
    eps: f32,
    rotary: Rotary,
    local_rotary: Option<Rotary>,
    context: usize,
}

impl Decoder {
    /// Reads every tensor onto `device`.
    pub(super) fn load(gguf: &Gguf, design: Design, device: &Device) -> Result<Self> {
        let key = |key: &str| format!("{}.{key}", design.family);
        let count = |name: &str, max| gguf.count(&key(name), max);
        if gguf.count(&key("expert_count"), 1 << 16).is_ok() {
            return Err(gguf.bad("it is a mixture of experts, which Fettle does not run"));
        }
        let blocks = count("block_count", 512)?;
        let hidden = count("embedding_length", 1 << 16)?;
        let inner = count("feed_forward_length", 1 << 20)?;
        let heads = count("attention.head_count", 1 << 10)?;
        let kv_heads = count("attention.head_count_kv", 1 << 10).unwrap_or(heads);
        let context = count("context_length", 1 << 24)?;
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
            let is_local = design.local.is_some_and(|local| (block + 1) % local.every != 0);
            layers.push(Layer {
                attention_norm: vector(&name("attn_norm.weight"), hidden)?,
                attention: Attention {
                    query: matrix(&name("attn_q"), heads * width, hidden, design.biased)?,
                    key: matrix(&name("attn_k"), kv_heads * width, hidden, design.biased)?,
                    value: matrix(&name("attn_v"), kv_heads * width, hidden, design.biased)?,
                    output: matrix(&name("attn_output"), hidden, heads * width, false)?,
                    query_norm: norm(design.head_norms, "attn_q_norm.weight", width)?,
                    key_norm: norm(design.head_norms, "attn_k_norm.weight", width)?,
                    eps,
                    scale: 1.0 / (design.query_width.unwrap_or(width) as f64).sqrt(),
                    shape,
                    window: design.local.filter(|_| is_local).map(|local| local.window),
                    cache: kv_cache::KvCache::default(),
                },
                attention_post_norm: norm(design.post_norms, "post_attention_norm.weight", hidden)?,
                feed_forward_norm: vector(&name("ffn_norm.weight"), hidden)?,
                gate: matrix(&name("ffn_gate"), inner, hidden, false)?,
                up: matrix(&name("ffn_up"), inner, hidden, false)?,
                down: matrix(&name("ffn_down"), hidden, inner, false)?,
                feed_forward_post_norm: norm(design.post_norms, "post_ffw_norm.weight", hidden)?,
                is_local,
            });
        }
        let embedding =
            Arc::new(gguf.quantized("token_embd.weight", &[vocabulary, hidden], device)?);
        // Small models tie the two.
        let head = if gguf.has("output.weight") {
            matrix("output", vocabulary, hidden, false)?
        } else {
            QuantizedLinear::new(embedding.clone(), None)?
        };
        Ok(Self {
            design,
            device: device.clone(),
            embedding,
            layers,
            norm: vector("output_norm.weight", hidden)?,
            head,
            eps,
            rotary: Rotary::of_file(gguf, design.family, width)?,
            local_rotary: design.local.map(|local| Rotary::new(local.rope_base, width)),
            context,
        })
    }
}

impl CausalLm for Decoder {
    fn context_length(&self) -> usize {
        self.context
    }

    fn cached(&self) -> usize {
        self.layers.iter().map(|layer| layer.attention.cache.len()).min().unwrap_or_default()
    }

    fn truncate(&mut self, len: usize) {
        for layer in &mut self.layers {
            layer.attention.cache.truncate(len);
        }
    }

    fn read(
        &mut self,
        tokens: &[u32],
        poll: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), Tensor>> {
        let start = self.cached();
        let ids = Tensor::new(tokens, &self.device)?;
        let mut x = self.embedding.embedding(&ids)?;
        if self.design.scaled_embedding {
            x = (&x * (x.dim(1)? as f64).sqrt())?;
        }
        let turn = |rotary: &Rotary| -> Result<Rotation> {
            Ok(rotary.rotation(self.design.pairs, start, tokens.len(), &self.device)?)
        };
        let everywhere = turn(&self.rotary)?;
        let nearby = self.local_rotary.as_ref().map(turn).transpose()?;
        let (gate, eps) = (self.design.gate, self.eps);
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
            let rotation = nearby.as_ref().filter(|_| layer.is_local).unwrap_or(&everywhere);
            let attended = layer.attention.forward(&norm(&x, &layer.attention_norm)?, rotation)?;
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
