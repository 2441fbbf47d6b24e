//! Where a part lies in its picture: shift, rotation and scale against the mean of a bank's normal
//! pictures.
//!
//! A part that lies elsewhere than in every normal picture scores high as a whole. Whether a product
//! has a position at all is found out from the normal pictures: each is placed on the mean of the
//! others, and where they do not match (textures, parts strewn about) nothing is said of any picture.

use image::RgbImage;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::pose::Pose;
use super::{WORKING_SIDE, agreement_at, coarse_pose, rotation_proposals};
use crate::gray_image::GrayImage;
use fettle_domain::CaptureDeviation;

/// Minimum number of normal pictures: the range of fewer says little.
const FEWEST: usize = 10;
/// Share of the normal pictures left out at either end of a range, so that one picture does not set it.
const TAIL: f64 = 0.05;
/// Least agreement of a normal picture with the mean of the others, but for [`TAIL`] of them, of a
/// product with a position. A texture reaches 0.15, castings of one kind 0.5 and more.
const LEAST_AGREEMENT: f32 = 0.3;
/// A placement counts down to this share of the least agreement of the normal pictures.
const TRUSTED: f32 = 0.8;
/// What a placement outside of the range must gain in agreement over the nearest inside.
const GAIN: f32 = 0.1;
/// Least margin of the ranges: share of the shorter side, degrees, logarithm of the scale.
const MARGINS: [f32; 4] = [0.02, 0.02, 3.0, 0.04];
/// Largest relative difference of the aspect ratio of a picture that is placed.
const ASPECT: f32 = 0.05;

/// A picture reduced for being placed.
#[derive(Debug, Clone)]
pub struct PositionSample(GrayImage);

impl PositionSample {
    /// Number of normal pictures, evenly spaced, that ranges are taken from at most.
    pub const MOST: usize = 128;

    /// Reduces `image`.
    pub fn of(image: &RgbImage) -> Self {
        let longest = image.width().max(image.height()) as f32;
        Self(GrayImage::reduced(image, (longest / WORKING_SIDE as f32).max(1.0)))
    }

    fn aspect(&self) -> f32 {
        self.0.width as f32 / self.0.height.max(1) as f32
    }
}

/// Shift across and down (shares of the shorter side), rotation (degrees) and logarithm of the scale
/// of a part against the mean of the normal pictures, and how well it agrees with that.
#[derive(Debug, Clone, Copy)]
struct Placement {
    values: [f32; 4],
    /// Correlation, up to 1.
    agreement: f32,
}

impl Placement {
    /// The best placement of `part` on `mean` among the `turns` (radians, scale).
    fn of(part: &GrayImage, mean: &GrayImage, turns: Vec<(f32, f32)>) -> Option<Self> {
        let (pose, agreement) = coarse_pose(part, mean, turns)?;
        let side = part.width.min(part.height) as f32;
        let (angle, scale, (x, y)) = pose.parts();
        let values = [x / side, y / side, angle.to_degrees(), scale.ln()];
        (values.iter().all(|value| value.is_finite())).then_some(Self { values, agreement })
    }
}

/// The pose of `values` in a picture whose shorter side has `side` pixels.
fn pose_of([x, y, degrees, log_scale]: [f32; 4], side: f32) -> Pose {
    Pose::of(degrees.to_radians(), log_scale.exp(), (x * side, y * side))
}

/// Where the parts lie in the normal pictures of a bank.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PositionRange {
    /// Lowest values of a placement.
    low: [f32; 4],
    /// Highest values of a placement.
    high: [f32; 4],
    /// Least agreement of a placement.
    agreement: f32,
    /// Width of the mean picture in pixels.
    pub(crate) width: usize,
    /// Height of the mean picture in pixels.
    pub(crate) height: usize,
}

impl PositionRange {
    /// How far parts may lie from the middle of the range: shares of the shorter side across and
    /// down, degrees, and a share of the size.
    pub fn tolerance(&self) -> [f32; 4] {
        let half: [f32; 4] = std::array::from_fn(|at| (self.high[at] - self.low[at]) / 2.0);
        [half[0], half[1], half[2], half[3].exp() - 1.0]
    }
}

