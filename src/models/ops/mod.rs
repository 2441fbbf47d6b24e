//! Convolutions fast enough for a factory floor.
//!
//! candle's own convolution spends most of a network's time in a scalar im2col on the
//! CPU and runs a depthwise convolution group by group. [`Conv2dFused`] is one layer
//! (convolution, folded batch norm, residual, activation) with kernels of its own on the
//! CPU ([`depthwise`], [`dense`]) and candle's on every other device ([`portable`]).

mod dense;
mod depthwise;
mod geometry;
mod pool;
mod portable;
mod simd;

use candle_core::{Device, Result, Storage, Tensor, bail};
use candle_nn::VarBuilder;

pub use geometry::Padding;
pub use pool::max_pool_3x3;

use geometry::Geometry;

/// What follows a convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    Identity,
    /// `max(0, x)`.
    Relu,
    /// `min(6, max(0, x))`.
    Relu6,
}

/// The shape of a convolution layer.
#[derive(Debug, Clone, Copy)]
pub struct ConvShape {
    /// Channels read.
    pub in_channels: usize,
    /// Channels made.
    pub out_channels: usize,
    /// Side of the square kernel.
    pub kernel: usize,
    /// Step, the same both ways.
    pub stride: usize,
    /// What is assumed around the image.
    pub padding: Padding,
    /// 1, or `in_channels` for a depthwise convolution.
    pub groups: usize,
    /// What follows.
    pub activation: Activation,
}

/// `activation(conv(x) + bias + residual)`, all in f32.
#[derive(Debug, Clone)]
pub struct Conv2dFused {
    /// (out, in / groups, kernel, kernel), contiguous.
    weight: Tensor,
    /// (out), contiguous.
    bias: Tensor,
    shape: ConvShape,
}

impl Conv2dFused {
    /// From a `weight` (out, in / groups, kernel, kernel) and a `bias` (out).
    ///
    /// An error when they are not of that shape, or not finite.
    pub fn new(weight: &Tensor, bias: &Tensor, shape: ConvShape) -> Result<Self> {
        let ConvShape { in_channels, out_channels, kernel, stride, groups, .. } = shape;
        let divides = |channels: usize| channels.checked_rem(groups) == Some(0);
        if in_channels == 0 || kernel == 0 || stride == 0 {
            bail!("a convolution without channels, kernel or step");
        }
        if !divides(in_channels) || !divides(out_channels) {
            bail!("{in_channels} to {out_channels} channels in {groups} groups is no convolution");
        }
        let expect = [out_channels, in_channels / groups, kernel, kernel];
        if weight.dims() != expect || bias.dims() != [out_channels] {
            bail!("a weight of {:?} where {expect:?} belongs", weight.dims());
        }
        for tensor in [weight, bias] {
            if !tensor.abs()?.sum_all()?.to_scalar::<f32>()?.is_finite() {
                bail!("a weight that is no finite number");
            }
        }
        Ok(Self { weight: weight.contiguous()?, bias: bias.contiguous()?, shape })
    }

    /// Reads `conv.weight` and folds the batch norm `bn` (`weight`, `bias`,
    /// `running_mean`, `running_var`) into it: at inference both are linear, so one
    /// convolution does the work of the two.
    pub fn load(
        conv: &VarBuilder<'_>,
        bn: &VarBuilder<'_>,
        eps: f64,
        shape: ConvShape,
    ) -> Result<Self> {
        let ConvShape { in_channels, out_channels, kernel, groups, .. } = shape;
        let weight =
            conv.get((out_channels, in_channels / groups.max(1), kernel, kernel), "weight")?;
        let statistic = |name| bn.get(out_channels, name);
        let scale = (statistic("weight")? / (statistic("running_var")? + eps)?.sqrt()?)?;
        let bias = (statistic("bias")? - (statistic("running_mean")? * &scale)?)?;
        let weight = weight.broadcast_mul(&scale.reshape((out_channels, 1, 1, 1))?)?;
        Self::new(&weight, &bias, shape)
            .map_err(|err| err.context(format!("{}.weight, {}", conv.prefix(), bn.prefix())))
    }

    /// (B, in, H, W) to (B, out, h, w).
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.run(x, None)
    }

    /// The same with `residual` (B, out, h, w) added before the activation.
    pub fn forward_add(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        self.run(x, Some(residual))
    }

    fn run(&self, x: &Tensor, residual: Option<&Tensor>) -> Result<Tensor> {
        let geometry = Geometry::of(&self.shape, x.dims4()?)?;
        if let Some(residual) = residual
            && residual.dims() != geometry.out_dims()
        {
            bail!("a residual of {:?} for {:?}", residual.dims(), geometry.out_dims());
        }
        let depthwise = self.shape.groups > 1
            && self.shape.groups == self.shape.in_channels
            && self.shape.in_channels == self.shape.out_channels;
        if !matches!(x.device(), Device::Cpu) || (self.shape.groups > 1 && !depthwise) {
            return portable::conv(x, &self.weight, &self.bias, residual, &self.shape, &geometry);
        }
        let out = with_slice(x, |x| {
            with_slice(&self.weight, |weight| {
                with_slice(&self.bias, |bias| {
                    let run = |residual: Option<&[f32]>| {
                        let layer = Layer {
                            weight,
                            bias,
                            residual,
                            activation: self.shape.activation,
                            geometry: &geometry,
                        };
                        Ok(if depthwise {
                            depthwise::run(x, &layer)
                        } else {
                            dense::run(x, &layer)
                        })
                    };
                    match residual {
                        Some(residual) => with_slice(residual, |residual| run(Some(residual))),
                        None => run(None),
                    }
                })
            })
        })?;
        Tensor::from_vec(out, &geometry.out_dims(), x.device())
    }
}

/// What a CPU kernel needs besides its input.
struct Layer<'a> {
    weight: &'a [f32],
    bias: &'a [f32],
    residual: Option<&'a [f32]>,
    activation: Activation,
    geometry: &'a Geometry,
}

/// Calls `work` with the numbers of a CPU tensor, last dimension fastest.
fn with_slice<T>(tensor: &Tensor, work: impl FnOnce(&[f32]) -> Result<T>) -> Result<T> {
    let tensor = tensor.contiguous()?;
    let (storage, layout) = tensor.storage_and_layout();
    let Storage::Cpu(storage) = &*storage else {
        bail!("a CPU kernel was given a tensor of another device");
    };
    let numbers = storage.as_slice::<f32>()?;
    let slice = layout.contiguous_offsets().and_then(|(from, to)| numbers.get(from..to));
    match slice {
        Some(slice) => work(slice),
        None => bail!("a contiguous tensor whose layout is not"),
    }
}

#[cfg(test)]
mod tests;
