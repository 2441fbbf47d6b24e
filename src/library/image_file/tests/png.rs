//! What a PNG holds besides 8-bit colour.

use image::{DynamicImage, GrayAlphaImage, ImageBuffer, LumaA, Rgba, RgbaImage};

use super::*;

fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A PNG with another chunk behind its header, with its checksum.
fn with_chunk(png: &[u8], name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u32).to_be_bytes();
    let body = [&name[..], content].concat();
    let checksum = crc32(&body).to_be_bytes();
    [&png[..33], &length, &body, &checksum, &png[33..]].concat()
}

/// The checksum of a PNG's chunks.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            crc >> 1 ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 }
        })
    })
}

#[test]
fn what_lies_below_transparency_reaches_no_pixel() {
    // A disc of the part, around it nothing, with one of these hidden there.
    let hidden: [fn(u32, u32) -> u8; 4] =
        [|_, _| 0, |_, _| 255, |x, y| ((x * 97) ^ (y * 41)) as u8, |x, _| x as u8];
    let part = |x: u32, y: u32| (x.abs_diff(20).pow(2) + y.abs_diff(15).pow(2)) < 100;
    let colour = |x: u32, y: u32| (100 + x + y) as u8;
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let read = hidden.map(|hidden| {
            let image = RgbaImage::from_fn(40, 30, |x, y| {
                let opaque = part(x, y);
                let value = if opaque { colour(x, y) } else { hidden(x, y) };
                Rgba([value, value, value, u8::from(opaque) * 255])
            });
            decode_image(&encoded(image, format), name()).unwrap()
        });
        for one in &read {
            assert_eq!(one.rgb, read[0].rgb, "{format:?}");
            assert_eq!(one.rgb.get_pixel(0, 0).0, [0; 3]);
            assert_eq!(one.rgb.get_pixel(20, 15).0, [135; 3]);
            assert!(
                matches!(one.notices[..], [ImageNotice::Transparent { share }] if share > 0.5),
                "{:?}",
                one.notices
            );
        }
    }
}

#[test]
fn opacity_of_every_kind_is_laid_over_black() {
    let grey = GrayAlphaImage::from_pixel(2, 2, LumaA([200, 128]));
    let deep = ImageBuffer::from_pixel(2, 2, Rgba([200_u16 * 257, 0, 0, 128 * 257]));
    let opaque = RgbaImage::from_pixel(2, 2, Rgba([200, 1, 2, 255]));
    let unset = RgbaImage::from_pixel(2, 2, Rgba([200, 1, 2, 0]));
    let half = vec![ImageNotice::Transparent { share: 1.0 }];
    let cases = [
        (DynamicImage::from(grey), [100; 3], half.clone()),
        (DynamicImage::from(deep), [100, 0, 0], half),
        (DynamicImage::from(opaque), [200, 1, 2], vec![]),
        (DynamicImage::from(unset), [200, 1, 2], vec![ImageNotice::TransparencyIgnored]),
    ];
    for (image, expect, notices) in cases {
        let read = decode_image(&encoded(image, ImageFormat::Png), name()).unwrap();
        assert_eq!((read.rgb.get_pixel(1, 1).0, read.notices), (expect, notices));
    }
}

#[test]
fn sixteen_bits_are_stretched_unless_fewer_are_declared_and_meant() {
    let of = |high: f64| {
        let image = ImageBuffer::from_fn(16, 8, |x, y| {
            Luma([((40 + x + y * 16) as f64 / 255.0 * high).round() as u16])
        });
        encoded(image, ImageFormat::Png)
    };
    let (full, twelve) = (of(65_535.0), of(4095.0));
    let low = vec![ImageNotice::LowSamples { used_bits: 12, bits: 16 }];
    let cases = [
        (full.clone(), 40, vec![]),
        (twelve.clone(), 3, low),
        (with_chunk(&twelve, b"sBIT", &[12]), 40, vec![]),
        // Declared and stretched, as the format asks.
        (with_chunk(&full, b"sBIT", &[12]), 40, vec![]),
    ];
    for (number, (bytes, expect, notices)) in cases.into_iter().enumerate() {
        let read = decode_image(&bytes, name()).unwrap();
        let first = read.rgb.get_pixel(0, 0).0[0];
        assert!(first.abs_diff(expect) <= 1, "case {number}: {first}");
        assert_eq!(read.notices, notices, "case {number}");
    }
}

#[test]
fn an_animation_is_said_to_be_one() {
    let png = encoded(RgbImage::from_pixel(4, 4, Rgb([9; 3])), ImageFormat::Png);
    let animated = with_chunk(&png, b"acTL", &[0, 0, 0, 6, 0, 0, 0, 0]);
    let read = decode_image(&animated, name()).unwrap();
    assert_eq!(read.notices, [ImageNotice::SeveralPictures { pictures: 6 }]);
}

#[test]
fn bits_of_samples_that_no_file_declares_are_for_the_product_to_say() {
    let wide = |sample: u16| {
        let samples = ImageBuffer::from_pixel(2, 2, Rgba([sample, 7.min(sample), 0, u16::MAX]));
        encoded(DynamicImage::from(samples), ImageFormat::Png)
    };
    let narrow = encoded(RgbImage::from_pixel(2, 2, Rgb([200, 1, 2])), ImageFormat::Png);
    // Opacity is no colour, and black uses no bit.
    let cases = [
        (wide(0), Some(0)),
        (wide(4095), Some(12)),
        (wide(4096), Some(13)),
        (wide(u16::MAX), Some(16)),
        (with_chunk(&wide(4095), b"sBIT", &[12, 12, 12, 16]), Some(12)),
        (with_chunk(&wide(4095), b"sBIT", &[12, 12, 12, 12]), None),
        (narrow, None),
    ];
    for (number, (bytes, expect)) in cases.into_iter().enumerate() {
        let read = decode_image(&bytes, name()).unwrap();
        assert_eq!(read.undeclared_bits, expect, "case {number}");
    }
}
