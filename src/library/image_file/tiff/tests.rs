//! TIFFs of every kind that is read, and of those that are not.

use proptest::prelude::*;

use super::builder::{PLAIN, Page, Tagged, Version, short, tiff_of};
use crate::image_file::decode_image;
use crate::{DecodedImage, LibraryError};
use fettle_domain::{ImageKind, ImageNotice, TiffKind};
use fettle_testing::data::golden;
use std::path::Path;

const VERSIONS: [Version; 4] = [
    PLAIN,
    Version { big_endian: true, big: false },
    Version { big_endian: false, big: true },
    Version { big_endian: true, big: true },
];
const WIDTH: u32 = 13;
const HEIGHT: u32 = 6;

fn read(bytes: &[u8]) -> Result<DecodedImage, LibraryError> {
    decode_image(bytes, Path::new("part.tif"))
}

fn kind(bytes: &[u8]) -> ImageKind {
    match read(bytes) {
        Err(LibraryError::UnsupportedImage { kind, .. }) => kind,
        other => panic!("{other:?}"),
    }
}

/// The byte of each pixel of the test picture: from 20 to 230.
fn bytes() -> Vec<u8> {
    (0..WIDTH * HEIGHT).map(|n| (20 + n * 210 / (WIDTH * HEIGHT - 1)) as u8).collect()
}

/// Samples of a type that the byte order of the version writes.
fn samples(version: Version, of: impl Fn(f64) -> (u64, usize)) -> Vec<u8> {
    let digits = |byte: &u8| {
        let (number, size) = of(f64::from(*byte));
        match version.big_endian {
            true => number.to_be_bytes()[8 - size..].to_vec(),
            false => number.to_le_bytes()[..size].to_vec(),
        }
    };
    bytes().iter().flat_map(digits).collect()
}

fn page(data: Vec<u8>, bits: u16, format: u16) -> Page {
    Page::grey(WIDTH, HEIGHT, data).with(short(258, bits)).with(short(339, format))
}

/// The largest difference of a picture from grey bytes.
fn difference(image: &DecodedImage, expect: &[u8]) -> u8 {
    let grey = image.rgb.pixels().zip(expect);
    grey.flat_map(|(pixel, byte)| pixel.0.map(|value| value.abs_diff(*byte))).max().unwrap()
}

#[test]
fn every_type_of_sample_gives_the_picture_of_bytes() {
    type Samples = fn(f64) -> (u64, usize);
    // Bits, sample format, the sample of a byte.
    let types: [(u16, u16, Samples); 13] = [
        (8, 1, |v| (v as u64, 1)),
        (16, 1, |v| (v as u64 * 257, 2)),
        (32, 1, |v| (v as u64 * 0x0101_0101, 4)),
        (64, 1, |v| (v as u64 * 0x0101_0101_0101_0101, 8)),
        (8, 2, |v| ((v / 255.0 * 127.0).round() as u64, 1)),
        (16, 2, |v| ((v / 255.0 * 32_767.0).round() as u64, 2)),
        (32, 2, |v| ((v / 255.0 * f64::from(i32::MAX)).round() as u64, 4)),
        (64, 2, |v| ((v / 255.0 * i64::MAX as f64) as u64, 8)),
        (16, 3, |v| (half_bits(v / 255.0), 2)),
        (32, 3, |v| (u64::from((v as f32 / 255.0).to_bits()), 4)),
        (32, 3, |v| (u64::from((v as f32).to_bits()), 4)),
        (32, 3, |v| (u64::from((v as f32 / 255.0 * 4095.0).to_bits()), 4)),
        (64, 3, |v| ((v * 257.0).to_bits(), 8)),
    ];
    for version in VERSIONS {
        for (number, (bits, format, of)) in types.into_iter().enumerate() {
            let file = tiff_of(version, &[page(samples(version, of), bits, format)]);
            let image = read(&file).unwrap();
            let differ = difference(&image, &bytes());
            assert!(differ <= 1, "type {number}, {version:?}: {differ}");
            let assumed =
                image.notices.iter().any(|n| matches!(n, ImageNotice::AssumedRange { .. }));
            assert_eq!(assumed, format == 3, "type {number}: {:?}", image.notices);
            // Signed samples of 16 bits are none of a camera of fewer bits.
            let undeclared = ((bits, format) == (16, 1)).then_some(16);
            assert_eq!(image.undeclared_bits, undeclared, "type {number}");
        }
    }
}

