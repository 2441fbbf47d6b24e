//! Decoding of image files: the only place where bytes from outside become pixels.

use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};

use super::limits::{MAX_DECODER_BYTES, MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE};
use super::source_file::{content_hash, read_source};
use super::{LibraryError, Result};
use fettle_domain::ContentHash;

/// A decoded image.
#[derive(Debug, Clone, PartialEq)]
pub struct DecodedImage {
    /// Pixels as 8-bit RGB. The EXIF or TIFF orientation is applied, 16-bit samples are scaled to 8
    /// bits, grey is repeated three times, alpha is dropped.
    pub rgb: RgbImage,
    /// Hash of the file's bytes.
    pub hash: ContentHash,
    /// The format by the file's first bytes, independent of its name.
    pub format: ImageFormat,
    /// Width of `rgb` in pixels.
    pub width: u32,
    /// Height of `rgb` in pixels.
    pub height: u32,
}

/// Reads and decodes an image file: JPEG, PNG, BMP, TIFF or WebP (the first image of several).
///
/// The size in the header is checked against [`MAX_IMAGE_SIDE`] and [`MAX_IMAGE_PIXELS`] before
/// memory for the pixels is allocated. A JPEG must have its end marker: decoders fill a truncated
/// image with grey, which would look like a defect.
///
/// # Errors
/// [`LibraryError::Io`], [`LibraryError::EmptyFile`], [`LibraryError::FileTooBig`],
/// [`LibraryError::NotAnImage`], [`LibraryError::ImageTooLarge`] or
/// [`LibraryError::DamagedImage`].
pub fn read_image(path: &Path) -> Result<DecodedImage> {
    decode_image(&read_source(path)?, path)
}

/// Decodes the bytes of an image file as [`read_image`] does. `name` is for messages only.
///
/// # Errors
/// As [`read_image`].
pub fn decode_image(bytes: &[u8], name: &Path) -> Result<DecodedImage> {
    if bytes.is_empty() {
        return Err(LibraryError::EmptyFile { path: name.to_owned() });
    }
    let format = image_format(bytes, name)?;
    // The PNG decoder checks its memory limit before it returns the size.
    if format == ImageFormat::Png
        && let Some((width, height)) = png_size(bytes)
    {
        check_size(width, height, name)?;
    }
    let broken = |error: ImageError| damaged(&error, name);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height, name)?;
    if decoder.total_bytes() > MAX_DECODER_BYTES {
        return Err(LibraryError::ImageTooLarge { path: name.to_owned(), width, height });
    }
    if format == ImageFormat::Jpeg && !jpeg_has_end(bytes) {
        let why = "a JPEG without its end marker".to_owned();
        return Err(LibraryError::DamagedImage { path: name.to_owned(), why });
    }
    let orientation = decoder.orientation().map_err(broken)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(broken)?;
    image.apply_orientation(orientation);
    let rgb = image.into_rgb8();
    let (width, height) = rgb.dimensions();
    Ok(DecodedImage { rgb, hash: content_hash(bytes), format, width, height })
}

/// The format by the first bytes, where Fettle reads it.
pub(crate) fn image_format(bytes: &[u8], name: &Path) -> Result<ImageFormat> {
    match image::guess_format(bytes) {
        Ok(
            format @ (ImageFormat::Jpeg
            | ImageFormat::Png
            | ImageFormat::Bmp
            | ImageFormat::Tiff
            | ImageFormat::WebP),
        ) => Ok(format),
        _ => Err(LibraryError::NotAnImage { path: name.to_owned() }),
    }
}

/// The file name extension of a format in the workspace.
pub(crate) fn extension(format: ImageFormat) -> &'static str {
    match format {
        // The extension of the replaced system.
        ImageFormat::Jpeg => "jpeg",
        other => other.extensions_str().first().copied().unwrap_or("img"),
    }
}

