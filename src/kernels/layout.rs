//! Channels last: the order in which the CPU kernels want a picture, (B, H, W, C) in
//! memory. A tensor in it keeps the shape (B, C, H, W) that candle knows, by its strides;
//! whatever does not know about it sees nothing but a transposed view.

use candle_core::{Device, Result, Tensor};
use rayon::prelude::*;

use super::with_slice;

/// Pixels turned at once.
const PIXELS: usize = 64;

/// `x` (B, C, H, W) as a contiguous (B, H, W, C), and for nothing where it is so already.
pub(super) fn channels_last(x: &Tensor) -> Result<Tensor> {
    let (batch, channels, height, width) = x.dims4()?;
    let turned = x.permute((0, 2, 3, 1))?;
    if turned.is_contiguous() {
        return Ok(turned);
    }
    let out = with_slice(x, |x| Ok(transposed(x, batch, channels, height * width)))?;
    Tensor::from_vec(out, (batch, height, width, channels), x.device())
}

/// Numbers (B, H, W, C) as a tensor (B, C, H, W).
pub(super) fn of_channels_last(
    numbers: Vec<f32>,
    [batch, channels, height, width]: [usize; 4],
) -> Result<Tensor> {
    let shape = (batch, height, width, channels);
    Tensor::from_vec(numbers, shape, &Device::Cpu)?.permute((0, 3, 1, 2))
}

/// `x` (B, C, H, W) with contiguous channels, as everything outside the networks expects.
pub fn channels_first(x: &Tensor) -> Result<Tensor> {
    let (batch, channels, height, width) = x.dims4()?;
    let turned = x.permute((0, 2, 3, 1))?;
    if !x.device().is_cpu() || !turned.is_contiguous() {
        return x.contiguous();
    }
    let out = with_slice(&turned, |x| Ok(transposed(x, batch, height * width, channels)))?;
    Tensor::from_vec(out, (batch, channels, height, width), x.device())
}

/// Each of `batch` matrices (rows × columns) to (columns × rows).
fn transposed(x: &[f32], batch: usize, rows: usize, columns: usize) -> Vec<f32> {
    let mut out = vec![0f32; batch * rows * columns];
    let bands = columns.div_ceil(PIXELS).max(1);
    let mut pieces: Vec<(usize, &mut [f32])> = Vec::with_capacity(batch * bands);
    for (n, image) in out.chunks_mut((rows * columns).max(1)).enumerate() {
        pieces.extend(image.chunks_mut(PIXELS * rows).enumerate().map(|(b, p)| (n * bands + b, p)));
    }
    pieces.into_par_iter().for_each(|(n, out)| {
        let image = &x[n / bands * rows * columns..][..rows * columns];
        let first = n % bands * PIXELS;
        for (row, line) in image.chunks_exact(columns).enumerate() {
            let line = &line[first..(first + PIXELS).min(columns)];
            for (out, value) in out[row..].iter_mut().step_by(rows).zip(line) {
                *out = *value;
            }
        }
    });
    out
}