/// The bits of a number from 0 to 1 in 16 bits of floating point.
fn half_bits(value: f64) -> u64 {
    let exponent = value.log2().floor().clamp(-14.0, 0.0);
    let mantissa = (value / 2f64.powf(exponent) - 1.0) * 1024.0;
    ((exponent + 15.0) as u64) << 10 | mantissa.round().min(1023.0) as u64
}

#[test]
fn a_declared_range_wins() {
    let twelve = |version| samples(version, |v| ((v / 255.0 * 4095.0).round() as u64, 2));
    for version in VERSIONS {
        let dark = page(twelve(version), 16, 1);
        let image = read(&tiff_of(version, std::slice::from_ref(&dark))).unwrap();
        assert_eq!(image.notices, [ImageNotice::LowSamples { used_bits: 12, bits: 16 }]);
        assert_eq!(image.undeclared_bits, Some(12));
        assert!(image.rgb.pixels().all(|pixel| pixel.0[0] < 16));
        let declared = dark.clone().with(short(341, 4095));
        let image = read(&tiff_of(version, &[declared])).unwrap();
        assert_eq!(image.undeclared_bits, None);
        assert_eq!((difference(&image, &bytes()) <= 1, image.notices.len()), (true, 0));
        // The brightest sample of this one picture is no range.
        let extremes = dark.with(short(340, 321)).with(short(341, 3694));
        assert_eq!(read(&tiff_of(version, &[extremes])).unwrap().notices.len(), 1);
    }
    let floats = samples(PLAIN, |v| (u64::from((v as f32 / 255.0 * 1000.0).to_bits()), 4));
    let declared = page(floats, 32, 3).with((341, Tagged::Doubles(vec![1000.0])));
    let image = read(&tiff_of(PLAIN, &[declared])).unwrap();
    assert_eq!((difference(&image, &bytes()) <= 1, image.notices.len()), (true, 0));
}

#[test]
fn what_is_no_number_is_black_and_counted() {
    let mut data = samples(PLAIN, |v| (u64::from((v as f32 / 255.0).to_bits()), 4));
    for (n, value) in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY].into_iter().enumerate() {
        data[n * 4..n * 4 + 4].copy_from_slice(&value.to_le_bytes());
    }
    let image = read(&tiff_of(PLAIN, &[page(data, 32, 3)])).unwrap();
    let mut expect = bytes();
    expect[..3].fill(0);
    assert!(difference(&image, &expect) <= 1);
    assert!(image.notices.contains(&ImageNotice::NotFinite { samples: 3 }), "{:?}", image.notices);
}

