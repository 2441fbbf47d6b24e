//! Qwen2 and Qwen2.5 (Yang et al. 2024, arXiv 2407.10671) from a GGUF file: RMS norms,
//! rotary positions over halves, grouped-query attention with biases on q, k and v, and
//! a SwiGLU feed-forward.

use std::ops::ControlFlow;
use std::sync::Arc;

use candle_core::quantized::QTensor;
use candle_core::{CpuStorage, CustomOp2, Device, Layout, Shape, Tensor, bail};
use rayon::prelude::*;

use super::CausalLm;
use super::gguf::Gguf;
use super::kv_cache::KvCache;
use crate::models::Result;
use crate::models::quantized::QuantizedLinear;

/// Queries attended to at once: bounds the score matrix, and leaves out most of the
/// future that the causal mask would hide.
const QUERY_ROWS: usize = 128;

struct Layer {
    attention_norm: Tensor,
    query: QuantizedLinear,
    key: QuantizedLinear,
    value: QuantizedLinear,
    output: QuantizedLinear,
    feed_forward_norm: Tensor,
    gate: QuantizedLinear,
    up: QuantizedLinear,
    down: QuantizedLinear,
    cache: KvCache,
}

/// The network. Tensors are (positions, width); there is no batch.
pub(super) struct Qwen2 {
    device: Device,
    embedding: Arc<QTensor>,
    layers: Vec<Layer>,
    norm: Tensor,
    head: QuantizedLinear,
    shape: HeadShape,
    eps: f32,
    /// Angle per position of each half-width column.
    frequencies: Vec<f32>,
    context: usize,
}

#[derive(Clone, Copy)]
struct HeadShape {
    heads: usize,
    kv_heads: usize,
    width: usize,
}

