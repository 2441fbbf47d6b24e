//! Perceptual fingerprints: whether two files show the same photograph.
//!
//! Parts of one product look alike, and re-encoding, resizing or a little more light change
//! every byte: neither a hash of the bytes nor an embedding tells copies from other parts. The
//! fine structure does: a copy keeps it to about a grey level, another part does not.

use image::RgbImage;
use image::imageops::{FilterType, grayscale, resize};

/// Side in pixels of the square that an image is resized to.
const SIDE: usize = 48;
/// Values of a fingerprint.
pub(crate) const LENGTH: usize = SIDE * SIDE;

/// Least correlation of the structures of two copies.
const LEAST_CORRELATION: f32 = 0.8;
/// Largest residual of two copies in grey levels, root mean square: the structure of the one less
/// that of the other at the best gain.
///
/// Measured with all images of four products (420 castings, 224 leathers, 240 steels, 157
/// commutators), 60 of each also as JPEG of quality 75 and 40, at half and 1.3 times the
/// size, 10 % brighter and with 15 % more contrast: copies have at most 0.99 (1.56 where the
/// brighter one is clipped at white). Different parts have 2.38 and more, except three
/// pairs whose images show one part photographed twice (0.87, 0.89, 0.92) and one pair where the
/// part was rotated by half a degree in between (1.80).
const MOST_RESIDUAL: f32 = 1.7;
/// Residual up to which copies of any kind lie but for those clipped at white.
const USUAL_RESIDUAL: f32 = 1.0;
/// Least correlation, above [`USUAL_RESIDUAL`], of two copies over the calm half of the cells, those
/// of least structure.
///
/// Drawn or machined parts have one structure, and only the sensor's noise tells one from the next:
/// then correlation and residual of all cells are those of copies. The noise of two photographs is
/// independent: drawn plates that differ by noise alone have at most 0.25, copies at least 0.53. Residuals of such plates begin at 1.07.
const LEAST_CALM_CORRELATION: f32 = 0.4;
/// Least structure of an image that can have copies, in grey levels, root mean square: all blank
/// images are alike.
const LEAST_STRUCTURE: f32 = 0.5;

/// Fine structure of an image: 48×48 grey values, each less the mean of its 3×3 neighbourhood.
#[derive(Clone, PartialEq, Eq)]
pub struct Fingerprint {
    values: Box<[i8]>,
    /// Sum of the squared values.
    energy: i32,
}

impl std::fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fingerprint").field("structure", &self.structure()).finish_non_exhaustive()
    }
}

impl Fingerprint {
    /// The fingerprint of an image of any size.
    pub fn of(image: &RgbImage) -> Self {
        let side = SIDE as u32;
        let grey = resize(&grayscale(image), side, side, FilterType::Triangle);
        let at = |x: usize, y: usize| f32::from(grey.get_pixel(x as u32, y as u32).0[0]);
        let around = |n: usize| n.saturating_sub(1)..=(n + 1).min(SIDE - 1);
        let values = (0..LENGTH).map(|n| {
            let (x, y) = (n % SIDE, n / SIDE);
            let near = around(y).flat_map(|y| around(x).map(move |x| (x, y)));
            let (sum, count) =
                near.fold((0.0, 0.0), |(sum, count), (x, y)| (sum + at(x, y), count + 1.0));
            (at(x, y) - sum / count).round() as i8
        });
        Self::new(values.collect())
    }

    /// A fingerprint from its values; `None` for a wrong number of values.
    pub(crate) fn from_values(values: &[i8]) -> Option<Self> {
        (values.len() == LENGTH).then(|| Self::new(values.into()))
    }

    fn new(values: Box<[i8]>) -> Self {
        let energy = dot(&values, &values);
        Self { values, energy }
    }

    /// The values, row by row.
    pub(crate) fn values(&self) -> &[i8] {
        &self.values
    }

    /// Strength of the structure: root mean square, in grey levels.
    fn structure(&self) -> f32 {
        (self.energy as f32 / LENGTH as f32).sqrt()
    }

