//! Preprocessing: images to network input, and the mapping from input pixels back to the image.

use candle_core::{Device, Tensor};
use image::RgbImage;
use rayon::prelude::*;

use super::error::same_size;
use super::resample::{self, Window};
use super::{Result, VisionError};
use fettle_domain::{ImageRecipe, RectPx, Resize};

/// Mapping between the pixels of a network input and the image it was made from.
///
/// Positions are of pixel centres: input column `x` shows column
/// `(x + 0.5) * scale_x + offset_x - 0.5` of the image, and rows likewise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InputMapping {
    /// Width of the network input.
    pub input_width: u32,
    /// Height of the network input.
    pub input_height: u32,
    /// Width of the image.
    pub image_width: u32,
    /// Height of the image.
    pub image_height: u32,
    /// Image pixels an input pixel, across.
    pub scale_x: f32,
    /// Image pixels an input pixel, down.
    pub scale_y: f32,
    /// Image pixels cropped at the left; below 0 for the padding of a letterbox.
    pub offset_x: f32,
    /// Image pixels cropped at the top; below 0 for the padding of a letterbox.
    pub offset_y: f32,
}

impl InputMapping {
    /// The mapping of an image of this size under `resize`.
    ///
    /// # Errors
    /// [`VisionError::EmptyImage`] where a size is 0.
    pub fn new(image_width: u32, image_height: u32, resize: Resize) -> Result<Self> {
        let Placement { window, at, input } = placement(image_width, image_height, resize)?;
        let scale_x = f64::from(image_width) / window.resized.0 as f64;
        let scale_y = f64::from(image_height) / window.resized.1 as f64;
        Ok(Self {
            input_width: input.0,
            input_height: input.1,
            image_width,
            image_height,
            scale_x: scale_x as f32,
            scale_y: scale_y as f32,
            offset_x: ((window.origin.0 as f64 - f64::from(at.0)) * scale_x) as f32,
            offset_y: ((window.origin.1 as f64 - f64::from(at.1)) * scale_y) as f32,
        })
    }

    /// The pixels of the image that the input shows: those whose centre lies in it. All but for a
    /// recipe that crops.
    pub fn shown(&self) -> RectPx {
        let corner = self.input_to_image(self.input_width as f32, self.input_height as f32);
        // Up to half a thousandth of a pixel of the input is rounding error, as in the map.
        let range = |from: f32, to: f32, scale: f32, length: u32| {
            let tolerance = 5e-4 * scale;
            let first = (from - 0.5 - tolerance).ceil().max(0.0) as u32;
            let end = ((to - 0.5 + tolerance).floor() + 1.0).max(0.0) as u32;
            (first.min(length), end.min(length))
        };
        let (left, right) = range(self.offset_x, corner.0, self.scale_x, self.image_width);
        let (top, bottom) = range(self.offset_y, corner.1, self.scale_y, self.image_height);
        RectPx { x: left, y: top, width: right - left.min(right), height: bottom - top.min(bottom) }
    }

    /// The point of the image at a point of the input; in pixels, origin at the outer corner.
    pub(crate) fn input_to_image(&self, x: f32, y: f32) -> (f32, f32) {
        (x * self.scale_x + self.offset_x, y * self.scale_y + self.offset_y)
    }

    /// The point of the input at a point of the image; outside the input where the image was
    /// cropped.
    pub(crate) fn image_to_input(&self, x: f32, y: f32) -> (f32, f32) {
        ((x - self.offset_x) / self.scale_x, (y - self.offset_y) / self.scale_y)
    }
}

/// Size of the resized image, the part of it that is kept, and the position of that in the input.
struct Placement {
    window: Window,
    /// Upper left corner of the window in the input.
    at: (u32, u32),
    /// Width and height of the input.
    input: (u32, u32),
}

impl Placement {
    /// The whole image, resized to this size.
    fn whole(width: u32, height: u32) -> Self {
        let resized = (u64::from(width), u64::from(height));
        let window = Window { resized, origin: (0, 0), size: (width, height) };
        Self { window, at: (0, 0), input: (width, height) }
    }
}

