//! Files as they arrive: those of the checkout, and those beside it.

use std::path::PathBuf;

use fettle_testing::data::{golden, shared};

use super::*;
use fettle_domain::TiffKind;

fn kept(file: &str) -> Vec<u8> {
    std::fs::read(golden(&format!("cases/pictures/{file}"))).unwrap()
}

/// A case beside the checkout; `None`, and the test counted as skipped, where it is absent.
fn case(file: &str) -> Option<PathBuf> {
    shared(&format!("data/cases/{file}"))
}

/// Mean difference of the pixels of two pictures of one size.
fn mean_difference(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a.iter().zip(b.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.len() as f64
}

#[test]
fn jpegs_are_whole_or_not_by_their_rows_and_not_by_their_ends() {
    let whole = decode_image(&kept("whole.jpg"), name()).unwrap();
    assert_eq!(whole.compression.map(|quality| quality.0 >= 85), Some(true));
    for file in ["no_eoi.jpg", "no_eoi_vendor_tail.jpg"] {
        let read = decode_image(&kept(file), name()).unwrap();
        assert_eq!(read.rgb, whole.rgb, "{file}");
    }
    for (file, damage) in [
        ("cut_at_60_percent_with_eoi.jpg", ImageDamage::Ends { rows: 128, of: 240 }),
        ("progressive_cut_at_70.jpg", ImageDamage::Scans { whole: 9 }),
        ("restart_lost.jpg", ImageDamage::Part),
    ] {
        let error = decode_image(&kept(file), name()).unwrap_err();
        assert!(
            matches!(&error, LibraryError::DamagedImage { why, .. } if *why == damage),
            "{file}: {error}"
        );
    }
}

#[test]
fn a_phones_pictures_are_named() {
    for (file, expect) in [("IMG_0412.HEIC", ImageKind::Heif), ("new.avif", ImageKind::Avif)] {
        let error = decode_image(&kept(file), Path::new("IMG_0412.jpg")).unwrap_err();
        assert!(
            matches!(&error, LibraryError::UnsupportedImage { kind, .. } if *kind == expect),
            "{file}: {error}"
        );
    }
}

#[test]
fn every_sample_format_of_tiff_is_the_picture_in_8_bits() {
    let folder = "02-tiff-sample-formats";
    let Some(plain) = case(&format!("{folder}/same_in_8_bits.tif")) else { return };
    let plain = read_image(&plain).unwrap().rgb;
    // Every second pixel.
    let halved = RgbImage::from_fn(160, 120, |x, y| *plain.get_pixel(2 * x, 2 * y));
    // File, whether it is halved in size.
    for (file, is_half) in [
        ("gray32f_0to1.tif", false),
        ("gray16f.tif", false),
        ("gray16_signed.tif", false),
        ("gray32_uint.tif", false),
        ("gray64f.tif", true),
        ("gray32f_0to4095.tif", true),
        ("gray32f_nan_inf.tif", true),
        ("rgb32f_0to255.tif", true),
        ("rgb32f_0to1.tif", true),
    ] {
        let Some(path) = case(&format!("{folder}/{file}")) else { return };
        let read = read_image(&path).unwrap();
        let differ = mean_difference(&read.rgb, if is_half { &halved } else { &plain });
        assert!(differ < 0.6, "{file}: {differ}");
        let not_finite = read.notices.iter().any(|n| matches!(n, ImageNotice::NotFinite { .. }));
        assert_eq!(not_finite, file.contains("nan"), "{file}: {:?}", read.notices);
    }
}

#[test]
fn every_kind_of_tiff_is_the_plain_one_or_is_named() {
    let Some(plain) = case("03-tiff-kinds/plain.tif") else { return };
    let plain = read_image(&plain).unwrap();
    assert_eq!(plain.notices, []);
    for (file, most) in [("bigtiff.tif", 0.0), ("palette.tif", 0.5), ("lab.tif", 2.0)] {
        let Some(path) = case(&format!("03-tiff-kinds/{file}")) else { return };
        let read = read_image(&path).unwrap();
        let differ = mean_difference(&read.rgb, &plain.rgb);
        assert!(differ <= most, "{file}: {differ}");
        assert_eq!(read.notices, [], "{file}");
    }
    // The JPEG's samples are RGB; called YCbCr, they are green in all other programs.
    for (file, expect) in
        [("zstd.tif", TiffKind::Compression(50_000)), ("jpeg_ycbcr.tif", TiffKind::FalseColour)]
    {
        let Some(path) = case(&format!("03-tiff-kinds/{file}")) else { return };
        let error = read_image(&path).unwrap_err();
        let expect = ImageKind::Tiff(expect);
        assert!(
            matches!(&error, LibraryError::UnsupportedImage { kind, .. } if *kind == expect),
            "{error}"
        );
    }
}

#[test]
fn of_several_pictures_the_whole_one_is_read() {
    for (file, size, pictures) in [
        ("thumb_then_full.tif", (480, 360), None),
        ("full_in_subifd.tif", (480, 360), None),
        ("stack_of_5_shots.tif", (320, 240), Some(5)),
    ] {
        let Some(path) = case(&format!("04-tiff-several-pictures/{file}")) else { return };
        let read = read_image(&path).unwrap();
        assert_eq!((read.width, read.height), size, "{file}");
        let said = pictures.map(|pictures| ImageNotice::SeveralPictures { pictures });
        assert_eq!(read.notices, Vec::from_iter(said), "{file}");
    }
}

#[test]
fn hidden_colours_do_not_count() {
    let files = ["black", "white", "noise"];
    let mut read = Vec::new();
    for hidden in files {
        let Some(path) = case(&format!("09-transparency/good_hidden_{hidden}.png")) else { return };
        read.push(read_image(&path).unwrap());
    }
    for (file, one) in files.iter().zip(&read) {
        assert_eq!(one.rgb, read[0].rgb, "{file}");
        assert!(matches!(one.notices[..], [ImageNotice::Transparent { .. }]), "{file}");
    }
}

#[test]
fn files_are_what_they_are_whatever_they_are_called() {
    let cases = [
        ("IMG_0412.HEIC", Err(ImageKind::Heif)),
        ("IMG_0412.jpg", Err(ImageKind::Heif)),
        ("clip.gif", Err(ImageKind::Gif)),
        ("jp2_called.jpg", Err(ImageKind::Jpeg2000)),
        ("scan.jp2", Err(ImageKind::Jpeg2000)),
        ("jpeg_12bit.jpg", Err(ImageKind::DeepJpeg { bits: 12 })),
        ("jpeg_lossless_sof3.jpg", Err(ImageKind::LosslessJpeg)),
        ("jpegls_called.jpg", Err(ImageKind::JpegLs)),
        ("new.avif", Err(ImageKind::Avif)),
        ("old.pgm", Err(ImageKind::Pnm)),
        ("jpeg_with_no_ending", Ok(ImageFormat::Jpeg)),
        ("png_called.jpg", Ok(ImageFormat::Png)),
    ];
    for (file, expect) in cases {
        let Some(path) = case(&format!("10-other-formats/{file}")) else { return };
        assert!(is_picture_file(&path).unwrap(), "{file}");
        let read = read_image(&path).map(|read| read.format).map_err(|error| match error {
            LibraryError::UnsupportedImage { kind, .. } => kind,
            other => panic!("{file}: {other}"),
        });
        assert_eq!(read, expect, "{file}");
    }
}

#[test]
fn pictures_of_one_scene_are_alike_whatever_their_samples() {
    let read =
        |file: &str| Some(read_image(&case(&format!("14-unlike-normals/good/{file}"))?).unwrap());
    for file in ["a_grey.png", "b_rgb.jpg", "c_rgba.png", "d_deep.png", "g_palette.png"] {
        let (Some(grey), Some(other)) = (read("k10.png"), read(file)) else { return };
        // Other shots of the same part, under the same light.
        let differ = mean_difference(&grey.rgb, &other.rgb);
        assert!(differ < 12.0, "{file}: {differ}");
        assert_eq!(other.notices, [], "{file}");
    }
}

#[test]
fn every_jpeg_of_a_real_line_is_whole() {
    let Some(folder) = shared("data/casting") else { return };
    let files: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "jpeg"))
        .collect();
    assert!(files.len() > 100, "{}", files.len());
    for path in files {
        let read = read_image(&path).unwrap();
        assert!(read.compression.is_some() && read.notices.is_empty(), "{}", path.display());
    }
}
