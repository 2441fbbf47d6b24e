//! The transformer encoder of both towers.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use crate::transformer::Block;
use fettle_kernels::{Activation, LayerNorm, Linear};

/// Epsilon of CLIP's layer norms; `config.rs` refuses another one.
pub(super) const LAYER_NORM_EPS: f32 = 1e-5;

/// Reads the blocks of a tower: `layers.<n>.self_attn.q_proj`, ….
pub(super) fn blocks(
    vb: &VarBuilder<'_>,
    count: usize,
    dim: usize,
    inner: usize,
    heads: usize,
) -> Result<Vec<Block>> {
    let block = |n: usize| {
        let vb = vb.pp("layers").pp(n);
        let (attention, mlp) = (vb.pp("self_attn"), vb.pp("mlp"));
        let linear = |name: &str| Linear::load(&attention.pp(name), dim, dim, Activation::Identity);
        let norm = |name: &str| LayerNorm::load(&vb.pp(name), dim, LAYER_NORM_EPS);
        Ok(Block {
            attention_norm: norm("layer_norm1")?,
            qkv: qkv_projection(&attention, dim)?,
            project: linear("out_proj")?,
            norm: norm("layer_norm2")?,
            expand: Linear::load(&mlp.pp("fc1"), dim, inner, Activation::QuickGelu)?,
            contract: Linear::load(&mlp.pp("fc2"), inner, dim, Activation::Identity)?,
            heads,
        })
    };
    (0..count).map(block).collect()
}

/// Reads the projections to queries, keys and values as one layer.
fn qkv_projection(vb: &VarBuilder<'_>, dim: usize) -> Result<Linear> {
    let parts = ["q_proj", "k_proj", "v_proj"].map(|name| vb.pp(name));
    let weights =
        parts.iter().map(|vb| vb.get((dim, dim), "weight")).collect::<Result<Vec<_>>>()?;
    let biases = parts.iter().map(|vb| vb.get(dim, "bias")).collect::<Result<Vec<_>>>()?;
    Linear::new(&Tensor::cat(&weights, 0)?, &Tensor::cat(&biases, 0)?, Activation::Identity)
}

/// Reads a projection `weight` without bias.
pub(super) fn projection(vb: &VarBuilder<'_>, inputs: usize, outputs: usize) -> Result<Linear> {
    let weight = vb.get((outputs, inputs), "weight")?;
    let bias = Tensor::zeros(outputs, weight.dtype(), weight.device())?;
    Linear::new(&weight, &bias, Activation::Identity)
}
