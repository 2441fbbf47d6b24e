//! Preprocessing of images for the vision tower, as transformers' `LlavaOnevisionImageProcessor`
//! with several images: each whole, padded to a square.

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};
use serde::Deserialize;

use super::config::VisionConfig;
use crate::vlm::checkpoint::Checkpoint;
use crate::{ModelsError, Result};

const FILE: &str = "preprocessor_config.json";

/// `preprocessor_config.json`.
#[derive(Deserialize)]
struct ProcessorConfig {
    size: Size,
    image_mean: [f32; 3],
    image_std: [f32; 3],
}

#[derive(Deserialize)]
struct Size {
    height: u32,
    width: u32,
}

/// Preprocessing of images to patches.
pub(super) struct ImageProcessor {
    /// Side of the square in pixels.
    side: u32,
    /// Side of a patch in pixels.
    patch: usize,
    mean: [f32; 3],
    std: [f32; 3],
}

impl ImageProcessor {
    /// Reads and validates the settings.
    pub(super) fn load(checkpoint: &Checkpoint, vision: &VisionConfig) -> Result<Self> {
        let ProcessorConfig { size, image_mean: mean, image_std: std } = checkpoint.json(FILE)?;
        let is_square =
            [size.height, size.width].map(|side| side as usize) == [vision.image_size; 2];
        // The mean is also the colour of the padding.
        let valid_colours = mean.iter().all(|value| (0.0..=1.0).contains(value))
            && std.iter().all(|value| value.is_finite() && *value != 0.0);
        if !is_square || !valid_colours {
            return Err(checkpoint.bad(FILE, "sizes or colours that mean nothing"));
        }
        Ok(Self { side: size.height, patch: vision.patch_size, mean, std })
    }

    /// Pads, resizes, normalises and cuts an image into patches: one row per patch, in a row
    /// channel by channel.
    pub(super) fn patches(&self, image: &RgbImage) -> Result<Vec<f32>> {
        let (width, height) = image.dimensions();
        if width == 0 || height == 0 {
            return Err(ModelsError::Prompt(format!("a picture of {width} × {height} pixels")));
        }
        let longer = width.max(height);
        let mut square =
            RgbImage::from_pixel(longer, longer, Rgb(self.mean.map(|mean| (mean * 255.0) as u8)));
        let (left, top) = ((longer - width) / 2, (longer - height) / 2);
        imageops::replace(&mut square, image, i64::from(left), i64::from(top));
        let resized = if longer == self.side {
            square
        } else {
            imageops::resize(&square, self.side, self.side, FilterType::CatmullRom)
        };
        let (patch, stride) = (self.patch, 3 * self.side as usize);
        let across = self.side as usize / patch;
        let mut values = Vec::with_capacity(resized.len());
        for (row, column) in (0..across).flat_map(|row| (0..across).map(move |x| (row, x))) {
            for channel in 0..3 {
                let (mean, std) = (self.mean[channel], self.std[channel]);
                for y in 0..patch {
                    let start = (row * patch + y) * stride + column * patch * 3;
                    let line = resized.as_raw().get(start..start + 3 * patch).unwrap_or_default();
                    let samples = line.iter().skip(channel).step_by(3);
                    values.extend(samples.map(|&value| (f32::from(value) / 255.0 - mean) / std));
                }
            }
        }
        Ok(values)
    }
}