#[test]
fn meanings_of_samples_are_read() {
    let grey = bytes();
    let of = |photometric: u16, data: Vec<u8>| {
        let channels = (data.len() / grey.len()) as u16;
        let bits = (258, Tagged::Shorts(vec![8; channels.into()]));
        Page::grey(WIDTH, HEIGHT, data)
            .with(bits)
            .with(short(262, photometric))
            .with(short(277, channels))
    };
    let each = |samples: &dyn Fn(u8) -> Vec<u8>| grey.iter().flat_map(|v| samples(*v)).collect();
    // Places in the table are the other way round.
    let table: Vec<u16> = (0..3).flat_map(|_| (0..256).map(|n| (255 - n) * 257)).collect();
    let inverse: Vec<u8> = grey.iter().map(|v| 255 - v).collect();
    // L* of a grey of sRGB.
    let lightness = |v: u8| {
        let share = f64::from(v) / 255.0;
        let linear =
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) };
        ((linear.cbrt() * 116.0 - 16.0) * 2.55).round() as u8
    };
    let pages = [
        ("white is zero", of(0, inverse.clone())),
        ("RGB", of(2, each(&|v| vec![v; 3]))),
        ("a palette", of(3, inverse.clone()).with((320, Tagged::Shorts(table.clone())))),
        (
            "a palette of bytes",
            of(3, inverse.clone())
                .with((320, Tagged::Shorts(table.iter().map(|v| v / 257).collect()))),
        ),
        ("CMYK", of(5, each(&|v| vec![0, 0, 0, 255 - v]))),
        ("YCbCr", of(6, each(&|v| vec![v, 128, 128])).with((530, Tagged::Shorts(vec![1, 1])))),
        ("CIE Lab", of(8, each(&|v| vec![lightness(v), 0, 0]))),
        ("ICC Lab", of(9, each(&|v| vec![lightness(v), 128, 128]))),
        ("grey and opacity", of(1, each(&|v| vec![v, 255])).with(short(338, 2))),
        ("RGB and opacity", of(2, each(&|v| vec![v, v, v, 255])).with(short(338, 1))),
        ("RGB, plane by plane", of(2, grey.repeat(3)).with(short(284, 2))),
        (
            "CMYK, plane by plane",
            of(5, [vec![0; 3 * grey.len()], inverse].concat()).with(short(284, 2)),
        ),
    ];
    for (what, page) in pages {
        for version in VERSIONS {
            let page = page.clone();
            let image = read(&tiff_of(version, &[page])).unwrap();
            let differ = difference(&image, &grey);
            assert!(differ <= 2, "{what}, {version:?}: {differ}");
            assert_eq!(image.notices, [], "{what}");
        }
    }
}

#[test]
fn samples_of_fewer_bits_are_stretched() {
    for (bits, levels) in [(1u16, 1u8), (2, 3), (4, 15)] {
        let per_byte = 8 / bits;
        let level = |n: usize| (n % (usize::from(levels) + 1)) as u8;
        let row_samples: Vec<u8> = (0..WIDTH as usize).map(level).collect();
        let row: Vec<u8> = row_samples
            .chunks(per_byte.into())
            .map(|some| {
                let shift = |(n, v): (usize, &u8)| v << (8 - (n as u16 + 1) * bits);
                some.iter().enumerate().map(shift).sum()
            })
            .collect();
        let data = row.repeat(HEIGHT as usize);
        let expect: Vec<u8> = row_samples
            .iter()
            .map(|v| (f32::from(*v) / f32::from(levels) * 255.0).round() as u8)
            .collect();
        for (photometric, invert) in [(1, 0), (0, 255)] {
            let page = page(data.clone(), bits, 1).with(short(262, photometric));
            let image = read(&tiff_of(PLAIN, &[page])).unwrap();
            let expect: Vec<u8> = expect.iter().map(|v| v ^ invert).collect();
            let differ = difference(&image, &expect.repeat(HEIGHT as usize));
            assert_eq!(differ, 0, "{bits} bits, {photometric}");
        }
    }
}

#[test]
fn kinds_that_are_not_read_are_named() {
    let grey = || Page::grey(WIDTH, HEIGHT, bytes());
    let floats = samples(PLAIN, |v| (u64::from((v as f32 * 1000.0).to_bits()), 4));
    let tiff = ImageKind::Tiff;
    let cases = [
        (grey().with(short(259, 50_000)), tiff(TiffKind::Compression(50_000))),
        (grey().with(short(259, 34_712)), tiff(TiffKind::Compression(34_712))),
        (grey().with(short(259, 6)), tiff(TiffKind::Compression(6))),
        (grey().with(short(259, 2)), tiff(TiffKind::Compression(2))),
        (grey().with(short(262, 10)), tiff(TiffKind::Photometric(10))),
        (grey().with(short(262, 32_844)), tiff(TiffKind::Photometric(32_844))),
        (grey().with(short(258, 12)), tiff(TiffKind::Bits(12))),
        (grey().with(short(339, 6)), tiff(TiffKind::SampleFormat)),
        (Page::grey(1, HEIGHT, bytes()).with(short(277, 13)), tiff(TiffKind::Channels(13))),
        (
            Page::grey(1, HEIGHT, bytes()).with(short(277, 13)).with(short(262, 6)),
            tiff(TiffKind::Subsampled),
        ),
        (page(floats, 32, 3), tiff(TiffKind::FloatRange)),
        (grey().with(short(262, 32_803)), ImageKind::CameraRaw),
        (grey().with(short(50_706, 1)), ImageKind::CameraRaw),
    ];
    for (page, expect) in cases {
        for version in VERSIONS {
            if version.big_endian && expect == tiff(TiffKind::FloatRange) {
                continue;
            }
            assert_eq!(kind(&tiff_of(version, std::slice::from_ref(&page))), expect, "{version:?}");
        }
    }
}