impl Qwen2 {
    /// Reads every tensor onto `device`.
    pub(super) fn load(gguf: &Gguf, device: &Device) -> Result<Self> {
        let count = |key: &str, max| gguf.count(&format!("qwen2.{key}"), max);
        let blocks = count("block_count", 512)?;
        let hidden = count("embedding_length", 1 << 16)?;
        let inner = count("feed_forward_length", 1 << 20)?;
        let heads = count("attention.head_count", 1 << 10)?;
        let kv_heads = count("attention.head_count_kv", 1 << 10)?;
        let context = count("context_length", 1 << 24)?;
        let eps = gguf.float("qwen2.attention.layer_norm_rms_epsilon")?;
        let base = gguf.float("qwen2.rope.freq_base").unwrap_or(10_000.0);
        if !hidden.is_multiple_of(2 * heads) || !heads.is_multiple_of(kv_heads) {
            return Err(gguf.bad(format!(
                "width {hidden} does not divide into {heads} heads over {kv_heads}"
            )));
        }
        let width = hidden / heads;
        let kv = kv_heads * width;
        let vocabulary = gguf
            .content()
            .tensor_infos
            .get("token_embd.weight")
            .and_then(|info| info.shape.dims().first().copied())
            .ok_or_else(|| gguf.bad("no tensor 'token_embd.weight'"))?;

        let vector = |name: &str, len: usize| gguf.tensor(name, &[len], device);
        let matrix = |name: &str, outputs: usize, inputs: usize, biased: bool| {
            let weight = gguf.quantized(&format!("{name}.weight"), &[outputs, inputs], device)?;
            let bias = biased.then(|| vector(&format!("{name}.bias"), outputs)).transpose()?;
            Ok::<_, crate::models::ModelsError>(QuantizedLinear::new(Arc::new(weight), bias)?)
        };
        let mut layers = Vec::with_capacity(blocks);
        for block in 0..blocks {
            let name = |part: &str| format!("blk.{block}.{part}");
            layers.push(Layer {
                attention_norm: vector(&name("attn_norm.weight"), hidden)?,
                query: matrix(&name("attn_q"), hidden, hidden, true)?,
                key: matrix(&name("attn_k"), kv, hidden, true)?,
                value: matrix(&name("attn_v"), kv, hidden, true)?,
                output: matrix(&name("attn_output"), hidden, hidden, false)?,
                feed_forward_norm: vector(&name("ffn_norm.weight"), hidden)?,
                gate: matrix(&name("ffn_gate"), inner, hidden, false)?,
                up: matrix(&name("ffn_up"), inner, hidden, false)?,
                down: matrix(&name("ffn_down"), hidden, inner, false)?,
                cache: KvCache::default(),
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
        let frequencies =
            (0..width / 2).map(|i| base.powf(-2.0 * i as f32 / width as f32)).collect();
        Ok(Self {
            device: device.clone(),
            embedding,
            layers,
            norm: vector("output_norm.weight", hidden)?,
            head,
            shape: HeadShape { heads, kv_heads, width },
            eps,
            frequencies,
            context,
        })
    }

    /// Cosines and sines, (new, width / 2) each, of the positions from `start` on.
    fn rotation(&self, start: usize, new: usize) -> Result<(Tensor, Tensor)> {
        let angles: Vec<f32> = (start..start + new)
            .flat_map(|position| self.frequencies.iter().map(move |f| position as f32 * f))
            .collect();
        let angles = Tensor::from_vec(angles, (new, self.frequencies.len()), &self.device)?;
        Ok((angles.cos()?, angles.sin()?))
    }
}

impl CausalLm for Qwen2 {
    fn context_length(&self) -> usize {
        self.context
    }

    fn cached(&self) -> usize {
        self.layers.iter().map(|layer| layer.cache.len()).min().unwrap_or_default()
    }

    fn truncate(&mut self, len: usize) {
        for layer in &mut self.layers {
            layer.cache.truncate(len);
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
        let rotation = self.rotation(start, tokens.len())?;
        for layer in &mut self.layers {
            if poll().is_break() {
                self.truncate(start);
                return Ok(ControlFlow::Break(()));
            }
            let normed = candle_nn::ops::rms_norm(&x, &layer.attention_norm, self.eps)?;
            x = (x + layer.attend(&normed, &rotation, self.shape)?)?;
            let normed = candle_nn::ops::rms_norm(&x, &layer.feed_forward_norm, self.eps)?;
            let inner = swiglu(&layer.gate.forward(&normed)?, &layer.up.forward(&normed)?)?;
            x = (x + layer.down.forward(&inner)?)?;
        }
        Ok(ControlFlow::Continue(x.narrow(0, tokens.len() - 1, 1)?))
    }

    fn logits(&self, last: &Tensor) -> Result<Tensor> {
        let normed = candle_nn::ops::rms_norm(&last.contiguous()?, &self.norm, self.eps)?;
        Ok(self.head.forward(&normed)?.squeeze(0)?)
    }
}

impl Layer {
    fn attend(
        &mut self,
        x: &Tensor,
        (cos, sin): &(Tensor, Tensor),
        HeadShape { heads, kv_heads, width }: HeadShape,
    ) -> candle_core::Result<Tensor> {
        let (new, _) = x.dims2()?;
        // (positions, heads × width) to (heads, positions, width).
        let by_head = |flat: Tensor, heads: usize| {
            flat.reshape((new, heads, width))?.transpose(0, 1)?.contiguous()
        };
        let rotate =
            |t: Tensor| candle_nn::rotary_emb::rope(&t.unsqueeze(0)?, cos, sin)?.squeeze(0);
        let query = rotate(by_head(self.query.forward(x)?, heads)?)?;
        let key = rotate(by_head(self.key.forward(x)?, kv_heads)?)?;
        let value = by_head(self.value.forward(x)?, kv_heads)?;
        let start = self.cache.len();
        let (keys, values) = self.cache.append(&key, &value)?;

        let group = heads / kv_heads;
        let scale = 1.0 / (width as f64).sqrt();
        let query = (query * scale)?;
        let mut rows = Vec::new();
        for first in (0..new).step_by(QUERY_ROWS) {
            let count = QUERY_ROWS.min(new - first);
            let seen = start + first + count;
            // The heads of a group share their keys: side by side they are one matrix.
            let part = query.narrow(1, first, count)?.contiguous()?;
            let part = part.reshape((kv_heads, group * count, width))?;
            let mut scores = part.matmul(&keys.narrow(1, 0, seen)?.transpose(1, 2)?)?;
            if count > 1 {
                let mask = causal_mask(count, seen, x.device())?;
                scores = scores.reshape((heads, count, seen))?.broadcast_add(&mask)?.reshape((
                    kv_heads,
                    group * count,
                    seen,
                ))?;
            }
            let weights = candle_nn::ops::softmax_last_dim(&scores)?;
            let context = weights.matmul(&values.narrow(1, 0, seen)?)?;
            let context = context.reshape((heads, count, width))?.transpose(0, 1)?;
            rows.push(context.reshape((count, heads * width))?);
        }
        self.output.forward(&Tensor::cat(&rows, 0)?)
    }
}

/// 0 where query i of the last `count` of `seen` positions may look, minus infinity beyond.
fn causal_mask(count: usize, seen: usize, device: &Device) -> candle_core::Result<Tensor> {
    let past = seen - count;
    let mask: Vec<f32> = (0..count)
        .flat_map(|i| (0..seen).map(move |j| if j <= past + i { 0.0 } else { f32::NEG_INFINITY }))
        .collect();
    Tensor::from_vec(mask, (count, seen), device)
}

/// `silu(gate) · up`.
fn swiglu(gate: &Tensor, up: &Tensor) -> candle_core::Result<Tensor> {
    if gate.device().is_cpu() { gate.apply_op2_no_bwd(up, &SwiGlu) } else { gate.silu()? * up }
}

/// candle's own runs on one thread.
struct SwiGlu;

impl CustomOp2 for SwiGlu {
    fn name(&self) -> &'static str {
        "swiglu"
    }

    fn cpu_fwd(
        &self,
        gate: &CpuStorage,
        gate_layout: &Layout,
        up: &CpuStorage,
        up_layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        let (Some((g0, g1)), Some((u0, u1))) =
            (gate_layout.contiguous_offsets(), up_layout.contiguous_offsets())
        else {
            bail!("swiglu: strided input");
        };
        let gate = gate.as_slice::<f32>()?.get(g0..g1).unwrap_or_default();
        let up = up.as_slice::<f32>()?.get(u0..u1).unwrap_or_default();
        if gate.len() != up.len() {
            bail!("swiglu: {:?} and {:?}", gate_layout.shape(), up_layout.shape());
        }
        let mut out = vec![0f32; gate.len()];
        let piece = 16 * 1024;
        out.par_chunks_mut(piece).zip(gate.par_chunks(piece)).zip(up.par_chunks(piece)).for_each(
            |((out, gate), up)| {
                for ((out, &gate), &up) in out.iter_mut().zip(gate).zip(up) {
                    *out = gate / (1.0 + (-gate).exp()) * up;
                }
            },
        );
        Ok((CpuStorage::F32(out), gate_layout.shape().clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swiglu_is_silu_times_up() {
        let gate = Tensor::randn(0f32, 3.0, (3, 40_000), &Device::Cpu).unwrap();
        let up = Tensor::randn(0f32, 3.0, (3, 40_000), &Device::Cpu).unwrap();
        let expect = (gate.silu().unwrap() * &up).unwrap();
        let gap = (swiglu(&gate, &up).unwrap() - expect).unwrap().abs().unwrap();
        assert!(gap.max_all().unwrap().to_scalar::<f32>().unwrap() < 1e-5);
    }

    #[test]
    fn the_mask_hides_only_the_future() {
        let hidden = f32::NEG_INFINITY;
        let mask = causal_mask(2, 4, &Device::Cpu).unwrap().to_vec2::<f32>().unwrap();
        assert_eq!(mask, [[0.0, 0.0, 0.0, hidden], [0.0, 0.0, 0.0, 0.0]]);
    }
}
