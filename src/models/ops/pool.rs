//! The one pooling that a ResNet needs.

use candle_core::{Device, Result, Tensor};
use rayon::prelude::*;

/// Maximum of 3×3 with stride 2 and one pixel of padding, of `x` (B, C, H, W) whose
/// values are 0 or more, as after a ReLU: a zero around the image is then as good as
/// nothing.
pub fn max_pool_3x3(x: &Tensor) -> Result<Tensor> {
    let (batch, channels, height, width) = x.dims4()?;
    if !matches!(x.device(), Device::Cpu) || height == 0 || width == 0 {
        return x.pad_with_zeros(2, 1, 1)?.pad_with_zeros(3, 1, 1)?.max_pool2d_with_stride(3, 2);
    }
    let (out_height, out_width) = (height.div_ceil(2), width.div_ceil(2));
    let mut out = vec![0f32; batch * channels * out_height * out_width];
    super::with_slice(x, |x| {
        out.par_chunks_mut(out_height * out_width).zip(x.par_chunks(height * width)).for_each_init(
            // A row of column maxima between its two zeros, and one more for an odd width.
            || vec![0f32; width + 3],
            |maxima, (out, image)| {
                for (y, row) in out.chunks_exact_mut(out_width).enumerate() {
                    let top = (2 * y).saturating_sub(1);
                    let bottom = (2 * y + 2).min(height);
                    let column = &mut maxima[1..=width];
                    column.copy_from_slice(&image[top * width..][..width]);
                    for line in image[(top + 1) * width..bottom * width].chunks_exact(width) {
                        column.iter_mut().zip(line).for_each(|(max, v)| *max = higher(*max, *v));
                    }
                    for (pixel, three) in row.iter_mut().zip(maxima.windows(3).step_by(2)) {
                        *pixel = three.iter().copied().fold(0.0, higher);
                    }
                }
            },
        );
        Ok(())
    })?;
    Tensor::from_vec(out, (batch, channels, out_height, out_width), x.device())
}

fn higher(a: f32, b: f32) -> f32 {
    if b > a { b } else { a }
}
