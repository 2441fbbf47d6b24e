//! The comparison image: the part, its nearest normal part and the heatmap side by side.

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};
use rayon::prelude::*;

use super::error::same_size;
use super::{Result, VisionError};
use fettle_domain::Mask;

/// Colour of contours: magenta, which neither metal, leather nor the heatmap has.
pub const CONTOUR: Rgb<u8> = Rgb([255, 0, 200]);

/// Colour between the images.
const SEPARATOR: Rgb<u8> = Rgb([40, 40, 40]);
/// Width between the images, in pixels.
const SEPARATOR_PX: u32 = 4;

/// Width of a contour on an image of this size: 1/250 of the shorter side, at least 1 pixel.
pub fn contour_width(width: u32, height: u32) -> u32 {
    (width.min(height) / 250).max(1)
}

/// A copy of `image` with a contour of `line_px` pixels around every component of the mask. The
/// contour lies outside the mask, so that it hides no defect.
///
/// # Errors
/// [`VisionError::Size`] where mask and image differ in size.
pub fn contour(image: &RgbImage, mask: &Mask, line_px: u32, colour: Rgb<u8>) -> Result<RgbImage> {
    same_size("width of the mask", image.width() as usize, mask.width as usize)?;
    same_size("height of the mask", image.height() as usize, mask.height as usize)?;
    same_size("flags of the mask", image.as_raw().len() / 3, mask.set.len())?;
    let mut lined = image.clone();
    let (width, height) = (mask.width as usize, mask.height as usize);
    if width == 0 {
        return Ok(lined);
    }
    // Dilation by a square of `line_px` to each side: across, then down.
    let radius = line_px as usize;
    let mut across = vec![false; mask.set.len()];
    across.par_chunks_mut(width).zip(mask.set.par_chunks(width)).for_each(|(dilated, row)| {
        for (x, set) in row.iter().enumerate() {
            if *set {
                let end = (x + radius + 1).min(width);
                dilated[x.saturating_sub(radius)..end].fill(true);
            }
        }
    });
    lined.par_chunks_mut(width * 3).enumerate().for_each(|(y, row)| {
        let mut dilated = vec![false; width];
        for near in y.saturating_sub(radius)..(y + radius + 1).min(height) {
            for (dilated, set) in dilated.iter_mut().zip(&across[near * width..]) {
                *dilated |= *set;
            }
        }
        let inside = &mask.set[y * width..][..width];
        for ((pixel, dilated), inside) in row.chunks_exact_mut(3).zip(dilated).zip(inside) {
            if dilated && !inside {
                pixel.copy_from_slice(&colour.0);
            }
        }
    });
    Ok(lined)
}

/// Darkens the pixels outside `inspected`, which were not inspected.
///
/// # Errors
/// [`VisionError::Size`] where mask and image differ in size.
pub fn dim_outside(image: &mut RgbImage, inspected: &Mask) -> Result<()> {
    same_size("width of the inspected area", image.width() as usize, inspected.width as usize)?;
    same_size("flags of the inspected area", image.as_raw().len() / 3, inspected.set.len())?;
    for (pixel, inspected) in image.pixels_mut().zip(&inspected.set) {
        if !inspected {
            pixel.0 = pixel.0.map(|value| value / 3);
        }
    }
    Ok(())
}

