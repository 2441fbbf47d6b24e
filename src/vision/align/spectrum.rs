//! Fourier transforms of small square images, and the shift (by phase correlation), rotation and
//! scale between two of them.
//!
//! Reddy & Chatterji, *An FFT-based technique for translation, rotation, and scale-invariant
//! image registration*, IEEE Transactions on Image Processing 5(8), 1996.

use std::sync::Arc;

use rustfft::num_complex::Complex32;
use rustfft::{Fft, FftPlanner};

use crate::gray_image::GrayImage;

/// Rows of a log-polar spectrum: half a turn, since spectra of real images are symmetric.
const ANGLES: usize = 256;
/// Columns of a log-polar spectrum.
const RADII: usize = 256;
/// Lowest frequency of a log-polar spectrum, in cycles an image; light and shade are below.
const LOWEST: f32 = 3.0;

/// Two-dimensional FFT of squares of one side.
pub(super) struct Fft2d {
    side: usize,
    forward: Arc<dyn Fft<f32>>,
    backward: Arc<dyn Fft<f32>>,
}

/// Spectrum of a square, row by row, frequency 0 first.
pub(super) struct Spectrum(Vec<Complex32>);

/// A peak of a correlation surface.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Peak {
    /// Columns from the origin, within half the surface's width to either side.
    pub(super) x: f32,
    /// Rows from the origin, within half the surface's height to either side.
    pub(super) y: f32,
}

impl Fft2d {
    /// FFT of squares of `side` × `side` pixels.
    pub(super) fn new(side: usize) -> Self {
        let mut planner = FftPlanner::new();
        let forward = planner.plan_fft_forward(side);
        Self { side, forward, backward: planner.plan_fft_inverse(side) }
    }

    /// Spectrum of `image` in the middle of a square, under a window so that the borders of the
    /// image are no edges. The image must be at most as wide and high as the square.
    pub(super) fn spectrum(&self, image: &GrayImage) -> Spectrum {
        let mut square = vec![Complex32::ZERO; self.side * self.side];
        let (left, top) = ((self.side - image.width) / 2, (self.side - image.height) / 2);
        let mean = image.mean();
        let (across, down) = (tukey_window(image.width), tukey_window(image.height));
        for (y, row) in image.rows().enumerate() {
            let target = &mut square[(top + y) * self.side + left..][..image.width];
            for ((target, value), across) in target.iter_mut().zip(row).zip(&across) {
                target.re = (value - mean) * across * down[y];
            }
        }
        self.run(&self.forward, &mut square);
        Spectrum(square)
    }

    /// Transforms rows, then columns, in place.
    fn run(&self, fft: &Arc<dyn Fft<f32>>, square: &mut [Complex32]) {
        fft.process(square);
        transpose(square, self.side);
        fft.process(square);
        transpose(square, self.side);
    }

    /// Shifts of `moved` relative to `fixed`: the `count` highest peaks of their phase correlation,
    /// highest first, with sub-pixel positions.
    pub(super) fn phase_correlation(
        &self,
        moved: &Spectrum,
        fixed: &Spectrum,
        count: usize,
    ) -> Vec<Peak> {
        let mut cross: Vec<Complex32> = moved
            .0
            .iter()
            .zip(&fixed.0)
            .map(|(moved, fixed)| {
                let product = moved * fixed.conj();
                product / (product.norm() + 1e-12)
            })
            .collect();
        self.run(&self.backward, &mut cross);
        let surface: Vec<f32> = cross.into_iter().map(|value| value.re).collect();
        peaks(&surface, self.side, count)
    }

