//! Pictures, masks, and pictures in a zip.

use std::io::Cursor;
use std::path::Path;

use fettle_fuzz::wrapping::{Wrapping, seal_png};
use fettle_fuzz::{Target, outcome};
use fettle_library::{ImageArchive, decode_image, read_mask};
use fettle_testing::data::checkout;
use image::{DynamicImage, ImageFormat, Rgb};

pub(super) fn targets() -> Vec<Target> {
    let format = |name, file, wrapping, seeds| Target {
        name,
        file,
        wrapping,
        seeds,
        refused: &[],
        read: decode,
    };
    vec![
        format("png", "a.png", Wrapping::Sealed(|bytes| seal_png(bytes)), || {
            encoded(ImageFormat::Png)
        }),
        format("jpeg", "a.jpg", Wrapping::None, jpegs),
        format("bmp", "a.bmp", Wrapping::None, || encoded(ImageFormat::Bmp)),
        format("tiff", "a.tif", Wrapping::None, || encoded(ImageFormat::Tiff)),
        format("webp", "a.webp", Wrapping::None, || encoded(ImageFormat::WebP)),
        Target {
            name: "mask",
            file: "mask.png",
            wrapping: Wrapping::Sealed(|bytes| seal_png(bytes)),
            seeds: || encoded(ImageFormat::Png),
            refused: &[],
            read: |path, _| outcome(read_mask(path), |mask| mask.levels.len()),
        },
        Target {
            name: "pictures-zip",
            file: "a.zip",
            wrapping: Wrapping::Zip,
            seeds: zips,
            refused: &[],
            read: read_archive,
        },
    ]
}

fn decode(path: &Path, bytes: &[u8]) -> String {
    outcome(decode_image(bytes, path), |read| read.rgb.len())
}

/// A small picture in each kind of pixel that the format has.
fn encoded(format: ImageFormat) -> Vec<Vec<u8>> {
    let picture = image::RgbImage::from_fn(24, 16, |x, y| Rgb([(x * 9) as u8, (y * 13) as u8, 80]));
    let picture = DynamicImage::from(picture);
    let kinds = [
        picture.clone(),
        picture.to_luma8().into(),
        picture.to_rgba8().into(),
        picture.to_luma_alpha8().into(),
        picture.to_rgb16().into(),
        picture.to_luma16().into(),
        picture.to_rgba16().into(),
    ];
    let encode = |kind: &DynamicImage| {
        let mut bytes = Cursor::new(Vec::new());
        kind.write_to(&mut bytes, format).ok().map(|()| bytes.into_inner())
    };
    kinds.iter().filter_map(encode).collect()
}

/// Baseline and progressive, with and without restarts, grey, CMYK; ours.
fn jpegs() -> Vec<Vec<u8>> {
    let folder = checkout().join("tests/golden/jpeg");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ext| ext == "jpg"));
    files.sort();
    let golden = files.iter().map(|path| std::fs::read(path).unwrap());
    golden.chain(encoded(ImageFormat::Jpeg)).collect()
}

fn zips() -> Vec<Vec<u8>> {
    let (png, bmp) = (&encoded(ImageFormat::Png)[0], &encoded(ImageFormat::Bmp)[0]);
    let inner = super::documents::zip_of(&[("x.png", png)]);
    vec![
        super::documents::zip_of(&[("a/1.png", png), ("a/2.bmp", bmp), ("설명.txt", b"text")]),
        super::documents::zip_of(&[("1.png", png), ("inner.zip", &inner)]),
    ]
}

fn read_archive(path: &Path, _: &[u8]) -> String {
    let read = ImageArchive::open(path).and_then(|mut archive| {
        let names = archive.names().len();
        let read = (0..names).map(|index| archive.read(index));
        let read = read.collect::<Result<Vec<_>, _>>()?;
        for bytes in &read {
            decode_image(bytes, path)?;
        }
        Ok(read.len())
    });
    outcome(read, |count| count)
}