/// The mean of the normal pictures of a bank, and where the parts lie in them.
#[derive(Debug, Clone, PartialEq)]
pub struct NormalPosition {
    range: PositionRange,
    /// The mean picture, row by row, black to white.
    mean: Vec<u8>,
}

impl NormalPosition {
    /// Where the parts lie in `samples`; `None` of too few, of pictures of several shapes, and of
    /// pictures that do not match.
    pub fn of(samples: &[PositionSample]) -> Option<Self> {
        let first = samples.first().filter(|_| samples.len() >= FEWEST)?;
        let is_alike = |one: &PositionSample| (one.aspect() / first.aspect() - 1.0).abs() < ASPECT;
        if !samples.iter().all(is_alike) {
            return None;
        }
        let frame = &first.0;
        let laid: Vec<GrayImage> = samples
            .par_iter()
            .map(|one| super::pose::warp(&one.0, Pose::IDENTITY, frame))
            .collect();
        let mut sum = vec![0f32; frame.values.len()];
        for one in &laid {
            sum.iter_mut().zip(&one.values).for_each(|(sum, value)| *sum += value);
        }
        let image = |values| GrayImage { width: frame.width, height: frame.height, values };
        let others = (samples.len() - 1) as f32;
        let placements: Vec<Placement> = laid
            .par_iter()
            .filter_map(|one| {
                let of_others =
                    sum.iter().zip(&one.values).map(|(sum, own)| (sum - own) / others).collect();
                Placement::of(one, &image(of_others), vec![UNTURNED])
            })
            .collect();
        let sorted = |of: &dyn Fn(&Placement) -> f32| {
            let mut values: Vec<f32> = placements.iter().map(of).collect();
            values.sort_unstable_by(f32::total_cmp);
            values
        };
        let tail = (TAIL * placements.len() as f64) as usize;
        let agreement = *sorted(&|one| one.agreement).get(tail)?;
        if placements.len() < samples.len() || agreement < LEAST_AGREEMENT {
            return None;
        }
        let (mut low, mut high) = ([0.0; 4], [0.0; 4]);
        for (at, margin) in MARGINS.into_iter().enumerate() {
            let values = sorted(&|one| one.values[at]);
            let (lowest, highest) = (values[tail], values[values.len() - 1 - tail]);
            let margin = margin.max((highest - lowest) / 2.0);
            (low[at], high[at]) = (lowest - margin, highest + margin);
        }
        let mean = sum.iter().map(|sum| (255.0 * sum / (others + 1.0)).round() as u8).collect();
        let (width, height) = (frame.width, frame.height);
        Some(Self { range: PositionRange { low, high, agreement, width, height }, mean })
    }

    /// The position in a file: its range, and the mean picture of the range's size.
    pub(crate) fn from_parts(range: PositionRange, mean: Vec<u8>) -> Option<Self> {
        let numbers = range.low.iter().chain(&range.high).chain([&range.agreement]);
        let is_sound = numbers.copied().all(f32::is_finite)
            && range.width.min(range.height) > 1
            && range.width.checked_mul(range.height) == Some(mean.len());
        is_sound.then_some(Self { range, mean })
    }

    /// The range of the placements.
    pub fn range(&self) -> &PositionRange {
        &self.range
    }

    /// The mean picture, row by row, black to white.
    pub(crate) fn mean(&self) -> &[u8] {
        &self.mean
    }

    fn mean_image(&self) -> GrayImage {
        let values = self.mean.iter().map(|value| f32::from(*value) / 255.0).collect();
        GrayImage { width: self.range.width, height: self.range.height, values }
    }

    /// The same position, widened by further normal pictures.
    pub fn with(mut self, samples: &[PositionSample]) -> Self {
        let mean = self.mean_image();
        let placements: Vec<Placement> =
            samples.par_iter().filter_map(|sample| self.placement(sample, &mean)).collect();
        for found in placements {
            for (at, margin) in MARGINS.into_iter().enumerate() {
                let value = found.values[at];
                self.range.low[at] = self.range.low[at].min(value - margin);
                self.range.high[at] = self.range.high[at].max(value + margin);
            }
        }
        self
    }

