//! DINOv2 (Oquab et al., arXiv 2304.07193): a self-supervised vision transformer, for products with
//! few images.
//!
//! The layout is that of Meta's checkpoints, as in candle-transformers: `cls_token`, `pos_embed`,
//! `patch_embed.proj`, `blocks.<n>.attn.qkv`, `blocks.<n>.ls1.gamma`, …, `norm`. The `head` of a
//! classifier is not read.

use candle_core::{Device, Tensor, bail};
use candle_nn::VarBuilder;

use super::input_recipe::IMAGENET;
use crate::Result;
use crate::roles::{FeatureExtractor, Layer};
use crate::transformer::Block;
use crate::weights::WeightFile;
use fettle_domain::{ImageRecipe, ModelId};
use fettle_kernels::{
    Activation, Conv2dFused, ConvShape, LayerNorm, Linear, Padding, channels_first, in_thread_pool,
};

const LAYER_NORM_EPS: f32 = 1e-6;
/// Side of a patch in pixels.
const PATCH_SIDE: usize = 14;
/// Ratio of the MLP's inner width to the channels.
const EXPANSION: usize = 4;
/// Parameter of torch's bicubic kernel (Keys 1981).
const BICUBIC_A: f32 = -0.75;

/// Size of a DINOv2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dinov2Shape {
    /// Channels.
    pub(super) dim: usize,
    /// Attention heads.
    pub(super) heads: usize,
    /// Blocks.
    pub(super) blocks: usize,
    /// Blocks that are compared by default, counted from 0.
    pub(super) default_blocks: [usize; 2],
}

impl Dinov2Shape {
    /// `dinov2_vits14`. By default it compares a block two thirds up, whose patches still carry
    /// most of their position, and the last one.
    pub(super) const VIT_S14: Self =
        Self { dim: 384, heads: 6, blocks: 12, default_blocks: [7, 11] };
}

/// DINOv2 without a head.
pub(super) struct Dinov2 {
    id: ModelId,
    device: Device,
    shape: Dinov2Shape,
    /// Convolution that embeds the patches.
    patch_embedding: Conv2dFused,
    /// Class token with its position embedding, (1, 1, dim).
    class_token: Tensor,
    positions: PositionGrid,
    blocks: Vec<Block>,
    norm: LayerNorm,
}

impl Dinov2 {
    /// Reads a network of `shape` from `file`, whose tensors are on `device`.
    pub(super) fn load(
        id: &ModelId,
        file: &WeightFile,
        device: &Device,
        shape: Dinov2Shape,
    ) -> Result<Self> {
        file.build(|vb| Self::from_tensors(id.clone(), device.clone(), &vb, shape))
    }

    fn from_tensors(
        id: ModelId,
        device: Device,
        vb: &VarBuilder<'_>,
        shape: Dinov2Shape,
    ) -> candle_core::Result<Self> {
        let dim = shape.dim;
        let conv = ConvShape {
            in_channels: 3,
            out_channels: dim,
            kernel: PATCH_SIDE,
            stride: PATCH_SIDE,
            padding: Padding::Symmetric(0),
            groups: 1,
            activation: Activation::Identity,
        };
        let proj = vb.pp("patch_embed").pp("proj");
        let patch_embedding = Conv2dFused::new(
            &proj.get((dim, 3, PATCH_SIDE, PATCH_SIDE), "weight")?,
            &proj.get(dim, "bias")?,
            conv,
        )?;
        let pos_embed = vb.get_unchecked("pos_embed")?;
        let (_, tokens, width) = pos_embed.dims3()?;
        let side = tokens.saturating_sub(1).isqrt();
        if side == 0 || side * side + 1 != tokens || width != dim {
            bail!("pos_embed: {:?} is no square of {dim} channels and a class", pos_embed.dims());
        }
        let class_token = (vb.get((1, 1, dim), "cls_token")? + pos_embed.narrow(1, 0, 1)?)?;
        let grid = pos_embed.narrow(1, 1, side * side)?.flatten_all()?.to_vec1()?;
        let blocks = (0..shape.blocks)
            .map(|n| block(&vb.pp("blocks").pp(n), shape))
            .collect::<candle_core::Result<_>>()?;
        let norm = LayerNorm::load(&vb.pp("norm"), dim, LAYER_NORM_EPS)?;
        let positions = PositionGrid { side, dim, grid };
        Ok(Self { id, device, shape, patch_embedding, class_token, positions, blocks, norm })
    }

    /// Feature maps (B, dim, h, w) of the blocks `wanted`.
    fn forward(&self, pixels: &Tensor, wanted: &[usize]) -> candle_core::Result<Vec<Tensor>> {
        let (_, _, height, width) = pixels.dims4()?;
        if height % PATCH_SIDE != 0 || width % PATCH_SIDE != 0 {
            bail!("a picture of {width}×{height} does not divide into patches of {PATCH_SIDE}");
        }
        let patches = self.patch_embedding.forward(pixels)?;
        let (batch, dim, height, width) = patches.dims4()?;
        let positions = Tensor::from_vec(
            self.positions.resized(height, width),
            (1, height * width, dim),
            &self.device,
        )?;
        let patches = patches.permute((0, 2, 3, 1))?.reshape((batch, height * width, dim))?;
        let patches = patches.broadcast_add(&positions)?;
        let class_token = self.class_token.expand((batch, 1, dim))?;
        let mut x = Tensor::cat(&[&class_token, &patches], 1)?.flatten(0, 1)?;
        let mut maps = Vec::new();
        for (n, block) in self.blocks.iter().enumerate() {
            x = block.forward(&x, batch, false)?;
            if wanted.contains(&n) {
                let rows = self.norm.forward(&x)?.reshape((batch, height * width + 1, dim))?;
                let map = rows.narrow(1, 1, height * width)?.contiguous()?;
                let map = map.reshape((batch, height, width, dim))?.permute((0, 3, 1, 2))?;
                maps.push(channels_first(&map)?);
            }
        }
        Ok(maps)
    }
}

