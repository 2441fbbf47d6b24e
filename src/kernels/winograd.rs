//! 3×3 convolution of stride 1 by Winograd's minimal filtering F(2×2, 3×3) (Lavin & Gray,
//! "Fast algorithms for convolutional neural networks", arXiv 1509.09308).
//!
//! A tile of 2×2 output pixels takes 16 products per pair of channels instead of 36. The 4×4 input
//! pixels under each tile are transformed; each of the 16 components of all tiles is multiplied
//! with the weights of that component, a matrix product; the products are transformed back. The
//! transforms of the images only add and subtract, so that little accuracy is lost.

use std::cell::Cell;

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::activation::Activation;
use crate::conv_shape::ConvShape;
use crate::gemm::Gemm;
use crate::geometry::ConvGeometry;
use crate::output_ptr::OutputPtr;
use crate::panels::Panels;
use crate::simd::{activate, load, store};

/// Divisor of the number of channels: whole vectors on every CPU.
const CHANNEL_MULTIPLE: usize = 16;
/// With fewer channels the transforms cost more than the products save.
const MIN_CHANNELS: usize = 32;
/// Bytes of transformed tiles in one block: they stay in the caches of the cores.
const BLOCK_BYTES: usize = 4 * 1024 * 1024;

thread_local! {
    /// Transformed inputs and products of a block, reused from layer to layer.
    static SCRATCH: Cell<[Vec<f32>; 2]> = const { Cell::new([Vec::new(), Vec::new()]) };
}

/// Transformed weights of a convolution.
#[derive(Debug, Clone)]
pub(crate) struct Winograd {
    arch: Arch,
    /// For each of the 16 components, channels × out channels.
    components: Vec<Panels>,
    bias: Vec<f32>,
}

impl Winograd {
    /// Whether minimal filtering computes a convolution of `shape`, and faster than
    /// [`crate::indirect_convolution`].
    pub(crate) fn applies_to(shape: &ConvShape) -> bool {
        let enough =
            |channels: usize| channels >= MIN_CHANNELS && channels.is_multiple_of(CHANNEL_MULTIPLE);
        shape.kernel == 3
            && shape.stride == 1
            && shape.groups == 1
            && enough(shape.in_channels)
            && enough(shape.out_channels)
    }

    /// Transforms a weight (out, 3, 3, in); `bias` is (out).
    pub(crate) fn new(arch: Arch, channels: usize, weight: &[f32], bias: Vec<f32>) -> Self {
        // G g Gᵀ with G of 4×3: `transform` multiplies G with a column of three weights.
        let transform = |[a, b, c]: [f32; 3]| [a, (a + b + c) / 2.0, (a - b + c) / 2.0, c];
        let mut components = vec![vec![0f32; channels * bias.len()]; 16];
        for (out, weight) in weight.chunks_exact(9 * channels).enumerate() {
            for channel in 0..channels {
                let at = |y: usize, x: usize| weight[(y * 3 + x) * channels + channel];
                let rows = [0, 1, 2].map(|y| transform([at(y, 0), at(y, 1), at(y, 2)]));
                for x in 0..4 {
                    let column = transform([rows[0][x], rows[1][x], rows[2][x]]);
                    for (y, value) in column.into_iter().enumerate() {
                        components[y * 4 + x][out * channels + channel] = value;
                    }
                }
            }
        }
        let no_bias = vec![0f32; bias.len()];
        let components = components
            .into_iter()
            .map(|weight| Panels::pack(arch, channels, &weight, &no_bias))
            .collect();
        Self { arch, components, bias }
    }

    /// Convolves `x` (B, H, W, C) to (B, h, w, O).
    pub(crate) fn run(
        &self,
        x: &[f32],
        geometry: &ConvGeometry,
        residual: Option<&[f32]>,
        activation: Activation,
    ) -> Vec<f32> {
        let ConvGeometry { batch, channels, out_channels, .. } = *geometry;
        let mut out = vec![0f32; batch * out_channels * geometry.out_pixels()];
        let out_ptr = OutputPtr::new(out.as_mut_ptr());
        let tiles = Tiles::new(geometry);
        let zeros = vec![0f32; channels];
        let tile_bytes = 16 * (channels + out_channels) * size_of::<f32>();
        let block = BLOCK_BYTES / tile_bytes;
        let [mut transformed, mut products] = SCRATCH.take();
        for first in (0..tiles.count()).step_by(block) {
            let count = (tiles.count() - first).min(block);
            transformed.resize(count * 16 * channels, 0.0);
            products.resize(count * 16 * out_channels, 0.0);
            transformed.par_chunks_mut(16 * channels).enumerate().for_each(|(n, out)| {
                let pixels = tiles.pixels(first + n, x, &zeros);
                self.arch.dispatch(InputTransform { pixels, out });
            });
            let (input, rows) = (&transformed[..], count);
            let by_component = products.par_chunks_mut(count * out_channels);
            by_component.zip(&self.components).enumerate().for_each(
                |(component, (out, panels))| {
                    let offset = |row: usize, _: usize| Some((row * 16 + component) * channels);
                    let activation = Activation::Identity;
                    let gemm =
                        Gemm { input, offset, rows, taps: 1, panels, residual: None, activation };
                    // SAFETY: `out` has room for rows × columns numbers.
                    unsafe { gemm.run_into(OutputPtr::new(out.as_mut_ptr())) };
                },
            );
            (0..count).into_par_iter().for_each(|n| {
                let products = std::array::from_fn(|component| {
                    &products[(component * count + n) * out_channels..][..out_channels]
                });
                let pixels = tiles.out_pixels(first + n).map(|pixel| {
                    let at = pixel? * out_channels;
                    let residual = residual.map(|residual| &residual[at..][..out_channels]);
                    // SAFETY: `out` has all output pixels, and each belongs to one tile only.
                    let out =
                        unsafe { std::slice::from_raw_parts_mut(out_ptr.at(at), out_channels) };
                    Some((out, residual))
                });
                let bias = &self.bias;
                self.arch.dispatch(OutputTransform { products, bias, activation, pixels });
            });
        }
        SCRATCH.set([transformed, products]);
        out
    }
}

