//! The vision tower of Qwen3-VL (arXiv 2511.21631): a SigLIP-2 vision transformer with learned
//! positions that are interpolated to a picture's grid, rotary positions down and across, and
//! features of several depths (DeepStack, arXiv 2406.04334).

use std::ops::ControlFlow;

use candle_core::{DType, Device, Tensor};

use super::config::Vision;
use super::preprocess::{Patches, in_merged_order};
use crate::vlm::checkpoint::Checkpoint;
use crate::vlm::layers::{Dense, LayerNorm, attend, by_head, rotate};

/// The base of the rotary angles, which no checkpoint says.
const THETA: f64 = 10_000.0;

pub(super) struct VisionTower {
    /// The convolution over patches that do not overlap: a product.
    patches: Dense,
    /// Learned for a square grid, (side × side, width).
    positions: Tensor,
    blocks: Vec<Block>,
    merger: Merger,
    /// After which block, and what becomes of it.
    taps: Vec<(usize, Merger)>,
    sizes: Vision,
    device: Device,
}

struct Block {
    attention_norm: LayerNorm,
    qkv: Dense,
    project: Dense,
    norm: LayerNorm,
    expand: Dense,
    contract: Dense,
}

/// A picture as the language model reads it.
pub(super) struct Seen {
    /// (tokens, width of the language model).
    pub(super) tokens: Tensor,
    /// What is added to its tokens behind each of the first layers, of that shape.
    pub(super) deep: Vec<Tensor>,
    /// Tokens across.
    pub(super) columns: usize,
}

impl VisionTower {
    /// Reads every tensor.
    pub(super) fn load(checkpoint: &Checkpoint, sizes: &Vision) -> crate::Result<Self> {
        let name = |part: &str| format!("model.visual.{part}");
        let (hidden, inner) = (sizes.hidden_size, sizes.intermediate_size);
        let (time, side) = (sizes.temporal_patch_size, sizes.patch_size);
        let kernel = checkpoint
            .matrix(&name("patch_embed.proj.weight"), &[hidden, 3, time, side, side])?
            .reshape((hidden, sizes.patch_values()))?;
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
        let taps = sizes.deepstack_visual_indexes.iter().enumerate().map(|(n, block)| {
            let merger = name(&format!("deepstack_merger_list.{n}"));
            Ok((*block, Merger::load(checkpoint, &merger, sizes, true)?))
        });
        let positions = [sizes.num_position_embeddings, hidden];
        Ok(Self {
            patches: Dense::new(kernel, Some(bias)),
            positions: checkpoint
                .matrix(&name("pos_embed.weight"), &positions)?
                .to_dtype(DType::F32)?,
            blocks: (0..sizes.depth).map(block).collect::<crate::Result<_>>()?,
            merger: Merger::load(checkpoint, &name("merger"), sizes, false)?,
            taps: taps.collect::<crate::Result<_>>()?,
            sizes: sizes.clone(),
            device: checkpoint.device().clone(),
        })
    }

