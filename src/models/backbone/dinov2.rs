//! DINOv2 (Oquab et al., arXiv 2304.07193): a vision transformer that was trained without
//! labels, for products of which there are few pictures. The layout is that of Meta's
//! checkpoints, which candle-transformers reads too: `cls_token`, `pos_embed`,
//! `patch_embed.proj`, `blocks.<n>.attn.qkv`, `blocks.<n>.ls1.gamma`, …, `norm`; a
//! classifier's `head` is not read.

use candle_core::{Device, Tensor, bail};
use candle_nn::VarBuilder;

use crate::Result;
use crate::roles::{FeatureExtractor, Layer};
use crate::transformer::Block;
use crate::weights::WeightFile;
use fettle_domain::{ImageRecipe, ModelId};
use fettle_kernels::{
    Activation, Conv2dFused, ConvShape, LayerNorm, Linear, Padding, channels_first, on_all_cores,
};

const LAYER_NORM_EPS: f32 = 1e-6;
/// Pixels of a patch's side.
const PATCH: usize = 14;
/// The inner width of a block for each of its channels.
const EXPANSION: usize = 4;
/// torch's bicubic kernel (Keys 1981).
const CUBIC: f32 = -0.75;

/// Which DINOv2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dinov2Shape {
    /// Channels.
    pub dim: usize,
    /// Attention heads.
    pub heads: usize,
    /// Blocks.
    pub blocks: usize,
    /// The blocks, counted from 0, whose outputs are compared where nobody says otherwise.
    pub compared: [usize; 2],
}

impl Dinov2Shape {
    /// `dinov2_vits14`. Compared are two thirds up, where patches still know most of where
    /// they are, and the end.
    pub const VIT_S14: Self = Self { dim: 384, heads: 6, blocks: 12, compared: [7, 11] };
}

/// The network, without a head.
pub struct Dinov2 {
    id: ModelId,
    device: Device,
    shape: Dinov2Shape,
    /// Patches to their embeddings.
    patches: Conv2dFused,
    /// The token that stands for the picture, with its position, (1, 1, dim).
    class: Tensor,
    /// (side, side, dim), of the pictures it was trained with.
    positions: Positions,
    blocks: Vec<Block>,
    norm: LayerNorm,
}

impl Dinov2 {
    /// Reads a network of `shape` from `file`, whose tensors are on `device`.
    pub fn load(
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
            kernel: PATCH,
            stride: PATCH,
            padding: Padding::Each(0),
            groups: 1,
            activation: Activation::Identity,
        };
        let proj = vb.pp("patch_embed").pp("proj");
        let patches = Conv2dFused::new(
            &proj.get((dim, 3, PATCH, PATCH), "weight")?,
            &proj.get(dim, "bias")?,
            conv,
        )?;
        let places = vb.get_unchecked("pos_embed")?;
        let (_, tokens, width) = places.dims3()?;
        let side = tokens.saturating_sub(1).isqrt();
        if side == 0 || side * side + 1 != tokens || width != dim {
            bail!("pos_embed: {:?} is no square of {dim} channels and a class", places.dims());
        }
        let class = (vb.get((1, 1, dim), "cls_token")? + places.narrow(1, 0, 1)?)?;
        let grid = places.narrow(1, 1, side * side)?.flatten_all()?.to_vec1()?;
        let blocks = (0..shape.blocks)
            .map(|n| block(&vb.pp("blocks").pp(n), shape))
            .collect::<candle_core::Result<_>>()?;
        let norm = LayerNorm::load(&vb.pp("norm"), dim, LAYER_NORM_EPS)?;
        let positions = Positions { side, dim, grid };
        Ok(Self { id, device, shape, patches, class, positions, blocks, norm })
    }

    fn forward(&self, pixels: &Tensor, wanted: &[usize]) -> candle_core::Result<Vec<Tensor>> {
        let (_, _, height, width) = pixels.dims4()?;
        if height % PATCH != 0 || width % PATCH != 0 {
            bail!("a picture of {width}×{height} does not divide into patches of {PATCH}");
        }
        let patches = self.patches.forward(pixels)?;
        let (batch, dim, height, width) = patches.dims4()?;
        let positions = Tensor::from_vec(
            self.positions.resized(height, width),
            (1, height * width, dim),
            &self.device,
        )?;
        let patches = patches.permute((0, 2, 3, 1))?.reshape((batch, height * width, dim))?;
        let patches = patches.broadcast_add(&positions)?;
        let class = self.class.expand((batch, 1, dim))?;
        let mut x = Tensor::cat(&[&class, &patches], 1)?.flatten(0, 1)?;
        let mut taps = Vec::new();
        for (n, block) in self.blocks.iter().enumerate() {
            x = block.forward(&x, batch, false)?;
            if wanted.contains(&n) {
                let rows = self.norm.forward(&x)?.reshape((batch, height * width + 1, dim))?;
                let map = rows.narrow(1, 1, height * width)?.contiguous()?;
                let map = map.reshape((batch, height, width, dim))?.permute((0, 3, 1, 2))?;
                taps.push(channels_first(&map)?);
            }
        }
        Ok(taps)
    }
}