fn check_size(width: u32, height: u32, name: &Path) -> Result<()> {
    let pixels = u64::from(width) * u64::from(height);
    if width > MAX_IMAGE_SIDE || height > MAX_IMAGE_SIDE || pixels > MAX_IMAGE_PIXELS {
        return Err(LibraryError::ImageTooLarge { path: name.to_owned(), width, height });
    }
    if pixels == 0 {
        let why = "it has no pixels".to_owned();
        return Err(LibraryError::DamagedImage { path: name.to_owned(), why });
    }
    Ok(())
}

fn damaged(error: &ImageError, name: &Path) -> LibraryError {
    LibraryError::DamagedImage { path: name.to_owned(), why: error.to_string() }
}

/// Width and height in the IHDR chunk, which is always the first (PNG 1.2, section 5.6).
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    (bytes.get(12..16)? == b"IHDR").then_some((number(16)?, number(20)?))
}

/// Whether the marker segments (ITU-T T.81, annex B) lead to an end-of-image marker.
fn jpeg_has_end(bytes: &[u8]) -> bool {
    let mut at = 2;
    loop {
        // The next marker: 0xFF and a byte that is neither stuffing (0x00), fill (0xFF) nor a
        // restart marker inside the entropy-coded data.
        let Some(rest) = bytes.get(at..) else { return false };
        let Some(found) = rest.windows(2).position(
            |pair| matches!(pair, [0xFF, code] if !matches!(code, 0 | 1 | 0xD0..=0xD8 | 0xFF)),
        ) else {
            return false;
        };
        at += found;
        match bytes.get(at + 1) {
            Some(0xD9) => return true,
            Some(_) => {
                let Some(&[high, low]) = bytes.get(at + 2..at + 4) else { return false };
                at += 2 + usize::from(u16::from_be_bytes([high, low])).max(2);
            }
            None => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use image::{ImageBuffer, Luma, Rgb, Rgba};
    use proptest::prelude::*;

    use super::*;
    use crate::tests::fixtures::{encode, picture};

    fn name() -> &'static Path {
        Path::new("part.img")
    }

    #[test]
    fn every_format_is_read_whatever_the_file_is_called() {
        let image = picture(1, 24, 16);
        for format in [ImageFormat::Png, ImageFormat::Bmp, ImageFormat::Tiff, ImageFormat::WebP] {
            let bytes = encode(&image, format);
            let read = decode_image(&bytes, name()).unwrap();
            assert_eq!((&read.rgb, read.format), (&image, format));
            assert_eq!((read.width, read.height), (24, 16));
            assert_eq!(read.hash, content_hash(&bytes));
        }
        let jpeg = decode_image(&encode(&image, ImageFormat::Jpeg), name()).unwrap();
        assert_eq!((jpeg.format, jpeg.width, jpeg.height), (ImageFormat::Jpeg, 24, 16));
    }

    #[test]
    fn grey_sixteen_bit_and_alpha_become_eight_bit_rgb() {
        let grey = DynamicImage::from(ImageBuffer::from_pixel(2, 2, Luma([77_u8])));
        let deep = DynamicImage::from(ImageBuffer::from_pixel(2, 2, Rgb([0x8080_u16, 0, 0xFFFF])));
        let alpha = DynamicImage::from(ImageBuffer::from_pixel(2, 2, Rgba([9_u8, 8, 7, 0])));
        for (image, expected) in [(grey, [77; 3]), (deep, [0x80, 0, 0xFF]), (alpha, [9, 8, 7])] {
            let mut bytes = Cursor::new(Vec::new());
            image.write_to(&mut bytes, ImageFormat::Png).unwrap();
            let read = decode_image(bytes.get_ref(), name()).unwrap();
            assert_eq!(read.rgb.get_pixel(1, 1).0, expected);
        }
    }

    /// A JPEG with an Exif segment that holds one entry: the orientation.
    fn jpeg_with_orientation(image: &RgbImage, orientation: u8) -> Vec<u8> {
        let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
        let jpeg = encode(image, ImageFormat::Jpeg);
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xFF, 0xE1], &length, &exif, &jpeg[2..]].concat()
    }

    #[test]
    fn the_orientation_in_the_file_is_applied() {
        // Left half white, right half black.
        let image = RgbImage::from_fn(32, 16, |x, _| Rgb([if x < 16 { 255 } else { 0 }; 3]));
        let upright = decode_image(&jpeg_with_orientation(&image, 1), name()).unwrap();
        assert_eq!((upright.width, upright.height), (32, 16));
        assert!(upright.rgb.get_pixel(2, 8).0[0] > 200 && upright.rgb.get_pixel(29, 8).0[0] < 50);
        // 6: displayed after a turn by 90° clockwise, so that white comes to the top.
        let turned = decode_image(&jpeg_with_orientation(&image, 6), name()).unwrap();
        assert_eq!((turned.width, turned.height), (16, 32));
        assert!(turned.rgb.get_pixel(8, 2).0[0] > 200 && turned.rgb.get_pixel(8, 29).0[0] < 50);
    }

    /// A PNG whose header has this size, with hardly any data.
    fn png_claiming(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = encode(&picture(1, 4, 4), ImageFormat::Png);
        bytes[16..20].copy_from_slice(&width.to_be_bytes());
        bytes[20..24].copy_from_slice(&height.to_be_bytes());
        bytes
    }

    #[test]
    fn a_size_over_the_limits_is_refused_on_the_header() {
        for (width, height) in [(30_000, 30_000), (20_001, 1), (1, 20_001), (u32::MAX, u32::MAX)] {
            let error = decode_image(&png_claiming(width, height), name()).unwrap_err();
            assert!(
                matches!(&error, LibraryError::ImageTooLarge { width: w, height: h, .. }
                    if (*w, *h) == (width, height)),
                "{width}×{height}: {error}"
            );
        }
        let jpeg = encode(&picture(1, 8, 8), ImageFormat::Jpeg);
        let start = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
        let mut wide = jpeg;
        wide[start + 5..start + 9].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0xFF]);
        let error = decode_image(&wide, name()).unwrap_err();
        assert!(matches!(error, LibraryError::ImageTooLarge { .. }), "{error}");
    }

    #[test]
    fn other_files_and_damaged_images_are_different_errors() {
        assert!(matches!(decode_image(b"", name()), Err(LibraryError::EmptyFile { .. })));
        for bytes in [&b"%PDF-1.7 not a picture"[..], b"GIF89a\x01\0\x01\0\0\0\0;", b"x"] {
            let read = decode_image(bytes, name());
            assert!(matches!(read, Err(LibraryError::NotAnImage { .. })), "{read:?}");
        }
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Bmp, ImageFormat::WebP] {
            let whole = encode(&picture(3, 64, 64), format);
            for share in [2, 3, 10] {
                let cut = &whole[..whole.len() - whole.len() / share];
                let read = decode_image(cut, name());
                assert!(
                    matches!(read, Err(LibraryError::DamagedImage { .. })),
                    "{format:?} cut by 1/{share}: {read:?}"
                );
            }
        }
    }

    #[test]
    fn a_missing_file_and_a_folder_are_errors_that_name_it() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().join("none.png"), folder.path().to_owned()] {
            let error = read_image(&path).unwrap_err();
            assert!(matches!(&error, LibraryError::Io { .. }), "{error}");
            assert!(error.to_string().contains(&path.display().to_string()), "{error}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

        #[test]
        fn random_bytes_are_an_error_or_an_image(
            start in prop::sample::select(vec![
                &b""[..], b"\x89PNG\r\n\x1a\n", b"\xFF\xD8\xFF", b"BM", b"RIFF\x20\0\0\0WEBPVP8 ",
            ]),
            rest in prop::collection::vec(any::<u8>(), 0..400),
        ) {
            let _ = decode_image(&[start, &rest].concat(), name());
        }

        #[test]
        fn a_mutated_image_is_an_error_or_an_image(
            format in prop::sample::select(vec![
                ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Tiff,
            ]),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
            keep in any::<prop::sample::Index>(),
            cut in any::<bool>(),
        ) {
            let mut bytes = encode(&picture(7, 20, 12), format);
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if cut {
                bytes.truncate(keep.index(bytes.len()));
            }
            if let Ok(read) = decode_image(&bytes, name()) {
                prop_assert_eq!(read.rgb.dimensions(), (read.width, read.height));
            }
        }
    }
}
