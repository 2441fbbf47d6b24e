//! Normal pictures that look abnormal to the rest: likely a defect, a slip, another product.

use serde::Serialize;

use super::HeldOut;
use super::tail::Tail;
use crate::domain::ImageId;

/// From so many pictures on their quartiles say something.
const ENOUGH_FOR_QUARTILES: usize = 8;

/// A normal picture worth a second look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Suspect {
    /// The picture.
    pub image: ImageId,
    /// It stands so far out that it cannot be one of the others: it moves no limit. The rest
    /// may be rare sights among good parts, which limits must allow for.
    pub left_out: bool,
}

/// The pictures whose image score, or whose map's maximum, lies beyond Tukey's outer fence (the
/// upper quartile plus three times the distance of the quartiles) or is an outlier of the
/// others' tail; highest score first.
pub fn suspects(held_out: &[HeldOut]) -> Vec<Suspect> {
    let scores: Vec<f32> = held_out.iter().map(|h| h.image_score).collect();
    let maxima: Vec<f32> = held_out.iter().map(|h| h.pixel_max).collect();
    let (scores, maxima) = (Limits::of(&scores), Limits::of(&maxima));
    let mut found: Vec<(f32, Suspect)> = held_out
        .iter()
        .filter_map(|h| {
            let beyond = |a: f32, b: f32| h.image_score > a || h.pixel_max > b;
            let left_out = beyond(scores.outlier, maxima.outlier);
            (left_out || beyond(scores.fence, maxima.fence))
                .then_some((h.image_score, Suspect { image: h.image, left_out }))
        })
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().map(|(_, suspect)| suspect).collect()
}

/// Above which a value stands out.
struct Limits {
    fence: f32,
    outlier: f32,
}

impl Limits {
    fn of(values: &[f32]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f32::total_cmp);
        let outliers = Tail::of(values.iter().copied()).map_or(0, |tail| tail.outliers());
        let outlier = match sorted.len().checked_sub(outliers + 1) {
            Some(last) if outliers > 0 => sorted[last],
            _ => f32::INFINITY,
        };
        if sorted.len() < ENOUGH_FOR_QUARTILES {
            return Self { fence: f32::INFINITY, outlier };
        }
        let (lower, upper) = (sorted[sorted.len() / 4], sorted[sorted.len() * 3 / 4]);
        // Copies of one picture have no spread; they do not make all others suspicious.
        Self { fence: upper + (3.0 * (upper - lower)).max(0.05 * upper), outlier }
    }
}