/// The placement of an image of this size. `ShorterSideCrop` rounds as transformers'
/// `CLIPImageProcessor`: the longer side and half of the cropped length are truncated to whole
/// numbers.
fn placement(width: u32, height: u32, resize: Resize) -> Result<Placement> {
    let empty = |width, height| Err(VisionError::EmptyImage { width, height });
    if width == 0 || height == 0 {
        return empty(width, height);
    }
    let (short, long) = (f64::from(width.min(height)), f64::from(width.max(height)));
    // A whole image of these sides, in the orientation of the image.
    let oriented = |shorter, longer| {
        if width <= height {
            Placement::whole(shorter, longer)
        } else {
            Placement::whole(longer, shorter)
        }
    };
    Ok(match resize {
        Resize::Exact { width: 0, .. } | Resize::Exact { height: 0, .. } => return empty(0, 0),
        Resize::ShorterSideCrop(0) | Resize::Letterbox(0) => return empty(0, 0),
        Resize::ShorterSide { side: 0, .. } | Resize::ShorterSide { step: 0, .. } => {
            return empty(0, 0);
        }
        Resize::Native { step: 0 } => return empty(0, 0),
        Resize::Exact { width, height } => Placement::whole(width, height),
        Resize::ShorterSideCrop(side) => {
            let longer =
                |long: u32, short: u32| u64::from(side) * u64::from(long) / u64::from(short);
            let resized = if width <= height {
                (u64::from(side), longer(height, width))
            } else {
                (longer(width, height), u64::from(side))
            };
            let origin = ((resized.0 - u64::from(side)) / 2, (resized.1 - u64::from(side)) / 2);
            let window = Window { resized, origin, size: (side, side) };
            Placement { window, at: (0, 0), input: (side, side) }
        }
        Resize::ShorterSide { side, step } => {
            let longest = side.saturating_mul(Resize::LONGEST);
            let longer = multiple(f64::from(side) * long / short, step).min(longest).max(side);
            oriented(side, longer)
        }
        Resize::Letterbox(side) => {
            let shrink = f64::from(side) / long;
            let inside = |of: u32| ((f64::from(of) * shrink).round() as u32).clamp(1, side);
            let size = (inside(width), inside(height));
            let at = ((side - size.0) / 2, (side - size.1) / 2);
            Placement { at, input: (side, side), ..Placement::whole(size.0, size.1) }
        }
        Resize::Native { step } => {
            let shrink = (Resize::MOST_PIXELS as f64 / (short * long)).sqrt().min(1.0);
            oriented(multiple(short * shrink, step), multiple(long * shrink, step))
        }
    })
}

/// The multiple of `step` nearest to `side`, at least `step`.
fn multiple(side: f64, step: u32) -> u32 {
    ((side / f64::from(step)).round() as u32).max(1).saturating_mul(step)
}

/// Network input of `images`: (B, 3, H, W) f32 on `device`, channels red, green, blue. Images are
/// resized and cropped to 8-bit pixels as Pillow does, then normalised: `(pixel / 255 - mean) /
/// std`. The padding of a letterbox is 0, the mean. The inputs of all images must be of one size.
///
/// # Errors
/// [`VisionError::Empty`] for no images, [`VisionError::EmptyImage`] for one without pixels,
/// [`VisionError::Size`] where inputs differ in size.
pub fn to_tensor(images: &[&RgbImage], recipe: &ImageRecipe, device: &Device) -> Result<Tensor> {
    let placements = images
        .iter()
        .map(|image| placement(image.width(), image.height(), recipe.resize))
        .collect::<Result<Vec<_>>>()?;
    let Some((width, height)) = placements.first().map(|placement| placement.input) else {
        return Err(VisionError::Empty("images"));
    };
    for Placement { input, .. } in &placements {
        same_size("width of an input of the batch", width as usize, input.0 as usize)?;
        same_size("height of an input of the batch", height as usize, input.1 as usize)?;
    }
    let plane = width as usize * height as usize;
    // A table of the 256 values of a byte, for each channel.
    let levels: [Vec<f32>; 3] = std::array::from_fn(|channel| {
        (0..=255u8)
            .map(|v| (f32::from(v) / 255.0 - recipe.mean[channel]) / recipe.std[channel])
            .collect()
    });
    let mut values = vec![0f32; images.len() * 3 * plane];
    values.par_chunks_mut(3 * plane).zip(images).zip(&placements).for_each(
        |((target, image), Placement { window, at, .. })| {
            let pixels = resample::resize(image, window, recipe.filter);
            let (left, columns) = (at.0 as usize, window.size.0 as usize);
            for ((channel, target), level) in
                target.chunks_exact_mut(plane).enumerate().zip(&levels)
            {
                let rows = target.chunks_exact_mut(width as usize).skip(at.1 as usize);
                for (row, pixels) in rows.zip(pixels.chunks_exact(3 * columns)) {
                    for (value, pixel) in row[left..].iter_mut().zip(pixels.chunks_exact(3)) {
                        *value = level[usize::from(pixel[channel])];
                    }
                }
            }
        },
    );
    Ok(Tensor::from_vec(values, (images.len(), 3, height as usize, width as usize), device)?)
}

