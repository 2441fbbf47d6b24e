//! Convolution without im2col (Dukhan, "The indirect convolution algorithm", arXiv 1907.02129):
//! a matrix product whose rows are the output pixels, each given as pointers to the input pixels
//! under the kernel. Nothing is copied.

use crate::activation::Activation;
use crate::gemm::Gemm;
use crate::geometry::ConvGeometry;
use crate::panels::Panels;

/// Convolves `input` (B, H, W, C) to (B, h, w, O); `panels` are packed from a weight (O, k, k, C).
pub(crate) fn convolve(
    input: &[f32],
    geometry: &ConvGeometry,
    panels: &Panels,
    residual: Option<&[f32]>,
    activation: Activation,
) -> Vec<f32> {
    let ConvGeometry { channels, height, width, kernel, stride, .. } = *geometry;
    let rows = geometry.batch * geometry.out_pixels();
    if kernel == 1 && stride == 1 && geometry.out_pixels() == geometry.pixels() {
        let offset = |row: usize, _: usize| Some(row * channels);
        return Gemm { input, offset, rows, taps: 1, panels, residual, activation }.run();
    }
    if geometry.is_padded() {
        let offset = |row: usize, tap: usize| {
            let (image, y, x) = geometry.out_pixel(row);
            let y = (y * stride + tap / kernel).checked_sub(geometry.pad_rows.0)?;
            let x = (x * stride + tap % kernel).checked_sub(geometry.pad_columns.0)?;
            let inside = y < height && x < width;
            inside.then_some(((image * height + y) * width + x) * channels)
        };
        let taps = kernel * kernel;
        return Gemm { input, offset, rows, taps, panels, residual, activation }.run();
    }
    // Without padding the pixels under one row of the kernel lie next to each other: one tap.
    let offset = |row: usize, kernel_row: usize| {
        let (image, y, x) = geometry.out_pixel(row);
        Some(((image * height + y * stride + kernel_row) * width + x * stride) * channels)
    };
    Gemm { input, offset, rows, taps: kernel, panels, residual, activation }.run()
}
