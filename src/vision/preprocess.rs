//! Pictures to network input, and the way back from its pixels to the picture's.

use candle_core::{Device, Tensor};
use image::RgbImage;
use rayon::prelude::*;

use super::resample::{self, Window};
use super::{Result, VisionError};
use crate::domain::{ImageRecipe, Resize};

/// Where a network input's pixels lie in the picture it was made from.
///
/// Positions are of pixel centres: input column `x` shows the picture's column
/// `(x + 0.5) * scale_x + offset_x - 0.5`, and rows likewise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InputMapping {
    /// Width of the network input.
    pub input_width: u32,
    /// Height of the network input.
    pub input_height: u32,
    /// Width of the picture.
    pub image_width: u32,
    /// Height of the picture.
    pub image_height: u32,
    /// Picture pixels an input pixel, across.
    pub scale_x: f32,
    /// Picture pixels an input pixel, down.
    pub scale_y: f32,
    /// Picture pixels cut off at the left.
    pub offset_x: f32,
    /// Picture pixels cut off at the top.
    pub offset_y: f32,
}

impl InputMapping {
    /// The mapping of a picture of this size under `resize`.
    ///
    /// # Errors
    /// [`VisionError::EmptyImage`] where a size is 0.
    pub fn new(image_width: u32, image_height: u32, resize: Resize) -> Result<Self> {
        let window = window(image_width, image_height, resize)?;
        let scale_x = f64::from(image_width) / window.resized.0 as f64;
        let scale_y = f64::from(image_height) / window.resized.1 as f64;
        Ok(Self {
            input_width: window.size.0,
            input_height: window.size.1,
            image_width,
            image_height,
            scale_x: scale_x as f32,
            scale_y: scale_y as f32,
            offset_x: (window.origin.0 as f64 * scale_x) as f32,
            offset_y: (window.origin.1 as f64 * scale_y) as f32,
        })
    }

    /// A point of the input, in pixels with the origin at the outer corner, in the picture.
    pub fn input_to_image(&self, x: f32, y: f32) -> (f32, f32) {
        (x * self.scale_x + self.offset_x, y * self.scale_y + self.offset_y)
    }

    /// A point of the picture in the input; outside the input where the crop left it out.
    pub fn image_to_input(&self, x: f32, y: f32) -> (f32, f32) {
        ((x - self.offset_x) / self.scale_x, (y - self.offset_y) / self.scale_y)
    }
}

/// What is resized to what, and which part is kept. `ShorterSideCrop` rounds as
/// transformers' `CLIPImageProcessor`: the longer side is cut to a whole number, and so is
/// half of what is cropped.
fn window(width: u32, height: u32, resize: Resize) -> Result<Window> {
    let empty = |width, height| VisionError::EmptyImage { width, height };
    if width == 0 || height == 0 {
        return Err(empty(width, height));
    }
    match resize {
        Resize::Exact { width, height } if width == 0 || height == 0 => Err(empty(width, height)),
        Resize::Exact { width, height } => Ok(Window {
            resized: (u64::from(width), u64::from(height)),
            origin: (0, 0),
            size: (width, height),
        }),
        Resize::ShorterSideCrop(0) => Err(empty(0, 0)),
        Resize::ShorterSideCrop(side) => {
            let longer =
                |long: u32, short: u32| u64::from(side) * u64::from(long) / u64::from(short);
            let resized = if width <= height {
                (u64::from(side), longer(height, width))
            } else {
                (longer(width, height), u64::from(side))
            };
            let origin = ((resized.0 - u64::from(side)) / 2, (resized.1 - u64::from(side)) / 2);
            Ok(Window { resized, origin, size: (side, side) })
        }
    }
}

/// The shape of the network input that `resize` makes: width, height.
pub fn input_size(resize: Resize) -> (u32, u32) {
    match resize {
        Resize::ShorterSideCrop(side) => (side, side),
        Resize::Exact { width, height } => (width, height),
    }
}

/// `images` as (B, 3, H, W) f32 on `device`: resized and cropped to 8-bit pixels as Pillow
/// does, then `(pixel / 255 - mean) / std`, channels red, green, blue.
///
/// # Errors
/// [`VisionError::Nothing`] for no images, [`VisionError::EmptyImage`] for one without pixels.
pub fn to_tensor(images: &[&RgbImage], recipe: &ImageRecipe, device: &Device) -> Result<Tensor> {
    if images.is_empty() {
        return Err(VisionError::Nothing("images"));
    }
    let (width, height) = input_size(recipe.resize);
    let plane = width as usize * height as usize;
    let windows = images
        .iter()
        .map(|image| window(image.width(), image.height(), recipe.resize))
        .collect::<Result<Vec<_>>>()?;
    // A byte has 256 values: the arithmetic is done once for each.
    let levels: [Vec<f32>; 3] = std::array::from_fn(|channel| {
        (0..=255u8)
            .map(|v| (f32::from(v) / 255.0 - recipe.mean[channel]) / recipe.std[channel])
            .collect()
    });
    let mut values = vec![0f32; images.len() * 3 * plane];
    values.par_chunks_mut(3 * plane).zip(images).zip(&windows).for_each(
        |((target, image), window)| {
            let pixels = resample::resize(image, window, recipe.filter);
            for ((channel, target), level) in
                target.chunks_exact_mut(plane).enumerate().zip(&levels)
            {
                for (value, pixel) in target.iter_mut().zip(pixels.chunks_exact(3)) {
                    *value = level[usize::from(pixel[channel])];
                }
            }
        },
    );
    Ok(Tensor::from_vec(values, (images.len(), 3, height as usize, width as usize), device)?)
}

