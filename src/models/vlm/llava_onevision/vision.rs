//! The vision tower of LLaVA-OneVision: SigLIP (arXiv 2303.15343) up to its last block, and the
//! projector into the width of the language model.

use std::ops::ControlFlow;

use candle_core::{DType, Device, Tensor};

use super::config::Vision;
use crate::vlm::checkpoint::Checkpoint;
use crate::vlm::layers::{Dense, LayerNorm, attend, by_head};

pub(super) struct VisionTower {
    /// The convolution over patches that do not overlap: a product.
    patches: Dense,
    /// (patches, width)
    positions: Tensor,
    blocks: Vec<Block>,
    /// Into the width of the language model.
    project: [Dense; 2],
    /// Comes after the last patch, (1, width of the language model).
    newline: Tensor,
    sizes: Vision,
    device: Device,
}

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
    /// Reads every tensor, whose names begin with `prefix`. `width` is that of the language model.
    pub(super) fn load(
        checkpoint: &Checkpoint,
        prefix: &str,
        sizes: &Vision,
        width: usize,
    ) -> crate::Result<Self> {
        let (hidden, inner) = (sizes.hidden_size, sizes.intermediate_size);
        let tower = format!("{prefix}vision_tower.vision_model");
        let embeddings = format!("{tower}.embeddings");
        let side = sizes.patch_size;
        let kernel = checkpoint
            .matrix(&format!("{embeddings}.patch_embedding.weight"), &[hidden, 3, side, side])?
            .reshape((hidden, sizes.patch_values()))?;
        let bias = checkpoint.vector(&format!("{embeddings}.patch_embedding.bias"), hidden)?;
        let positions = checkpoint.matrix(
            &format!("{embeddings}.position_embedding.weight"),
            &[sizes.side().pow(2), hidden],
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
            patches: Dense::new(kernel, Some(bias)),
            positions: positions.to_dtype(DType::F32)?,
            blocks: (0..sizes.num_hidden_layers).map(block).collect::<crate::Result<_>>()?,
            project: [projector(1, hidden)?, projector(2, width)?],
            newline: checkpoint.vector(&format!("{prefix}image_newline"), width)?.unsqueeze(0)?,
            sizes: sizes.clone(),
            device: checkpoint.device().clone(),
        })
    }

    /// Tokens of a picture.
    pub(super) fn tokens(&self) -> usize {
        self.sizes.side().pow(2) + 1
    }

    /// Looks at the `patches` of one picture, and gives its tokens, (tokens, width of the language
    /// model). Asks `poll` between blocks.
    pub(super) fn see(
        &self,
        patches: Vec<f32>,
        poll: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> crate::Result<ControlFlow<(), Tensor>> {
        let shape = (self.sizes.side().pow(2), self.sizes.patch_values());
        let patches = Tensor::from_vec(patches, shape, &self.device)?;
        let mut x = (self.patches.forward(&patches)? + &self.positions)?;
        for block in &self.blocks {
            if poll().is_break() {
                return Ok(ControlFlow::Break(()));
            }
            x = block.forward(&x, self.sizes.num_attention_heads)?;
        }
        let [first, second] = &self.project;
        let projected = second.forward(&first.forward(&x)?.gelu_erf()?)?;
        Ok(ControlFlow::Continue(Tensor::cat(&[&projected, &self.newline], 0)?))
    }
}

impl Block {
    fn forward(&self, x: &Tensor, heads: usize) -> candle_core::Result<Tensor> {
        let normed = self.attention_norm.forward(x)?;
        let part = |dense: &Dense| by_head(&dense.forward(&normed)?, heads);
        let precision = self.query.dtype();
        let key = part(&self.key)?.to_dtype(precision)?;
        let value = part(&self.value)?.to_dtype(precision)?;
        let seen = attend(&part(&self.query)?, &key, &value, false)?;
        let x = (x + self.project.forward(&seen)?)?;
        // The tanh approximation, as it was trained.
        let inner = self.expand.forward(&self.norm.forward(&x)?)?.gelu()?;
        x + self.contract.forward(&inner)?
    }
}