/// `image` resized and cropped by `recipe`: [`to_tensor`] gives the same input for the result as
/// for `image`, without resizing again.
///
/// # Errors
/// [`VisionError::EmptyImage`] for an image without pixels.
pub fn resized(image: &RgbImage, recipe: &ImageRecipe) -> Result<RgbImage> {
    let Placement { window, .. } = placement(image.width(), image.height(), recipe.resize)?;
    let pixels = resample::resize(image, &window, recipe.filter);
    let (width, height) = window.size;
    RgbImage::from_raw(width, height, pixels).ok_or(VisionError::EmptyImage { width, height })
}

#[cfg(test)]
mod tests {
    use fettle_testing::data;

    use super::super::test_data::{Golden, max_difference};
    use super::*;
    use fettle_domain::ResizeFilter;

    const CLIP: ImageRecipe = ImageRecipe {
        resize: Resize::ShorterSideCrop(224),
        filter: ResizeFilter::Bicubic,
        mean: [0.481_454_66, 0.457_827_5, 0.408_210_73],
        std: [0.268_629_54, 0.261_302_6, 0.275_777_1],
    };

    #[test]
    fn clip_input_is_that_of_its_own_processor() {
        let golden = Golden::open("clip_tiny");
        let [plate, strip] = ["plate", "strip"].map(|name| {
            image::open(data::golden(&format!("pictures/{name}.png"))).unwrap().to_rgb8()
        });
        let ours = to_tensor(&[&plate, &strip], &CLIP, &Device::Cpu).unwrap();
        assert_eq!(ours.dims(), [2, 3, 224, 224]);
        let ours: Vec<f32> = ours.flatten_all().unwrap().to_vec1().unwrap();
        let theirs = golden.floats("pixel_values");
        let largest = max_difference(&ours, &theirs);
        let mean =
            ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).sum::<f32>() / ours.len() as f32;
        // Two of 255 levels at most, where the processor rounds between its two passes; hardly anywhere.
        assert!(largest < 0.0301 && mean < 0.0003, "largest {largest}, mean {mean}");
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
            let window = placement(width, height, Resize::ShorterSideCrop(224)).unwrap().window;
            assert_eq!((window.resized, window.origin), (resized, origin), "{width}×{height}");
        }
    }

    #[test]
    fn the_ratio_is_kept_for_every_image_size() {
        let shorter = Resize::ShorterSide { side: 224, step: 32 };
        let (letterbox, native) = (Resize::Letterbox(224), Resize::Native { step: 32 });
        // Image, resize, input.
        let cases = [
            ((300, 300), shorter, (224, 224)),
            ((500, 1260), shorter, (224, 576)),
            ((1260, 500), shorter, (576, 224)),
            ((1, 1), shorter, (224, 224)),
            ((230, 224), shorter, (224, 224)),
            ((37, 2000), shorter, (224, 3584)),
            ((1, 60_000), shorter, (224, 3584)),
            ((8000, 8000), shorter, (224, 224)),
            ((500, 1260), letterbox, (224, 224)),
            ((1, 60_000), letterbox, (224, 224)),
            ((500, 1260), native, (512, 1248)),
            ((1, 1), native, (32, 32)),
            ((37, 2000), native, (32, 2016)),
            ((8000, 8000), native, (2496, 2496)),
        ];
        for ((width, height), resize, input) in cases {
            let mapping = InputMapping::new(width, height, resize).unwrap();
            let what = format!("{width}×{height}, {resize:?}");
            assert_eq!((mapping.input_width, mapping.input_height), input, "{what}");
            // The corners of the image are those of the input, but for the margins of a letterbox.
            let corner = mapping.image_to_input(width as f32, height as f32);
            let (left, top) = mapping.image_to_input(0.0, 0.0);
            let near = |a: f32, b: f32| (a - b).abs() < 0.01;
            assert!(near(left + corner.0, input.0 as f32) || resize == letterbox, "{what}");
            assert!(left >= 0.0 && top >= 0.0 && corner.0 <= input.0 as f32 + 0.01, "{what}");
            let back = mapping.input_to_image(corner.0, corner.1);
            assert!(near(back.0, width as f32) && (back.1 - height as f32).abs() < 0.1, "{what}");
        }
    }

    #[test]
    fn a_letterbox_is_padded_with_the_mean() {
        let image = RgbImage::from_pixel(20, 10, image::Rgb([255, 0, 0]));
        let recipe = ImageRecipe {
            resize: Resize::Letterbox(8),
            filter: ResizeFilter::Bilinear,
            mean: [0.5; 3],
            std: [0.5; 3],
        };
        let red = to_tensor(&[&image], &recipe, &Device::Cpu).unwrap();
        let red: Vec<f32> = red.narrow(1, 0, 1).unwrap().flatten_all().unwrap().to_vec1().unwrap();
        let expected = [[0.0; 16], [1.0; 16], [1.0; 16], [0.0; 16]].concat();
        assert_eq!(red, expected);
    }

    #[test]
    fn inputs_of_a_batch_are_of_one_size() {
        let (square, wide) = (RgbImage::new(8, 8), RgbImage::new(16, 8));
        let recipe = ImageRecipe { resize: Resize::ShorterSide { side: 8, step: 8 }, ..CLIP };
        let result = to_tensor(&[&square, &wide], &recipe, &Device::Cpu);
        assert!(matches!(result, Err(VisionError::Size { .. })));
    }

    #[test]
    fn what_the_input_shows_is_all_but_what_is_cropped() {
        let whole = |width, height| (0, 0, width, height);
        let cases = [
            ((640, 320), Resize::ShorterSideCrop(224), (160, 0, 320, 320)),
            ((320, 640), Resize::ShorterSideCrop(224), (0, 160, 320, 320)),
            ((300, 300), Resize::ShorterSideCrop(224), whole(300, 300)),
            ((7, 7), Resize::ShorterSideCrop(224), whole(7, 7)),
            ((640, 320), Resize::ShorterSide { side: 224, step: 32 }, whole(640, 320)),
            ((1, 9000), Resize::ShorterSide { side: 224, step: 32 }, whole(1, 9000)),
            ((640, 321), Resize::Letterbox(224), whole(640, 321)),
            ((333, 777), Resize::Exact { width: 224, height: 224 }, whole(333, 777)),
            ((1999, 1001), Resize::Native { step: 32 }, whole(1999, 1001)),
        ];
        for ((width, height), resize, (x, y, w, h)) in cases {
            let shown = InputMapping::new(width, height, resize).unwrap().shown();
            let expect = RectPx { x, y, width: w, height: h };
            assert_eq!(shown, expect, "{width}×{height}, {resize:?}");
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
    fn images_without_pixels_are_an_error() {
        let empty = RgbImage::new(0, 5);
        let pixel = RgbImage::new(1, 1);
        let none = ImageRecipe { resize: Resize::Exact { width: 0, height: 4 }, ..CLIP };
        assert!(matches!(to_tensor(&[], &CLIP, &Device::Cpu), Err(VisionError::Empty(_))));
        for (image, recipe) in [(&empty, &CLIP), (&pixel, &none)] {
            let result = to_tensor(&[image], recipe, &Device::Cpu);
            assert!(matches!(result, Err(VisionError::EmptyImage { .. })));
        }
        assert!(to_tensor(&[&pixel], &CLIP, &Device::Cpu).is_ok());
    }

    #[test]
    fn an_image_resized_before_gives_the_same_input() {
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
