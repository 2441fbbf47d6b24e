//! Depthwise convolution on the CPU: each channel has a kernel of its own.
//!
//! The channels of a pixel lie side by side, so that a vector of channels is filtered at once with
//! any stride. For kernels of 3×3 and 5×5 the weights of a vector stay in registers along a row.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::activation::Activation;
use crate::geometry::ConvGeometry;
use crate::simd::{activate, load, store};

/// Operands of a depthwise convolution.
#[derive(Clone, Copy)]
pub(crate) struct Depthwise<'a> {
    /// Weight (k, k, C).
    pub(crate) weight: &'a [f32],
    /// Bias (C).
    pub(crate) bias: &'a [f32],
    /// Residual (B, h, w, C), added before the activation.
    pub(crate) residual: Option<&'a [f32]>,
    pub(crate) activation: Activation,
    pub(crate) geometry: &'a ConvGeometry,
}

impl Depthwise<'_> {
    /// Convolves `x` (B, H, W, C) to (B, h, w, C).
    pub(crate) fn run(&self, x: &[f32], arch: Arch) -> Vec<f32> {
        let ConvGeometry { batch, channels, out_height, out_width, .. } = *self.geometry;
        let mut out = vec![0f32; batch * out_height * out_width * channels];
        let zeros = vec![0f32; channels];
        out.par_chunks_mut((out_width * channels).max(1)).enumerate().for_each_init(
            Vec::new,
            |pixels, (row, out)| {
                self.input_pixels(x, row, &zeros, pixels);
                arch.dispatch(RowTask { layer: self, row, pixels, out });
            },
        );
        out
    }

    /// Collects the input pixels under the kernel for each pixel of an output row, k·k per output
    /// pixel, `zeros` beyond the edges.
    fn input_pixels<'x>(
        &self,
        x: &'x [f32],
        row: usize,
        zeros: &'x [f32],
        pixels: &mut Vec<&'x [f32]>,
    ) {
        let ConvGeometry { channels, height, width, kernel, stride, .. } = *self.geometry;
        let (image, y) = (row / self.geometry.out_height, row % self.geometry.out_height);
        pixels.clear();
        for column in 0..self.geometry.out_width {
            for ky in 0..kernel {
                for kx in 0..kernel {
                    let y = (y * stride + ky).wrapping_sub(self.geometry.pad_rows.0);
                    let column = (column * stride + kx).wrapping_sub(self.geometry.pad_columns.0);
                    pixels.push(if y < height && column < width {
                        &x[((image * height + y) * width + column) * channels..][..channels]
                    } else {
                        zeros
                    });
                }
            }
        }
    }
}

/// The work on one output row, compiled for each instruction set.
struct RowTask<'a> {
    layer: &'a Depthwise<'a>,
    row: usize,
    pixels: &'a [&'a [f32]],
    out: &'a mut [f32],
}

impl WithSimd for RowTask<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let channels = self.layer.geometry.channels;
        let whole = channels - channels % S::F32_LANES;
        for first in (0..whole).step_by(S::F32_LANES) {
            match self.layer.geometry.kernel {
                3 => self.filter::<S, 9>(simd, first, S::F32_LANES),
                5 => self.filter::<S, 25>(simd, first, S::F32_LANES),
                _ => self.filter_any_kernel(simd, first, S::F32_LANES),
            }
        }
        if whole < channels {
            self.filter_any_kernel(simd, whole, channels - whole);
        }
    }
}

impl RowTask<'_> {
    /// Filters `count` channels from `first` on with a kernel of `TAPS` weights kept in registers.
    #[inline(always)]
    fn filter<S: Simd, const TAPS: usize>(&mut self, simd: S, first: usize, count: usize) {
        let channels = self.layer.geometry.channels;
        let mut weights = [simd.splat_f32s(0.0); TAPS];
        for (n, weight) in weights.iter_mut().enumerate() {
            *weight = load(simd, &self.layer.weight[n * channels + first..][..count]);
        }
        let bias = load(simd, &self.layer.bias[first..][..count]);
        for (n, pixels) in self.pixels.chunks_exact(TAPS).enumerate() {
            let mut sum = bias;
            for (pixel, weight) in pixels.iter().zip(weights) {
                let pixel = load(simd, &pixel[first..][..count]);
                sum = simd.mul_add_e_f32s(pixel, weight, sum);
            }
            self.finish(simd, n * channels + first, count, sum);
        }
    }

    /// Filters `count` channels from `first` on with a kernel of any size.
    #[inline(always)]
    fn filter_any_kernel<S: Simd>(&mut self, simd: S, first: usize, count: usize) {
        let ConvGeometry { channels, kernel, .. } = *self.layer.geometry;
        let bias = load(simd, &self.layer.bias[first..][..count]);
        for (n, pixels) in self.pixels.chunks_exact(kernel * kernel).enumerate() {
            let mut sum = bias;
            for (pixel, weight) in pixels.iter().zip(self.layer.weight.chunks_exact(channels)) {
                let pixel = load(simd, &pixel[first..][..count]);
                let weight = load(simd, &weight[first..][..count]);
                sum = simd.mul_add_e_f32s(pixel, weight, sum);
            }
            self.finish(simd, n * channels + first, count, sum);
        }
    }

    /// Adds the residual, applies the activation and stores `count` channels at `at`.
    #[inline(always)]
    fn finish<S: Simd>(&mut self, simd: S, at: usize, count: usize, mut sum: S::f32s) {
        if let Some(residual) = self.layer.residual {
            let at = self.row * self.out.len() + at;
            sum = simd.add_f32s(sum, load(simd, &residual[at..][..count]));
        }
        let sum = activate(simd, sum, self.layer.activation);
        store(simd, &mut self.out[at..][..count], sum);
    }
}
