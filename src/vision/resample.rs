//! Resize of 8-bit images as Pillow does it, bit for bit (`Resample.c`): a separable filter that
//! widens when shrinking, with 22-bit fixed-point weights and each pass rounded to 8 bits.
//! The networks were trained on images resized so; another rounding moves their features.

use rayon::prelude::*;

use fettle_domain::ResizeFilter;

/// Bits of the fraction of a fixed-point weight.
const PRECISION_BITS: u32 = 32 - 8 - 2;
const CHANNELS: usize = 3;

/// Triangle filter; its support is 1 to each side.
fn triangle(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 { 1.0 - x } else { 0.0 }
}

/// Cubic filter of Keys with a = -0.5 (Catmull-Rom); its support is 2 to each side.
fn cubic(x: f64) -> f64 {
    const A: f64 = -0.5;
    let x = x.abs();
    if x < 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * A
    } else {
        0.0
    }
}

/// The source pixels of one target pixel, and their weights.
struct Taps {
    first: usize,
    weights: Vec<i32>,
}

/// Taps of the target pixels of `window` when `from` pixels are resized to `to`.
fn taps(from: u32, to: u64, window: std::ops::Range<u64>, filter: ResizeFilter) -> Vec<Taps> {
    let (kernel, reach): (fn(f64) -> f64, f64) = match filter {
        ResizeFilter::Bilinear => (triangle, 1.0),
        ResizeFilter::Bicubic => (cubic, 2.0),
    };
    let scale = f64::from(from) / to as f64;
    let stretch = scale.max(1.0);
    let support = reach * stretch;
    window
        .map(|target| {
            let centre = (target as f64 + 0.5) * scale;
            // `as usize` saturates at 0, as Pillow's test for a negative start does.
            let first = (centre - support + 0.5) as usize;
            let end = ((centre + support + 0.5) as usize).min(from as usize);
            let raw: Vec<f64> = (first..end)
                .map(|source| kernel((source as f64 - centre + 0.5) / stretch))
                .collect();
            let sum: f64 = raw.iter().sum();
            let unit = f64::from(1u32 << PRECISION_BITS) / if sum == 0.0 { 1.0 } else { sum };
            Taps { first, weights: raw.iter().map(|w| (w * unit).round() as i32).collect() }
        })
        .collect()
}

/// Rounds a fixed-point sum to a byte; the half was added before.
fn to_byte(sum: i32) -> u8 {
    (sum >> PRECISION_BITS).clamp(0, 255) as u8
}

/// A window of a resized image.
pub(crate) struct Window {
    /// Size of the whole image after resizing; may be huge for an extreme ratio.
    pub(crate) resized: (u64, u64),
    /// Upper left corner of the window in the resized image.
    pub(crate) origin: (u64, u64),
    /// Width and height of the window.
    pub(crate) size: (u32, u32),
}

/// The `window` of the resized `image`, as interleaved RGB bytes.
pub(crate) fn resize(image: &image::RgbImage, window: &Window, filter: ResizeFilter) -> Vec<u8> {
    let (width, height) = (window.size.0 as usize, window.size.1 as usize);
    let (left, top) = window.origin;
    let columns =
        taps(image.width(), window.resized.0, left..left + u64::from(window.size.0), filter);
    let rows = taps(image.height(), window.resized.1, top..top + u64::from(window.size.1), filter);
    let first_row = rows.iter().map(|t| t.first).min().unwrap_or(0);
    let last_row = rows.iter().map(|t| t.first + t.weights.len()).max().unwrap_or(0);
    let half = 1i32 << (PRECISION_BITS - 1);

    let source = image.as_raw().as_slice();
    let source_stride = image.width() as usize * CHANNELS;
    let stride = width * CHANNELS;
    let mut across = vec![0u8; (last_row - first_row) * stride];
    across.par_chunks_mut(stride).enumerate().for_each(|(index, target)| {
        let row = &source[(first_row + index) * source_stride..][..source_stride];
        for (pixel, tap) in target.chunks_exact_mut(CHANNELS).zip(&columns) {
            let mut sum = [half; CHANNELS];
            let pixels = row[tap.first * CHANNELS..].chunks_exact(CHANNELS);
            for (source, weight) in pixels.zip(&tap.weights) {
                for (sum, value) in sum.iter_mut().zip(source) {
                    *sum += i32::from(*value) * weight;
                }
            }
            for (byte, sum) in pixel.iter_mut().zip(sum) {
                *byte = to_byte(sum);
            }
        }
    });

    let mut down = vec![0u8; height * stride];
    down.par_chunks_mut(stride).zip(&rows).for_each(|(target, tap)| {
        let mut sums = vec![half; stride];
        let lines = across[(tap.first - first_row) * stride..].chunks_exact(stride);
        for (line, weight) in lines.zip(&tap.weights) {
            for (sum, value) in sums.iter_mut().zip(line) {
                *sum += i32::from(*value) * weight;
            }
        }
        for (byte, sum) in target.iter_mut().zip(sums) {
            *byte = to_byte(sum);
        }
    });
    down
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_size_is_the_same_image() {
        let image = image::RgbImage::from_fn(13, 7, |x, y| {
            image::Rgb([(x * 19) as u8, (y * 33) as u8, (x * y) as u8])
        });
        let window = Window { resized: (13, 7), origin: (0, 0), size: (13, 7) };
        for filter in [ResizeFilter::Bilinear, ResizeFilter::Bicubic] {
            assert_eq!(&resize(&image, &window, filter), image.as_raw());
        }
    }

    #[test]
    fn shrinking_averages_and_growing_keeps_a_flat_colour() {
        // Columns 0 and 255 by turns: antialiased, halving gives grey, never 0 or 255.
        let stripes = image::RgbImage::from_fn(64, 8, |x, _| {
            image::Rgb([if x % 2 == 0 { 0 } else { 255 }; 3])
        });
        let window = Window { resized: (16, 2), origin: (0, 0), size: (16, 2) };
        for filter in [ResizeFilter::Bilinear, ResizeFilter::Bicubic] {
            let small = resize(&stripes, &window, filter);
            assert!(small.iter().all(|v| (100..=155).contains(v)), "{small:?}");
        }
        let flat = image::RgbImage::from_pixel(3, 2, image::Rgb([10, 20, 30]));
        let window = Window { resized: (17, 11), origin: (2, 1), size: (9, 10) };
        let grown = resize(&flat, &window, ResizeFilter::Bicubic);
        assert!(grown.chunks(3).all(|p| p == [10, 20, 30]));
        assert_eq!(grown.len(), 9 * 10 * 3);
    }
}
