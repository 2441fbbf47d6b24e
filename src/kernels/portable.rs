//! The same layer out of candle's own operations, for every device that has no kernel of
//! ours.

use candle_core::{Result, Tensor};

use super::geometry::Geometry;
use super::{Activation, ConvShape};

pub(super) fn conv(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    residual: Option<&Tensor>,
    shape: &ConvShape,
    geometry: &Geometry,
) -> Result<Tensor> {
    let depthwise = shape.groups > 1
        && shape.groups == shape.in_channels
        && shape.in_channels == shape.out_channels;
    let sum = if depthwise {
        depthwise_by_places(x, weight, geometry)?
    } else if geometry.rows.0 == geometry.rows.1 && geometry.rows == geometry.columns {
        x.conv2d(weight, geometry.rows.0, shape.stride, 1, shape.groups)?
    } else {
        padded(x, geometry.rows, geometry.columns)?.conv2d(
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
    activated(sum, shape.activation)
}

/// `activation(x)`.
fn activated(x: Tensor, activation: Activation) -> Result<Tensor> {
    match activation {
        Activation::Identity => Ok(x),
        Activation::Relu => x.relu(),
        Activation::Relu6 => x.clamp(0f32, 6f32),
        Activation::QuickGelu => &x * candle_nn::ops::sigmoid(&(&x * 1.702)?)?,
        Activation::Gelu => x.gelu_erf(),
    }
}

/// As [`super::Linear`]: `x` (rows, in), `weight` (out, in).
pub(super) fn linear(
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
    activated(sum, activation)
}

/// As [`super::attention()`].
pub(super) fn attention(qkv: &Tensor, batch: usize, heads: usize, causal: bool) -> Result<Tensor> {
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

/// `x` (B, C, H, W) with zeros above and below, left and right.
pub(super) fn padded(x: &Tensor, rows: (usize, usize), columns: (usize, usize)) -> Result<Tensor> {
    x.pad_with_zeros(2, rows.0, rows.1)?.pad_with_zeros(3, columns.0, columns.1)
}

/// A depthwise convolution as the sum, over the places of the kernel, of the shifted image
/// times that place's weights: k·k products of whole tensors, where candle would run one
/// convolution a channel, hundreds of them.
fn depthwise_by_places(x: &Tensor, weight: &Tensor, geometry: &Geometry) -> Result<Tensor> {
    let Geometry { kernel, stride, out_height, out_width, .. } = *geometry;
    // Room for whole strides, so that a shape (…, h, stride, w, stride) takes rows and
    // columns apart by their place within a stride.
    let room = |length: usize, (before, behind): (usize, usize)| {
        let length = length + before + behind;
        (before, behind + length.next_multiple_of(stride) - length)
    };
    let x =
        padded(x, room(geometry.height, geometry.rows), room(geometry.width, geometry.columns))?;
    let (batch, channels, height, width) = x.dims4()?;
    let x = x.reshape((batch, channels, height / stride, stride, width / stride, stride))?;
    let mut sum: Option<Tensor> = None;
    for down in 0..kernel {
        let rows = x.narrow(3, down % stride, 1)?.narrow(2, down / stride, out_height)?;
        for along in 0..kernel {
            let place = rows
                .narrow(5, along % stride, 1)?
                .narrow(4, along / stride, out_width)?
                .squeeze(5)?
                .squeeze(3)?;
            let weight = weight.narrow(2, down, 1)?.narrow(3, along, 1)?;
            let part = place.broadcast_mul(&weight.reshape((1, channels, 1, 1))?)?;
            sum = Some(match sum {
                None => part,
                Some(sum) => (sum + part)?,
            });
        }
    }
    match sum {
        Some(sum) => Ok(sum),
        None => candle_core::bail!("a kernel without places"),
    }
}
