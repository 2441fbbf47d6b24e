//! Vision tower of LLaVA-OneVision: SigLIP (arXiv 2303.15343) up to its last block, and the
//! projector to the hidden size of the language model.

use std::ops::ControlFlow;

use candle_core::{DType, Device, Tensor};

use super::config::VisionConfig;
use crate::vlm::checkpoint::Checkpoint;
use crate::vlm::layers::{Dense, LayerNorm, attention, split_heads};

/// Vision tower with its projection.
pub(super) struct VisionTower {
    /// Patch embedding: a convolution without overlap, computed as a product.
    patch_embedding: Dense,
    /// Position embeddings (patches, width).
    positions: Tensor,
    blocks: Vec<Block>,
    /// Projector to the hidden size of the language model.
    project: [Dense; 2],
    /// Embedding after the last patch, (1, hidden size of the language model).
    newline: Tensor,
    config: VisionConfig,
    device: Device,
}

/// Transformer block.
struct Block {
    attention_norm: LayerNorm,
    query: Dense,
    key: Dense,
    value: Dense,
    project: Dense,
    norm: LayerNorm,
    expand: Dense,
    contract: Dense,
}

impl VisionTower {
    /// Reads all tensors, whose names begin with `prefix`. `width` is the hidden size of the
    /// language model.
    pub(super) fn load(
        checkpoint: &Checkpoint,
        prefix: &str,
        config: &VisionConfig,
        width: usize,
    ) -> crate::Result<Self> {
        let (hidden, inner) = (config.hidden_size, config.intermediate_size);
        let tower = format!("{prefix}vision_tower.vision_model");
        let embeddings = format!("{tower}.embeddings");
        let side = config.patch_size;
        let kernel = checkpoint
            .matrix(&format!("{embeddings}.patch_embedding.weight"), &[hidden, 3, side, side])?
            .reshape((hidden, config.patch_values()))?;
        let bias = checkpoint.vector(&format!("{embeddings}.patch_embedding.bias"), hidden)?;
        let positions = checkpoint.matrix(
            &format!("{embeddings}.position_embedding.weight"),
            &[config.grid_side().pow(2), hidden],
        )?;
        let block = |n: usize| {
            let name = |part: &str| format!("{tower}.encoder.layers.{n}.{part}");
            let dense = |part: &str, shape| Dense::load(checkpoint, &name(part), shape, true);
            crate::Result::Ok(Block {
                attention_norm: LayerNorm::load(checkpoint, &name("layer_norm1"), hidden)?,
                query: dense("self_attn.q_proj", (hidden, hidden))?,
                key: dense("self_attn.k_proj", (hidden, hidden))?,
                value: dense("self_attn.v_proj", (hidden, hidden))?,
                project: dense("self_attn.out_proj", (hidden, hidden))?,
                norm: LayerNorm::load(checkpoint, &name("layer_norm2"), hidden)?,
                expand: dense("mlp.fc1", (hidden, inner))?,
                contract: dense("mlp.fc2", (inner, hidden))?,
            })
        };
        let projector = |n: usize, inputs| {
            let name = format!("{prefix}multi_modal_projector.linear_{n}");
            Dense::load(checkpoint, &name, (inputs, width), true)
        };
        Ok(Self {
            patch_embedding: Dense::new(kernel, Some(bias)),
            positions: positions.to_dtype(DType::F32)?,
            blocks: (0..config.num_hidden_layers).map(block).collect::<crate::Result<_>>()?,
            project: [projector(1, hidden)?, projector(2, width)?],
            newline: checkpoint.vector(&format!("{prefix}image_newline"), width)?.unsqueeze(0)?,
            config: config.clone(),
            device: checkpoint.device().clone(),
        })
    }

    /// Tokens per image.
    pub(super) fn tokens(&self) -> usize {
        self.config.grid_side().pow(2) + 1
    }

    /// Encodes the `patches` of one image as (tokens, hidden size of the language model). Calls
    /// `poll` between blocks.
    pub(super) fn encode(
        &self,
        patches: Vec<f32>,
        poll: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> crate::Result<ControlFlow<(), Tensor>> {
        let shape = (self.config.grid_side().pow(2), self.config.patch_values());
        let patches = Tensor::from_vec(patches, shape, &self.device)?;
        let mut x = (self.patch_embedding.forward(&patches)? + &self.positions)?;
        for block in &self.blocks {
            if poll().is_break() {
                return Ok(ControlFlow::Break(()));
            }
            x = block.forward(&x, self.config.num_attention_heads)?;
        }
        let [first, second] = &self.project;
        let projected = second.forward(&first.forward(&x)?.gelu_erf()?)?;
        Ok(ControlFlow::Continue(Tensor::cat(&[&projected, &self.newline], 0)?))
    }
}

impl Block {
    fn forward(&self, x: &Tensor, heads: usize) -> candle_core::Result<Tensor> {
        let normed = self.attention_norm.forward(x)?;
        let part = |dense: &Dense| split_heads(&dense.forward(&normed)?, heads);
        let precision = self.query.dtype();
        let key = part(&self.key)?.to_dtype(precision)?;
        let value = part(&self.value)?.to_dtype(precision)?;
        let attended = attention(&part(&self.query)?, &key, &value, false)?;
        let x = (x + self.project.forward(&attended)?)?;
        // GELU in the tanh approximation of the training.
        let inner = self.expand.forward(&self.norm.forward(&x)?)?.gelu()?;
        x + self.contract.forward(&inner)?
    }
}
