//! Pictures as the vision tower reads them: `Qwen2VLImageProcessor` of transformers, whose
//! settings are in `preprocessor_config.json`.

use image::RgbImage;
use image::imageops::{self, FilterType};
use serde::Deserialize;

use super::config::Vision;
use crate::vlm::checkpoint::Checkpoint;
use crate::{ModelsError, Result};

const NAME: &str = "preprocessor_config.json";
/// A picture longer than this many times its width is refused, as by the original.
const LONGEST: f64 = 200.0;
/// The settings allow pictures of 16 megapixels; four times as many patches as there are tokens
/// attend to each other, so that the memory and time of those would be out of all proportion.
const MOST_PIXELS: f64 = (1024 * 1024) as f64;

#[derive(Deserialize)]
struct Settings {
    size: Size,
    image_mean: [f32; 3],
    image_std: [f32; 3],
}

/// Called edges, but they are areas in pixels.
#[derive(Deserialize)]
struct Size {
    shortest_edge: f64,
    longest_edge: f64,
}

/// How pictures become patches.
pub(super) struct Preprocess {
    patch: usize,
    merge: usize,
    temporal: usize,
    least_pixels: f64,
    most_pixels: f64,
    mean: [f32; 3],
    std: [f32; 3],
}

/// A picture cut into patches, in the order in which they are merged: block by block.
pub(super) struct Patches {
    /// A row a patch; in a row colour by colour, in each the same picture for every time of a
    /// time step.
    pub(super) values: Vec<f32>,
    /// Patches down and across.
    pub(super) grid: (usize, usize),
}

impl Preprocess {
    /// Reads the settings.
    pub(super) fn load(checkpoint: &Checkpoint, vision: &Vision) -> Result<Self> {
        let Settings { size, image_mean: mean, image_std: std } = checkpoint.json(NAME)?;
        let (least, most) = (size.shortest_edge, size.longest_edge.min(MOST_PIXELS));
        let factor = (vision.patch_size * vision.spatial_merge_size) as f64;
        let sizes = least > 0.0 && least <= most && most >= factor * factor;
        let colours = mean.iter().chain(&std).all(|value| value.is_finite());
        if !sizes || !colours || std.contains(&0.0) {
            return Err(checkpoint.bad(NAME, "sizes or colours that mean nothing"));
        }
        Ok(Self {
            patch: vision.patch_size,
            merge: vision.spatial_merge_size,
            temporal: vision.temporal_patch_size,
            least_pixels: least,
            most_pixels: most,
            mean,
            std,
        })
    }

    /// Resizes, normalises and cuts `picture`.
    pub(super) fn patches(&self, picture: &RgbImage) -> Result<Patches> {
        let (width, height) = picture.dimensions();
        let (height, width) = self.size(height, width)?;
        let resized = if picture.dimensions() == (width, height) {
            picture.clone()
        } else {
            imageops::resize(picture, width, height, FilterType::CatmullRom)
        };
        let (patch, merge) = (self.patch, self.merge);
        let (rows, columns) = (height as usize / patch, width as usize / patch);
        let (pixels, stride) = (resized.as_raw(), 3 * width as usize);
        let mut values = Vec::with_capacity(pixels.len() * self.temporal);
        for (row, column) in in_merged_order(rows, columns, merge) {
            for colour in 0..3 {
                let (mean, std) = (self.mean[colour], self.std[colour]);
                for _ in 0..self.temporal {
                    for y in 0..patch {
                        let start = (row * patch + y) * stride + column * patch * 3;
                        let line = pixels.get(start..start + 3 * patch).unwrap_or_default();
                        let colour = line.iter().skip(colour).step_by(3);
                        values.extend(colour.map(|&value| (f32::from(value) / 255.0 - mean) / std));
                    }
                }
            }
        }
        Ok(Patches { values, grid: (rows, columns) })
    }

    /// Height and width to resize to: multiples of a token's side, within the limits on the
    /// area, the ratio nearly kept (`smart_resize`).
    fn size(&self, height: u32, width: u32) -> Result<(u32, u32)> {
        let factor = (self.patch * self.merge) as f64;
        let (height, width) = (f64::from(height), f64::from(width));
        let (short, long) = (height.min(width), height.max(width));
        if short < 1.0 || long > LONGEST * short {
            return Err(ModelsError::Prompt(format!("a picture of {width} × {height} pixels")));
        }
        // Python rounds halves to even.
        let round = |side: f64| (side / factor).round_ties_even() * factor;
        let (mut high, mut wide) = (round(height), round(width));
        if high * wide > self.most_pixels {
            let shrink = (height * width / self.most_pixels).sqrt();
            high = ((height / shrink / factor).floor() * factor).max(factor);
            wide = ((width / shrink / factor).floor() * factor).max(factor);
        } else if high * wide < self.least_pixels {
            let grow = (self.least_pixels / (height * width)).sqrt();
            high = (height * grow / factor).ceil() * factor;
            wide = (width * grow / factor).ceil() * factor;
        }
        Ok((high as u32, wide as u32))
    }
}

/// The patches of a grid, block by block of those that become one token.
pub(super) fn in_merged_order(
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

    fn preprocess() -> Preprocess {
        Preprocess {
            patch: 16,
            merge: 2,
            temporal: 2,
            least_pixels: 65_536.0,
            most_pixels: 1_048_576.0,
            mean: [0.5; 3],
            std: [0.5; 3],
        }
    }

    #[test]
    fn sizes_are_those_of_smart_resize() {
        // given height and width, expect what transformers' smart_resize makes of them with
        // factor 32 and these limits
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
            assert_eq!(preprocess().size(given.0, given.1).unwrap(), expect, "{given:?}");
        }
        for given in [(1, 201), (0, 5), (7, 0)] {
            assert!(preprocess().size(given.0, given.1).is_err(), "{given:?}");
        }
    }

    #[test]
    fn patches_of_a_token_follow_each_other() {
        let order: Vec<_> = in_merged_order(2, 4, 2).collect();
        assert_eq!(order, [(0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (0, 3), (1, 2), (1, 3)]);
    }
}
