//! Registration of a normal reference to the part: translation, rotation and scale.
//!
//! Fourier–Mellin (Reddy & Chatterji 1996) proposes poses, Gauss–Newton on the pixels refines them,
//! and a correlation is the quality of the result. All at reduced size.

mod pose;
pub mod position;
mod refine;
mod spectrum;
mod warp;

use image::RgbImage;
use rayon::prelude::*;

pub use warp::warped;

use super::gray_image::GrayImage;
use fettle_domain::{Alignment, SimilarityTransform};
use pose::{Pose, correlation, warp};
use refine::refine;
use spectrum::Fft2d;

/// Longer side of the reduced images, in pixels.
const WORKING_SIDE: usize = 256;
/// Side of the square in which proposals are tried, in pixels.
const TRIAL_SIDE: usize = 128;
/// Least shorter side of a reduced image, in pixels; smaller images are not registered.
const SMALLEST_SIDE: f32 = 16.0;
/// Scales of a reference that are accepted.
const SCALES: std::ops::RangeInclusive<f32> = 0.7..=1.43;
/// Proposals of rotation and scale, each tried with a further half turn, too.
const ROTATIONS: usize = 4;
/// Shifts tried for each rotation.
const SHIFTS: usize = 2;
/// Proposals that are refined.
const REFINED: usize = 4;
/// Radius of the local mean that images of half the working size are compared without, in pixels.
const HALF_SIZE_DETAIL: usize = 8;

/// Least quality of an alignment. Measured: unrelated pairs (leather, commutators, steel strips)
/// reach 0.24 at most; the same image rotated, scaled, cropped and darkened 0.61 and more; two
/// castings of one kind 0.5 to 0.9 where they match to the eye.
const LOWEST_QUALITY: f32 = 0.45;

/// Registers `reference` to `part`. `None` where the two have too little in common: textures, other
/// parts, images below some 16 pixels.
pub fn register(part: &RgbImage, reference: &RgbImage) -> Option<Alignment> {
    best_alignment(part, reference).filter(|found| found.quality >= LOWEST_QUALITY)
}

/// The best alignment found, of any quality.
fn best_alignment(part: &RgbImage, reference: &RgbImage) -> Option<Alignment> {
    let (pw, ph) = part.dimensions();
    let (rw, rh) = reference.dimensions();
    let (longest, shortest) = (pw.max(ph).max(rw).max(rh), pw.min(ph).min(rw).min(rh));
    let step = (longest as f32 / WORKING_SIDE as f32).max(1.0);
    if (shortest as f32) < SMALLEST_SIDE * step {
        return None;
    }
    let (part, reference) = (GrayImage::reduced(part, step), GrayImage::reduced(reference, step));
    let (coarse, _) = coarse_pose(&part, &reference, rotation_proposals(&part, &reference))?;
    let refined = refine(&part, &reference, coarse, 1e-4);
    let (detail_part, detail_reference) =
        (part.without_local_mean(16), reference.without_local_mean(16));
    let (pose, quality) = [refined, Pose::IDENTITY]
        .map(|pose| (pose, correlation(&detail_part, &detail_reference, pose)))
        .into_iter()
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    let (angle, scale, (shift_x_px, shift_y_px)) = pose.scaled(step).parts();
    let rotation_deg = angle.to_degrees();
    SCALES.contains(&scale).then_some(Alignment {
        transform: SimilarityTransform { rotation_deg, scale, shift_x_px, shift_y_px },
        quality: quality.clamp(0.0, 1.0),
    })
}

/// The correlation of two images under `pose`, at half the working size.
fn agreement_at(part: &GrayImage, reference: &GrayImage, pose: Pose) -> f32 {
    let detail = |image: &GrayImage| image.halved().without_local_mean(HALF_SIZE_DETAIL);
    correlation(&detail(part), &detail(reference), pose.scaled(0.5))
}