    /// Residual of two copies of one photograph, in grey levels; `None` where `other` is no copy.
    pub(crate) fn residual_as_copy(&self, other: &Self) -> Option<f32> {
        let least = self.structure().min(other.structure());
        if least < LEAST_STRUCTURE {
            return None;
        }
        let energy = (self.energy as f32 * other.energy as f32).sqrt();
        let correlation = dot(&self.values, &other.values) as f32 / energy;
        let residual = least * (1.0 - correlation * correlation).max(0.0).sqrt();
        if correlation < LEAST_CORRELATION || residual > MOST_RESIDUAL {
            return None;
        }
        let is_usual = residual <= USUAL_RESIDUAL;
        let calm = self.calm_correlation(other);
        (is_usual || calm.is_none_or(|calm| calm >= LEAST_CALM_CORRELATION)).then_some(residual)
    }

    /// Correlation over the cells whose structure is at most the median of all cells in both; `None`
    /// where these are blank.
    fn calm_correlation(&self, other: &Self) -> Option<f32> {
        let pairs = || self.values.iter().zip(&other.values);
        let strength = |(a, b): (&i8, &i8)| a.unsigned_abs().max(b.unsigned_abs());
        let mut strengths: Vec<u8> = pairs().map(strength).collect();
        let (_, median, _) = strengths.select_nth_unstable(LENGTH / 2);
        let median = *median;
        let calm = pairs().filter(|pair| strength(*pair) <= median);
        let (mut both, mut first, mut second) = (0, 0, 0);
        for (a, b) in calm.map(|(a, b)| (i32::from(*a), i32::from(*b))) {
            both += a * b;
            first += a * a;
            second += b * b;
        }
        let energy = (first as f32 * second as f32).sqrt();
        (energy > 0.0).then(|| both as f32 / energy)
    }
}