    /// Log-polar transform of the magnitudes of `spectrum` (rows: angle over half a turn, columns:
    /// logarithm of the frequency), and the spectrum of that.
    pub(super) fn log_polar(&self, spectrum: &Spectrum) -> Spectrum {
        let side = self.side as f32;
        let half = side / 2.0;
        let step = (half / LOWEST).ln() / RADII as f32;
        let magnitudes: Vec<f32> =
            spectrum.0.iter().map(|value| (1.0 + value.norm()).ln()).collect();
        let magnitude = |x: isize, y: isize| {
            let wrap = |v: isize| v.rem_euclid(self.side as isize) as usize;
            magnitudes[wrap(y) * self.side + wrap(x)]
        };
        let mut values = Vec::with_capacity(ANGLES * RADII);
        for angle in 0..ANGLES {
            let (sin, cos) = (std::f32::consts::PI * angle as f32 / ANGLES as f32).sin_cos();
            for radius in 0..RADII {
                let frequency = LOWEST * (step * radius as f32).exp();
                let (x, y) = (frequency * cos, frequency * sin);
                let (left, top) = (x.floor(), y.floor());
                let (along, down) = (x - left, y - top);
                let (left, top) = (left as isize, top as isize);
                let above = magnitude(left, top) * (1.0 - along) + magnitude(left + 1, top) * along;
                let below =
                    magnitude(left, top + 1) * (1.0 - along) + magnitude(left + 1, top + 1) * along;
                values.push(above * (1.0 - down) + below * down);
            }
        }
        // Magnitudes fall with frequency in every image: the mean over angles is subtracted.
        for column in 0..RADII {
            let mean =
                (0..ANGLES).map(|row| values[row * RADII + column]).sum::<f32>() / ANGLES as f32;
            for row in 0..ANGLES {
                values[row * RADII + column] -= mean;
            }
        }
        let window = tukey_window(RADII);
        let mut square: Vec<Complex32> = values
            .chunks_exact(RADII)
            .flat_map(|row| row.iter().zip(&window).map(|(value, window)| (value * window).into()))
            .collect();
        self.run(&self.forward, &mut square);
        Spectrum(square)
    }

    /// Rotation (radians, clockwise as seen, modulo half a turn) and scale of `rotated` relative to
    /// `fixed`, both from [`Self::log_polar`]: the `count` likeliest.
    pub(super) fn rotations(
        &self,
        rotated: &Spectrum,
        fixed: &Spectrum,
        count: usize,
    ) -> Vec<(f32, f32)> {
        let step = (self.side as f32 / 2.0 / LOWEST).ln() / RADII as f32;
        self.phase_correlation(rotated, fixed, count)
            .into_iter()
            .map(|peak| {
                let angle = std::f32::consts::PI * peak.y / ANGLES as f32;
                (angle, (-step * peak.x).exp())
            })
            .collect()
    }
}

/// Tukey window: 1 in the middle, a cosine over a quarter at either end.
fn tukey_window(count: usize) -> Vec<f32> {
    let taper = count as f32 / 4.0;
    (0..count)
        .map(|i| {
            let from_end = (i.min(count - 1 - i) as f32 + 0.5).min(taper);
            0.5 - 0.5 * (std::f32::consts::PI * from_end / taper).cos()
        })
        .collect()
}

/// Transposes a square in place.
fn transpose(square: &mut [Complex32], side: usize) {
    for y in 0..side {
        for x in 0..y {
            square.swap(y * side + x, x * side + y);
        }
    }
}

/// The highest local maxima of a surface that is periodic in both directions.
fn peaks(surface: &[f32], side: usize, count: usize) -> Vec<Peak> {
    let at = |x: usize, y: usize| surface[(y % side) * side + x % side];
    let mut found: Vec<(f32, usize, usize)> = Vec::new();
    for y in 0..side {
        for x in 0..side {
            let here = at(x, y);
            if found.len() == count && found.last().is_some_and(|(lowest, ..)| here <= *lowest) {
                continue;
            }
            let around = [(1, 0), (0, 1), (side - 1, 0), (0, side - 1)];
            if around.iter().all(|(dx, dy)| here >= at(x + dx, y + dy)) {
                found.push((here, x, y));
                found.sort_by(|a, b| b.0.total_cmp(&a.0));
                found.truncate(count);
            }
        }
    }
    // The vertex of the parabola through the peak and its two neighbours.
    let vertex = |before: f32, here: f32, after: f32| {
        let bend = before - 2.0 * here + after;
        if bend < -1e-12 { (0.5 * (before - after) / bend).clamp(-0.5, 0.5) } else { 0.0 }
    };
    let signed = |v: usize| if v > side / 2 { v as f32 - side as f32 } else { v as f32 };
    found
        .into_iter()
        .map(|(here, x, y)| Peak {
            x: signed(x) + vertex(at(x + side - 1, y), here, at(x + 1, y)),
            y: signed(y) + vertex(at(x, y + side - 1), here, at(x, y + 1)),
        })
        .collect()
}