/// The pose of highest correlation among the `turns` (rotation in radians, scale), refined at half
/// the working size, and that correlation.
fn coarse_pose(
    part: &GrayImage,
    reference: &GrayImage,
    turns: Vec<(f32, f32)>,
) -> Option<(Pose, f32)> {
    let (small_part, small_reference) = (part.halved(), reference.halved());
    let (detail_part, detail_reference) = (
        small_part.without_local_mean(HALF_SIZE_DETAIL),
        small_reference.without_local_mean(HALF_SIZE_DETAIL),
    );
    let agreement = |pose: Pose| correlation(&detail_part, &detail_reference, pose);
    let fft = Fft2d::new(TRIAL_SIDE);
    let spectrum = fft.spectrum(&small_part);
    let mut proposals: Vec<(Pose, f32)> = turns
        .into_par_iter()
        .flat_map_iter(|(angle, scale)| {
            let pose = Pose::of(angle, scale, (0.0, 0.0));
            let rotated = warp(&small_reference, pose, &small_part);
            let shifts = fft.phase_correlation(&spectrum, &fft.spectrum(&rotated), SHIFTS);
            shifts.into_iter().map(move |shift| Pose::of(angle, scale, (shift.x, shift.y)))
        })
        .map(|pose| (pose, agreement(pose)))
        .collect();
    proposals.sort_by(|a, b| b.1.total_cmp(&a.1));
    proposals.truncate(REFINED);
    proposals
        .into_par_iter()
        .map(|(pose, _)| refine(&small_part, &small_reference, pose, 1e-3))
        .map(|pose| (pose, agreement(pose)))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(pose, agreement)| (pose.scaled(2.0), agreement))
}

