//! Reading a mask: the levels of its pixels as they are written, not as a picture would show them.

use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, ImageDecoder, ImageReader};

use super::Result;
use super::image_file::decode_image;
use super::source_file::read_source;

/// The levels of a mask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaskLevels {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// A level for each pixel, row by row: the largest of its colours.
    pub levels: Vec<u16>,
    /// Bits of a level: 8 or 16.
    pub bits: u8,
    /// Whether the levels are those of the alpha channel, since the colour is the same everywhere.
    pub is_alpha: bool,
}

/// Reads a mask. Levels of 16 bits stay apart, where a picture's are scaled to 8, and a mask that is
/// drawn in the alpha channel alone is read from there.
///
/// # Errors
/// As [`super::read_image`].
pub fn read_mask(path: &Path) -> Result<MaskLevels> {
    let bytes = read_source(path)?;
    // Checks sizes and damage.
    let shown = decode_image(&bytes, path)?;
    match written(&bytes, &shown.format) {
        Some(image) if (image.width(), image.height()) == (shown.width, shown.height) => {
            Ok(levels_of(&image))
        }
        // A kind that only the reader of pictures knows.
        _ => Ok(levels_of(&DynamicImage::ImageRgb8(shown.rgb))),
    }
}

/// The pixels as the file has them, turned as it says.
fn written(bytes: &[u8], format: &image::ImageFormat) -> Option<DynamicImage> {
    let reader = ImageReader::with_format(Cursor::new(bytes), *format);
    let mut decoder = reader.into_decoder().ok()?;
    let orientation = decoder.orientation().ok()?;
    let mut image = DynamicImage::from_decoder(decoder).ok()?;
    image.apply_orientation(orientation);
    // Levels of floating point have no steps: a picture's are counted.
    let has_steps = !matches!(image, DynamicImage::ImageRgb32F(_) | DynamicImage::ImageRgba32F(_));
    has_steps.then_some(image)
}

fn levels_of(image: &DynamicImage) -> MaskLevels {
    let color = image.color();
    let bits = if color.bytes_per_pixel() / color.channel_count() > 1 { 16 } else { 8 };
    // From 8 to 16 bits a level is repeated, 0xAB → 0xABAB.
    let own = |level: u16| if bits == 16 { level } else { level >> 8 };
    let pixels = image.to_rgba16();
    let (width, height) = pixels.dimensions();
    let brightest = |[r, g, b, _]: [u16; 4]| own(r.max(g).max(b));
    let alpha = |[.., alpha]: [u16; 4]| own(alpha);
    let is_constant = |level: &dyn Fn([u16; 4]) -> u16| {
        let first = pixels.pixels().next().map(|pixel| level(pixel.0));
        pixels.pixels().all(|pixel| Some(level(pixel.0)) == first)
    };
    let is_alpha = color.has_alpha() && is_constant(&brightest) && !is_constant(&alpha);
    let level = |pixel: [u16; 4]| match (is_alpha, alpha(pixel)) {
        (true, alpha) => alpha,
        // Nobody sees the colour of a transparent pixel.
        (false, 0) => 0,
        (false, _) => brightest(pixel),
    };
    let levels = pixels.pixels().map(|pixel| level(pixel.0)).collect();
    MaskLevels { width, height, levels, bits, is_alpha }
}

#[cfg(test)]
mod tests {
    use image::{GrayAlphaImage, GrayImage, ImageBuffer, ImageFormat, Rgb, RgbImage, RgbaImage};

    use super::*;
    use crate::LibraryError;

    fn read(image: &DynamicImage, format: ImageFormat) -> Result<MaskLevels, LibraryError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mask");
        image.save_with_format(&path, format).unwrap();
        read_mask(&path)
    }

    #[test]
    fn levels_are_those_that_are_written() {
        let deep = ImageBuffer::from_raw(2, 1, vec![0_u16, 1]).unwrap();
        let deep: DynamicImage = DynamicImage::ImageLuma16(deep);
        let grey = GrayImage::from_raw(2, 1, vec![0, 1]).unwrap().into();
        let red: DynamicImage = RgbImage::from_raw(2, 1, vec![0, 0, 0, 128, 0, 0]).unwrap().into();
        // White everywhere, the mark in its alpha; black the same; a mark on nothing.
        let white = RgbaImage::from_raw(2, 1, vec![255, 255, 255, 0, 255, 255, 255, 200]).unwrap();
        let black = GrayAlphaImage::from_raw(2, 1, vec![0, 255, 0, 0]).unwrap();
        let mark = RgbaImage::from_raw(2, 1, vec![9, 9, 9, 0, 255, 255, 255, 255]).unwrap();
        let opaque = RgbaImage::from_raw(2, 1, vec![0, 0, 0, 255, 7, 8, 9, 255]).unwrap();
        type Case<'a> = (&'a str, DynamicImage, ImageFormat, Vec<u16>, u8, bool);
        let cases: [Case<'_>; 9] = [
            ("grey", grey, ImageFormat::Png, vec![0, 1], 8, false),
            ("16 bits, 0 and 1", deep.clone(), ImageFormat::Png, vec![0, 1], 16, false),
            ("16 bits in TIFF", deep, ImageFormat::Tiff, vec![0, 1], 16, false),
            ("colour", red.clone(), ImageFormat::Png, vec![0, 128], 8, false),
            ("colour in BMP", red, ImageFormat::Bmp, vec![0, 128], 8, false),
            ("alpha of white", white.into(), ImageFormat::Png, vec![0, 200], 8, true),
            ("alpha of black", black.into(), ImageFormat::Png, vec![255, 0], 8, true),
            ("mark on nothing", mark.into(), ImageFormat::Png, vec![0, 255], 8, false),
            ("opaque", opaque.into(), ImageFormat::Png, vec![0, 9], 8, false),
        ];
        for (what, image, format, levels, bits, is_alpha) in cases {
            let expect = MaskLevels { width: 2, height: 1, levels, bits, is_alpha };
            assert_eq!(read(&image, format).unwrap(), expect, "{what}");
        }
    }

    #[test]
    fn what_is_no_mask_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mask.png");
        std::fs::write(&path, b"no picture").unwrap();
        assert!(matches!(read_mask(&path), Err(LibraryError::NotAnImage { .. })));
        let one: ImageBuffer<Rgb<f32>, _> = ImageBuffer::from_pixel(2, 1, Rgb([1.0; 3]));
        let read = read(&DynamicImage::ImageRgb32F(one), ImageFormat::Tiff);
        assert!(read.is_err() || read.is_ok_and(|mask| mask.levels == [255, 255]));
    }
}
