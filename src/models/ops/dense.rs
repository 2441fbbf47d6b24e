//! Convolution of all channels with all channels, on the CPU: a matrix product of the
//! weights (out × in·k·k) with the image's patches (in·k·k × pixels).
//!
//! The patches are copied row by row (im2col) for a block of output rows at a time, small
//! enough to stay in a core's cache; every core works on blocks of its own, and finishes
//! them (bias, residual, activation) while they are still there. A 1×1 convolution of
//! stride 1 needs no copy: its patches are the image.

use std::cell::Cell;

use gemm::Parallelism;
use rayon::prelude::*;

use super::geometry::Geometry;
use super::{Layer, simd};

/// Bytes of patches a block may have: about half of a core's second-level cache.
const BLOCK_BYTES: usize = 512 * 1024;
/// Fewer pixels than this a block waste the matrix product's vectors.
const MIN_BLOCK_PIXELS: usize = 96;

thread_local! {
    /// The patches of the block in work, kept so that its pages are not asked for again.
    static PATCHES: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
}

/// Output rows `from..to` of one image of the batch.
#[derive(Clone, Copy)]
struct Block {
    image: usize,
    from: usize,
    to: usize,
}

/// `x` (B, C, H, W) to (B, O, h, w).
pub(super) fn run(x: &[f32], layer: &Layer<'_>) -> Vec<f32> {
    let geometry = layer.geometry;
    let threads = rayon::current_num_threads();
    let mut out = vec![0f32; geometry.batch * geometry.out_channels * geometry.out_pixels()];
    let blocks = blocks(geometry, threads);
    let target = Target(out.as_mut_ptr());
    if blocks.len() < threads {
        // Too little to hand out whole blocks: the cores share each matrix product.
        for block in blocks {
            // SAFETY: `out` has room for all images, and nothing else uses it now.
            unsafe { convolve(x, layer, block, target, Parallelism::Rayon(threads)) };
        }
    } else {
        blocks.into_par_iter().for_each(|block| {
            // SAFETY: `out` has room for all images, and no two blocks share a row.
            unsafe { convolve(x, layer, block, target, Parallelism::None) };
        });
    }
    out
}

/// Cuts the output into blocks of whole rows, in order.
fn blocks(geometry: &Geometry, threads: usize) -> Vec<Block> {
    let depth = geometry.channels * geometry.kernel * geometry.kernel;
    let row_bytes = (depth * geometry.out_width * size_of::<f32>()).max(1);
    let cached = (BLOCK_BYTES / row_bytes).max(1);
    // One block a core at least, where the images alone do not provide for that.
    let shared = geometry.out_height.div_ceil(threads.div_ceil(geometry.batch.max(1)));
    let wide_enough = MIN_BLOCK_PIXELS.div_ceil(geometry.out_width.max(1));
    let rows = cached.min(shared).max(wide_enough).clamp(1, geometry.out_height.max(1));
    (0..geometry.batch)
        .flat_map(|image| {
            (0..geometry.out_height).step_by(rows).map(move |from| Block {
                image,
                from,
                to: (from + rows).min(geometry.out_height),
            })
        })
        .collect()
}

/// The output, written by many threads at places that do not overlap.
#[derive(Clone, Copy)]
struct Target(*mut f32);

// SAFETY: a pointer may go to another thread; who writes through it says why he may.
unsafe impl Send for Target {}
// SAFETY: as above.
unsafe impl Sync for Target {}

/// Makes one block of the output.
///
/// # Safety
///
/// `target` has room for the whole output of `layer`, and no other thread touches this
/// block's rows meanwhile.
unsafe fn convolve(
    x: &[f32],
    layer: &Layer<'_>,
    block: Block,
    target: Target,
    parallelism: Parallelism,
) {
    let geometry = layer.geometry;
    let image_len = geometry.channels * geometry.pixels();
    let image = &x[block.image * image_len..][..image_len];
    let depth = geometry.channels * geometry.kernel * geometry.kernel;
    let pixels = (block.to - block.from) * geometry.out_width;
    let first = block.from * geometry.out_width;

    let mut scratch = PATCHES.take();
    let plain = geometry.kernel == 1
        && geometry.stride == 1
        && geometry.rows == (0, 0)
        && geometry.columns == (0, 0);
    let (patches, patch_stride) = if plain {
        (&image[first..], geometry.pixels())
    } else {
        if scratch.len() < depth * pixels {
            scratch.resize(depth * pixels, 0.0);
        }
        im2col(image, geometry, block, &mut scratch[..depth * pixels]);
        (&scratch[..depth * pixels], pixels)
    };

    let out_pixels = geometry.out_pixels();
    let out_first = block.image * geometry.out_channels * out_pixels + first;
    // SAFETY: the caller gives room for the whole output, in which this place lies.
    let out = unsafe { target.0.add(out_first) };
    assert!(layer.weight.len() >= geometry.out_channels * depth);
    assert!(depth == 0 || patches.len() >= (depth - 1) * patch_stride + pixels);
    // SAFETY: `weight` is out × depth and `patches` depth × pixels (asserted above);
    // the output rows are the caller's promise.
    unsafe {
        gemm::gemm(
            geometry.out_channels,
            pixels,
            depth,
            out,
            1,
            out_pixels as isize,
            false,
            layer.weight.as_ptr(),
            1,
            depth as isize,
            patches.as_ptr(),
            1,
            patch_stride as isize,
            0f32,
            1f32,
            false,
            false,
            false,
            parallelism,
        );
    }
    for (channel, bias) in layer.bias.iter().enumerate() {
        // SAFETY: the rows of this block, which nobody else has.
        let row = unsafe { std::slice::from_raw_parts_mut(out.add(channel * out_pixels), pixels) };
        let residual = layer.residual.map(|r| &r[out_first + channel * out_pixels..][..pixels]);
        simd::finish(row, *bias, residual, layer.activation);
    }
    PATCHES.set(scratch);
}

/// Copies the patches of a block's pixels: one row of `patches` for each channel and
/// place in the kernel, in the order of the weights.
fn im2col(image: &[f32], geometry: &Geometry, block: Block, patches: &mut [f32]) {
    let Geometry { height, width, out_width, kernel, stride, .. } = *geometry;
    let pixels = (block.to - block.from) * out_width;
    let places = kernel * kernel;
    for (row, patch) in patches.chunks_exact_mut(pixels).enumerate() {
        let channel = &image[row / places * height * width..][..height * width];
        let (down, along) = (row % places / kernel, row % kernel);
        // Output columns whose input column, `x * stride + along - left`, is in the image.
        let left = geometry.columns.0;
        let begin = left.saturating_sub(along).div_ceil(stride).min(out_width);
        let end = (width + left).saturating_sub(along).div_ceil(stride).clamp(begin, out_width);
        for (y, line) in (block.from..block.to).zip(patch.chunks_exact_mut(out_width)) {
            let Some(from) =
                (y * stride + down).checked_sub(geometry.rows.0).filter(|y| *y < height)
            else {
                line.fill(0.0);
                continue;
            };
            line[..begin].fill(0.0);
            line[end..].fill(0.0);
            if begin == end {
                continue;
            }
            let from = &channel[from * width + begin * stride + along - left..];
            let line = &mut line[begin..end];
            if stride == 1 {
                line.copy_from_slice(&from[..end - begin]);
            } else {
                line.iter_mut().zip(from.iter().step_by(stride)).for_each(|(to, from)| *to = *from);
            }
        }
    }
}