/// A block; its layer scales (Touvron et al., arXiv 2103.17239) are part of the layers that
/// they follow.
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

/// What tells a patch where it is.
struct Positions {
    side: usize,
    dim: usize,
    /// (side, side, dim)
    grid: Vec<f32>,
}

impl Positions {
    /// (height, width, dim): the grid itself where it has this size, else brought to it
    /// by bicubic interpolation, corners not aligned, as the reference does.
    fn resized(&self, height: usize, width: usize) -> Vec<f32> {
        if (height, width) == (self.side, self.side) {
            return self.grid.clone();
        }
        let row = self.side * self.dim;
        let rows = weighted(&self.grid, row, &cubic_taps(self.side, height));
        let taps = cubic_taps(self.side, width);
        rows.chunks_exact(row).flat_map(|line| weighted(line, self.dim, &taps)).collect()
    }
}

/// For each of `to` places: which four of `from` make it, and their weights.
fn cubic_taps(from: usize, to: usize) -> Vec<[(usize, f32); 4]> {
    let near = |x: f32| ((CUBIC + 2.0) * x - (CUBIC + 3.0)) * x * x + 1.0;
    let far = |x: f32| ((x - 5.0) * x + 8.0) * x * CUBIC - 4.0 * CUBIC;
    let scale = from as f32 / to as f32;
    (0..to)
        .map(|n| {
            let at = (n as f32 + 0.5) * scale - 0.5;
            let t = at - at.floor();
            let place = |offset: f32| (at.floor() + offset).clamp(0.0, (from - 1) as f32) as usize;
            [
                (place(-1.0), far(t + 1.0)),
                (place(0.0), near(t)),
                (place(1.0), near(1.0 - t)),
                (place(2.0), far(2.0 - t)),
            ]
        })
        .collect()
}

/// Sums of pieces of `len` numbers of `values`, one for each of `taps`.
fn weighted(values: &[f32], len: usize, taps: &[[(usize, f32); 4]]) -> Vec<f32> {
    let mut out = vec![0f32; taps.len() * len];
    for (out, taps) in out.chunks_exact_mut(len).zip(taps) {
        for (n, weight) in taps {
            let piece = &values[n * len..][..len];
            out.iter_mut().zip(piece).for_each(|(out, value)| *out += weight * value);
        }
    }
    out
}

impl FeatureExtractor for Dinov2 {
    fn id(&self) -> &ModelId {
        &self.id
    }

    /// 224 is 16 patches.
    fn recipe(&self) -> ImageRecipe {
        super::IMAGENET
    }

    fn device(&self) -> &Device {
        &self.device
    }

    /// The blocks, counted from 0.
    fn layers(&self) -> Vec<Layer> {
        let layer = |number| Layer { number, channels: self.shape.dim, stride: PATCH as u32 };
        (0..self.shape.blocks).map(layer).collect()
    }

    fn default_layers(&self) -> Vec<usize> {
        self.shape.compared.to_vec()
    }

    /// Normalised outputs of blocks, one vector a patch, all of one size. Height and width of
    /// `pixels` are multiples of 14.
    fn features(&self, pixels: &Tensor, layers: &[usize]) -> Result<Vec<Tensor>> {
        Ok(on_all_cores(&self.device, || self.forward(pixels, layers))?)
    }
}