/// `image` at the size that `recipe` asks for: [`to_tensor`] makes the same of it as of
/// `image`, and has no resizing left to do.
///
/// # Errors
/// [`VisionError::EmptyImage`] for one without pixels.
pub fn resized(image: &RgbImage, recipe: &ImageRecipe) -> Result<RgbImage> {
    let window = window(image.width(), image.height(), recipe.resize)?;
    let pixels = resample::resize(image, &window, recipe.filter);
    let (width, height) = window.size;
    RgbImage::from_raw(width, height, pixels).ok_or(VisionError::EmptyImage { width, height })
}

#[cfg(test)]
mod tests {
    use super::super::golden::{Golden, shared};
    use super::*;
    use crate::domain::ResizeFilter;

    const CLIP: ImageRecipe = ImageRecipe {
        resize: Resize::ShorterSideCrop(224),
        filter: ResizeFilter::Bicubic,
        mean: [0.481_454_66, 0.457_827_5, 0.408_210_73],
        std: [0.268_629_54, 0.261_302_6, 0.275_777_1],
    };

    fn first_by_name(folder: &str) -> Option<RgbImage> {
        let mut files: Vec<_> =
            std::fs::read_dir(shared(folder)?).unwrap().map(|e| e.unwrap().path()).collect();
        files.sort();
        Some(image::open(&files[0]).unwrap().to_rgb8())
    }

    #[test]
    fn clip_input_is_that_of_its_own_processor() {
        let Some(golden) = Golden::open("reference/clip_tiny/golden.safetensors") else { return };
        let casting = first_by_name("data/casting/test/def_front").unwrap();
        let kolektor = first_by_name("data/kolektorsdd/test/defect").unwrap();
        let ours = to_tensor(&[&casting, &kolektor], &CLIP, &Device::Cpu).unwrap();
        assert_eq!(ours.dims(), [2, 3, 224, 224]);
        let ours: Vec<f32> = ours.flatten_all().unwrap().to_vec1().unwrap();
        let theirs = golden.floats("pixel_values");
        let largest = super::super::golden::max_difference(&ours, &theirs);
        let mean =
            ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).sum::<f32>() / ours.len() as f32;
        assert!(largest < 0.03 && mean < 0.003, "largest {largest}, mean {mean}");
    }

    #[test]
    fn sizes_round_as_the_processor_rounds() {
        // (width, height) → resized, origin
        let cases = [
            ((500, 1272), (224, 569), (0, 172)),
            ((1272, 500), (569, 224), (172, 0)),
            ((224, 224), (224, 224), (0, 0)),
            ((10, 11), (224, 246), (0, 11)),
            ((1, 60_000), (224, 13_440_000), (0, 6_719_888)),
        ];
        for ((width, height), resized, origin) in cases {
            let window = window(width, height, Resize::ShorterSideCrop(224)).unwrap();
            assert_eq!((window.resized, window.origin), (resized, origin), "{width}×{height}");
        }
    }

    #[test]
    fn the_mapping_goes_there_and_back() {
        let exact = InputMapping::new(400, 300, Resize::Exact { width: 200, height: 100 }).unwrap();
        assert_eq!(exact.input_to_image(200.0, 100.0), (400.0, 300.0));
        assert_eq!(exact.image_to_input(0.0, 0.0), (0.0, 0.0));
        let crop = InputMapping::new(600, 300, Resize::ShorterSideCrop(100)).unwrap();
        assert_eq!(crop.input_to_image(0.0, 0.0), (150.0, 0.0));
        assert_eq!(crop.image_to_input(450.0, 300.0), (100.0, 100.0));
    }

    #[test]
    fn what_has_no_pixels_is_refused() {
        let empty = RgbImage::new(0, 5);
        let pixel = RgbImage::new(1, 1);
        let none = ImageRecipe { resize: Resize::Exact { width: 0, height: 4 }, ..CLIP };
        assert!(matches!(to_tensor(&[], &CLIP, &Device::Cpu), Err(VisionError::Nothing(_))));
        for (image, recipe) in [(&empty, &CLIP), (&pixel, &none)] {
            let result = to_tensor(&[image], recipe, &Device::Cpu);
            assert!(matches!(result, Err(VisionError::EmptyImage { .. })));
        }
        assert!(to_tensor(&[&pixel], &CLIP, &Device::Cpu).is_ok());
    }

    #[test]
    fn what_was_resized_before_gives_the_same_input() {
        let image = RgbImage::from_fn(317, 190, |x, y| {
            image::Rgb([(x * y % 251) as u8, (x + y) as u8, (x ^ y) as u8])
        });
        let exact = Resize::Exact { width: 64, height: 96 };
        for resize in [Resize::ShorterSideCrop(64), exact] {
            for filter in [ResizeFilter::Bicubic, ResizeFilter::Bilinear] {
                let recipe = ImageRecipe { resize, filter, ..CLIP };
                let small = resized(&image, &recipe).unwrap();
                let [at_once, in_two] = [&image, &small].map(|image| {
                    let input = to_tensor(&[image], &recipe, &Device::Cpu).unwrap();
                    input.flatten_all().unwrap().to_vec1::<f32>().unwrap()
                });
                assert_eq!(at_once, in_two);
            }
        }
    }
}