#[test]
fn the_first_of_the_largest_pictures_is_read_and_previews_never() {
    let shade = |width, height, shade: u8| {
        Page::grey(width, height, vec![shade; (width * height) as usize])
    };
    let small = || shade(4, 3, 1);
    let preview = || small().with(short(254, 1));
    let mask = || shade(40, 30, 2).with(short(254, 4));
    let large = |value| shade(40, 30, value);
    let below = |page: Page, below: Vec<Page>| Page { below, ..page };
    // Pages, the shade of the picture that is read, pictures that are said.
    let cases = [
        (vec![large(9)], 9, None),
        (vec![preview(), large(9)], 9, None),
        (vec![large(9), preview()], 9, None),
        (vec![small(), large(9)], 9, None),
        (vec![below(preview(), vec![large(9)])], 9, None),
        (vec![below(small(), vec![preview(), large(9)])], 9, None),
        (vec![below(preview(), vec![below(preview(), vec![large(9)])])], 9, None),
        (vec![large(9), mask()], 9, None),
        (vec![mask(), large(9)], 9, None),
        (vec![preview()], 1, None),
        (vec![large(9), large(8), large(7)], 9, Some(3)),
        (vec![preview(), large(9), large(8)], 9, Some(2)),
        (vec![shade(39, 30, 5), large(9)], 9, Some(2)),
        (vec![below(preview(), vec![large(9), large(8)])], 9, Some(2)),
        (vec![large(9).with(short(255, 2)), large(8)], 8, None),
        ((0..300).map(|n| large(n as u8)).collect(), 0, Some(300)),
    ];
    for version in VERSIONS {
        for (number, (pages, shade, pictures)) in cases.iter().enumerate() {
            let image = read(&tiff_of(version, pages)).unwrap();
            assert_eq!(image.rgb.get_pixel(0, 0).0, [*shade; 3], "case {number}, {version:?}");
            let said = pictures.map(|pictures| ImageNotice::SeveralPictures { pictures });
            assert_eq!(image.notices, Vec::from_iter(said), "case {number}");
        }
    }
}

#[test]
fn a_circle_of_directories_comes_to_an_end() {
    let page = Page::grey(WIDTH, HEIGHT, bytes());
    let mut file = tiff_of(PLAIN, &[page.clone(), page]);
    // The last link is at the end; it is led back to the first directory.
    let first: [u8; 4] = file[4..8].try_into().unwrap();
    let end = file.len() - 4;
    file[end..].copy_from_slice(&first);
    assert_eq!(read(&file).unwrap().notices, [ImageNotice::SeveralPictures { pictures: 2 }]);
}

