//! Coreset selection: greedy k-center (section 3.2 of the paper, algorithm 1).

use std::sync::atomic::{AtomicU32, Ordering};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::distance::CentreBlocks;
use super::error::row_count;
use super::projection::Projection;
use super::{Result, VisionError};
use fettle_domain::{Progress, ProgressSink};

/// Rows of a block; the largest bound is kept for each block.
const BLOCK: usize = 256;
/// Blocks of a task, at least.
const BLOCKS_A_TASK: usize = 4;

/// Parameters of the selection. The same plan on the same rows chooses the same rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CoresetPlan {
    /// Share of the rows to keep, above 0 and up to 1; 0.01 to 0.25 in the paper.
    pub ratio: f64,
    /// Dimensions of the random projection in which distances are measured; `None`, or no fewer
    /// than the rows have, measures the rows themselves. The rows kept are never projected.
    pub projection: Option<usize>,
    /// Random seed of the first row and of the projection.
    pub seed: u64,
}

impl Default for CoresetPlan {
    /// A tenth of the rows, chosen in 128 dimensions.
    fn default() -> Self {
        Self { ratio: 0.1, projection: Some(128), seed: 0 }
    }
}

impl CoresetPlan {
    /// Number of rows to keep of `count`: at least one.
    ///
    /// # Errors
    /// [`VisionError::Inconsistent`] for a ratio out of range.
    pub(crate) fn keep(&self, count: usize) -> Result<usize> {
        if !(self.ratio > 0.0 && self.ratio <= 1.0) {
            return Err(VisionError::Inconsistent(format!(
                "the sampling ratio {} is not above 0 and up to 1",
                self.ratio
            )));
        }
        Ok(((count as f64 * self.ratio).round() as usize).clamp(1, count.max(1)))
    }

    /// Index of the first row to keep, of `count`.
    pub(crate) fn start(&self, count: usize) -> usize {
        ChaCha8Rng::seed_from_u64(self.seed).random_range(0..count.max(1))
    }

    /// The projection of rows of `dim` values; `None` where rows are measured as they are.
    pub(crate) fn projection(&self, dim: usize) -> Option<Projection> {
        let target = self.projection.filter(|target| *target > 0 && *target < dim)?;
        Some(Projection::new(dim, target, self.seed))
    }
}

/// Start of the selection.
#[derive(Debug, Clone, Copy)]
pub enum Start<'a> {
    /// The index of the first row to choose.
    Row(usize),
    /// Centres chosen before: contiguous, with as many values as the rows.
    Centres(&'a [f32]),
}

/// Rows chosen, and the radius that they cover.
#[derive(Debug, Clone, PartialEq)]
pub struct Cover {
    /// Indices of the rows, in the order of the choice.
    pub chosen: Vec<usize>,
    /// Largest distance of a row to the nearest chosen row or centre.
    pub radius: f32,
}

/// Upper bound of a row's squared distance to its nearest centre: the distance to the nearest of
/// the first `seen` centres.
#[derive(Clone, Copy)]
struct Bound {
    squared: f32,
    seen: u32,
}

/// A block of rows and their bounds.
struct Block<'a> {
    rows: &'a [f32],
    bounds: &'a mut [Bound],
    /// Largest bound of the block.
    largest: f32,
}

/// Chooses `keep` rows so that each next row is the farthest from all rows chosen so far (and from
/// the centres of `start`); of equally far rows the first. Fewer rows are returned where all others
/// lie within `within` of a chosen row (for 0: where the others are copies).
///
/// The choice is that of the plain algorithm, computed lazily: a row's distance to the nearest
/// centre only ever falls, so a row whose last known distance is below the true distance of the
/// farthest row need not be measured again until the radius has come down to that distance (as in
/// lazy greedy submodular maximisation, Minoux 1978). In dense regions most rows never are.
///
/// # Errors
/// [`VisionError::Empty`] for no rows, [`VisionError::PartialRow`] for a broken last row,
/// [`VisionError::OutOfRange`] where `start` is no row, [`VisionError::NotFinite`] for a value that
/// is not finite, [`VisionError::Cancelled`].
pub fn greedy_k_center(
    rows: &[f32],
    dim: usize,
    start: Start<'_>,
    keep: usize,
    within: f32,
    sink: &dyn ProgressSink,
) -> Result<Cover> {
    let count = check_rows(rows, dim)?;
    let keep = keep.min(count);
    let mut bounds = vec![Bound { squared: f32::INFINITY, seen: 0 }; count];
    let mut blocks: Vec<Block<'_>> = bounds
        .chunks_mut(BLOCK)
        .zip(rows.chunks(BLOCK * dim))
        .map(|(bounds, rows)| Block { rows, bounds, largest: f32::INFINITY })
        .collect();
    let mut centres = CentreBlocks::new(dim);
    let mut chosen = Vec::with_capacity(keep);
    let mut farthest = match start {
        Start::Row(row) if row < count => (f32::INFINITY, row),
        Start::Row(got) => {
            let high = count - 1;
            return Err(VisionError::OutOfRange { what: "start row", got, low: 0, high });
        }
        Start::Centres(before) => {
            check_rows(before, dim)?;
            before.chunks_exact(dim).for_each(|centre| centres.push(centre));
            find_farthest(&mut blocks, &centres, dim)
        }
    };
    let every = (keep / 100).max(1);
    while chosen.len() < keep && farthest.0.sqrt() > within {
        sink.check()?;
        if chosen.len().is_multiple_of(every) {
            sink.report(Progress {
                step: "progress-coreset",
                subject: String::new(),
                done: chosen.len() as u64,
                total: Some(keep as u64),
            });
        }
        let row = farthest.1;
        chosen.push(row);
        centres.push(&rows[row * dim..][..dim]);
        // Set rather than measured, so that a row whose distances overflow is not chosen again.
        blocks[row / BLOCK].bounds[row % BLOCK].squared = 0.0;
        farthest = find_farthest(&mut blocks, &centres, dim);
    }
    Ok(Cover { chosen, radius: farthest.0.max(0.0).sqrt() })
}

