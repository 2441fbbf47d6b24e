use candle_core::{Device, Result, Tensor, bail};
use candle_nn::VarBuilder;
use pulp::Arch;

use crate::conv_shape::ConvShape;
use crate::depthwise::Depthwise;
use crate::geometry::ConvGeometry;
use crate::indirect_convolution;
use crate::layout::{channels_last, from_channels_last};
use crate::panels::Panels;
use crate::portable;
use crate::tensor_data::{to_vec, with_slice};
use crate::winograd::Winograd;

/// Below this number of channels a padded image is copied with its zeros, so that a row of the
/// kernel covers contiguous memory: one tap instead of one for each pixel.
const EXPLICIT_PADDING_CHANNELS: usize = 16;

/// Convolution with folded batch norm and its activation: `activation(conv(x) + bias + residual)`
/// in f32.
#[derive(Debug, Clone)]
pub struct Conv2dFused {
    weights: Weights,
    shape: ConvShape,
}

/// Weights in the form that the chosen kernel reads.
#[derive(Debug, Clone)]
enum Weights {
    /// Panels of (O, k, k, C) for the indirect convolution.
    Indirect(Panels),
    /// Transformed weights for minimal filtering.
    Winograd(Winograd),
    /// Weight (k, k, C) and bias (C) of a depthwise convolution.
    Depthwise(Vec<f32>, Vec<f32>),
    /// Weight (O, C / groups, k, k) and bias (O) for candle's operations.
    Portable(Tensor, Tensor),
}

impl Conv2dFused {
    /// Makes a layer of a `weight` (out, in / groups, kernel, kernel) and a `bias` (out).
    ///
    /// # Errors
    /// A shape that describes no convolution; a weight or bias of another shape, or with an element
    /// that is not finite.
    pub fn new(weight: &Tensor, bias: &Tensor, shape: ConvShape) -> Result<Self> {
        let ConvShape { in_channels, out_channels, kernel, stride, groups, .. } = shape;
        let divides = |channels: usize| channels.checked_rem(groups) == Some(0);
        if in_channels == 0 || out_channels == 0 || kernel == 0 || stride == 0 {
            bail!("a convolution without channels, kernel or stride");
        }
        if !divides(in_channels) || !divides(out_channels) {
            bail!("{in_channels} to {out_channels} channels in {groups} groups is no convolution");
        }
        let expect = [out_channels, in_channels / groups, kernel, kernel];
        if weight.dims() != expect || bias.dims() != [out_channels] {
            bail!("a weight of {:?}, not {expect:?}", weight.dims());
        }
        for tensor in [weight, bias] {
            if !tensor.abs()?.sum_all()?.to_scalar::<f32>()?.is_finite() {
                bail!("a weight that is not finite");
            }
        }
        let weights = if !matches!(weight.device(), Device::Cpu) {
            Weights::Portable(weight.contiguous()?, bias.contiguous()?)
        } else if groups == 1 {
            let (weight, bias) = (to_vec(&weight.permute((0, 2, 3, 1))?)?, to_vec(bias)?);
            let (arch, depth) = (Arch::new(), in_channels * kernel * kernel);
            if Winograd::applies_to(&shape) {
                Weights::Winograd(Winograd::new(arch, in_channels, &weight, bias))
            } else {
                Weights::Indirect(Panels::pack(arch, depth, &weight, &bias))
            }
        } else if groups == in_channels && in_channels == out_channels {
            Weights::Depthwise(to_vec(&weight.permute((2, 3, 0, 1))?)?, to_vec(bias)?)
        } else {
            Weights::Portable(weight.contiguous()?, bias.contiguous()?)
        };
        Ok(Self { weights, shape })
    }

    /// Reads `conv.weight` of a checkpoint and folds the batch norm `bn` (`weight`, `bias`,
    /// `running_mean`, `running_var`) into it. At inference both are linear, so that one
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

    /// Convolves `x` (B, in, H, W) to (B, out, h, w).
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.run(x, None)
    }

    /// As [`Self::forward`], with `residual` (B, out, h, w) added before the activation.
    pub fn forward_add(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        self.run(x, Some(residual))
    }

    fn run(&self, x: &Tensor, residual: Option<&Tensor>) -> Result<Tensor> {
        let mut geometry = ConvGeometry::new(&self.shape, x.dims4()?)?;
        if let Some(residual) = residual
            && residual.dims() != geometry.out_dims()
        {
            bail!("a residual of {:?} for {:?}", residual.dims(), geometry.out_dims());
        }
        let activation = self.shape.activation;
        if let Weights::Portable(weight, bias) = &self.weights {
            return portable::conv(x, weight, bias, residual, &self.shape, &geometry);
        }
        let x = if geometry.is_padded() && geometry.channels < EXPLICIT_PADDING_CHANNELS {
            let padded = portable::pad(x, geometry.pad_rows, geometry.pad_columns)?;
            geometry = geometry.with_explicit_padding();
            channels_last(&padded)?
        } else {
            channels_last(x)?
        };
        let run = |residual: Option<&[f32]>| {
            with_slice(&x, |x| {
                Ok(match &self.weights {
                    Weights::Indirect(panels) => {
                        indirect_convolution::convolve(x, &geometry, panels, residual, activation)
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
            Some(residual) => {
                with_slice(&channels_last(residual)?, |residual| run(Some(residual)))?
            }
            None => run(None)?,
        };
        from_channels_last(out, geometry.out_dims())
    }
}
