//! One convolution layer: folded batch norm, residual and activation included.

use candle_core::{Device, Result, Tensor, bail};
use candle_nn::VarBuilder;
use pulp::Arch;

use super::depthwise::Depthwise;
use super::geometry::{Geometry, Padding};
use super::layout::{channels_last, of_channels_last};
use super::panels::Panels;
use super::winograd::Winograd;
use super::{Activation, dense, numbers, portable, with_slice};

/// With fewer channels than this a row of the kernel is worth having in one piece, for
/// which the image is copied with its zeros.
const FEW_CHANNELS: usize = 16;

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
    weights: Weights,
    shape: ConvShape,
}

/// Weights in the form that the device's kernel reads.
#[derive(Debug, Clone)]
enum Weights {
    /// Of (O, k, k, C).
    Dense(Panels),
    /// The same, transformed.
    Winograd(Winograd),
    /// (k, k, C) and (C).
    Depthwise(Vec<f32>, Vec<f32>),
    /// (O, C / groups, k, k) and (O), for candle's own operations.
    Portable(Tensor, Tensor),
}

impl Conv2dFused {
    /// From a `weight` (out, in / groups, kernel, kernel) and a `bias` (out).
    ///
    /// An error when they are not of that shape, or not finite.
    pub fn new(weight: &Tensor, bias: &Tensor, shape: ConvShape) -> Result<Self> {
        let ConvShape { in_channels, out_channels, kernel, stride, groups, .. } = shape;
        let divides = |channels: usize| channels.checked_rem(groups) == Some(0);
        if in_channels == 0 || out_channels == 0 || kernel == 0 || stride == 0 {
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
        let weights = if !matches!(weight.device(), Device::Cpu) {
            Weights::Portable(weight.contiguous()?, bias.contiguous()?)
        } else if groups == 1 {
            let (weight, bias) = (numbers(&weight.permute((0, 2, 3, 1))?)?, numbers(bias)?);
            let (arch, depth) = (Arch::new(), in_channels * kernel * kernel);
            if Winograd::suits(&shape) {
                Weights::Winograd(Winograd::new(arch, in_channels, &weight, bias))
            } else {
                Weights::Dense(Panels::of_weight(arch, depth, &weight, &bias))
            }
        } else if groups == in_channels && in_channels == out_channels {
            Weights::Depthwise(numbers(&weight.permute((2, 3, 0, 1))?)?, numbers(bias)?)
        } else {
            Weights::Portable(weight.contiguous()?, bias.contiguous()?)
        };
        Ok(Self { weights, shape })
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
        let mut geometry = Geometry::of(&self.shape, x.dims4()?)?;
        if let Some(residual) = residual
            && residual.dims() != geometry.out_dims()
        {
            bail!("a residual of {:?} for {:?}", residual.dims(), geometry.out_dims());
        }
        let activation = self.shape.activation;
        if let Weights::Portable(weight, bias) = &self.weights {
            return portable::conv(x, weight, bias, residual, &self.shape, &geometry);
        }
        let x = if geometry.is_padded() && geometry.channels < FEW_CHANNELS {
            let padded = portable::padded(x, geometry.rows, geometry.columns)?;
            geometry = geometry.with_zeros_around();
            channels_last(&padded)?
        } else {
            channels_last(x)?
        };
        let run = |residual: Option<&[f32]>| {
            with_slice(&x, |x| {
                Ok(match &self.weights {
                    Weights::Dense(panels) => {
                        dense::run(x, &geometry, panels, residual, activation)
                    }
                    Weights::Winograd(weights) => weights.run(x, &geometry, residual, activation),
                    Weights::Depthwise(weight, bias) => {
                        let geometry = &geometry;
                        let layer = Depthwise { weight, bias, residual, activation, geometry };
                        layer.run(x, Arch::new())
                    }
                    Weights::Portable(..) => bail!("weights for another device"),
                })
            })
        };
        let out = match residual {
            Some(residual) => with_slice(&channels_last(residual)?, |numbers| run(Some(numbers)))?,
            None => run(None)?,
        };
        of_channels_last(out, geometry.out_dims())
    }
}
