//! Normal pictures that look abnormal to the rest: likely a defect, a slip, another product.

use super::HeldOut;
use super::tail::Tail;
use fettle_domain::ImageId;

/// From so many pictures on their quartiles say something.
const ENOUGH_FOR_QUARTILES: usize = 8;

/// The pictures whose image score, or whose map's maximum, lies beyond Tukey's outer fence (the
/// upper quartile plus three times the distance of the quartiles: 0.3 % of a Gumbel
/// distribution) or is an outlier of the others' tail; highest score first.
///
/// They move no limit: a defect among the normals must not let others of its kind pass. Good
/// pictures among them are missed as overkill, so a person has to look at each.
pub fn suspects(held_out: &[HeldOut]) -> Vec<ImageId> {
    let scores: Vec<f32> = held_out.iter().map(|h| h.image_score).collect();
    let maxima: Vec<f32> = held_out.iter().map(|h| h.pixel_max).collect();
    let (score, maximum) = (least_suspicious(&scores), least_suspicious(&maxima));
    let mut found: Vec<&HeldOut> =
        held_out.iter().filter(|h| h.image_score > score || h.pixel_max > maximum).collect();
    found.sort_by(|a, b| b.image_score.total_cmp(&a.image_score));
    found.into_iter().map(|h| h.image).collect()
}

/// Values above this stand out.
fn least_suspicious(values: &[f32]) -> f32 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let outliers = Tail::of(values.iter().copied()).map_or(0, |tail| tail.outliers());
    let tail = match sorted.len().checked_sub(outliers + 1) {
        Some(last) if outliers > 0 => sorted[last],
        _ => f32::INFINITY,
    };
    if sorted.len() < ENOUGH_FOR_QUARTILES {
        return tail;
    }
    let (lower, upper) = (sorted[sorted.len() / 4], sorted[sorted.len() * 3 / 4]);
    // Copies of one picture have no spread; they do not make all others suspicious.
    tail.min(upper + (3.0 * (upper - lower)).max(0.05 * upper))
}
