//! Vision tower of Qwen3-VL (arXiv 2511.21631): a SigLIP-2 vision transformer with learned position
//! embeddings that are interpolated to the grid of the image, two-dimensional rotary positions, and
//! features of several depths (DeepStack, arXiv 2406.04334).

use std::ops::ControlFlow;

use candle_core::{DType, Device, Tensor};

use super::config::VisionConfig;
use super::image_processor::{Patches, merge_order};
use crate::vlm::checkpoint::Checkpoint;
use crate::vlm::layers::{Dense, LayerNorm, apply_rotary, attention, split_heads};

/// Base of the rotary angles, which checkpoints do not contain.
const THETA: f64 = 10_000.0;

/// Vision tower with its projection.
pub(super) struct VisionTower {
    /// Patch embedding: a convolution without overlap, computed as a product.
    patch_embedding: Dense,
    /// Position embeddings of a square grid, (side × side, width).
    positions: Tensor,
    blocks: Vec<Block>,
    merger: Merger,
    /// Blocks whose outputs are DeepStack features, with their mergers.
    deepstack: Vec<(usize, Merger)>,
    config: VisionConfig,
    device: Device,
}

/// Transformer block.
struct Block {
    attention_norm: LayerNorm,
    qkv: Dense,
    project: Dense,
    norm: LayerNorm,
    expand: Dense,
    contract: Dense,
}

/// Features of an image for the language model.
pub(super) struct ImageFeatures {
    /// Embeddings of the image tokens, (tokens, hidden size of the language model).
    pub(super) tokens: Tensor,
    /// DeepStack features of the same shape, one for each of the first layers.
    pub(super) deepstack: Vec<Tensor>,
    /// Tokens per row of the image.
    pub(super) columns: usize,
}

impl VisionTower {
    /// Reads all tensors.
    pub(super) fn load(checkpoint: &Checkpoint, config: &VisionConfig) -> crate::Result<Self> {
        let name = |part: &str| format!("model.visual.{part}");
        let (hidden, inner) = (config.hidden_size, config.intermediate_size);
        let (time, side) = (config.temporal_patch_size, config.patch_size);
        let kernel = checkpoint
            .matrix(&name("patch_embed.proj.weight"), &[hidden, 3, time, side, side])?
            .reshape((hidden, config.patch_values()))?;
        let bias = checkpoint.vector(&name("patch_embed.proj.bias"), hidden)?;
        let block = |n: usize| {
            let name = |part: &str| format!("model.visual.blocks.{n}.{part}");
            let dense = |part: &str, shape| Dense::load(checkpoint, &name(part), shape, true);
            crate::Result::Ok(Block {
                attention_norm: LayerNorm::load(checkpoint, &name("norm1"), hidden)?,
                qkv: dense("attn.qkv", (hidden, 3 * hidden))?,
                project: dense("attn.proj", (hidden, hidden))?,
                norm: LayerNorm::load(checkpoint, &name("norm2"), hidden)?,
                expand: dense("mlp.linear_fc1", (hidden, inner))?,
                contract: dense("mlp.linear_fc2", (inner, hidden))?,
            })
        };
        let deepstack = config.deepstack_visual_indexes.iter().enumerate().map(|(n, block)| {
            let merger = name(&format!("deepstack_merger_list.{n}"));
            Ok((*block, Merger::load(checkpoint, &merger, config, true)?))
        });
        let positions = [config.num_position_embeddings, hidden];
        Ok(Self {
            patch_embedding: Dense::new(kernel, Some(bias)),
            positions: checkpoint
                .matrix(&name("pos_embed.weight"), &positions)?
                .to_dtype(DType::F32)?,
            blocks: (0..config.depth).map(block).collect::<crate::Result<_>>()?,
            merger: Merger::load(checkpoint, &name("merger"), config, false)?,
            deepstack: deepstack.collect::<crate::Result<_>>()?,
            config: config.clone(),
            device: checkpoint.device().clone(),
        })
    }