    /// Looks at one picture; the patches of another are never seen with it. Asks `poll` between
    /// blocks.
    pub(super) fn see(
        &self,
        picture: Patches,
        poll: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> crate::Result<ControlFlow<(), Seen>> {
        let Patches { values, grid } = picture;
        let shape = (grid.0 * grid.1, self.sizes.patch_values());
        let patches = Tensor::from_vec(values, shape, &self.device)?;
        let mut x = (self.patches.forward(&patches)? + self.interpolated(grid)?)?;
        let rotation = self.rotation(grid)?;
        let mut deep = Vec::new();
        for (n, block) in self.blocks.iter().enumerate() {
            if poll().is_break() {
                return Ok(ControlFlow::Break(()));
            }
            x = block.forward(&x, &rotation, self.sizes.num_heads)?;
            for (_, merger) in self.taps.iter().filter(|(tap, _)| *tap == n) {
                deep.push(merger.forward(&x)?);
            }
        }
        let columns = grid.1 / self.sizes.spatial_merge_size;
        Ok(ControlFlow::Continue(Seen { tokens: self.merger.forward(&x)?, deep, columns }))
    }

    /// The learned positions at the patches of a grid, bilinear, corners on corners.
    fn interpolated(&self, (rows, columns): (usize, usize)) -> candle_core::Result<Tensor> {
        let side = self.sizes.side();
        // Two neighbours and the share of the second.
        let along = |at: usize, of: usize| {
            let place = (at * (side - 1)) as f32 / (of - 1).max(1) as f32;
            let first = place.floor();
            (first as usize, (first as usize + 1).min(side - 1), place - first)
        };
        let mut corners: [(Vec<u32>, Vec<f32>); 4] = Default::default();
        for (row, column) in in_merged_order(rows, columns, self.sizes.spatial_merge_size) {
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
        sum.ok_or_else(|| candle_core::Error::Msg("a picture without patches".into()))
    }

    /// Cosines and sines, (patches, half a head) each: the first half of the columns turns with
    /// the row, the second with the column.
    fn rotation(&self, (rows, columns): (usize, usize)) -> candle_core::Result<(Tensor, Tensor)> {
        let quarter = self.sizes.hidden_size / self.sizes.num_heads / 4;
        let angle = |n: usize| THETA.powf(-(n as f64) / quarter as f64) as f32;
        let angles: Vec<f32> = (0..quarter).map(angle).collect();
        let merge = self.sizes.spatial_merge_size;
        let turned: Vec<f32> = in_merged_order(rows, columns, merge)
            .flat_map(|(row, column)| [row, column])
            .flat_map(|place| angles.iter().map(move |angle| place as f32 * angle))
            .collect();
        let turned = Tensor::from_vec(turned, (rows * columns, 2 * quarter), &self.device)?;
        Ok((turned.cos()?, turned.sin()?))
    }
}

impl Block {
    fn forward(
        &self,
        x: &Tensor,
        rotation: &(Tensor, Tensor),
        heads: usize,
    ) -> candle_core::Result<Tensor> {
        let width = x.dim(1)?;
        let qkv = self.qkv.forward(&self.attention_norm.forward(x)?)?;
        let part = |n: usize| by_head(&qkv.narrow(1, n * width, width)?, heads);
        let precision = self.qkv.dtype();
        let query = rotate(&part(0)?, rotation)?;
        let key = rotate(&part(1)?, rotation)?.to_dtype(precision)?;
        let value = part(2)?.to_dtype(precision)?;
        let x = (x + self.project.forward(&attend(&query, &key, &value, false)?)?)?;
        // The tanh approximation, as it was trained.
        let inner = self.expand.forward(&self.norm.forward(&x)?)?.gelu()?;
        x + self.contract.forward(&inner)?
    }
}

/// Makes one token of the patches of a block.
struct Merger {
    norm: LayerNorm,
    /// Norms the patches of a token together, not each.
    together: bool,
    expand: Dense,
    contract: Dense,
    /// Values of a token's patches.
    width: usize,
}

impl Merger {
    fn load(
        checkpoint: &Checkpoint,
        name: &str,
        sizes: &Vision,
        together: bool,
    ) -> crate::Result<Self> {
        let width = sizes.hidden_size * sizes.merged();
        let normed = if together { width } else { sizes.hidden_size };
        let dense = |part: &str, outputs| {
            Dense::load(checkpoint, &format!("{name}.{part}"), (width, outputs), true)
        };
        Ok(Self {
            norm: LayerNorm::load(checkpoint, &format!("{name}.norm"), normed)?,
            together,
            expand: dense("linear_fc1", width)?,
            contract: dense("linear_fc2", sizes.out_hidden_size)?,
            width,
        })
    }

    /// (patches, width) to (tokens, width of the language model).
    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let tokens = x.elem_count() / self.width;
        let x = if self.together {
            self.norm.forward(&x.reshape((tokens, self.width))?)?
        } else {
            self.norm.forward(x)?.reshape((tokens, self.width))?
        };
        self.contract.forward(&self.expand.forward(&x)?.gelu_erf()?)
    }
}
