//! Tests of decoding.

mod cases;
mod png;

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
    let alpha = DynamicImage::from(ImageBuffer::from_pixel(2, 2, Rgba([9_u8, 8, 7, 255])));
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
    for bytes in [&b"plain text"[..], b"PK\x03\x04", b"x"] {
        let read = decode_image(bytes, name());
        assert!(matches!(read, Err(LibraryError::NotAnImage { .. })), "{read:?}");
    }
    let known: [(&[u8], ImageKind); 2] = [
        (b"%PDF-1.7 not a picture", ImageKind::Pdf),
        (b"GIF89a\x01\0\x01\0\0\0\0;", ImageKind::Gif),
    ];
    for (bytes, expect) in known {
        let read = decode_image(bytes, name());
        assert!(
            matches!(read, Err(LibraryError::UnsupportedImage { kind, .. }) if kind == expect),
            "{read:?}"
        );
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
            b"II\x2a\0\x08\0\0\0", b"MM\0\x2b\0\x08\0\0\0\0\0\0\0\0\0\x10", b"\0\0\0\x18ftyp",
            b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0",
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