    /// How the part of `image` lies otherwise than in the normal pictures. Nothing is said of a part
    /// that is not recognised, nor where a place as in the normal pictures agrees about as well.
    pub fn deviations(&self, image: &RgbImage) -> Vec<CaptureDeviation> {
        let (sample, mean) = (PositionSample::of(image), self.mean_image());
        let Some(Placement { values, agreement }) = self.placement(&sample, &mean) else {
            return Vec::new();
        };
        let PositionRange { low, high, .. } = &self.range;
        let inside: [f32; 4] = std::array::from_fn(|at| values[at].clamp(low[at], high[at]));
        if inside == values {
            return Vec::new();
        }
        let side = sample.0.width.min(sample.0.height) as f32;
        if agreement < agreement_at(&sample.0, &mean, pose_of(inside, side)) + GAIN {
            return Vec::new();
        }
        let from_middle = |at: usize| values[at] - (low[at] + high[at]) / 2.0;
        let is_outside = |at: usize| inside[at] != values[at];
        let mut found = Vec::new();
        if is_outside(0) || is_outside(1) {
            let share = from_middle(0).hypot(from_middle(1));
            found.push(CaptureDeviation::Shifted { share });
        }
        if is_outside(2) {
            found.push(CaptureDeviation::Rotated { degrees: from_middle(2).abs() });
        }
        if is_outside(3) {
            found.push(CaptureDeviation::Scaled { ratio: from_middle(3).exp() });
        }
        found
    }

    /// The placement of a picture on `mean`: unturned, or turned where that agrees too little.
    /// `None` where the part is not recognised.
    fn placement(&self, sample: &PositionSample, mean: &GrayImage) -> Option<Placement> {
        let aspect = self.range.width as f32 / self.range.height as f32;
        if (sample.aspect() / aspect - 1.0).abs() >= ASPECT {
            return None;
        }
        let best = |a: Option<Placement>, b: Option<Placement>| match (a, b) {
            (Some(a), Some(b)) => Some(if b.agreement > a.agreement { b } else { a }),
            (a, b) => a.or(b),
        };
        let least = TRUSTED * self.range.agreement;
        let unturned = Placement::of(&sample.0, mean, vec![UNTURNED]);
        let found = match unturned {
            Some(found) if found.agreement >= least => unturned,
            _ => {
                let turns = rotation_proposals(&sample.0, mean);
                best(unturned, Placement::of(&sample.0, mean, turns))
            }
        };
        found.filter(|found| found.agreement >= least)
    }
}

