use candle_core::{Device, Result, Tensor};
use rayon::prelude::*;

use crate::layout::{channels_last, from_channels_last};
use crate::tensor_data::with_slice;

/// 3×3 max pooling with stride 2 and one pixel of padding, as after the stem of a ResNet.
///
/// `x` is (B, C, H, W) with values of 0 or more (after a ReLU): zeros around such an image change
/// no maximum.
pub fn max_pool_3x3(x: &Tensor) -> Result<Tensor> {
    let (batch, channels, height, width) = x.dims4()?;
    if !matches!(x.device(), Device::Cpu) || height == 0 || width == 0 {
        return x.pad_with_zeros(2, 1, 1)?.pad_with_zeros(3, 1, 1)?.max_pool2d_with_stride(3, 2);
    }
    let (out_height, out_width) = (height.div_ceil(2), width.div_ceil(2));
    let mut out = vec![0f32; batch * out_height * out_width * channels];
    with_slice(&channels_last(x)?, |x| {
        out.par_chunks_mut((out_width * channels).max(1)).enumerate().for_each(|(row, out)| {
            let image = &x[row / out_height * height * width * channels..];
            let window =
                |at: usize, length: usize| (2 * at).saturating_sub(1)..(2 * at + 2).min(length);
            for (column, pixel) in out.chunks_exact_mut(channels).enumerate() {
                for y in window(row % out_height, height) {
                    for x in window(column, width) {
                        let from = &image[(y * width + x) * channels..][..channels];
                        pixel.iter_mut().zip(from).for_each(|(max, v)| *max = max_of(*max, *v));
                    }
                }
            }
        });
        Ok(())
    })?;
    from_channels_last(out, [batch, channels, out_height, out_width])
}

/// The larger of two numbers; unlike `f32::max` one vector instruction.
fn max_of(a: f32, b: f32) -> f32 {
    if b > a { b } else { a }
}
