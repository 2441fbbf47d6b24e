//! Conversion between channels first and channels last.
//!
//! The CPU kernels read and write images as (B, H, W, C) in memory. Their tensors still have
//! candle's shape (B, C, H, W), by their strides: other operations see a transposed view.

use candle_core::{Device, Result, Tensor};
use rayon::prelude::*;

use crate::tensor_data::with_slice;

/// Output rows that one task transposes, a cache-sized band.
const BAND_ROWS: usize = 64;

/// `x` (B, C, H, W) as a contiguous (B, H, W, C); without a copy where memory has that order.
pub(crate) fn channels_last(x: &Tensor) -> Result<Tensor> {
    let (batch, channels, height, width) = x.dims4()?;
    let permuted = x.permute((0, 2, 3, 1))?;
    if permuted.is_contiguous() {
        return Ok(permuted);
    }
    let out = with_slice(x, |x| Ok(transpose_batch(x, batch, channels, height * width)))?;
    Tensor::from_vec(out, (batch, height, width, channels), x.device())
}

/// A tensor (B, C, H, W) of `data` in the order (B, H, W, C).
pub(crate) fn from_channels_last(
    data: Vec<f32>,
    [batch, channels, height, width]: [usize; 4],
) -> Result<Tensor> {
    let shape = (batch, height, width, channels);
    Tensor::from_vec(data, shape, &Device::Cpu)?.permute((0, 3, 1, 2))
}

/// `x` (B, C, H, W) as a contiguous tensor, for code outside the networks.
pub fn channels_first(x: &Tensor) -> Result<Tensor> {
    let (batch, channels, height, width) = x.dims4()?;
    let permuted = x.permute((0, 2, 3, 1))?;
    if !x.device().is_cpu() || !permuted.is_contiguous() {
        return x.contiguous();
    }
    let out = with_slice(&permuted, |x| Ok(transpose_batch(x, batch, height * width, channels)))?;
    Tensor::from_vec(out, (batch, channels, height, width), x.device())
}

/// Transposes each of `batch` matrices (rows × columns) to (columns × rows).
fn transpose_batch(x: &[f32], batch: usize, rows: usize, columns: usize) -> Vec<f32> {
    let mut out = vec![0f32; batch * rows * columns];
    let bands_per_matrix = columns.div_ceil(BAND_ROWS).max(1);
    let mut bands: Vec<(usize, &mut [f32])> = Vec::with_capacity(batch * bands_per_matrix);
    for (n, matrix) in out.chunks_mut((rows * columns).max(1)).enumerate() {
        let numbered = matrix.chunks_mut(BAND_ROWS * rows).enumerate();
        bands.extend(numbered.map(|(b, band)| (n * bands_per_matrix + b, band)));
    }
    bands.into_par_iter().for_each(|(n, out)| {
        let matrix = &x[n / bands_per_matrix * rows * columns..][..rows * columns];
        let first = n % bands_per_matrix * BAND_ROWS;
        for (row, line) in matrix.chunks_exact(columns).enumerate() {
            let line = &line[first..(first + BAND_ROWS).min(columns)];
            for (out, value) in out[row..].iter_mut().step_by(rows).zip(line) {
                *out = *value;
            }
        }
    });
    out
}