/// Rotations (radians) and scales that may bring the reference to the part; the identity first.
fn rotation_proposals(part: &GrayImage, reference: &GrayImage) -> Vec<(f32, f32)> {
    let fft = Fft2d::new(WORKING_SIDE);
    let log_polar = |image: &GrayImage| fft.log_polar(&fft.spectrum(image));
    let (of_part, of_reference) = rayon::join(|| log_polar(part), || log_polar(reference));
    let mut proposals = vec![(0.0, 1.0)];
    for (angle, scale) in fft.rotations(&of_part, &of_reference, ROTATIONS) {
        if SCALES.contains(&scale) {
            proposals.push((angle, scale));
            proposals.push((angle + std::f32::consts::PI, scale));
        }
    }
    proposals
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use fettle_testing::data::shared;
    use image::Rgb;
    use proptest::prelude::*;

    use super::*;

    /// Rotation, scale, shift.
    const MOVES: [(f32, f32, f32, f32); 7] = [
        (0.0, 1.0, 0.0, 0.0),
        (0.0, 1.0, 12.5, -7.25),
        (5.0, 1.0, 3.0, 4.0),
        (-20.0, 1.05, 8.0, -10.0),
        (45.0, 0.95, -6.0, 6.0),
        (175.0, 1.1, 4.0, -4.0),
        (-130.0, 0.85, 10.0, 10.0),
    ];

    fn transform(
        (rotation_deg, scale, shift_x_px, shift_y_px): (f32, f32, f32, f32),
    ) -> SimilarityTransform {
        SimilarityTransform { rotation_deg, scale, shift_x_px, shift_y_px }
    }

    /// Three files of a folder of `../shared`, every `step`-th.
    fn some_of(folder: &str, step: usize) -> Option<Vec<PathBuf>> {
        let folder = shared(folder)?;
        let mut paths: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        Some(paths.into_iter().step_by(step).take(3).collect())
    }

    fn open(path: &PathBuf) -> RgbImage {
        image::open(path).unwrap().into_rgb8()
    }

    /// `picture` moved, grey where it covers nothing, under other light and with noise.
    fn moved(picture: &RgbImage, by: SimilarityTransform) -> RgbImage {
        let (width, height) = picture.dimensions();
        let (mut moved, covered) = warped(picture, by, width, height);
        let mut seed = 1u32;
        for (pixel, covered) in moved.pixels_mut().zip(covered.set) {
            if !covered {
                *pixel = Rgb([150; 3]);
            }
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (seed >> 24) as f32 / 32.0 - 4.0;
            pixel.0 = pixel.0.map(|v| (f32::from(v) * 0.9 + 8.0 + noise).clamp(0.0, 255.0) as u8);
        }
        moved
    }

    /// How far apart two transforms put points a third of the width from the middle.
    fn apart(a: SimilarityTransform, b: SimilarityTransform, width: u32) -> f32 {
        let moved = |t: SimilarityTransform, x: f32, y: f32| {
            let (sin, cos) = t.rotation_deg.to_radians().sin_cos();
            let turned = (t.scale * (cos * x - sin * y), t.scale * (sin * x + cos * y));
            (turned.0 + t.shift_x_px, turned.1 + t.shift_y_px)
        };
        (0..8)
            .map(|eighth| {
                let (sin, cos) = (eighth as f32 * std::f32::consts::FRAC_PI_4).sin_cos();
                let (x, y) = (cos * width as f32 / 3.0, sin * width as f32 / 3.0);
                let ((ax, ay), (bx, by)) = (moved(a, x, y), moved(b, x, y));
                (ax - bx).hypot(ay - by)
            })
            .fold(0.0, f32::max)
    }

    #[test]
    fn a_known_move_of_a_real_picture_is_found() {
        let sets = [
            ("data/casting/train/good", 37),
            ("data/leather/train/good", 19),
            ("data/neu_det/scratches", 11),
        ];
        for (folder, step) in sets {
            let Some(paths) = some_of(folder, step) else { return };
            for path in paths {
                let picture = open(&path);
                for by in MOVES {
                    let by = transform(by);
                    let found = register(&moved(&picture, by), &picture).unwrap();
                    let error = apart(found.transform, by, picture.width());
                    assert!(error < 0.6, "{path:?} {by:?}: {found:?}, {error} px");
                    assert!(found.quality > 0.55, "{path:?} {by:?}: {found:?}");
                }
            }
        }
    }

    #[test]
    fn unrelated_pairs_are_not_registered() {
        let pairs = [
            ("data/leather/test/cut", "data/leather/train/good"),
            ("data/kolektorsdd/test/good", "data/kolektorsdd/train/good"),
            ("data/neu_det/scratches", "data/neu_det/patches"),
            ("data/casting/test/good", "data/leather/train/good"),
        ];
        for (parts, references) in pairs {
            let (Some(parts), Some(references)) = (some_of(parts, 4), some_of(references, 5))
            else {
                return;
            };
            for (part, reference) in parts.iter().zip(&references) {
                assert_eq!(register(&open(part), &open(reference)), None, "{part:?} {reference:?}");
            }
        }
    }

    #[test]
    fn castings_are_registered_to_one_another() {
        let parts = some_of("data/casting/test/def_front", 30);
        let references = some_of("data/casting/train/good", 50);
        let (Some(parts), Some(references)) = (parts, references) else { return };
        let qualities: Vec<Vec<f32>> = parts
            .iter()
            .map(|part| {
                let part = open(part);
                let found = references.iter().filter_map(|normal| register(&part, &open(normal)));
                found.map(|found| found.quality).collect()
            })
            .collect();
        // Not with each, but with some.
        assert!(qualities.iter().all(|qualities| !qualities.is_empty()), "{qualities:?}");
    }

    #[test]
    fn plain_and_tiny_images_are_not_registered() {
        let plain = |w, h| RgbImage::from_pixel(w, h, Rgb([80; 3]));
        let cases = [
            (plain(100, 100), plain(100, 100)),
            (plain(1, 1), plain(100, 100)),
            (plain(1000, 3), plain(1000, 3)),
            (RgbImage::new(0, 0), plain(9, 9)),
        ];
        for (part, reference) in cases {
            assert_eq!(register(&part, &reference), None);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_two_images_are_registered_or_refused_without_a_panic(
            bytes in prop::collection::vec(any::<u8>(), 3 * 40 * 40),
            (w, h) in (0u32..40, 0u32..40), (rw, rh) in (0u32..40, 0u32..40),
        ) {
            let picture = |w: u32, h: u32| {
                RgbImage::from_raw(w, h, bytes[..(w * h * 3) as usize].to_vec()).unwrap()
            };
            if let Some(found) = register(&picture(w, h), &picture(rw, rh)) {
                prop_assert!((LOWEST_QUALITY..=1.0).contains(&found.quality));
                let (aligned, covered) = warped(&picture(rw, rh), found.transform, w, h);
                prop_assert_eq!(aligned.dimensions(), (w, h));
                prop_assert_eq!(covered.set.len(), (w * h) as usize);
            }
        }
    }
}