/// No rotation, and the same scale.
const UNTURNED: (f32, f32) = (0.0, 1.0);

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use fettle_domain::SimilarityTransform;
    use fettle_testing::data::shared;

    use super::*;
    use crate::align::warped;

    /// The pictures of a folder of `../shared`, in the order of their names.
    fn pictures(folder: &str) -> Option<Vec<RgbImage>> {
        let folder = shared(folder)?;
        let entries = std::fs::read_dir(folder).unwrap();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        Some(paths.iter().map(|path| image::open(path).unwrap().into_rgb8()).collect())
    }

    fn position(pictures: &[RgbImage]) -> Option<NormalPosition> {
        let samples: Vec<_> =
            pictures.iter().take(PositionSample::MOST).map(PositionSample::of).collect();
        NormalPosition::of(&samples)
    }

    /// `picture` moved over itself: its border goes on where nothing else is seen.
    fn moved(picture: &RgbImage, (share, degrees, scale): (f32, f32, f32)) -> RgbImage {
        let (width, height) = picture.dimensions();
        let shift = share * width.min(height) as f32;
        let (shift_x_px, shift_y_px) = (shift * 0.8, shift * -0.6);
        let by = SimilarityTransform { rotation_deg: degrees, scale, shift_x_px, shift_y_px };
        let (mut moved, covered) = warped(picture, by, width, height);
        let border = *picture.get_pixel(0, 0);
        for (pixel, covered) in moved.pixels_mut().zip(covered.set) {
            if !covered {
                *pixel = border;
            }
        }
        moved
    }

    fn named(found: &[CaptureDeviation]) -> Vec<&'static str> {
        found.iter().map(|one| one.message_id()).collect()
    }

    /// What is said of pictures moved `by`, by message.
    fn said(
        position: &NormalPosition,
        pictures: &[RgbImage],
        by: (f32, f32, f32),
    ) -> Vec<Vec<&'static str>> {
        let of = |one: &RgbImage| named(&position.deviations(&moved(one, by)));
        pictures.par_iter().map(of).collect()
    }

    #[test]
    fn parts_in_place_are_not_alarmed_and_parts_far_off_are() {
        let folders = ["train/good", "test/good", "test/def_front"];
        let [Some(normal), Some(good), Some(defective)] =
            folders.map(|folder| pictures(&format!("data/casting/{folder}")))
        else {
            return;
        };
        let position = position(&normal).unwrap();
        let in_place = |pictures: &[RgbImage]| {
            let of = |one: &RgbImage| !position.deviations(one).is_empty();
            pictures.par_iter().filter(|one| of(one)).count()
        };
        // Of 100 and 120.
        let alarmed = (in_place(&good), in_place(&defective));
        assert!(alarmed.0 <= 1 && alarmed.1 <= 2, "{alarmed:?}");
        // Castings are round: no rotation of them is seen.
        for (by, least) in [((0.1, 0.0, 1.0), 80), ((0.2, 0.0, 1.0), 98)] {
            let found = said(&position, &good, by);
            let count = found.iter().filter(|ids| ids.contains(&"deviation-shifted")).count();
            assert!(count >= least, "{by:?}: {count} of {}", good.len());
        }
        // Further normal pictures elsewhere make their place one of the normal ones.
        let far = moved(&good[0], (0.2, 0.0, 1.0));
        assert_ne!(position.deviations(&far), []);
        let wider = position.with(&[PositionSample::of(&far)]);
        assert_eq!(wider.deviations(&far), []);
    }

    #[test]
    fn a_moved_turned_or_zoomed_part_is_named() {
        let Some(normal) = pictures("data/cases/common/good") else { return };
        let position = position(&normal).unwrap();
        /// Shift as a share of the shorter side, rotation in degrees, scale.
        type Placed = (f32, f32, f32);
        let cases: [(Placed, &[&str]); 6] = [
            ((0.0, 0.0, 1.0), &[]),
            ((0.01, 0.5, 1.01), &[]),
            ((0.1, 0.0, 1.0), &["deviation-shifted"]),
            ((0.0, 10.0, 1.0), &["deviation-rotated"]),
            ((0.0, 0.0, 1.12), &["deviation-larger"]),
            ((0.0, 0.0, 0.88), &["deviation-smaller"]),
        ];
        for (by, expected) in cases {
            for ids in said(&position, &normal[..4], by) {
                assert!(expected.iter().all(|one| ids.contains(one)), "{by:?}: {ids:?}");
                assert_eq!(ids.is_empty(), expected.is_empty(), "{by:?}: {ids:?}");
            }
        }
        // Another shape of picture is not compared, nor are too few.
        let other = image::imageops::crop_imm(&normal[0], 0, 0, 200, 200).to_image();
        assert_eq!(position.deviations(&other), []);
        assert_eq!(self::position(&normal[..FEWEST - 1]), None);
    }

    #[test]
    fn textures_have_no_position() {
        for folder in ["leather/train/good", "kolektorsdd/train/good"] {
            let Some(pictures) = pictures(&format!("data/{folder}")) else { return };
            assert_eq!(position(&pictures).map(|one| one.range), None, "{folder}");
        }
    }

    #[test]
    fn a_position_that_is_none_is_refused() {
        let range = |width, high| PositionRange {
            low: [0.0; 4],
            high: [high; 4],
            agreement: 0.5,
            width,
            height: 3,
        };
        assert!(NormalPosition::from_parts(range(2, 1.0), vec![0; 6]).is_some());
        for (range, pixels) in [
            (range(2, 1.0), 5),
            (range(2, f32::NAN), 6),
            (range(0, 1.0), 0),
            (range(usize::MAX, 1.0), 6),
        ] {
            assert_eq!(NormalPosition::from_parts(range, vec![0; pixels]), None);
        }
    }
}
