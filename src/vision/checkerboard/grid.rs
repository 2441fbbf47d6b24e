//! Corners joined to the grid of a checkerboard, step by step from one corner to its neighbours.

use std::collections::{HashMap, VecDeque};

use super::saddles::{Saddle, smoothed};
use crate::gray_image::GrayImage;

/// Corners from which a grid is begun at most.
const MOST_SEEDS: usize = 60;
/// Corners of a board that is large enough to need no better one.
const ENOUGH: usize = 400;
/// How far a corner may lie from where the last step leads, as a share of a step.
const NEAR: f32 = 0.3;
/// Cosine of the greatest angle between an edge in a corner and the step along it.
const ALONG: f32 = 0.96;
/// Least number of corners along either side of a grid.
const LEAST_SIDE: usize = 3;
/// Least side of a square in the search picture, in pixels: below it, the ring around a corner reaches
/// into the next squares.
const LEAST_STEP: f32 = 10.0;

/// Place of a corner in the grid: column, row.
type Place = (i32, i32);

/// A vector or a point in the search picture.
type Vector = (f32, f32);

/// A grid of corners.
pub(super) struct Grid {
    /// Corners with their place in the grid and in the search picture.
    pub(super) nodes: Vec<(Place, Vector)>,
    /// The mean side of a square in the search picture, in pixels.
    pub(super) side: f32,
}

/// The largest grid of three by three corners or more.
pub(super) fn largest_grid(picture: &GrayImage, saddles: &[Saddle]) -> Option<Grid> {
    let smooth = smoothed(picture);
    let mut best: Option<Grown> = None;
    let mut is_taken = vec![false; saddles.len()];
    let mut seeds = 0;
    for seed in 0..saddles.len() {
        let is_enough = best.as_ref().is_some_and(|grown| grown.places.len() >= ENOUGH);
        if seeds >= MOST_SEEDS || is_enough {
            break;
        }
        if is_taken[seed] {
            continue;
        }
        seeds += 1;
        let Some(grown) = Grown::from_seed(&smooth, saddles, seed) else { continue };
        for index in grown.places.values() {
            is_taken[*index] = true;
        }
        let is_larger = best.as_ref().is_none_or(|before| before.places.len() < grown.places.len());
        if grown.is_board() && is_larger {
            best = Some(grown);
        }
    }
    best.map(|grown| grown.grid(saddles))
}

/// A grid while it grows.
struct Grown {
    places: HashMap<Place, usize>,
    /// Length of all steps, and their number.
    steps: (f32, usize),
}

impl Grown {
    /// Grows a grid around a corner; `None` where the corner has no neighbours along both its edges.
    fn from_seed(smooth: &GrayImage, saddles: &[Saddle], seed: usize) -> Option<Self> {
        let own = saddles[seed];
        let across = first_step(saddles, seed, own.edges[0])?;
        let down = first_step(saddles, seed, own.edges[1])?;
        let (lengths, ratio) = ((length(across), length(down)), length(across) / length(down));
        if lengths.0.min(lengths.1) < LEAST_STEP || !(0.6..=1.7).contains(&ratio) {
            return None;
        }
        let mut grown = Self { places: HashMap::from([((0, 0), seed)]), steps: (0.0, 0) };
        let mut is_used = vec![false; saddles.len()];
        is_used[seed] = true;
        let mut waiting = VecDeque::from([(seed, (0, 0), across, down)]);
        while let Some((index, (column, row), across, down)) = waiting.pop_front() {
            let at = saddles[index].at;
            for (sign, is_across) in [(1, true), (-1, true), (1, false), (-1, false)] {
                let place = if is_across { (column + sign, row) } else { (column, row + sign) };
                if grown.places.contains_key(&place) {
                    continue;
                }
                let along = if is_across { across } else { down };
                let step = scaled(along, sign as f32);
                let Some(next) = nearest(saddles, &is_used, sum(at, step), NEAR * length(step))
                else {
                    continue;
                };
                let found = saddles[next];
                let taken = difference(found.at, at);
                let own_colours = colours(smooth, at, across, down);
                let next_colours = colours(smooth, found.at, across, down);
                // The colours around a corner are those around its neighbour, the other way round.
                if !follows(&found, taken) || own_colours * next_colours >= 0.0 {
                    continue;
                }
                is_used[next] = true;
                grown.places.insert(place, next);
                grown.steps = (grown.steps.0 + length(taken), grown.steps.1 + 1);
                let taken = scaled(taken, sign as f32);
                let (across, down) = if is_across { (taken, down) } else { (across, taken) };
                waiting.push_back((next, place, across, down));
            }
        }
        Some(grown)
    }

