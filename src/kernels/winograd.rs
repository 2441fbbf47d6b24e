//! 3×3 convolution of stride 1 by Winograd's minimal filtering F(2×2, 3×3) (Lavin & Gray,
//! "Fast algorithms for convolutional neural networks", arXiv 1509.09308): a tile of 2×2
//! output pixels takes 16 products a pair of channels in place of 36. All that its
//! transforms do to the pictures is add, so little is lost in accuracy.
//!
//! The 4×4 pixels under each tile are transformed; at each of the 16 places, tiles times
//! weights is a matrix product; its results are transformed back.

use std::cell::Cell;

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::geometry::Geometry;
use super::panels::Panels;
use super::product::{Product, Target};
use super::simd::{activated, load, store};
use super::{Activation, ConvShape};

/// Channels come in whole vectors of any CPU.
const CHANNELS: usize = 16;
/// With fewer channels the transforms cost more than the products save.
const MIN_CHANNELS: usize = 32;
/// Bytes of transformed tiles in work: what stays in the caches of the cores.
const BLOCK_BYTES: usize = 4 * 1024 * 1024;

thread_local! {
    /// Tiles, transformed before and after the products, kept from layer to layer.
    static SCRATCH: Cell<[Vec<f32>; 2]> = const { Cell::new([Vec::new(), Vec::new()]) };
}

/// Transformed weights.
#[derive(Debug, Clone)]
pub(super) struct Winograd {
    arch: Arch,
    /// For each of the 16 places, channels × out channels.
    places: Vec<Panels>,
    bias: Vec<f32>,
}

impl Winograd {
    /// Whether `shape` is worth it.
    pub(super) fn suits(shape: &ConvShape) -> bool {
        let whole = |channels: usize| channels >= MIN_CHANNELS && channels.is_multiple_of(CHANNELS);
        shape.kernel == 3
            && shape.stride == 1
            && shape.groups == 1
            && whole(shape.in_channels)
            && whole(shape.out_channels)
    }

    /// From a weight (out, 3, 3, in) and a bias (out).
    pub(super) fn new(arch: Arch, channels: usize, weight: &[f32], bias: Vec<f32>) -> Self {
        // G g Gᵀ
        let spread = |[a, b, c]: [f32; 3]| [a, (a + b + c) / 2.0, (a - b + c) / 2.0, c];
        let mut places = vec![vec![0f32; channels * bias.len()]; 16];
        for (out, weight) in weight.chunks_exact(9 * channels).enumerate() {
            for channel in 0..channels {
                let at = |y: usize, x: usize| weight[(y * 3 + x) * channels + channel];
                let rows = [0, 1, 2].map(|y| spread([at(y, 0), at(y, 1), at(y, 2)]));
                for x in 0..4 {
                    let column = spread([rows[0][x], rows[1][x], rows[2][x]]);
                    for (y, value) in column.into_iter().enumerate() {
                        places[y * 4 + x][out * channels + channel] = value;
                    }
                }
            }
        }
        let none = vec![0f32; bias.len()];
        let places = places
            .into_iter()
            .map(|weight| Panels::of_weight(arch, channels, &weight, &none))
            .collect();
        Self { arch, places, bias }
    }

    /// `x` (B, H, W, C) to (B, h, w, O).
    pub(super) fn run(
        &self,
        x: &[f32],
        geometry: &Geometry,
        residual: Option<&[f32]>,
        activation: Activation,
    ) -> Vec<f32> {
        let Geometry { batch, channels, out_channels, .. } = *geometry;
        let mut out = vec![0f32; batch * out_channels * geometry.out_pixels()];
        let target = Target(out.as_mut_ptr());
        let tiles = Tiles::of(geometry);
        let zeros = vec![0f32; channels];
        let tile_bytes = 16 * (channels + out_channels) * size_of::<f32>();
        let block = BLOCK_BYTES / tile_bytes;
        let [mut before, mut after] = SCRATCH.take();
        for first in (0..tiles.count()).step_by(block) {
            let count = (tiles.count() - first).min(block);
            before.resize(count * 16 * channels, 0.0);
            after.resize(count * 16 * out_channels, 0.0);
            before.par_chunks_mut(16 * channels).enumerate().for_each(|(n, out)| {
                let pixels = tiles.pixels(first + n, x, &zeros);
                self.arch.dispatch(Forward { pixels, out });
            });
            let (input, rows) = (&before[..], count);
            after.par_chunks_mut(count * out_channels).zip(&self.places).enumerate().for_each(
                |(place, (out, panels))| {
                    let place = |row: usize, _: usize| Some((row * 16 + place) * channels);
                    let activation = Activation::Identity;
                    let product =
                        Product { input, place, rows, taps: 1, panels, residual: None, activation };
                    // SAFETY: `out` has room for rows × columns numbers.
                    unsafe { product.write(Target(out.as_mut_ptr())) };
                },
            );
            (0..count).into_par_iter().for_each(|n| {
                let products = std::array::from_fn(|place| {
                    &after[(place * count + n) * out_channels..][..out_channels]
                });
                let pixels = tiles.out_pixels(first + n).map(|pixel| {
                    let at = pixel? * out_channels;
                    let residual = residual.map(|residual| &residual[at..][..out_channels]);
                    // SAFETY: `out` has all output pixels, and each is of one tile only.
                    let out = unsafe {
                        std::slice::from_raw_parts_mut({ target }.0.add(at), out_channels)
                    };
                    Some((out, residual))
                });
                let bias = &self.bias;
                self.arch.dispatch(Back { products, bias, activation, pixels });
            });
        }
        SCRATCH.set([before, after]);
        out
    }
}