    /// Encodes one image, whose patches attend to each other only. Calls `poll` between blocks.
    pub(super) fn encode(
        &self,
        image: Patches,
        poll: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> crate::Result<ControlFlow<(), ImageFeatures>> {
        let Patches { values, grid } = image;
        let shape = (grid.0 * grid.1, self.config.patch_values());
        let patches = Tensor::from_vec(values, shape, &self.device)?;
        let mut x = (self.patch_embedding.forward(&patches)? + self.interpolated(grid)?)?;
        let angles = self.rotary_angles(grid)?;
        let mut deepstack = Vec::new();
        for (n, block) in self.blocks.iter().enumerate() {
            if poll().is_break() {
                return Ok(ControlFlow::Break(()));
            }
            x = block.forward(&x, &angles, self.config.num_heads)?;
            for (_, merger) in self.deepstack.iter().filter(|(block, _)| *block == n) {
                deepstack.push(merger.forward(&x)?);
            }
        }
        let columns = grid.1 / self.config.spatial_merge_size;
        let tokens = self.merger.forward(&x)?;
        Ok(ControlFlow::Continue(ImageFeatures { tokens, deepstack, columns }))
    }

    /// Position embeddings of a grid of patches, by bilinear interpolation with aligned corners.
    fn interpolated(&self, (rows, columns): (usize, usize)) -> candle_core::Result<Tensor> {
        let side = self.config.grid_side();
        // Two neighbours and the weight of the second.
        let along = |at: usize, of: usize| {
            let position = (at * (side - 1)) as f32 / (of - 1).max(1) as f32;
            let first = position.floor();
            (first as usize, (first as usize + 1).min(side - 1), position - first)
        };
        let mut corners: [(Vec<u32>, Vec<f32>); 4] = Default::default();
        for (row, column) in merge_order(rows, columns, self.config.spatial_merge_size) {
            let (top, bottom, down) = along(row, rows);
            let (left, right, across) = along(column, columns);
            let weighted = [
                (top, left, (1.0 - down) * (1.0 - across)),
                (top, right, (1.0 - down) * across),
                (bottom, left, down * (1.0 - across)),
                (bottom, right, down * across),
            ];
            for ((indices, weights), (y, x, weight)) in corners.iter_mut().zip(weighted) {
                indices.push((y * side + x) as u32);
                weights.push(weight);
            }
        }
        let mut sum: Option<Tensor> = None;
        for (indices, weights) in corners {
            let weights = Tensor::from_vec(weights, (rows * columns, 1), &self.device)?;
            let indices = Tensor::from_vec(indices, rows * columns, &self.device)?;
            let part = self.positions.index_select(&indices, 0)?.broadcast_mul(&weights)?;
            sum = Some(match sum {
                Some(sum) => (sum + part)?,
                None => part,
            });
        }
        sum.ok_or_else(|| candle_core::Error::Msg("an image without patches".into()))
    }

    /// Cosines and sines, (patches, half a head) each: the first half of the columns rotates with
    /// the row of the patch, the second with its column.
    fn rotary_angles(
        &self,
        (rows, columns): (usize, usize),
    ) -> candle_core::Result<(Tensor, Tensor)> {
        let quarter = self.config.hidden_size / self.config.num_heads / 4;
        let angle = |n: usize| THETA.powf(-(n as f64) / quarter as f64) as f32;
        let angles: Vec<f32> = (0..quarter).map(angle).collect();
        let merge = self.config.spatial_merge_size;
        let rotated: Vec<f32> = merge_order(rows, columns, merge)
            .flat_map(|(row, column)| [row, column])
            .flat_map(|position| angles.iter().map(move |angle| position as f32 * angle))
            .collect();
        let rotated = Tensor::from_vec(rotated, (rows * columns, 2 * quarter), &self.device)?;
        Ok((rotated.cos()?, rotated.sin()?))
    }
}

impl Block {
    fn forward(
        &self,
        x: &Tensor,
        angles: &(Tensor, Tensor),
        heads: usize,
    ) -> candle_core::Result<Tensor> {
        let width = x.dim(1)?;
        let qkv = self.qkv.forward(&self.attention_norm.forward(x)?)?;
        let part = |n: usize| split_heads(&qkv.narrow(1, n * width, width)?, heads);
        let precision = self.qkv.dtype();
        let query = apply_rotary(&part(0)?, angles)?;
        let key = apply_rotary(&part(1)?, angles)?.to_dtype(precision)?;
        let value = part(2)?.to_dtype(precision)?;
        let x = (x + self.project.forward(&attention(&query, &key, &value, false)?)?)?;
        // GELU in the tanh approximation of the training.
        let inner = self.expand.forward(&self.norm.forward(&x)?)?.gelu()?;
        x + self.contract.forward(&inner)?
    }
}

/// Patch merger: makes one token of adjacent patches.
struct Merger {
    norm: LayerNorm,
    /// Whether the norm is over all patches of a token, or over each.
    post_shuffle_norm: bool,
    expand: Dense,
    contract: Dense,
    /// Numbers of the patches of a token.
    width: usize,
}

impl Merger {
    fn load(
        checkpoint: &Checkpoint,
        name: &str,
        config: &VisionConfig,
        post_shuffle_norm: bool,
    ) -> crate::Result<Self> {
        let width = config.hidden_size * config.patches_per_token();
        let normed = if post_shuffle_norm { width } else { config.hidden_size };
        let dense = |part: &str, outputs| {
            Dense::load(checkpoint, &format!("{name}.{part}"), (width, outputs), true)
        };
        Ok(Self {
            norm: LayerNorm::load(checkpoint, &format!("{name}.norm"), normed)?,
            post_shuffle_norm,
            expand: dense("linear_fc1", width)?,
            contract: dense("linear_fc2", config.out_hidden_size)?,
            width,
        })
    }

    /// Merges (patches, width) to (tokens, hidden size of the language model).
    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let tokens = x.elem_count() / self.width;
        let x = if self.post_shuffle_norm {
            self.norm.forward(&x.reshape((tokens, self.width))?)?
        } else {
            self.norm.forward(x)?.reshape((tokens, self.width))?
        };
        self.contract.forward(&self.expand.forward(&x)?.gelu_erf()?)
    }
}