    /// Whether the grid has three by three corners or more, and few of them are missing.
    fn is_board(&self) -> bool {
        let count = |of: fn(&Place) -> i32| {
            let (least, most) =
                self.places.keys().map(of).fold((i32::MAX, i32::MIN), |(least, most), one| {
                    (least.min(one), most.max(one))
                });
            usize::try_from(most.saturating_sub(least)).unwrap_or(0) + 1
        };
        let (columns, rows) = (count(|place| place.0), count(|place| place.1));
        columns >= LEAST_SIDE
            && rows >= LEAST_SIDE
            && self.places.len() >= (columns * rows / 2).max(LEAST_SIDE * LEAST_SIDE)
    }

    fn grid(self, saddles: &[Saddle]) -> Grid {
        let mut nodes: Vec<_> =
            self.places.into_iter().map(|(place, index)| (place, saddles[index].at)).collect();
        nodes.sort_unstable_by_key(|(place, _)| *place);
        Grid { nodes, side: self.steps.0 / self.steps.1.max(1) as f32 }
    }
}

/// The step from a corner to the nearest one along `edge`, on either side, turned to go along `edge`.
fn first_step(saddles: &[Saddle], from: usize, edge: Vector) -> Option<Vector> {
    let own = saddles[from].at;
    let steps = saddles.iter().enumerate().filter(|(index, _)| *index != from);
    let steps = steps.filter_map(|(_, other)| {
        let step = difference(other.at, own);
        let along = dot(step, edge);
        (along.abs() > ALONG * length(step) && follows(other, step))
            .then(|| scaled(step, along.signum()))
    });
    steps.min_by(|one, other| length(*one).total_cmp(&length(*other)))
}

/// The unused corner nearest to a place, within `radius`.
fn nearest(saddles: &[Saddle], is_used: &[bool], place: Vector, radius: f32) -> Option<usize> {
    let free = saddles.iter().enumerate().filter(|(index, _)| !is_used[*index]);
    let near = free.map(|(index, saddle)| (index, length(difference(saddle.at, place))));
    let near = near.filter(|(_, distance)| *distance <= radius);
    near.min_by(|one, other| one.1.total_cmp(&other.1)).map(|(index, _)| index)
}

/// Whether an edge in the corner runs along `step`.
fn follows(corner: &Saddle, step: Vector) -> bool {
    let length = length(step);
    corner.edges.iter().any(|edge| dot(*edge, step).abs() > ALONG * length)
}

/// Lightness of the squares on one diagonal of a corner less that on the other.
fn colours(smooth: &GrayImage, at: Vector, across: Vector, down: Vector) -> f32 {
    let read = |along: f32, below: f32| {
        let place = sum(at, sum(scaled(across, along), scaled(down, below)));
        let (right, low) = (smooth.width as f32 - 1.01, smooth.height as f32 - 1.01);
        smooth.sample(place.0.clamp(0.0, right), place.1.clamp(0.0, low)).unwrap_or_default()
    };
    read(0.3, 0.3) + read(-0.3, -0.3) - read(0.3, -0.3) - read(-0.3, 0.3)
}

fn sum(a: Vector, b: Vector) -> Vector {
    (a.0 + b.0, a.1 + b.1)
}

fn difference(a: Vector, b: Vector) -> Vector {
    (a.0 - b.0, a.1 - b.1)
}

fn scaled(a: Vector, by: f32) -> Vector {
    (a.0 * by, a.1 * by)
}

fn dot(a: Vector, b: Vector) -> f32 {
    a.0 * b.0 + a.1 * b.1
}

fn length(a: Vector) -> f32 {
    a.0.hypot(a.1)
}