/// Reads a block. Its layer scales (Touvron et al., arXiv 2103.17239) are folded into the layers
/// before them.
fn block(vb: &VarBuilder<'_>, shape: Dinov2Shape) -> candle_core::Result<Block> {
    let dim = shape.dim;
    let (attention, mlp) = (vb.pp("attn"), vb.pp("mlp"));
    let norm = |name: &str| LayerNorm::load(&vb.pp(name), dim, LAYER_NORM_EPS);
    let scaled = |layer: &VarBuilder<'_>, inputs: usize, scale: &str| {
        let gamma = vb.pp(scale).get(dim, "gamma")?;
        let weight = layer.get((dim, inputs), "weight")?.broadcast_mul(&gamma.unsqueeze(1)?)?;
        Linear::new(&weight, &(layer.get(dim, "bias")? * gamma)?, Activation::Identity)
    };
    Ok(Block {
        attention_norm: norm("norm1")?,
        qkv: Linear::load(&attention.pp("qkv"), dim, 3 * dim, Activation::Identity)?,
        project: scaled(&attention.pp("proj"), dim, "ls1")?,
        norm: norm("norm2")?,
        expand: Linear::load(&mlp.pp("fc1"), dim, EXPANSION * dim, Activation::Gelu)?,
        contract: scaled(&mlp.pp("fc2"), EXPANSION * dim, "ls2")?,
        heads: shape.heads,
    })
}

/// Position embeddings of the patches, for images of the size of the training.
struct PositionGrid {
    side: usize,
    dim: usize,
    /// Embeddings (side, side, dim).
    grid: Vec<f32>,
}

impl PositionGrid {
    /// The embeddings for a grid of another size, (height, width, dim), by bicubic interpolation
    /// without aligned corners, as in the reference.
    fn resized(&self, height: usize, width: usize) -> Vec<f32> {
        if (height, width) == (self.side, self.side) {
            return self.grid.clone();
        }
        let row = self.side * self.dim;
        let rows = interpolate(&self.grid, row, &cubic_taps(self.side, height));
        let taps = cubic_taps(self.side, width);
        rows.chunks_exact(row).flat_map(|line| interpolate(line, self.dim, &taps)).collect()
    }
}

/// Bicubic interpolation from `from` to `to` samples: for each new sample the indices of four old
/// ones and their weights.
fn cubic_taps(from: usize, to: usize) -> Vec<[(usize, f32); 4]> {
    let near = |x: f32| ((BICUBIC_A + 2.0) * x - (BICUBIC_A + 3.0)) * x * x + 1.0;
    let far = |x: f32| ((x - 5.0) * x + 8.0) * x * BICUBIC_A - 4.0 * BICUBIC_A;
    let scale = from as f32 / to as f32;
    (0..to)
        .map(|n| {
            let at = (n as f32 + 0.5) * scale - 0.5;
            let t = at - at.floor();
            let index = |offset: f32| (at.floor() + offset).clamp(0.0, (from - 1) as f32) as usize;
            [
                (index(-1.0), far(t + 1.0)),
                (index(0.0), near(t)),
                (index(1.0), near(1.0 - t)),
                (index(2.0), far(2.0 - t)),
            ]
        })
        .collect()
}

/// Weighted sums of rows of `len` numbers of `values`, one for each of `taps`.
fn interpolate(values: &[f32], len: usize, taps: &[[(usize, f32); 4]]) -> Vec<f32> {
    let mut out = vec![0f32; taps.len() * len];
    for (out, taps) in out.chunks_exact_mut(len).zip(taps) {
        for (n, weight) in taps {
            let row = &values[n * len..][..len];
            out.iter_mut().zip(row).for_each(|(out, value)| *out += weight * value);
        }
    }
    out
}

impl FeatureExtractor for Dinov2 {
    fn id(&self) -> &ModelId {
        &self.id
    }

    /// 224 pixels are 16 patches.
    fn recipe(&self) -> ImageRecipe {
        IMAGENET
    }

    fn device(&self) -> &Device {
        &self.device
    }

    /// The blocks, counted from 0.
    fn layers(&self) -> Vec<Layer> {
        let layer = |number| Layer { number, channels: self.shape.dim, stride: PATCH_SIDE as u32 };
        (0..self.shape.blocks).map(layer).collect()
    }

    fn default_layers(&self) -> Vec<usize> {
        self.shape.default_blocks.to_vec()
    }

    /// Normalised outputs of the blocks, one vector per patch, all of one size. Height and width of
    /// `pixels` must be multiples of 14.
    fn features(&self, pixels: &Tensor, layers: &[usize]) -> Result<Vec<Tensor>> {
        Ok(in_thread_pool(&self.device, || self.forward(pixels, layers))?)
    }
}
