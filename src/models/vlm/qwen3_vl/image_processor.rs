//! Preprocessing of images for the vision tower, as transformers' `Qwen2VLImageProcessor` with the
//! settings of `preprocessor_config.json`.

use image::RgbImage;
use image::imageops::{self, FilterType};
use serde::Deserialize;

use super::config::VisionConfig;
use crate::vlm::checkpoint::Checkpoint;
use crate::{ModelsError, Result};

const FILE: &str = "preprocessor_config.json";
/// Maximum aspect ratio of an image, as in the original.
const MAX_ASPECT_RATIO: f64 = 200.0;
/// Maximum area of an image. The published settings allow 16 megapixels; but attention is quadratic
/// in the patches, of which there are four per token, so that memory and time would be out of
/// proportion.
const MAX_PIXELS: f64 = (1024 * 1024) as f64;

/// `preprocessor_config.json`.
#[derive(Deserialize)]
struct ProcessorConfig {
    size: Size,
    image_mean: [f32; 3],
    image_std: [f32; 3],
}

/// Limits of the area in pixels, in spite of their names.
#[derive(Deserialize)]
struct Size {
    shortest_edge: f64,
    longest_edge: f64,
}

/// Preprocessing of images to patches.
pub(super) struct ImageProcessor {
    patch: usize,
    merge: usize,
    temporal: usize,
    min_pixels: f64,
    max_pixels: f64,
    mean: [f32; 3],
    std: [f32; 3],
}

/// Patches of an image in the order in which they are merged to tokens.
pub(super) struct Patches {
    /// One row per patch; in a row channel by channel, in each the image once per frame of a time
    /// step.
    pub(super) values: Vec<f32>,
    /// Rows and columns of the grid of patches.
    pub(super) grid: (usize, usize),
}

impl ImageProcessor {
    /// Reads and validates the settings.
    pub(super) fn load(checkpoint: &Checkpoint, vision: &VisionConfig) -> Result<Self> {
        let ProcessorConfig { size, image_mean: mean, image_std: std } = checkpoint.json(FILE)?;
        let (min, max) = (size.shortest_edge, size.longest_edge.min(MAX_PIXELS));
        let factor = (vision.patch_size * vision.spatial_merge_size) as f64;
        let valid_sizes = min > 0.0 && min <= max && max >= factor * factor;
        let valid_colours = mean.iter().chain(&std).all(|value| value.is_finite());
        if !valid_sizes || !valid_colours || std.contains(&0.0) {
            return Err(checkpoint.bad(FILE, "sizes or colours that mean nothing"));
        }
        Ok(Self {
            patch: vision.patch_size,
            merge: vision.spatial_merge_size,
            temporal: vision.temporal_patch_size,
            min_pixels: min,
            max_pixels: max,
            mean,
            std,
        })
    }

    /// Resizes, normalises and cuts an image into patches.
    pub(super) fn patches(&self, image: &RgbImage) -> Result<Patches> {
        let (width, height) = image.dimensions();
        let (height, width) = self.resized_size(height, width)?;
        let resized = if image.dimensions() == (width, height) {
            image.clone()
        } else {
            imageops::resize(image, width, height, FilterType::CatmullRom)
        };
        let (patch, merge) = (self.patch, self.merge);
        let (rows, columns) = (height as usize / patch, width as usize / patch);
        let (pixels, stride) = (resized.as_raw(), 3 * width as usize);
        let mut values = Vec::with_capacity(pixels.len() * self.temporal);
        for (row, column) in merge_order(rows, columns, merge) {
            for channel in 0..3 {
                let (mean, std) = (self.mean[channel], self.std[channel]);
                for _ in 0..self.temporal {
                    for y in 0..patch {
                        let start = (row * patch + y) * stride + column * patch * 3;
                        let line = pixels.get(start..start + 3 * patch).unwrap_or_default();
                        let samples = line.iter().skip(channel).step_by(3);
                        values
                            .extend(samples.map(|&value| (f32::from(value) / 255.0 - mean) / std));
                    }
                }
            }
        }
        Ok(Patches { values, grid: (rows, columns) })
    }

    /// Height and width after resizing (`smart_resize`): multiples of the side of a token, within
    /// the limits of the area, with nearly the same aspect ratio.
    fn resized_size(&self, height: u32, width: u32) -> Result<(u32, u32)> {
        let factor = (self.patch * self.merge) as f64;
        let (height, width) = (f64::from(height), f64::from(width));
        let (short, long) = (height.min(width), height.max(width));
        if short < 1.0 || long > MAX_ASPECT_RATIO * short {
            return Err(ModelsError::Prompt(format!("a picture of {width} × {height} pixels")));
        }
        // Rounding halves to even, as Python does.
        let round = |side: f64| (side / factor).round_ties_even() * factor;
        let (mut new_height, mut new_width) = (round(height), round(width));
        if new_height * new_width > self.max_pixels {
            let shrink = (height * width / self.max_pixels).sqrt();
            new_height = ((height / shrink / factor).floor() * factor).max(factor);
            new_width = ((width / shrink / factor).floor() * factor).max(factor);
        } else if new_height * new_width < self.min_pixels {
            let grow = (self.min_pixels / (height * width)).sqrt();
            new_height = (height * grow / factor).ceil() * factor;
            new_width = (width * grow / factor).ceil() * factor;
        }
        Ok((new_height as u32, new_width as u32))
    }
}

/// Rows and columns of the patches of a grid, ordered by the tokens to which they are merged.
pub(super) fn merge_order(
    rows: usize,
    columns: usize,
    merge: usize,
) -> impl Iterator<Item = (usize, usize)> {
    let block = move |row: usize, column: usize| {
        (0..merge).flat_map(move |y| (0..merge).map(move |x| (row + y, column + x)))
    };
    let across =
        move |row: usize| (0..columns).step_by(merge).flat_map(move |column| block(row, column));
    (0..rows).step_by(merge).flat_map(across)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn processor() -> ImageProcessor {
        ImageProcessor {
            patch: 16,
            merge: 2,
            temporal: 2,
            min_pixels: 65_536.0,
            max_pixels: 1_048_576.0,
            mean: [0.5; 3],
            std: [0.5; 3],
        }
    }

    #[test]
    fn sizes_agree_with_smart_resize() {
        // (height, width) and the result of transformers' smart_resize with factor 32.
        let cases = [
            ((512, 512), (512, 512)),
            ((300, 500), (288, 512)),
            ((720, 1280), (704, 1280)),
            ((48, 2000), (64, 1984)),
            ((80, 80), (256, 256)),
            ((100, 700), (96, 704)),
            ((2000, 3000), (832, 1248)),
            ((40, 41), (256, 288)),
            ((1, 200), (32, 3648)),
            ((6000, 40), (6016, 32)),
        ];
        for (given, expect) in cases {
            assert_eq!(processor().resized_size(given.0, given.1).unwrap(), expect, "{given:?}");
        }
        for given in [(1, 201), (0, 5), (7, 0)] {
            assert!(processor().resized_size(given.0, given.1).is_err(), "{given:?}");
        }
    }

    #[test]
    fn the_patches_of_a_token_are_adjacent() {
        let order: Vec<_> = merge_order(2, 4, 2).collect();
        assert_eq!(order, [(0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (0, 3), (1, 2), (1, 3)]);
    }
}