#[test]
fn jpeg_within_a_tiff_is_checked_as_a_jpeg_file_is() {
    let jpeg = |name: &str| std::fs::read(golden(&format!("jpeg/{name}.jpg"))).unwrap();
    let page = |name: &str, data: Vec<u8>| {
        let (channels, photometric) = if name.contains("grey") { (1, 1) } else { (3, 6) };
        Page::grey(101, 77, data)
            .with((258, Tagged::Shorts(vec![8; channels.into()])))
            .with(short(277, channels))
            .with(short(262, photometric))
            .with(short(259, 7))
    };
    for name in ["baseline", "grey", "fine_colour", "restarts", "progressive"] {
        let data = jpeg(name);
        let alone = decode_image(&data, Path::new("a.jpg")).unwrap();
        let inside = read(&tiff_of(PLAIN, &[page(name, data.clone())])).unwrap();
        assert_eq!(inside.compression, alone.compression, "{name}");
        let differ = inside.rgb.iter().zip(alone.rgb.iter()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(differ.unwrap() <= 3, "{name}: {differ:?}");
        let cut = [&data[..data.len() * 2 / 3], &[0xFF, 0xD9]].concat();
        let read = read(&tiff_of(PLAIN, &[page(name, cut)]));
        assert!(matches!(read, Err(LibraryError::DamagedImage { .. })), "{name}: {read:?}");
    }
    // A size that is not the TIFF's would take memory that nobody asked for.
    let mut other = page("baseline", jpeg("baseline"));
    (other.width, other.height) = (50, 40);
    assert!(matches!(read(&tiff_of(PLAIN, &[other])), Err(LibraryError::DamagedImage { .. })));
}

#[test]
fn a_tiff_cut_short_is_damaged_and_one_too_large_is_refused() {
    let page = Page::grey(WIDTH, HEIGHT, bytes());
    // The data stand before the directory: without their end there is no directory.
    let file = tiff_of(PLAIN, &[page]);
    for length in [8, 20, bytes().len(), file.len() - 30] {
        let read = read(&file[..length]);
        assert!(matches!(read, Err(LibraryError::DamagedImage { .. })), "{length}: {read:?}");
    }
    for (width, height) in [(30_000, 30_000), (20_001, 1), (u32::MAX, u32::MAX)] {
        for bits in [1, 8, 64] {
            let page = Page::grey(width, height, bytes()).with(short(258, bits));
            let read = read(&tiff_of(PLAIN, &[page]));
            assert!(matches!(read, Err(LibraryError::ImageTooLarge { .. })), "{read:?}");
        }
    }
    let page = Page::grey(20_000, 20_000, bytes()).with(short(258, 64)).with(short(277, 3));
    let read = read(&tiff_of(PLAIN, &[page.with(short(262, 2))]));
    assert!(matches!(read, Err(LibraryError::ImageTooLarge { .. })), "{read:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes_are_an_error_or_a_picture(
        which in 0..8usize,
        version in prop::sample::select(VERSIONS.to_vec()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
        keep in any::<prop::sample::Index>(),
        cut in prop::bool::weighted(0.2),
    ) {
        let table: Vec<u16> = (0..768).collect();
        let grey = || Page::grey(WIDTH, HEIGHT, bytes());
        let jpeg = std::fs::read(golden("jpeg/grey.jpg")).unwrap();
        let pages = match which {
            0 => vec![grey()],
            1 => vec![grey().with(short(262, 3)).with((320, Tagged::Shorts(table)))],
            2 => vec![page(samples(version, |v| (u64::from((v as f32).to_bits()), 4)), 32, 3)],
            3 => vec![Page::grey(WIDTH, 2, bytes()).with(short(277, 3)).with(short(262, 8))],
            4 => vec![Page { below: vec![grey()], ..grey().with(short(254, 1)) }, grey()],
            5 => vec![Page::grey(101, 77, jpeg).with(short(259, 7))],
            6 => vec![page(samples(version, |v| (v as u64, 2)), 16, 2).with(short(341, 255))],
            _ => vec![Page::grey(WIDTH, 3, bytes()).with(short(277, 2)).with(short(338, 2))],
        };
        let mut file = tiff_of(version, &pages);
        for (at, byte) in changes {
            // The directories stand last: half of the changes go there.
            let at = file.len() - 1 - at.index(file.len()) / (1 + usize::from(byte & 1) * 3);
            file[at] = byte;
        }
        if cut {
            file.truncate(keep.index(file.len()));
        }
        if let Ok(image) = read(&file) {
            prop_assert_eq!(image.rgb.dimensions(), (image.width, image.height));
        }
    }
}