/// The output cut into tiles of 2×2 pixels; the last of a row or column may reach beyond the edge.
struct Tiles<'a> {
    geometry: &'a ConvGeometry,
    rows: usize,
    columns: usize,
}

impl<'a> Tiles<'a> {
    fn new(geometry: &'a ConvGeometry) -> Self {
        let (rows, columns) = (geometry.out_height.div_ceil(2), geometry.out_width.div_ceil(2));
        Self { geometry, rows, columns }
    }

    /// Tiles of the whole batch.
    fn count(&self) -> usize {
        self.geometry.batch * self.rows * self.columns
    }

    /// Image, top row and left column of the output pixels of tile `n`.
    fn origin(&self, n: usize) -> (usize, usize, usize) {
        let (row, column) = (n / self.columns, n % self.columns);
        (row / self.rows, row % self.rows * 2, column * 2)
    }

    /// The 4×4 input pixels under tile `n`, `zeros` beyond the edges.
    fn pixels<'x>(&self, n: usize, x: &'x [f32], zeros: &'x [f32]) -> [&'x [f32]; 16] {
        let ConvGeometry { height, width, channels, pad_rows, pad_columns, .. } = *self.geometry;
        let (image, top, left) = self.origin(n);
        std::array::from_fn(|n| {
            let y = (top + n / 4).wrapping_sub(pad_rows.0);
            let column = (left + n % 4).wrapping_sub(pad_columns.0);
            if y < height && column < width {
                &x[((image * height + y) * width + column) * channels..][..channels]
            } else {
                zeros
            }
        })
    }

    /// The 2×2 output pixels of tile `n`, counted through the batch; `None` beyond the edge.
    fn out_pixels(&self, n: usize) -> [Option<usize>; 4] {
        let ConvGeometry { out_height, out_width, .. } = *self.geometry;
        let (image, top, left) = self.origin(n);
        [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(dy, dx)| {
            let (y, x) = (top + dy, left + dx);
            (y < out_height && x < out_width).then_some((image * out_height + y) * out_width + x)
        })
    }
}

/// Bᵀ d B of the input pixels of a tile: 16 components, one after the other.
struct InputTransform<'a> {
    pixels: [&'a [f32]; 16],
    out: &'a mut [f32],
}

impl WithSimd for InputTransform<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let channels = self.pixels[0].len();
        for first in (0..channels).step_by(S::F32_LANES) {
            let mut d = [simd.splat_f32s(0.0); 16];
            for (d, pixel) in d.iter_mut().zip(self.pixels) {
                *d = load(simd, &pixel[first..][..S::F32_LANES]);
            }
            // The columns, whose elements are 4 apart, then the rows.
            for (starts, step) in [([0, 1, 2, 3], 4), ([0, 4, 8, 12], 1)] {
                for at in starts {
                    let [a, b, c, e] = [d[at], d[at + step], d[at + 2 * step], d[at + 3 * step]];
                    d[at] = simd.sub_f32s(a, c);
                    d[at + step] = simd.add_f32s(b, c);
                    d[at + 2 * step] = simd.sub_f32s(c, b);
                    d[at + 3 * step] = simd.sub_f32s(b, e);
                }
            }
            for (component, d) in d.into_iter().enumerate() {
                let out = &mut self.out[component * channels + first..][..S::F32_LANES];
                store(simd, out, d);
            }
        }
    }
}

/// An output pixel and its residual.
type OutPixel<'a> = (&'a mut [f32], Option<&'a [f32]>);

/// Aᵀ m A of the products of a tile: its output pixels.
struct OutputTransform<'a> {
    products: [&'a [f32]; 16],
    bias: &'a [f32],
    activation: Activation,
    pixels: [Option<OutPixel<'a>>; 4],
}

impl WithSimd for OutputTransform<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        for first in (0..self.bias.len()).step_by(S::F32_LANES) {
            let part = |numbers: &[f32]| load(simd, &numbers[first..][..S::F32_LANES]);
            let mut m = [simd.splat_f32s(0.0); 16];
            for (m, products) in m.iter_mut().zip(self.products) {
                *m = part(products);
            }
            let bias = part(self.bias);
            let mut sums = [simd.splat_f32s(0.0); 8];
            for x in 0..4 {
                let [a, b, c, e] = [m[x], m[4 + x], m[8 + x], m[12 + x]];
                sums[x] = simd.add_f32s(a, simd.add_f32s(b, c));
                sums[4 + x] = simd.sub_f32s(simd.sub_f32s(b, c), e);
            }
            for (n, pixel) in self.pixels.iter_mut().enumerate() {
                let Some((out, residual)) = pixel else { continue };
                let row = n / 2 * 4;
                let [a, b, c, e] = [sums[row], sums[row + 1], sums[row + 2], sums[row + 3]];
                let mut sum = if n % 2 == 0 {
                    simd.add_f32s(a, simd.add_f32s(b, c))
                } else {
                    simd.sub_f32s(simd.sub_f32s(b, c), e)
                };
                sum = simd.add_f32s(sum, bias);
                if let Some(residual) = residual {
                    sum = simd.add_f32s(sum, part(residual));
                }
                let sum = activate(simd, sum, self.activation);
                store(simd, &mut out[first..][..S::F32_LANES], sum);
            }
        }
    }
}
