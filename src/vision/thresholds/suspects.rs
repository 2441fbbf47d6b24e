//! Suspicious normal images: those that look anomalous to the rest. Likely a defect, a mistake at
//! registration, another product.

use super::held_out::HeldOut;
use super::tail::{Tail, TailPrior};
use fettle_domain::ImageId;

/// Least number of images whose quartiles are used.
const ENOUGH_FOR_QUARTILES: usize = 8;

/// Share of the images beyond which no further suspects are looked for: so many are not suspicious
/// but different.
const MOST_SUSPECTS: f64 = 0.25;

/// Images whose image score, or whose map's maximum, lies beyond Tukey's outer fence (the upper
/// quartile plus three times the interquartile range: 0.3 % of a Gumbel distribution) or is an
/// outlier of the tail of the others; highest score first.
///
/// Looked for again without those found, up to a quarter of all images: one far score must not
/// hide the next.
///
/// Suspects move no limit: a defect among the normal images must not let others of its kind pass.
/// Good images among the suspects are not counted as overkill, so a person has to look at each.
pub fn suspects(held_out: &[HeldOut]) -> Vec<ImageId> {
    let mut rest: Vec<&HeldOut> = held_out.iter().collect();
    let mut found: Vec<&HeldOut> = Vec::new();
    loop {
        let limit = |score: fn(&HeldOut) -> f32| {
            suspicion_limit(&rest.iter().map(|h| score(h)).collect::<Vec<f32>>())
        };
        let (score, maximum) = (limit(|h| h.image_score), limit(|h| h.pixel_max));
        let (far, near): (Vec<&HeldOut>, Vec<&HeldOut>) =
            rest.iter().partition(|h| h.image_score > score || h.pixel_max > maximum);
        let most = (held_out.len() as f64 * MOST_SUSPECTS) as usize;
        if far.is_empty() || (!found.is_empty() && found.len() + far.len() > most) {
            break;
        }
        found.extend(far);
        rest = near;
    }
    found.sort_by(|a, b| b.image_score.total_cmp(&a.image_score));
    found.into_iter().map(|h| h.image).collect()
}

/// The held-out scores without those of the [`suspects`].
pub(super) fn without_suspects(held_out: &[HeldOut]) -> Vec<HeldOut> {
    let suspects = suspects(held_out);
    held_out.iter().filter(|h| !suspects.contains(&h.image)).copied().collect()
}

/// The limit above which a value is suspicious.
fn suspicion_limit(values: &[f32]) -> f32 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let outliers =
        Tail::of(values.iter().copied(), TailPrior::None).map_or(0, |tail| tail.outliers());
    let tail = match sorted.len().checked_sub(outliers + 1) {
        Some(last) if outliers > 0 => sorted[last],
        _ => f32::INFINITY,
    };
    if sorted.len() < ENOUGH_FOR_QUARTILES {
        return tail;
    }
    let (lower, upper) = (sorted[sorted.len() / 4], sorted[sorted.len() * 3 / 4]);
    // Copies of one image have no spread; they must not make all others suspicious.
    tail.min(upper + (3.0 * (upper - lower)).max(0.05 * upper))
}