fn dot(a: &[i8], b: &[i8]) -> i32 {
    a.iter().zip(b).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::path::PathBuf;

    use fettle_testing::data::shared;
    use image::{DynamicImage, ImageFormat, Rgb, imageops};
    use rayon::prelude::*;

    use super::*;

    /// Changes that an image may go through before it is registered again.
    fn changed(image: &RgbImage) -> Vec<(&'static str, RgbImage)> {
        let (width, height) = image.dimensions();
        let saved = |quality: u8| {
            let mut bytes = Cursor::new(Vec::new());
            let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality);
            image.write_with_encoder(encoder).unwrap();
            image::load_from_memory_with_format(bytes.get_ref(), ImageFormat::Jpeg).unwrap()
        };
        vec![
            ("saved as JPEG 75", saved(75).to_rgb8()),
            ("saved as JPEG 40", saved(40).to_rgb8()),
            ("half the size", resize(image, width / 2, height / 2, FilterType::Lanczos3)),
            ("larger", resize(image, width * 13 / 10, height * 13 / 10, FilterType::CatmullRom)),
            ("brighter", imageops::brighten(image, 12)),
            ("more contrast", imageops::contrast(image, 8.0)),
            ("grey", DynamicImage::from(grayscale(image)).to_rgb8()),
        ]
    }

    /// A random rough surface; each `seed` gives another one.
    fn surface(seed: u32) -> RgbImage {
        let mut state = seed;
        RgbImage::from_fn(160, 120, |x, y| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let wave =
                ((x as f32 / 9.0 + seed as f32).sin() * (y as f32 / 7.0).cos() * 40.0) as i32;
            Rgb([(120 + wave + (state >> 26) as i32) as u8; 3])
        })
    }

    #[test]
    fn a_copy_is_told_from_another_picture() {
        let original = Fingerprint::of(&surface(1));
        for (what, image) in changed(&surface(1)) {
            assert!(original.residual_as_copy(&Fingerprint::of(&image)).is_some(), "{what}");
        }
        assert_eq!(original.residual_as_copy(&original), Some(0.0));
        let turned = imageops::rotate180(&surface(1));
        for (what, image) in [("another", surface(2)), ("turned", turned)] {
            assert_eq!(original.residual_as_copy(&Fingerprint::of(&image)), None, "{what}");
        }
        let blank = Fingerprint::of(&RgbImage::from_pixel(90, 70, Rgb([128; 3])));
        assert_eq!(blank.residual_as_copy(&blank), None);
        // The smallest and an extreme image have a fingerprint, too.
        for (width, height) in [(1, 1), (1, 300), (2000, 2)] {
            assert_eq!(Fingerprint::of(&RgbImage::new(width, height)).values().len(), LENGTH);
        }
    }

    #[test]
    fn drawn_parts_that_differ_by_noise_alone_are_no_copies() {
        // A plate with a ring, in the noise of `seed`.
        let part = |seed: u32| {
            let mut state = seed;
            RgbImage::from_fn(160, 120, |x, y| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let radius = (f64::from(x) - 80.0).hypot(f64::from(y) - 60.0);
                let level = if (30.0..40.0).contains(&radius) { 60 } else { 160 };
                Rgb([level + (state >> 26) as u8; 3])
            })
        };
        let original = Fingerprint::of(&part(1));
        for seed in 2..12 {
            assert_eq!(original.residual_as_copy(&Fingerprint::of(&part(seed))), None, "{seed}");
        }
        for (what, image) in changed(&part(1)) {
            assert!(original.residual_as_copy(&Fingerprint::of(&image)).is_some(), "{what}");
        }
        // Without any noise nothing tells two files of one drawing apart.
        let clean =
            Fingerprint::of(&RgbImage::from_fn(96, 96, |x, _| Rgb([(x / 24 * 60) as u8; 3])));
        assert_eq!(clean.residual_as_copy(&clean), Some(0.0));
    }

    /// The cases' normal parts are drawn and differ by their noise alone.
    #[test]
    fn no_two_parts_of_the_cases_are_copies() {
        let Some(paths) = images_below("cases/common/good") else { return };
        let prints: Vec<Fingerprint> = paths
            .iter()
            .map(|path| Fingerprint::of(&image::open(path).unwrap().to_rgb8()))
            .collect();
        for (n, print) in prints.iter().enumerate() {
            for other in prints.iter().skip(n + 1) {
                assert_eq!(print.residual_as_copy(other), None);
            }
        }
    }

    /// Image files below a folder of `../shared/data`, without the masks of the ground truth.
    fn images_below(folder: &str) -> Option<Vec<PathBuf>> {
        let root = shared(&format!("data/{folder}"))?;
        let mut paths: Vec<PathBuf> = walkdir::WalkDir::new(root)
            .into_iter()
            .filter_map(|entry| Some(entry.ok()?.into_path()))
            .filter(|path| {
                path.extension().is_some_and(|e| e == "jpeg" || e == "jpg" || e == "png")
            })
            .filter(|path| !path.components().any(|part| part.as_os_str() == "ground_truth"))
            .collect();
        paths.sort();
        assert!(!paths.is_empty(), "no images below ../shared/data/{folder}");
        Some(paths)
    }

    /// Castings look almost the same. One pair of 420 shows one part photographed twice; no other
    /// pair is taken for copies, and every copy is found.
    #[test]
    fn only_copies_of_real_parts_are_found() {
        for (folder, pairs) in [("casting", 1), ("neu_det", 0), ("leather", 0)] {
            let Some(paths) = images_below(folder) else { return };
            let images: Vec<RgbImage> =
                paths.par_iter().map(|path| image::open(path).unwrap().to_rgb8()).collect();
            let prints: Vec<Fingerprint> = images.par_iter().map(Fingerprint::of).collect();
            let mut found = 0;
            for (n, print) in prints.iter().enumerate() {
                // Leather has some files twice, byte for byte.
                let copies = prints
                    .iter()
                    .skip(n + 1)
                    .filter(|other| *other != print && print.residual_as_copy(other).is_some());
                found += copies.count();
            }
            assert_eq!(found, pairs, "{folder}");
            images.par_iter().zip(&prints).step_by(20).for_each(|(image, print)| {
                for (what, image) in changed(image) {
                    assert!(
                        print.residual_as_copy(&Fingerprint::of(&image)).is_some(),
                        "{folder}: {what}"
                    );
                }
            });
        }
    }
}
