//! EfficientNet-Lite0 (Tan & Le, arXiv 1905.11946, without squeeze-and-excitation and with ReLU6
//! instead of Swish) in the layout of `efficientnet_lite_pytorch`: `_conv_stem`,
//! `_blocks.<n>._expand_conv`, …. Head and classifier are not read. Every convolution has
//! TensorFlow's `SAME` padding.

use candle_core::{D, Device, Tensor};
use candle_nn::VarBuilder;

use super::input_recipe::square_224;
use crate::Result;
use crate::roles::{FeatureExtractor, ImageEncoder, Layer};
use crate::weights::WeightFile;
use fettle_domain::{ImageRecipe, ModelId};
use fettle_kernels::{Activation, Conv2dFused, ConvShape, Padding, channels_first, in_thread_pool};

/// TensorFlow's batch-norm epsilon for this family.
const BATCH_NORM_EPS: f64 = 1e-3;

/// (kernel, stride of the first block, expansion, channels, blocks) of each stage.
const STAGES: [(usize, usize, usize, usize, usize); 7] = [
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
];
const STEM_CHANNELS: usize = 32;

/// Blocks that PatchCore compares by default: the last block at 1/8 (40 channels), at 1/16 (112
/// channels) and at 1/32 (192 channels) of the image's size. The last one sees enough of the
/// surroundings to tell a crack from rough metal.
const DEFAULT_BLOCKS: [usize; 3] = [4, 10, 14];

/// Blocks whose spatial means, each scaled to unit length, make up the embedding. Share of the same
/// class among the 5 nearest neighbours, leave-one-out over 240 images of six steel surface defects
/// (NEU-DET): 0.963; 0.951 with block 10 alone, 0.947 with block 15, 0.918 with the head's 1280
/// channels, which fit ImageNet's classes better than steel.
const EMBEDDING_BLOCKS: [usize; 3] = [4, 10, 15];
const EMBEDDING_DIM: usize = 40 + 112 + 320;

/// EfficientNet-Lite0 without its head.
pub(crate) struct EfficientNetLite {
    id: ModelId,
    device: Device,
    stem: Conv2dFused,
    blocks: Vec<Block>,
}

/// Inverted bottleneck: expansion, depthwise convolution, projection.
struct Block {
    expand: Option<Conv2dFused>,
    depthwise: Conv2dFused,
    project: Conv2dFused,
    residual: bool,
}

impl EfficientNetLite {
    /// Reads the network from `file`, whose tensors are on `device`.
    pub(crate) fn load(id: &ModelId, file: &WeightFile, device: &Device) -> Result<Self> {
        file.build(|vb| Self::from_tensors(id.clone(), device.clone(), &vb))
    }

    fn from_tensors(id: ModelId, device: Device, vb: &VarBuilder<'_>) -> candle_core::Result<Self> {
        let stem = ConvShape { kernel: 3, stride: 2, ..pointwise(3, STEM_CHANNELS) };
        let stem = layer(vb, "_conv_stem", "_bn0", stem)?;
        let mut blocks = Vec::new();
        let mut channels = STEM_CHANNELS;
        for (kernel, first_stride, expansion, out_channels, repeats) in STAGES {
            for repeat in 0..repeats {
                let stride = if repeat == 0 { first_stride } else { 1 };
                let vb = vb.pp("_blocks").pp(blocks.len());
                blocks.push(Block::load(&vb, kernel, stride, expansion, channels, out_channels)?);
                channels = out_channels;
            }
        }
        Ok(Self { id, device, stem, blocks })
    }

    /// Feature maps of the blocks `wanted`, which are counted from 0 and in rising order.
    pub(super) fn maps(
        &self,
        pixels: &Tensor,
        wanted: &[usize],
    ) -> candle_core::Result<Vec<Tensor>> {
        in_thread_pool(&self.device, || {
            let mut x = self.stem.forward(pixels)?;
            let mut maps = Vec::new();
            let count = wanted.last().map_or(0, |last| last + 1);
            for (n, block) in self.blocks.iter().enumerate().take(count) {
                x = block.forward(&x)?;
                if wanted.contains(&n) {
                    maps.push(channels_first(&x)?);
                }
            }
            Ok(maps)
        })
    }
}

