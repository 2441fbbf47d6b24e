//! Pictures as the vision tower reads them: `LlavaOnevisionImageProcessor` of transformers where
//! it is shown several pictures: each once, whole, on a square.

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};
use serde::Deserialize;

use super::config::Vision;
use crate::vlm::checkpoint::Checkpoint;
use crate::{ModelsError, Result};

const NAME: &str = "preprocessor_config.json";

#[derive(Deserialize)]
struct Settings {
    size: Size,
    image_mean: [f32; 3],
    image_std: [f32; 3],
}

#[derive(Deserialize)]
struct Size {
    height: u32,
    width: u32,
}

/// How pictures become patches.
pub(super) struct Preprocess {
    /// Of the square, in pixels.
    side: u32,
    patch: usize,
    mean: [f32; 3],
    std: [f32; 3],
}

impl Preprocess {
    /// Reads the settings.
    pub(super) fn load(checkpoint: &Checkpoint, vision: &Vision) -> Result<Self> {
        let Settings { size, image_mean: mean, image_std: std } = checkpoint.json(NAME)?;
        let square = [size.height, size.width].map(|side| side as usize) == [vision.image_size; 2];
        // The mean is also a colour.
        let colours = mean.iter().all(|value| (0.0..=1.0).contains(value))
            && std.iter().all(|value| value.is_finite() && *value != 0.0);
        if !square || !colours {
            return Err(checkpoint.bad(NAME, "sizes or colours that mean nothing"));
        }
        Ok(Self { side: size.height, patch: vision.patch_size, mean, std })
    }

    /// Pads, resizes, normalises and cuts `picture`: a row a patch, in a row colour by colour.
    pub(super) fn patches(&self, picture: &RgbImage) -> Result<Vec<f32>> {
        let (width, height) = picture.dimensions();
        if width == 0 || height == 0 {
            return Err(ModelsError::Prompt(format!("a picture of {width} × {height} pixels")));
        }
        let longer = width.max(height);
        let mut square =
            RgbImage::from_pixel(longer, longer, Rgb(self.mean.map(|mean| (mean * 255.0) as u8)));
        let (left, top) = ((longer - width) / 2, (longer - height) / 2);
        imageops::replace(&mut square, picture, i64::from(left), i64::from(top));
        let resized = if longer == self.side {
            square
        } else {
            imageops::resize(&square, self.side, self.side, FilterType::CatmullRom)
        };
        let (patch, stride) = (self.patch, 3 * self.side as usize);
        let across = self.side as usize / patch;
        let mut values = Vec::with_capacity(resized.len());
        for (row, column) in (0..across).flat_map(|row| (0..across).map(move |x| (row, x))) {
            for colour in 0..3 {
                let (mean, std) = (self.mean[colour], self.std[colour]);
                for y in 0..patch {
                    let start = (row * patch + y) * stride + column * patch * 3;
                    let line = resized.as_raw().get(start..start + 3 * patch).unwrap_or_default();
                    let colour = line.iter().skip(colour).step_by(3);
                    values.extend(colour.map(|&value| (f32::from(value) / 255.0 - mean) / std));
                }
            }
        }
        Ok(values)
    }
}