/// How the output is cut into tiles of 2×2, the last ones hanging over.
struct Tiles<'a> {
    geometry: &'a Geometry,
    down: usize,
    along: usize,
}

impl<'a> Tiles<'a> {
    fn of(geometry: &'a Geometry) -> Self {
        let (down, along) = (geometry.out_height.div_ceil(2), geometry.out_width.div_ceil(2));
        Self { geometry, down, along }
    }

    fn count(&self) -> usize {
        self.geometry.batch * self.down * self.along
    }

    /// Image, first row and first column of a tile's output.
    fn place(&self, n: usize) -> (usize, usize, usize) {
        let (row, column) = (n / self.along, n % self.along);
        (row / self.down, row % self.down * 2, column * 2)
    }

    /// The 4×4 input pixels under a tile.
    fn pixels<'x>(&self, n: usize, x: &'x [f32], zeros: &'x [f32]) -> [&'x [f32]; 16] {
        let Geometry { height, width, channels, rows, columns, .. } = *self.geometry;
        let (image, top, left) = self.place(n);
        std::array::from_fn(|n| {
            let y = (top + n / 4).wrapping_sub(rows.0);
            let column = (left + n % 4).wrapping_sub(columns.0);
            if y < height && column < width {
                &x[((image * height + y) * width + column) * channels..][..channels]
            } else {
                zeros
            }
        })
    }

    /// The 2×2 output pixels, counted through the batch; `None` for those that hang over.
    fn out_pixels(&self, n: usize) -> [Option<usize>; 4] {
        let Geometry { out_height, out_width, .. } = *self.geometry;
        let (image, top, left) = self.place(n);
        [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(down, along)| {
            let (y, x) = (top + down, left + along);
            (y < out_height && x < out_width).then_some((image * out_height + y) * out_width + x)
        })
    }
}

/// Bᵀ d B of a tile's pixels, one place after the other.
struct Forward<'a> {
    pixels: [&'a [f32]; 16],
    out: &'a mut [f32],
}

impl WithSimd for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let channels = self.pixels[0].len();
        for first in (0..channels).step_by(S::F32_LANES) {
            let mut d = [simd.splat_f32s(0.0); 16];
            for (d, pixel) in d.iter_mut().zip(self.pixels) {
                *d = load(simd, &pixel[first..][..S::F32_LANES]);
            }
            // Columns, then rows: a step of 4 between the four, then of 1.
            for (starts, step) in [([0, 1, 2, 3], 4), ([0, 4, 8, 12], 1)] {
                for at in starts {
                    let [a, b, c, e] = [d[at], d[at + step], d[at + 2 * step], d[at + 3 * step]];
                    d[at] = simd.sub_f32s(a, c);
                    d[at + step] = simd.add_f32s(b, c);
                    d[at + 2 * step] = simd.sub_f32s(c, b);
                    d[at + 3 * step] = simd.sub_f32s(b, e);
                }
            }
            for (place, d) in d.into_iter().enumerate() {
                let out = &mut self.out[place * channels + first..][..S::F32_LANES];
                store(simd, out, d);
            }
        }
    }
}

/// An output pixel, and what is added to it.
type OutPixel<'a> = (&'a mut [f32], Option<&'a [f32]>);

/// Aᵀ m A of a tile's products: its pixels.
struct Back<'a> {
    products: [&'a [f32]; 16],
    bias: &'a [f32],
    activation: Activation,
    pixels: [Option<OutPixel<'a>>; 4],
}

impl WithSimd for Back<'_> {
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
                let sum = activated(simd, sum, self.activation);
                store(simd, &mut out[first..][..S::F32_LANES], sum);
            }
        }
    }
}
