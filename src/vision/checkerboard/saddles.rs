//! Saddle points of the lightness with the look of a checkerboard's corner.

use crate::gray_image::GrayImage;

/// Standard deviation of the Gaussian before derivatives are taken, in pixels of the search picture:
/// noise has to go, squares of 12 pixels have to stay.
const SIGMA: f32 = 1.5;
/// Share of the strongest saddle below which a point is noise: a fifth of its contrast.
const LEAST_SHARE: f32 = 0.04;
/// Radius within which only the strongest saddle counts, in pixels.
const APART: usize = 4;
/// Radius of the ring that is read around a saddle, in pixels.
const RING_RADIUS: f32 = 5.0;
/// Places on the ring.
const RING: usize = 32;
/// The least correlation of the ring with itself turned by half: opposite squares have one colour.
const LEAST_SYMMETRY: f32 = 0.6;
/// The most saddles that are looked at.
const MOST: usize = 5000;

/// A corner of squares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Saddle {
    /// Its place, in pixels from the centre of the first one.
    pub(super) at: (f32, f32),
    /// Directions of the two edges that cross in it, of length 1.
    pub(super) edges: [(f32, f32); 2],
    strength: f32,
}

/// The corners of squares in a picture, the strongest first.
pub(super) fn find_saddles(picture: &GrayImage) -> Vec<Saddle> {
    let smooth = smoothed(picture);
    let strengths = saddle_strengths(&smooth);
    let (width, height) = (smooth.width, smooth.height);
    let highest = strengths.iter().copied().fold(0.0f32, f32::max);
    let mut found: Vec<Saddle> = Vec::new();
    let margin = RING_RADIUS as usize + 2;
    if highest <= 0.0 || width <= 2 * margin || height <= 2 * margin {
        return found;
    }
    for y in margin..height - margin {
        for x in margin..width - margin {
            let strength = strengths[y * width + x];
            if strength < LEAST_SHARE * highest || !is_highest(&strengths, width, (x, y)) {
                continue;
            }
            let at = (x as f32, y as f32);
            found.extend(edges_at(&smooth, at).map(|edges| Saddle { at, edges, strength }));
        }
    }
    found.sort_by(|one, other| other.strength.total_cmp(&one.strength));
    found.truncate(MOST);
    found
}

/// Whether no point around (x, y) is stronger; of equal ones, the first counts.
fn is_highest(strengths: &[f32], width: usize, (x, y): (usize, usize)) -> bool {
    let own = strengths[y * width + x];
    (y - APART..=y + APART).all(|other_y| {
        (x - APART..=x + APART).all(|other_x| {
            let other = strengths[other_y * width + other_x];
            let is_before = (other_y, other_x) < (y, x);
            other < own || (other == own && !is_before)
        })
    })
}

/// How much the surface of the lightness is a saddle: the negative determinant of its second
/// derivatives, 0 where it is none.
fn saddle_strengths(image: &GrayImage) -> Vec<f32> {
    let (width, height) = (image.width, image.height);
    let mut strengths = vec![0.0; width * height];
    for y in 1..height.saturating_sub(1) {
        for x in 1..width.saturating_sub(1) {
            let at = |dx: usize, dy: usize| image.values[(y + dy - 1) * width + x + dx - 1];
            let middle = 2.0 * at(1, 1);
            let across = at(0, 1) + at(2, 1) - middle;
            let down = at(1, 0) + at(1, 2) - middle;
            let mixed = (at(2, 2) + at(0, 0) - at(2, 0) - at(0, 2)) / 4.0;
            strengths[y * width + x] = (mixed * mixed - across * down).max(0.0);
        }
    }
    strengths
}

/// The directions of the edges in a corner of squares; `None` where the ring around the point does not
/// change colour four times, with like squares opposite each other.
fn edges_at(image: &GrayImage, at: (f32, f32)) -> Option<[(f32, f32); 2]> {
    let direction = |place: f32| {
        let angle = place / RING as f32 * std::f32::consts::TAU;
        (angle.cos(), angle.sin())
    };
    let mut ring = [0.0f32; RING];
    for (place, value) in ring.iter_mut().enumerate() {
        let (x, y) = direction(place as f32);
        *value = image.sample(at.0 + RING_RADIUS * x, at.1 + RING_RADIUS * y)?;
    }
    let mean = ring.iter().sum::<f32>() / RING as f32;
    ring.iter_mut().for_each(|value| *value -= mean);
    let turned =
        |by: usize| -> f32 { (0..RING).map(|place| ring[place] * ring[(place + by) % RING]).sum() };
    if turned(RING / 2) < LEAST_SYMMETRY * turned(0) {
        return None;
    }
    let mut changes: Vec<f32> = Vec::new();
    for place in 0..RING {
        let (now, next) = (ring[place], ring[(place + 1) % RING]);
        if (now < 0.0) != (next < 0.0) {
            changes.push(place as f32 + now / (now - next));
        }
    }
    let &[first, second, third, fourth] = changes.as_slice() else { return None };
    let line = |one: f32, opposite: f32| {
        let (one, opposite) = (direction(one), direction(opposite));
        let (x, y) = (one.0 - opposite.0, one.1 - opposite.1);
        let length = x.hypot(y).max(f32::EPSILON);
        (x / length, y / length)
    };
    Some([line(first, third), line(second, fourth)])
}

/// The picture without its finest detail.
pub(super) fn smoothed(image: &GrayImage) -> GrayImage {
    let radius = (3.0 * SIGMA).ceil() as isize;
    let weights: Vec<f32> = (-radius..=radius)
        .map(|offset| (-(offset * offset) as f32 / (2.0 * SIGMA * SIGMA)).exp())
        .collect();
    let sum: f32 = weights.iter().sum();
    let (width, height) = (image.width, image.height);
    let blur = |values: &[f32], step: usize, count: usize, place: &dyn Fn(usize) -> usize| {
        let mut blurred = vec![0.0; values.len()];
        for (index, value) in blurred.iter_mut().enumerate() {
            let along = place(index) as isize;
            let first = index - along as usize * step;
            let of = weights.iter().zip(-radius..=radius).map(|(weight, offset)| {
                let other = (along + offset).clamp(0, count as isize - 1) as usize;
                weight * values[first + other * step]
            });
            *value = of.sum::<f32>() / sum;
        }
        blurred
    };
    let across = blur(&image.values, 1, width, &|index| index % width);
    let values = blur(&across, width, height, &|index| index / width);
    GrayImage { width, height, values }
}
