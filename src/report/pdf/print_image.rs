//! Encoding of pictures for print as JPEG, no larger than paper shows.

use image::codecs::jpeg::JpegEncoder;
use image::{RgbImage, imageops};
use krilla::image::Image;

use crate::error::{ReportError, Result};

/// Pixels per inch that office printers resolve in a photograph.
const DPI: f32 = 180.0;
const QUALITY: u8 = 85;
const POINTS_PER_INCH: f32 = 72.0;

/// Encodes `picture` for an area of `width` points.
///
/// # Errors
/// [`ReportError::Pdf`] if the picture cannot be encoded.
pub(super) fn encode_for_print(picture: &RgbImage, width: f32) -> Result<Image> {
    let most = (width / POINTS_PER_INCH * DPI).ceil().max(1.0) as u32;
    let mut jpeg = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
    let written = if picture.width() > most {
        let scale = f64::from(most) / f64::from(picture.width());
        let height = (f64::from(picture.height()) * scale).round().max(1.0) as u32;
        imageops::thumbnail(picture, most, height).write_with_encoder(encoder)
    } else {
        picture.write_with_encoder(encoder)
    };
    written.map_err(|error| ReportError::Pdf(error.to_string()))?;
    // PDF/A forbids interpolation by the viewer.
    Image::from_jpeg(jpeg.into(), false).map_err(ReportError::Pdf)
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn a_picture_is_no_larger_than_paper_shows() {
        // Pixels, points of paper, pixels printed.
        let cases = [((4000, 3000), 72.0, (180, 135)), ((100, 40), 360.0, (100, 40))];
        for ((width, height), paper, expected) in cases {
            let colours = RgbImage::from_pixel(width, height, Rgb([200, 30, 30]));
            assert_eq!(encode_for_print(&colours, paper).unwrap().size(), expected);
        }
    }
}
