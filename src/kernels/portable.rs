//! The layers as candle operations, for devices without kernels of this crate.

use candle_core::{Result, Tensor};

use crate::activation::Activation;
use crate::conv_shape::ConvShape;
use crate::geometry::ConvGeometry;

/// Convolution of `x` (B, C, H, W) with `weight` (O, C / groups, k, k), as
/// [`crate::Conv2dFused`].
pub(crate) fn conv(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    residual: Option<&Tensor>,
    shape: &ConvShape,
    geometry: &ConvGeometry,
) -> Result<Tensor> {
    let depthwise = shape.groups > 1
        && shape.groups == shape.in_channels
        && shape.in_channels == shape.out_channels;
    let sum = if depthwise {
        depthwise_by_taps(x, weight, geometry)?
    } else if geometry.pad_rows.0 == geometry.pad_rows.1
        && geometry.pad_rows == geometry.pad_columns
    {
        x.conv2d(weight, geometry.pad_rows.0, shape.stride, 1, shape.groups)?
    } else {
        pad(x, geometry.pad_rows, geometry.pad_columns)?.conv2d(
            weight,
            0,
            shape.stride,
            1,
            shape.groups,
        )?
    };
    let mut sum = sum.broadcast_add(&bias.reshape((1, (), 1, 1))?)?;
    if let Some(residual) = residual {
        sum = (sum + residual)?;
    }
    activate(sum, shape.activation)
}

/// `activation(x)`.
fn activate(x: Tensor, activation: Activation) -> Result<Tensor> {
    match activation {
        Activation::Identity => Ok(x),
        Activation::Relu => x.relu(),
        Activation::Relu6 => x.clamp(0f32, 6f32),
        Activation::QuickGelu => &x * candle_nn::ops::sigmoid(&(&x * 1.702)?)?,
        Activation::Gelu => x.gelu_erf(),
    }
}

/// Linear layer of `x` (rows, in) with `weight` (out, in), as [`crate::Linear`].
pub(crate) fn linear(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    residual: Option<&Tensor>,
    activation: Activation,
) -> Result<Tensor> {
    let mut sum = x.matmul(&weight.t()?)?.broadcast_add(bias)?;
    if let Some(residual) = residual {
        sum = (sum + residual)?;
    }
    activate(sum, activation)
}

/// Self-attention, as [`crate::attention()`].
pub(crate) fn attention(qkv: &Tensor, batch: usize, heads: usize, causal: bool) -> Result<Tensor> {
    let (rows, width) = qkv.dims2()?;
    let (tokens, dim) = (rows / batch, width / 3 / heads);
    // (3, B, heads, tokens, dim)
    let qkv = qkv.reshape((batch, tokens, 3, heads, dim))?.permute((2, 0, 3, 1, 4))?;
    let part = |n: usize| qkv.get(n)?.contiguous();
    let scores = (part(0)? / (dim as f64).sqrt())?.matmul(&part(1)?.t()?)?;
    let scores = if causal {
        let mask = (0..tokens).flat_map(|row| {
            (0..tokens).map(move |column| if column > row { f32::NEG_INFINITY } else { 0.0 })
        });
        let mask: Vec<f32> = mask.collect();
        scores.broadcast_add(&Tensor::from_vec(mask, (tokens, tokens), qkv.device())?)?
    } else {
        scores
    };
    let weights = candle_nn::ops::softmax_last_dim(&scores)?;
    weights.matmul(&part(2)?)?.transpose(1, 2)?.reshape((rows, width / 3))
}

/// Pads `x` (B, C, H, W) with zeros: `rows` above and below, `columns` left and right.
pub(crate) fn pad(x: &Tensor, rows: (usize, usize), columns: (usize, usize)) -> Result<Tensor> {
    x.pad_with_zeros(2, rows.0, rows.1)?.pad_with_zeros(3, columns.0, columns.1)
}

/// Depthwise convolution as a sum over the taps of the kernel: the shifted image times the weights
/// of that tap. k·k products of whole tensors, where candle would run one convolution per channel,
/// hundreds of them.
fn depthwise_by_taps(x: &Tensor, weight: &Tensor, geometry: &ConvGeometry) -> Result<Tensor> {
    let ConvGeometry { kernel, stride, out_height, out_width, .. } = *geometry;
    // Padding to whole strides, so that the shape (…, h, stride, w, stride) separates rows and
    // columns by their position within a stride.
    let whole_strides = |length: usize, (before, after): (usize, usize)| {
        let length = length + before + after;
        (before, after + length.next_multiple_of(stride) - length)
    };
    let pad_rows = whole_strides(geometry.height, geometry.pad_rows);
    let pad_columns = whole_strides(geometry.width, geometry.pad_columns);
    let x = pad(x, pad_rows, pad_columns)?;
    let (batch, channels, height, width) = x.dims4()?;
    let x = x.reshape((batch, channels, height / stride, stride, width / stride, stride))?;
    let mut sum: Option<Tensor> = None;
    for ky in 0..kernel {
        let rows = x.narrow(3, ky % stride, 1)?.narrow(2, ky / stride, out_height)?;
        for kx in 0..kernel {
            let shifted = rows
                .narrow(5, kx % stride, 1)?
                .narrow(4, kx / stride, out_width)?
                .squeeze(5)?
                .squeeze(3)?;
            let weight = weight.narrow(2, ky, 1)?.narrow(3, kx, 1)?;
            let part = shifted.broadcast_mul(&weight.reshape((1, channels, 1, 1))?)?;
            sum = Some(match sum {
                None => part,
                Some(sum) => (sum + part)?,
            });
        }
    }
    match sum {
        Some(sum) => Ok(sum),
        None => candle_core::bail!("a kernel of 0×0"),
    }
}
