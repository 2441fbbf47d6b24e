//! Depthwise convolution on the CPU: every channel with a kernel of its own.
//!
//! There is no matrix product in it, so it is bound by how fast rows are read. Each
//! channel is first copied, with its zeros, into a scratch that fits the first-level
//! cache, taken apart by stride: with stride 2 into the four images of even and odd rows
//! and columns. After that every place of the kernel reads consecutive numbers, whatever
//! the stride, and one loop without conditions does the work.

use rayon::prelude::*;

use super::geometry::Geometry;
use super::{Layer, simd};

/// Output pixels computed side by side, in narrow and in wide images.
const NARROW: usize = 8;
const WIDE: usize = 16;

/// `x` (B, C, H, W) to (B, C, h, w).
pub(super) fn run(x: &[f32], layer: &Layer<'_>) -> Vec<f32> {
    let geometry = layer.geometry;
    let mut out = vec![0f32; geometry.batch * geometry.channels * geometry.out_pixels()];
    let places = geometry.kernel * geometry.kernel;
    let phases = Phases::of(geometry);
    let avx2 = simd::has_avx2();
    out.par_chunks_mut(geometry.out_pixels().max(1))
        .zip(x.par_chunks(geometry.pixels().max(1)))
        .enumerate()
        .for_each_init(
            || vec![0f32; phases.scratch_len()],
            |scratch, (plane, (out, image))| {
                let channel = plane % geometry.channels;
                phases.split(image, scratch);
                let weight = &layer.weight[channel * places..][..places];
                convolve(scratch, &phases, weight, layer.bias[channel], out, avx2);
                match layer.residual {
                    None => simd::activate(out, layer.activation),
                    Some(residual) => {
                        let residual = &residual[plane * out.len()..][..out.len()];
                        simd::finish(out, 0.0, Some(residual), layer.activation);
                    }
                }
            },
        );
    out
}

/// A padded channel taken apart: image `(r, c)` holds the pixels whose padded row is `r`
/// and whose padded column is `c` modulo the stride.
struct Phases<'a> {
    geometry: &'a Geometry,
    /// Columns of each image.
    width: usize,
    /// Pixels of each image.
    len: usize,
    /// Where each place of the kernel begins to read.
    offsets: Vec<usize>,
}

impl<'a> Phases<'a> {
    fn of(geometry: &'a Geometry) -> Self {
        let Geometry { kernel, stride, .. } = *geometry;
        let padded = |length, (before, behind): (usize, usize)| length + before + behind;
        let width = padded(geometry.width, geometry.columns).div_ceil(stride);
        let len = padded(geometry.height, geometry.rows).div_ceil(stride) * width;
        let offsets = (0..kernel * kernel)
            .map(|place| {
                let (down, along) = (place / kernel, place % kernel);
                (down % stride * stride + along % stride) * len
                    + down / stride * width
                    + along / stride
            })
            .collect();
        Self { geometry, width, len, offsets }
    }

    /// The images, and what the last pixels' vectors read beyond them.
    fn scratch_len(&self) -> usize {
        self.geometry.stride * self.geometry.stride * self.len + WIDE
    }

    /// Copies a channel. The zeros of its surroundings are in `scratch` from the beginning
    /// and never written to.
    fn split(&self, image: &[f32], scratch: &mut [f32]) {
        let Geometry { stride, .. } = *self.geometry;
        for (y, row) in image.chunks_exact(self.geometry.width).enumerate() {
            let y = y + self.geometry.rows.0;
            let line = y % stride * stride * self.len + y / stride * self.width;
            for phase in 0..stride {
                // The first column of the image that belongs to this phase.
                let skip = (phase + stride - self.geometry.columns.0 % stride) % stride;
                let to = line + phase * self.len + (skip + self.geometry.columns.0) / stride;
                let Some(from) = row.get(skip..) else { continue };
                let to = &mut scratch[to..];
                if stride == 1 {
                    to[..from.len()].copy_from_slice(from);
                } else {
                    to.iter_mut()
                        .zip(from.iter().step_by(stride))
                        .for_each(|(to, from)| *to = *from);
                }
            }
        }
    }
}

fn convolve(
    scratch: &[f32],
    phases: &Phases<'_>,
    weight: &[f32],
    bias: f32,
    out: &mut [f32],
    avx2: bool,
) {
    let wide = phases.geometry.out_width > NARROW;
    #[cfg(target_arch = "x86_64")]
    if avx2 {
        // SAFETY: `avx2` says that this CPU has the instructions.
        unsafe {
            if wide {
                rows_avx2::<WIDE>(scratch, phases, weight, bias, out);
            } else {
                rows_avx2::<NARROW>(scratch, phases, weight, bias, out);
            }
        }
        return;
    }
    let _ = avx2;
    if wide {
        rows::<WIDE, false>(scratch, phases, weight, bias, out);
    } else {
        rows::<NARROW, false>(scratch, phases, weight, bias, out);
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn rows_avx2<const LANES: usize>(
    scratch: &[f32],
    phases: &Phases<'_>,
    weight: &[f32],
    bias: f32,
    out: &mut [f32],
) {
    rows::<LANES, true>(scratch, phases, weight, bias, out);
}

/// Every output row, `LANES` pixels at a time. The last vector of a row reads on into the
/// next; what it makes of that is not kept.
#[inline(always)]
fn rows<const LANES: usize, const FMA: bool>(
    scratch: &[f32],
    phases: &Phases<'_>,
    weight: &[f32],
    bias: f32,
    out: &mut [f32],
) {
    for (y, row) in out.chunks_exact_mut(phases.geometry.out_width).enumerate() {
        let line = &scratch[y * phases.width..];
        for (n, pixels) in row.chunks_mut(LANES).enumerate() {
            let line = &line[n * LANES..];
            let mut sums = [bias; LANES];
            for (offset, weight) in phases.offsets.iter().zip(weight) {
                let values = &line[*offset..][..LANES];
                for (sum, value) in sums.iter_mut().zip(values) {
                    // Without the instruction, mul_add is a call, a hundred times slower.
                    *sum = if FMA { value.mul_add(*weight, *sum) } else { *sum + value * weight };
                }
            }
            match pixels.first_chunk_mut::<LANES>() {
                Some(whole) => *whole = sums,
                None => pixels.iter_mut().zip(sums).for_each(|(pixel, sum)| *pixel = sum),
            }
        }
    }
}
