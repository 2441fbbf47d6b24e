//! The square crop of an image around a region.

use image::{RgbImage, imageops};

use crate::error::{EngineError, Result};
use fettle_domain::RectPx;

/// The square of `picture` around `region`. The networks take square inputs: an oblong crop would
/// lose its ends.
pub(super) fn crop_region(picture: &RgbImage, region: RectPx) -> Result<RgbImage> {
    let (width, height) = picture.dimensions();
    if !region.fits_in(width, height) {
        return Err(EngineError::RegionOutside { width, height });
    }
    let side = region.width.max(region.height);
    let span = |start: u32, length: u32, whole: u32| {
        let span = side.min(whole);
        let start = start.saturating_sub((span - length) / 2).min(whole - span);
        (start, span)
    };
    let (x, across) = span(region.x, region.width, width);
    let (y, down) = span(region.y, region.height, height);
    Ok(imageops::crop_imm(picture, x, y, across, down).to_image())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_cut_out_with_the_square_around_it() {
        let picture = RgbImage::from_fn(100, 60, |x, y| image::Rgb([x as u8, y as u8, 0]));
        let rect = |x, y, width, height| RectPx { x, y, width, height };
        // region, expected left, top, width, height
        for (region, expected) in [
            (rect(40, 20, 20, 20), [40, 20, 20, 20]),
            (rect(40, 20, 30, 10), [40, 10, 30, 30]),
            (rect(0, 0, 10, 30), [0, 0, 30, 30]),
            (rect(90, 50, 10, 10), [90, 50, 10, 10]),
            (rect(95, 0, 5, 60), [40, 0, 60, 60]),
            (rect(0, 30, 100, 5), [0, 0, 100, 60]),
            (rect(99, 59, 1, 1), [99, 59, 1, 1]),
        ] {
            let cut = crop_region(&picture, region).unwrap();
            let [x, y, width, height] = expected;
            assert_eq!(cut.dimensions(), (width, height), "{region:?}");
            assert_eq!(cut.get_pixel(0, 0).0, [x as u8, y as u8, 0], "{region:?}");
        }
        for region in [
            rect(0, 0, 0, 5),
            rect(0, 0, 5, 0),
            rect(96, 0, 5, 5),
            rect(0, 56, 5, 5),
            rect(u32::MAX, 0, 5, 5),
            rect(0, 0, u32::MAX, u32::MAX),
        ] {
            let refused = crop_region(&picture, region);
            assert!(matches!(refused, Err(EngineError::RegionOutside { width: 100, height: 60 })));
        }
    }
}
