//! Lightness of a reduced image in `f32`: the input of alignment and part detection.

use image::RgbImage;
use rayon::prelude::*;

/// Lightness of an image, row by row, 0 to 1. (`image::GrayImage` holds bytes.)
#[derive(Debug, Clone)]
pub(crate) struct GrayImage {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) values: Vec<f32>,
}

impl GrayImage {
    /// `image` reduced by the factor `step`: each pixel is the mean of `step` × `step` pixels. A
    /// remainder is left out in equal parts on both sides.
    pub(crate) fn reduced(image: &RgbImage, step: f32) -> Self {
        let (from_w, from_h) = (image.width() as usize, image.height() as usize);
        let size = |from: usize| ((from as f32 / step) as usize).max(1);
        let (width, height) = (size(from_w), size(from_h));
        let spans = |count: usize, from: usize| -> Vec<(usize, usize)> {
            let margin = (from as f32 - count as f32 * step) / 2.0;
            (0..count)
                .map(|i| {
                    let begin =
                        ((margin + i as f32 * step).round().max(0.0) as usize).min(from - 1);
                    let end = (margin + (i + 1) as f32 * step).round() as usize;
                    (begin, end.clamp(begin + 1, from))
                })
                .collect()
        };
        let (columns, rows) = (spans(width, from_w), spans(height, from_h));
        let bytes = image.as_raw();
        let values = rows
            .par_iter()
            .flat_map_iter(|(top, bottom)| {
                columns.iter().map(move |(left, right)| {
                    let mut sum = 0u32;
                    for y in *top..*bottom {
                        let row = &bytes[(y * from_w + left) * 3..(y * from_w + right) * 3];
                        // Rec. 601 luma in 1/256.
                        sum += row
                            .chunks_exact(3)
                            .map(|p| {
                                (77 * u32::from(p[0])
                                    + 150 * u32::from(p[1])
                                    + 29 * u32::from(p[2]))
                                    >> 8
                            })
                            .sum::<u32>();
                    }
                    sum as f32 / (255 * (right - left) * (bottom - top)) as f32
                })
            })
            .collect();
        Self { width, height, values }
    }

    /// Half the width and height.
    pub(crate) fn halved(&self) -> Self {
        let (width, height) = ((self.width / 2).max(1), (self.height / 2).max(1));
        // Centred, so that the centre stays the centre.
        let left = (self.width - (2 * width).min(self.width)) / 2;
        let top = (self.height - (2 * height).min(self.height)) / 2;
        let at = |x: usize, y: usize| {
            self.values
                [(y + top).min(self.height - 1) * self.width + (x + left).min(self.width - 1)]
        };
        let values = (0..width * height)
            .map(|i| {
                let (x, y) = (i % width * 2, i / width * 2);
                (at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1)) / 4.0
            })
            .collect();
        Self { width, height, values }
    }

    /// Rows from top to bottom.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.width)
    }

    /// Mean lightness.
    pub(crate) fn mean(&self) -> f32 {
        self.values.iter().sum::<f32>() / self.values.len().max(1) as f32
    }

    /// The centre of the image (x, y), in pixels from the centre of the first pixel.
    pub(crate) fn centre(&self) -> (f32, f32) {
        ((self.width as f32 - 1.0) / 2.0, (self.height as f32 - 1.0) / 2.0)
    }

    /// Lightness at a point, bilinear; `None` outside the image.
    pub(crate) fn sample(&self, x: f32, y: f32) -> Option<f32> {
        self.cell(x, y).map(|(upper, lower, along, down)| {
            let above = upper[0] + (upper[1] - upper[0]) * along;
            let below = lower[0] + (lower[1] - lower[0]) * along;
            above + (below - above) * down
        })
    }

    /// Lightness at a point, and its derivatives across and down; `None` outside the image.
    pub(crate) fn sample_with_gradient(&self, x: f32, y: f32) -> Option<[f32; 3]> {
        self.cell(x, y).map(|(upper, lower, along, down)| {
            let above = upper[0] + (upper[1] - upper[0]) * along;
            let below = lower[0] + (lower[1] - lower[0]) * along;
            let across = (upper[1] - upper[0]) * (1.0 - down) + (lower[1] - lower[0]) * down;
            [above + (below - above) * down, across, below - above]
        })
    }

    /// The four pixels around a point (upper pair, lower pair), and the point's position between
    /// them (across, down; 0 to 1).
    fn cell(&self, x: f32, y: f32) -> Option<([f32; 2], [f32; 2], f32, f32)> {
        let inside =
            x >= 0.0 && y >= 0.0 && x < (self.width - 1) as f32 && y < (self.height - 1) as f32;
        if !inside {
            return None;
        }
        let (left, top) = (x as usize, y as usize);
        let first = top * self.width + left;
        let upper = [self.values[first], self.values[first + 1]];
        let second = first + self.width;
        let lower = [self.values[second], self.values[second + 1]];
        Some((upper, lower, x - left as f32, y - top as f32))
    }

    /// The image less its local mean over a square of `radius` pixels to each side: removes light
    /// and shade, keeps edges.
    pub(crate) fn without_local_mean(&self, radius: usize) -> Self {
        let (w, h) = (self.width, self.height);
        let mut sums = vec![0f64; (w + 1) * (h + 1)];
        for y in 0..h {
            let mut row = 0.0;
            for x in 0..w {
                row += f64::from(self.values[y * w + x]);
                sums[(y + 1) * (w + 1) + x + 1] = sums[y * (w + 1) + x + 1] + row;
            }
        }
        let values = (0..w * h)
            .map(|i| {
                let (x, y) = (i % w, i / w);
                let (x0, x1) = (x.saturating_sub(radius), (x + radius + 1).min(w));
                let (y0, y1) = (y.saturating_sub(radius), (y + radius + 1).min(h));
                let sum =
                    sums[y1 * (w + 1) + x1] - sums[y0 * (w + 1) + x1] - sums[y1 * (w + 1) + x0]
                        + sums[y0 * (w + 1) + x0];
                self.values[i] - (sum / ((x1 - x0) * (y1 - y0)) as f64) as f32
            })
            .collect();
        Self { width: w, height: h, values }
    }
}
