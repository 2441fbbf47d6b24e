//! Small grey pictures: what geometry is found on.

use image::RgbImage;
use rayon::prelude::*;

/// Lightness of a reduced picture, row by row, 0 to 1.
#[derive(Debug, Clone)]
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<f32>,
}

impl Plane {
    /// `picture`, each pixel the mean of `step` × `step` of its own, a rest at the right and
    /// bottom left out evenly on both sides.
    pub(super) fn reduced(picture: &RgbImage, step: f32) -> Self {
        let (from_w, from_h) = (picture.width() as usize, picture.height() as usize);
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
        let bytes = picture.as_raw();
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

    /// Half as wide and high.
    pub(super) fn halved(&self) -> Self {
        let (width, height) = ((self.width / 2).max(1), (self.height / 2).max(1));
        // Centred, so that the middle stays the middle.
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

    pub(super) fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.width)
    }

    pub(super) fn mean(&self) -> f32 {
        self.values.iter().sum::<f32>() / self.values.len().max(1) as f32
    }

    /// The middle, in pixels from the first pixel's centre.
    pub(super) fn middle(&self) -> (f32, f32) {
        ((self.width as f32 - 1.0) / 2.0, (self.height as f32 - 1.0) / 2.0)
    }

    /// Bilinear; `None` outside.
    pub(super) fn at(&self, x: f32, y: f32) -> Option<f32> {
        self.cell(x, y).map(|(upper, lower, along, down)| {
            let above = upper[0] + (upper[1] - upper[0]) * along;
            let below = lower[0] + (lower[1] - lower[0]) * along;
            above + (below - above) * down
        })
    }

    /// Value and its change across and down; `None` outside.
    pub(super) fn slope(&self, x: f32, y: f32) -> Option<[f32; 3]> {
        self.cell(x, y).map(|(upper, lower, along, down)| {
            let above = upper[0] + (upper[1] - upper[0]) * along;
            let below = lower[0] + (lower[1] - lower[0]) * along;
            let across = (upper[1] - upper[0]) * (1.0 - down) + (lower[1] - lower[0]) * down;
            [above + (below - above) * down, across, below - above]
        })
    }

    /// The four pixels around a point, and where it lies between them.
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

    /// Less its mean over a square of `reach` pixels to each side: light and shade go, edges
    /// stay.
    pub(super) fn detail(&self, reach: usize) -> Self {
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
                let (x0, x1) = (x.saturating_sub(reach), (x + reach + 1).min(w));
                let (y0, y1) = (y.saturating_sub(reach), (y + reach + 1).min(h));
                let sum =
                    sums[y1 * (w + 1) + x1] - sums[y0 * (w + 1) + x1] - sums[y1 * (w + 1) + x0]
                        + sums[y0 * (w + 1) + x0];
                self.values[i] - (sum / ((x1 - x0) * (y1 - y0)) as f64) as f32
            })
            .collect();
        Self { width: w, height: h, values }
    }
}
