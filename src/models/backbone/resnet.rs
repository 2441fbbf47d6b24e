//! ResNets of bottleneck blocks (He et al., arXiv 1512.03385; wide ones: Zagoruyko & Komodakis,
//! arXiv 1605.07146) in torchvision's layout: `conv1`, `bn1`, `layer1.0.conv1`, …,
//! `layer1.0.downsample.0`. The classifier is not read.

use candle_core::{Device, Tensor};
use candle_nn::VarBuilder;

use super::input_recipe::IMAGENET;
use crate::Result;
use crate::roles::{FeatureExtractor, Layer};
use crate::weights::WeightFile;
use fettle_domain::{ImageRecipe, ModelId};
use fettle_kernels::{
    Activation, Conv2dFused, ConvShape, Padding, channels_first, in_thread_pool, max_pool_3x3,
};

/// torch's default epsilon.
const BATCH_NORM_EPS: f64 = 1e-5;
/// Ratio of a bottleneck's outer channels to its base width.
const EXPANSION: usize = 4;

/// Size of a ResNet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ResNetShape {
    /// Bottlenecks of each layer that is read, from layer 1 on.
    pub(super) blocks: &'static [usize],
    /// Inner channels of layer 1: 64, or 128 for wide ResNets (torchvision's `width_per_group`).
    pub(super) width: usize,
}

impl ResNetShape {
    /// torchvision's `resnet50` with all layers: memory banks of the legacy system use layer 4.
    pub(super) const RESNET50: Self = Self { blocks: &[3, 4, 6, 3], width: 64 };
    /// torchvision's `wide_resnet50_2` up to layer 3. PatchCore uses no layer beyond, and layer 4
    /// would take 170 MB.
    pub(super) const WIDE_RESNET50_2: Self = Self { blocks: &[3, 4, 6], width: 128 };
}

/// ResNet without a classifier.
pub(super) struct ResNet {
    id: ModelId,
    device: Device,
    stem: Conv2dFused,
    layers: Vec<Vec<Bottleneck>>,
}

struct Bottleneck {
    reduce: Conv2dFused,
    filter: Conv2dFused,
    expand: Conv2dFused,
    downsample: Option<Conv2dFused>,
}

impl ResNet {
    /// Reads a network of `shape` from `file`, whose tensors are on `device`.
    pub(super) fn load(
        id: &ModelId,
        file: &WeightFile,
        device: &Device,
        shape: &ResNetShape,
    ) -> Result<Self> {
        file.build(|vb| Self::from_tensors(id.clone(), device.clone(), &vb, shape))
    }

    fn from_tensors(
        id: ModelId,
        device: Device,
        vb: &VarBuilder<'_>,
        shape: &ResNetShape,
    ) -> candle_core::Result<Self> {
        let stem = layer(vb, "conv1", "bn1", convolution(3, 64, 7, 2))?;
        let mut layers = Vec::new();
        let mut channels = 64;
        for (n, blocks) in shape.blocks.iter().enumerate() {
            let inner = shape.width << n;
            let out_channels = (64 << n) * EXPANSION;
            let vb = vb.pp(format!("layer{}", n + 1));
            let mut layer = Vec::new();
            for block in 0..*blocks {
                // torchvision's "v1.5": the 3×3 convolution has the stride, not the first 1×1.
                let stride = if block == 0 && n > 0 { 2 } else { 1 };
                layer.push(Bottleneck::load(&vb.pp(block), channels, inner, out_channels, stride)?);
                channels = out_channels;
            }
            layers.push(layer);
        }
        Ok(Self { id, device, stem, layers })
    }
}

/// Shape of a convolution with ReLU and symmetric padding.
fn convolution(in_channels: usize, out_channels: usize, kernel: usize, stride: usize) -> ConvShape {
    ConvShape {
        in_channels,
        out_channels,
        kernel,
        stride,
        padding: Padding::Symmetric(kernel / 2),
        groups: 1,
        activation: Activation::Relu,
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

impl Bottleneck {
    fn load(
        vb: &VarBuilder<'_>,
        in_channels: usize,
        inner: usize,
        out_channels: usize,
        stride: usize,
    ) -> candle_core::Result<Self> {
        let downsample = if stride != 1 || in_channels != out_channels {
            let shape = ConvShape {
                activation: Activation::Identity,
                ..convolution(in_channels, out_channels, 1, stride)
            };
            let vb = vb.pp("downsample");
            Some(layer(&vb, "0", "1", shape)?)
        } else {
            None
        };
        Ok(Self {
            reduce: layer(vb, "conv1", "bn1", convolution(in_channels, inner, 1, 1))?,
            filter: layer(vb, "conv2", "bn2", convolution(inner, inner, 3, stride))?,
            expand: layer(vb, "conv3", "bn3", convolution(inner, out_channels, 1, 1))?,
            downsample,
        })
    }

    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let inner = self.filter.forward(&self.reduce.forward(x)?)?;
        match &self.downsample {
            Some(downsample) => self.expand.forward_add(&inner, &downsample.forward(x)?),
            None => self.expand.forward_add(&inner, x),
        }
    }
}

impl FeatureExtractor for ResNet {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn recipe(&self) -> ImageRecipe {
        IMAGENET
    }

    fn device(&self) -> &Device {
        &self.device
    }

    /// `layer1` to the last one that was read.
    fn layers(&self) -> Vec<Layer> {
        let layer =
            |n: usize| Layer { number: n + 1, channels: (64 << n) * EXPANSION, stride: 4 << n };
        (0..self.layers.len()).map(layer).collect()
    }

    /// The layers of the PatchCore paper.
    fn default_layers(&self) -> Vec<usize> {
        vec![2, 3]
    }

    fn features(&self, pixels: &Tensor, layers: &[usize]) -> Result<Vec<Tensor>> {
        let deepest = layers.last().copied().unwrap_or(0);
        Ok(in_thread_pool(&self.device, || {
            let mut x = max_pool_3x3(&self.stem.forward(pixels)?)?;
            let mut maps = Vec::new();
            for (n, layer) in self.layers.iter().enumerate().take(deepest) {
                for block in layer {
                    x = block.forward(&x)?;
                }
                if layers.contains(&(n + 1)) {
                    maps.push(channels_first(&x)?);
                }
            }
            candle_core::Result::Ok(maps)
        })?)
    }
}
