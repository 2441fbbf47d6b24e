//! Depthwise convolution on the CPU: every channel with a kernel of its own. The channels
//! of a pixel lie side by side, so a vector of them is filtered at once, whatever the
//! stride; for the usual kernels the weights of a vector stay in registers along a row.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::Activation;
use super::geometry::Geometry;
use super::simd::{activated, load, store};

/// A layer's numbers.
#[derive(Clone, Copy)]
pub(super) struct Depthwise<'a> {
    /// (k, k, C)
    pub(super) weight: &'a [f32],
    /// (C)
    pub(super) bias: &'a [f32],
    /// (B, h, w, C), added before the activation.
    pub(super) residual: Option<&'a [f32]>,
    pub(super) activation: Activation,
    pub(super) geometry: &'a Geometry,
}

impl Depthwise<'_> {
    /// `x` (B, H, W, C) to (B, h, w, C).
    pub(super) fn run(&self, x: &[f32], arch: Arch) -> Vec<f32> {
        let Geometry { batch, channels, out_height, out_width, .. } = *self.geometry;
        let mut out = vec![0f32; batch * out_height * out_width * channels];
        let zeros = vec![0f32; channels];
        out.par_chunks_mut((out_width * channels).max(1)).enumerate().for_each_init(
            Vec::new,
            |pixels, (row, out)| {
                self.point(x, row, &zeros, pixels);
                arch.dispatch(Row { layer: self, row, pixels, out });
            },
        );
        out
    }

    /// The input pixels of an output row: for each of its pixels one a place of the kernel.
    fn point<'x>(&self, x: &'x [f32], row: usize, zeros: &'x [f32], pixels: &mut Vec<&'x [f32]>) {
        let Geometry { channels, height, width, kernel, stride, .. } = *self.geometry;
        let (image, y) = (row / self.geometry.out_height, row % self.geometry.out_height);
        pixels.clear();
        for column in 0..self.geometry.out_width {
            for down in 0..kernel {
                for along in 0..kernel {
                    let y = (y * stride + down).wrapping_sub(self.geometry.rows.0);
                    let column = (column * stride + along).wrapping_sub(self.geometry.columns.0);
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

/// One row of the output, in the form that is compiled for each set of instructions.
struct Row<'a> {
    layer: &'a Depthwise<'a>,
    row: usize,
    pixels: &'a [&'a [f32]],
    out: &'a mut [f32],
}

impl WithSimd for Row<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let channels = self.layer.geometry.channels;
        let whole = channels - channels % S::F32_LANES;
        for first in (0..whole).step_by(S::F32_LANES) {
            match self.layer.geometry.kernel {
                3 => self.channels::<S, 9>(simd, first, S::F32_LANES),
                5 => self.channels::<S, 25>(simd, first, S::F32_LANES),
                _ => self.channels_of_any_kernel(simd, first, S::F32_LANES),
            }
        }
        if whole < channels {
            self.channels_of_any_kernel(simd, whole, channels - whole);
        }
    }
}

impl Row<'_> {
    #[inline(always)]
    fn channels<S: Simd, const PLACES: usize>(&mut self, simd: S, first: usize, count: usize) {
        let channels = self.layer.geometry.channels;
        let mut weights = [simd.splat_f32s(0.0); PLACES];
        for (n, weight) in weights.iter_mut().enumerate() {
            *weight = load(simd, &self.layer.weight[n * channels + first..][..count]);
        }
        let bias = load(simd, &self.layer.bias[first..][..count]);
        for (n, pixels) in self.pixels.chunks_exact(PLACES).enumerate() {
            let mut sum = bias;
            for (pixel, weight) in pixels.iter().zip(weights) {
                let pixel = load(simd, &pixel[first..][..count]);
                sum = simd.mul_add_e_f32s(pixel, weight, sum);
            }
            self.finish(simd, n * channels + first, count, sum);
        }
    }

    #[inline(always)]
    fn channels_of_any_kernel<S: Simd>(&mut self, simd: S, first: usize, count: usize) {
        let Geometry { channels, kernel, .. } = *self.layer.geometry;
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

    #[inline(always)]
    fn finish<S: Simd>(&mut self, simd: S, at: usize, count: usize, mut sum: S::f32s) {
        if let Some(residual) = self.layer.residual {
            let at = self.row * self.out.len() + at;
            sum = simd.add_f32s(sum, load(simd, &residual[at..][..count]));
        }
        let sum = activated(simd, sum, self.layer.activation);
        store(simd, &mut self.out[at..][..count], sum);
    }
}