/// The largest squared distance of a row to its nearest centre, and the index of the first such
/// row.
fn find_farthest(blocks: &mut [Block<'_>], centres: &CentreBlocks, dim: usize) -> (f32, usize) {
    // The largest true distance found so far, as the bits of the number: bits of numbers that are
    // not negative are ordered as the numbers. Rows with lower bounds cannot be the farthest.
    let floor = AtomicU32::new(0);
    let top = largest_block(blocks);
    if let Some(block) = blocks.get_mut(top) {
        block.update(centres, dim, &floor);
    }
    blocks.par_iter_mut().with_min_len(BLOCKS_A_TASK).for_each(|block| {
        if block.largest >= f32::from_bits(floor.load(Ordering::Relaxed)) {
            block.update(centres, dim, &floor);
        }
    });
    let top = largest_block(blocks);
    let Some(block) = blocks.get(top) else { return (0.0, 0) };
    let row = block.bounds.iter().position(|bound| bound.squared == block.largest);
    (block.largest, top * BLOCK + row.unwrap_or(0))
}

/// Index of the first block with the largest bound.
fn largest_block(blocks: &[Block<'_>]) -> usize {
    let mut top = (f32::NEG_INFINITY, 0);
    for (index, block) in blocks.iter().enumerate() {
        if block.largest > top.0 {
            top = (block.largest, index);
        }
    }
    top.1
}

impl Block<'_> {
    /// Updates the bounds that reach `floor`, and raises `floor` to the largest distance found.
    fn update(&mut self, centres: &CentreBlocks, dim: usize, floor: &AtomicU32) {
        let total = centres.len() as u32;
        let update = |bound: &mut Bound, row: &[f32]| {
            let lowest = f32::from_bits(floor.load(Ordering::Relaxed));
            if bound.squared >= lowest {
                if bound.seen < total {
                    let squared = centres.nearest(row, bound.seen as usize);
                    bound.squared = squared.min(bound.squared);
                    bound.seen = total;
                }
                if bound.squared > lowest {
                    floor.fetch_max(bound.squared.to_bits(), Ordering::Relaxed);
                }
            }
        };
        // The likeliest row first, so that the raised floor spares the others.
        let top = self.bounds.iter().position(|bound| bound.squared == self.largest).unwrap_or(0);
        update(&mut self.bounds[top], &self.rows[top * dim..][..dim]);
        self.largest = 0.0;
        for (bound, row) in self.bounds.iter_mut().zip(self.rows.chunks_exact(dim)) {
            update(bound, row);
            self.largest = self.largest.max(bound.squared);
        }
    }
}

/// Number of rows of `dim` finite values.
fn check_rows(rows: &[f32], dim: usize) -> Result<usize> {
    if rows.is_empty() || dim == 0 {
        return Err(VisionError::Empty("patches"));
    }
    let count = row_count("patches", rows.len(), dim)?;
    if rows.par_iter().any(|v| !v.is_finite()) {
        return Err(VisionError::NotFinite("patches"));
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::super::distance::squared_distance;
    use super::super::test_data::{Golden, noise};
    use super::*;
    use fettle_domain::{CancelToken, Cancelled, NullProgress};

    fn choose(rows: &[f32], dim: usize, keep: usize, start: usize) -> Result<Vec<usize>> {
        greedy_k_center(rows, dim, Start::Row(start), keep, 0.0, &NullProgress).map(|c| c.chosen)
    }

    /// The algorithm as the paper writes it, without any shortcut.
    fn plain(rows: &[f32], dim: usize, keep: usize, start: usize) -> Vec<usize> {
        let mut chosen = vec![start];
        while chosen.len() < keep {
            let distance = |i: usize| {
                let to =
                    |c: &usize| squared_distance(&rows[i * dim..][..dim], &rows[c * dim..][..dim]);
                chosen.iter().map(to).fold(f32::INFINITY, f32::min)
            };
            let mut best = (f32::NEG_INFINITY, 0);
            for i in 0..rows.len() / dim {
                let d = distance(i);
                if d > best.0 {
                    best = (d, i);
                }
            }
            chosen.push(best.1);
        }
        chosen
    }

    #[test]
    fn the_reference_chooses_the_same_rows_in_the_same_order() {
        let golden = Golden::open("patchcore");
        let chosen = choose(&golden.floats("bank"), 48, 60, 0).unwrap();
        assert_eq!(chosen, golden.indices("coreset_idx"));
    }

    #[test]
    fn lazy_bounds_choose_the_same_rows_as_the_plain_algorithm() {
        // Clusters of very different width: most rows are left alone most of the time.
        let (dim, count) = (6, 1500);
        let mut rows = noise(dim * count, 5);
        for (i, row) in rows.chunks_mut(dim).enumerate() {
            let width = [0.01, 0.3, 5.0][i % 3];
            row.iter_mut().for_each(|v| *v = *v * width + (i % 7) as f32);
        }
        // Some rows twice, so that there are ties.
        rows.copy_within(0..400 * dim, 700 * dim);
        let ours = greedy_k_center(&rows, dim, Start::Row(11), 300, 0.0, &NullProgress).unwrap();
        assert_eq!(ours.chosen, plain(&rows, dim, 300, 11));
        let far = |row: &[f32]| -> f32 {
            let to = |c: &usize| squared_distance(row, &rows[c * dim..][..dim]);
            ours.chosen.iter().map(to).fold(f32::INFINITY, f32::min).sqrt()
        };
        let radius = rows.chunks(dim).map(far).fold(0.0, f32::max);
        assert!((ours.radius - radius).abs() < 1e-5, "{} {radius}", ours.radius);
    }

    #[test]
    fn a_choice_goes_on_where_another_ended() {
        let rows = noise(900 * 5, 8);
        let whole = greedy_k_center(&rows, 5, Start::Row(3), 60, 0.0, &NullProgress).unwrap();
        let first = greedy_k_center(&rows, 5, Start::Row(3), 40, 0.0, &NullProgress).unwrap();
        let centres: Vec<f32> =
            first.chosen.iter().flat_map(|row| rows[row * 5..][..5].to_vec()).collect();
        let go_on = |keep, within| {
            greedy_k_center(&rows, 5, Start::Centres(&centres), keep, within, &NullProgress)
                .unwrap()
        };
        let rest = go_on(20, 0.0);
        assert_eq!([first.chosen, rest.chosen].concat(), whole.chosen);
        assert_eq!(rest.radius, whole.radius);
        let covered = go_on(900, 0.9 * first.radius);
        assert!(covered.radius <= 0.9 * first.radius && covered.chosen.len() < 800);
        assert!(go_on(900, first.radius).chosen.is_empty());
    }

    #[test]
    fn a_plan_is_repeatable_and_keeps_its_share() {
        let plan = CoresetPlan { ratio: 0.1, projection: Some(8), seed: 7 };
        assert_eq!(plan.keep(304).unwrap(), 30);
        assert_eq!(plan.keep(1).unwrap(), 1);
        assert_eq!(plan.start(300), plan.start(300));
        assert_ne!(plan.start(300), CoresetPlan { seed: 8, ..plan }.start(300));
        assert!(plan.projection(40).is_some());
        assert!(plan.projection(8).is_none());
        for ratio in [0.0, -1.0, 1.5, f64::NAN] {
            assert!(CoresetPlan { ratio, ..plan }.keep(20).is_err());
        }
    }

    #[test]
    fn copies_are_kept_once_and_nonsense_is_refused() {
        let rows = [[1.0f32, 2.0], [3.0, 4.0]].concat().repeat(10);
        assert_eq!(choose(&rows, 2, 15, 0).unwrap(), [0, 1]);
        assert!(choose(&[], 2, 1, 0).is_err());
        assert!(choose(&rows, 3, 1, 0).is_err());
        assert!(choose(&rows, 2, 1, 20).is_err());
        assert!(choose(&[1.0, f32::NAN], 1, 2, 0).is_err());
        // Squares that overflow: every row once all the same.
        let huge = choose(&[3e38, -3e38, 0.0], 1, 3, 0).unwrap();
        assert_eq!(huge, [0, 1, 2]);
    }

    #[test]
    fn a_cancelled_choice_ends() {
        struct CancelsItself(CancelToken);
        impl ProgressSink for CancelsItself {
            fn report(&self, _: Progress) {
                self.0.cancel();
            }
            fn check(&self) -> Result<(), Cancelled> {
                self.0.check()
            }
        }
        let sink = CancelsItself(CancelToken::default());
        let result = greedy_k_center(&noise(100, 1), 2, Start::Row(0), 50, 0.0, &sink);
        assert!(matches!(result, Err(VisionError::Cancelled(_))));
    }
}