/// `images` side by side, each `height` pixels high with its ratio kept, a thin dark line
/// between them. The comparison image shows the part with its contour, the nearest normal part
/// (left out where there is none), and the heatmap over the part.
///
/// # Errors
/// [`VisionError::Empty`] for no images, [`VisionError::EmptyImage`] for an image or a height
/// without pixels.
pub fn side_by_side(images: &[&RgbImage], height: u32) -> Result<RgbImage> {
    if images.is_empty() {
        return Err(VisionError::Empty("images"));
    }
    let mut scaled = Vec::with_capacity(images.len());
    for image in images {
        let (w, h) = image.dimensions();
        if w == 0 || h == 0 || height == 0 {
            return Err(VisionError::EmptyImage { width: w, height: h.min(height) });
        }
        // An image 1 pixel high and very wide must not allocate gigabytes.
        let ratio = (f64::from(w) / f64::from(h)).min(16.0);
        let width = ((f64::from(height) * ratio).round() as u32).max(1);
        scaled.push(if (w, h) == (width, height) {
            (*image).clone()
        } else {
            imageops::resize(*image, width, height, FilterType::Triangle)
        });
    }
    let gaps = SEPARATOR_PX * (scaled.len() as u32 - 1);
    let width = scaled.iter().map(RgbImage::width).sum::<u32>() + gaps;
    let mut canvas = RgbImage::from_pixel(width, height, SEPARATOR);
    let mut left = 0;
    for image in &scaled {
        imageops::replace(&mut canvas, image, i64::from(left), 0);
        left += image.width() + SEPARATOR_PX;
    }
    Ok(canvas)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_goes_around_and_hides_nothing() {
        let image = RgbImage::from_pixel(7, 6, Rgb([9, 9, 9]));
        let mut set = vec![false; 42];
        (set[2 * 7 + 3], set[2 * 7 + 4]) = (true, true);
        let mask = Mask { width: 7, height: 6, set };
        let lined = contour(&image, &mask, 1, CONTOUR).unwrap();
        let drawn: Vec<String> = (0..6)
            .map(|y| {
                (0..7).map(|x| if *lined.get_pixel(x, y) == CONTOUR { '#' } else { '.' }).collect()
            })
            .collect();
        assert_eq!(drawn, [".......", "..####.", "..#..#.", "..####.", ".......", "......."]);
        // Wider than the image: still nothing inside is touched, and no panic at the border.
        let wide = contour(&image, &mask, 50, CONTOUR).unwrap();
        assert_eq!(wide.pixels().filter(|p| **p == CONTOUR).count(), 40);
        let other = Mask { width: 6, height: 7, set: vec![false; 42] };
        assert!(matches!(contour(&image, &other, 1, CONTOUR), Err(VisionError::Size { .. })));
    }

    #[test]
    fn pixels_outside_the_area_are_dark() {
        let mut image = RgbImage::from_pixel(2, 1, Rgb([90, 30, 9]));
        let inspected = Mask { width: 2, height: 1, set: vec![true, false] };
        dim_outside(&mut image, &inspected).unwrap();
        assert_eq!(image.as_raw()[..], [90, 30, 9, 30, 10, 3]);
        assert!(dim_outside(&mut RgbImage::new(3, 1), &inspected).is_err());
    }

    #[test]
    fn images_share_a_height_and_keep_their_ratio() {
        let red = RgbImage::from_pixel(20, 10, Rgb([255, 0, 0]));
        let green = RgbImage::from_pixel(5, 10, Rgb([0, 255, 0]));
        let both = side_by_side(&[&red, &green], 30).unwrap();
        assert_eq!(both.dimensions(), (60 + 4 + 15, 30));
        let at = |x| both.get_pixel(x, 15).0;
        assert_eq!((at(0), at(59), at(62)), ([255, 0, 0], [255, 0, 0], SEPARATOR.0));
        assert_eq!((at(64), at(78)), ([0, 255, 0], [0, 255, 0]));
        assert_eq!(side_by_side(&[&red], 10).unwrap(), red);
    }

    #[test]
    fn no_images_are_an_error_and_extreme_ones_are_cut() {
        assert!(matches!(side_by_side(&[], 10), Err(VisionError::Empty(_))));
        let empty = RgbImage::new(3, 0);
        assert!(matches!(side_by_side(&[&empty], 10), Err(VisionError::EmptyImage { .. })));
        let line = RgbImage::new(5000, 1);
        assert_eq!(side_by_side(&[&line], 100).unwrap().dimensions(), (1600, 100));
        assert_eq!((contour_width(100, 80), contour_width(1000, 2000)), (1, 4));
    }
}
