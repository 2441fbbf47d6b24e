//! Convolution of all channels with all channels, on the CPU: a matrix product whose rows
//! are the output's pixels, each made of one piece a place of the kernel. Nothing is copied.

use super::Activation;
use super::geometry::Geometry;
use super::panels::Panels;
use super::product::Product;

/// `x` (B, H, W, C) to (B, h, w, O); `panels` are packed from (O, k, k, C).
pub(super) fn run(
    x: &[f32],
    geometry: &Geometry,
    panels: &Panels,
    residual: Option<&[f32]>,
    activation: Activation,
) -> Vec<f32> {
    let Geometry { channels, height, width, kernel, stride, .. } = *geometry;
    let rows = geometry.batch * geometry.out_pixels();
    if kernel == 1 && stride == 1 && geometry.out_pixels() == geometry.pixels() {
        let place = |row: usize, _: usize| Some(row * channels);
        return Product { input: x, place, rows, taps: 1, panels, residual, activation }.run();
    }
    if geometry.is_padded() {
        let place = |row: usize, tap: usize| {
            let (image, y, x) = geometry.out_pixel(row);
            let y = (y * stride + tap / kernel).checked_sub(geometry.rows.0)?;
            let x = (x * stride + tap % kernel).checked_sub(geometry.columns.0)?;
            let inside = y < height && x < width;
            inside.then_some(((image * height + y) * width + x) * channels)
        };
        let taps = kernel * kernel;
        return Product { input: x, place, rows, taps, panels, residual, activation }.run();
    }
    // Where no place is outside the image, a whole row of the kernel lies in one piece.
    let place = |row: usize, down: usize| {
        let (image, y, x) = geometry.out_pixel(row);
        Some(((image * height + y * stride + down) * width + x * stride) * channels)
    };
    Product { input: x, place, rows, taps: kernel, panels, residual, activation }.run()
}