/// Shape of a 1×1 convolution with ReLU6.
fn pointwise(in_channels: usize, out_channels: usize) -> ConvShape {
    ConvShape {
        in_channels,
        out_channels,
        kernel: 1,
        stride: 1,
        padding: Padding::Same,
        groups: 1,
        activation: Activation::Relu6,
    }
}

/// Reads a convolution with its batch norm.
fn layer(
    vb: &VarBuilder<'_>,
    conv: &str,
    bn: &str,
    shape: ConvShape,
) -> candle_core::Result<Conv2dFused> {
    Conv2dFused::load(&vb.pp(conv), &vb.pp(bn), BATCH_NORM_EPS, shape)
}

impl Block {
    fn load(
        vb: &VarBuilder<'_>,
        kernel: usize,
        stride: usize,
        expansion: usize,
        in_channels: usize,
        out_channels: usize,
    ) -> candle_core::Result<Self> {
        let inner = in_channels * expansion;
        let expand = match expansion {
            1 => None,
            _ => Some(layer(vb, "_expand_conv", "_bn0", pointwise(in_channels, inner))?),
        };
        let depthwise = ConvShape { kernel, stride, groups: inner, ..pointwise(inner, inner) };
        let depthwise = layer(vb, "_depthwise_conv", "_bn1", depthwise)?;
        let project =
            ConvShape { activation: Activation::Identity, ..pointwise(inner, out_channels) };
        let project = layer(vb, "_project_conv", "_bn2", project)?;
        let residual = stride == 1 && in_channels == out_channels;
        Ok(Self { expand, depthwise, project, residual })
    }

    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let inner = match &self.expand {
            Some(expand) => expand.forward(x)?,
            None => x.clone(),
        };
        let inner = self.depthwise.forward(&inner)?;
        if self.residual {
            self.project.forward_add(&inner, x)
        } else {
            self.project.forward(&inner)
        }
    }
}

impl FeatureExtractor for EfficientNetLite {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn recipe(&self) -> ImageRecipe {
        recipe()
    }

    fn device(&self) -> &Device {
        &self.device
    }

    /// The blocks, counted from 0.
    fn layers(&self) -> Vec<Layer> {
        let mut layers = Vec::new();
        let mut stride = 2;
        for (_, first_stride, _, channels, repeats) in STAGES {
            stride *= first_stride as u32;
            for _ in 0..repeats {
                layers.push(Layer { number: layers.len(), channels, stride });
            }
        }
        layers
    }

    fn default_layers(&self) -> Vec<usize> {
        DEFAULT_BLOCKS.to_vec()
    }

    fn features(&self, pixels: &Tensor, layers: &[usize]) -> Result<Vec<Tensor>> {
        Ok(self.maps(pixels, layers)?)
    }
}

impl ImageEncoder for EfficientNetLite {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn recipe(&self) -> ImageRecipe {
        recipe()
    }

    fn device(&self) -> &Device {
        &self.device
    }

    fn dim(&self) -> usize {
        EMBEDDING_DIM
    }

    /// Spatial means of an early, a middle and a late block, of equal weight.
    fn embed(&self, pixels: &Tensor) -> Result<Tensor> {
        let unit_length =
            |rows: &Tensor| rows.broadcast_div(&rows.sqr()?.sum_keepdim(D::Minus1)?.sqrt()?);
        let maps = self.maps(pixels, &EMBEDDING_BLOCKS)?;
        let parts: Vec<Tensor> = maps
            .iter()
            .map(|map| unit_length(&map.mean((2, 3))?))
            .collect::<candle_core::Result<_>>()?;
        Ok(unit_length(&Tensor::cat(&parts, D::Minus1)?)?)
    }
}

/// `(x - 127) / 128` of 8-bit values, as in the training of the reference.
fn recipe() -> ImageRecipe {
    square_224([127. / 255.; 3], [128. / 255.; 3])
}
