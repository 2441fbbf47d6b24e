//! Which patches to keep: greedy k-center (section 3.2 of the paper, algorithm 1).

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::distance::{inner_products, squared_distance};
use super::error::same_size;
use super::{Result, VisionError};
use crate::domain::{Progress, ProgressSink};

/// Rows that one task updates in one go.
const BLOCK: usize = 512;

/// How rows are chosen. The same plan on the same rows chooses the same rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CoresetPlan {
    /// Share of the rows to keep, above 0 and up to 1. The paper uses 0.01 to 0.25.
    pub ratio: f64,
    /// Distances are measured after a random projection to this many dimensions; `None`, or
    /// no fewer than the rows have, measures them as they are. The rows kept are never projected.
    pub projection: Option<usize>,
    /// Seed of the first row and of the projection.
    pub seed: u64,
}

impl Default for CoresetPlan {
    /// A tenth, chosen in 128 dimensions.
    fn default() -> Self {
        Self { ratio: 0.1, projection: Some(128), seed: 0 }
    }
}

/// Indices of the rows that `plan` keeps, in the order they were chosen.
///
/// `rows` is contiguous, `dim` values a row. At least one row is kept.
///
/// # Errors
/// [`VisionError::Nothing`] for no rows, [`VisionError::Size`] for a broken last row,
/// [`VisionError::Inconsistent`] for a ratio out of range or a value that is not finite,
/// [`VisionError::Cancelled`].
pub fn choose(
    rows: &[f32],
    dim: usize,
    plan: &CoresetPlan,
    sink: &dyn ProgressSink,
) -> Result<Vec<usize>> {
    let count = row_count(rows, dim)?;
    if !(plan.ratio > 0.0 && plan.ratio <= 1.0) {
        return Err(VisionError::Inconsistent(format!(
            "the sampling ratio {} is not above 0 and up to 1",
            plan.ratio
        )));
    }
    let keep = ((count as f64 * plan.ratio).round() as usize).clamp(1, count);
    let mut rng = ChaCha8Rng::seed_from_u64(plan.seed);
    let start = rng.random_range(0..count);
    match plan.projection {
        Some(target) if target > 0 && target < dim => {
            let projected = random_projection(rows, dim, target, &mut rng)?;
            greedy_k_center(&projected, target, keep, start, sink)
        }
        _ => greedy_k_center(rows, dim, keep, start, sink),
    }
}

/// `keep` rows chosen so that each next one is the farthest from all chosen so far; the first
/// is `start`. Of equally far rows the first is taken; where all others are copies of chosen
/// rows (distance 0) fewer than `keep` are returned.
///
/// A row is not compared with a new centre that the triangle inequality shows to be no nearer
/// than the row's own: with centre c(x) of row x, d(c, c(x)) ≥ 2·d(x, c(x)) implies
/// d(c, x) ≥ d(x, c(x)).
///
/// # Errors
/// As [`choose`]; [`VisionError::Size`] where `start` is no row.
pub fn greedy_k_center(
    rows: &[f32],
    dim: usize,
    keep: usize,
    start: usize,
    sink: &dyn ProgressSink,
) -> Result<Vec<usize>> {
    /// What is known of one row: its squared distance to the nearest centre, and which.
    #[derive(Clone, Copy)]
    struct Nearest {
        squared: f32,
        centre: u32,
    }
    let count = row_count(rows, dim)?;
    if start >= count {
        return Err(VisionError::Size { what: "start row", expected: count, got: start });
    }
    let keep = keep.min(count);
    let mut chosen = Vec::with_capacity(keep);
    let mut nearest = vec![Nearest { squared: f32::INFINITY, centre: 0 }; count];
    let mut next = start;
    let every = (keep / 100).max(1);
    while chosen.len() < keep {
        sink.check()?;
        if chosen.len().is_multiple_of(every) {
            sink.report(Progress {
                step: "progress-coreset",
                subject: String::new(),
                done: chosen.len() as u64,
                total: Some(keep as u64),
            });
        }
        let centre = &rows[next * dim..][..dim];
        // A little less than the truth, so that rounding never skips a nearer centre.
        let reach: Vec<f32> = chosen
            .par_iter()
            .with_min_len(64)
            .map(|&other: &usize| {
                squared_distance(centre, &rows[other * dim..][..dim]) * (0.25 * (1.0 - 1e-4))
            })
            .collect();
        let index = chosen.len() as u32;
        chosen.push(next);
        // By definition, so that a row whose distances overflow is not chosen again.
        nearest[next] = Nearest { squared: 0.0, centre: index };
        let farthest = nearest
            .par_chunks_mut(BLOCK)
            .zip(rows.par_chunks(BLOCK * dim))
            .enumerate()
            .map(|(block, (nearest, rows))| {
                let mut farthest = (f32::NEG_INFINITY, usize::MAX);
                for (offset, (known, row)) in
                    nearest.iter_mut().zip(rows.chunks_exact(dim)).enumerate()
                {
                    let far_off =
                        reach.get(known.centre as usize).is_some_and(|r| *r >= known.squared);
                    if !far_off {
                        let squared = squared_distance(centre, row);
                        if squared < known.squared {
                            *known = Nearest { squared, centre: index };
                        }
                    }
                    if known.squared > farthest.0 {
                        farthest = (known.squared, block * BLOCK + offset);
                    }
                }
                farthest
            })
            // Of equals the first row, whatever the order in which tasks end.
            .reduce(
                || (f32::NEG_INFINITY, usize::MAX),
                |a, b| if b.0 > a.0 || (b.0 == a.0 && b.1 < a.1) { b } else { a },
            );
        if farthest.0 <= 0.0 {
            break;
        }
        next = farthest.1;
    }
    Ok(chosen)
}

/// `rows` in `target` dimensions by a sparse random matrix (Achlioptas 2003, s = 3): entries
/// ±√(3 / target) with probability 1/6 each, else 0. Distances are kept on average.
fn random_projection(
    rows: &[f32],
    dim: usize,
    target: usize,
    rng: &mut impl Rng,
) -> Result<Vec<f32>> {
    let unit = (3.0 / target as f32).sqrt();
    let matrix: Vec<f32> = (0..target * dim)
        .map(|_| match rng.random_range(0..6u32) {
            0 => unit,
            1 => -unit,
            _ => 0.0,
        })
        .collect();
    let mut projected = vec![0f32; rows.len() / dim * target];
    let fits = projected
        .par_chunks_mut(BLOCK * target)
        .zip(rows.par_chunks(BLOCK * dim))
        .map(|(out, rows)| inner_products(rows, &matrix, dim, out))
        .reduce(|| true, |a, b| a && b);
    same_size("projected blocks", 1, usize::from(fits))?;
    Ok(projected)
}

fn row_count(rows: &[f32], dim: usize) -> Result<usize> {
    if rows.is_empty() || dim == 0 {
        return Err(VisionError::Nothing("patches"));
    }
    same_size("values of the last row", 0, rows.len() % dim)?;
    if rows.par_iter().any(|v| !v.is_finite()) {
        return Err(VisionError::Inconsistent("a patch has a value that is not finite".into()));
    }
    Ok(rows.len() / dim)
}

#[cfg(test)]
mod tests {
    use super::super::golden::{Golden, noise};
    use super::*;
    use crate::domain::{CancelToken, Cancelled, Unobserved};

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
        let Some(golden) = Golden::open("reference/patchcore/golden.safetensors") else { return };
        let chosen = greedy_k_center(&golden.floats("bank"), 48, 60, 0, &Unobserved).unwrap();
        assert_eq!(chosen, golden.indices("coreset_idx"));
    }

    #[test]
    fn skipping_by_the_triangle_inequality_changes_nothing() {
        // Clusters of very different width: most rows are skipped most of the time.
        let (dim, count) = (6, 1500);
        let mut rows = noise(dim * count, 5);
        for (i, row) in rows.chunks_mut(dim).enumerate() {
            let width = [0.01, 0.3, 5.0][i % 3];
            row.iter_mut().for_each(|v| *v = *v * width + (i % 7) as f32);
        }
        let ours = greedy_k_center(&rows, dim, 80, 11, &Unobserved).unwrap();
        assert_eq!(ours, plain(&rows, dim, 80, 11));
    }

    #[test]
    fn a_plan_is_repeatable_and_keeps_its_share() {
        let rows = noise(300 * 40, 3);
        for projection in [None, Some(8), Some(40)] {
            let plan = CoresetPlan { ratio: 0.1, projection, seed: 7 };
            let one = choose(&rows, 40, &plan, &Unobserved).unwrap();
            assert_eq!(one, choose(&rows, 40, &plan, &Unobserved).unwrap());
            let mut unique = one.clone();
            unique.sort_unstable();
            unique.dedup();
            assert_eq!((one.len(), unique.len()), (30, 30));
        }
        let other = CoresetPlan { ratio: 0.1, projection: None, seed: 8 };
        let first = CoresetPlan { seed: 7, ..other };
        assert_ne!(
            choose(&rows, 40, &other, &Unobserved).unwrap()[0],
            choose(&rows, 40, &first, &Unobserved).unwrap()[0]
        );
    }

    #[test]
    fn a_projection_keeps_distances_roughly() {
        let rows = noise(200 * 512, 4);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let projected = random_projection(&rows, 512, 128, &mut rng).unwrap();
        for (i, j) in [(0, 1), (10, 150), (77, 199)] {
            let before = squared_distance(&rows[i * 512..][..512], &rows[j * 512..][..512]);
            let after =
                squared_distance(&projected[i * 128..][..128], &projected[j * 128..][..128]);
            assert!((0.6..1.6).contains(&(after / before)), "{before} became {after}");
        }
    }

    #[test]
    fn copies_are_kept_once_and_nonsense_is_refused() {
        let rows = [[1.0f32, 2.0], [3.0, 4.0]].concat().repeat(10);
        assert_eq!(greedy_k_center(&rows, 2, 15, 0, &Unobserved).unwrap(), [0, 1]);
        assert!(greedy_k_center(&[], 2, 1, 0, &Unobserved).is_err());
        assert!(greedy_k_center(&rows, 3, 1, 0, &Unobserved).is_err());
        assert!(greedy_k_center(&rows, 2, 1, 20, &Unobserved).is_err());
        assert!(greedy_k_center(&[1.0, f32::NAN], 1, 2, 0, &Unobserved).is_err());
        // Squares that overflow: every row once all the same.
        let huge = greedy_k_center(&[3e38, -3e38, 0.0], 1, 3, 0, &Unobserved).unwrap();
        assert_eq!(huge, [0, 1, 2]);
        for ratio in [0.0, -1.0, 1.5, f64::NAN] {
            let plan = CoresetPlan { ratio, ..CoresetPlan::default() };
            assert!(choose(&rows, 2, &plan, &Unobserved).is_err());
        }
    }

    #[test]
    fn a_cancelled_choice_ends() {
        struct Gone(CancelToken);
        impl ProgressSink for Gone {
            fn report(&self, _: Progress) {
                self.0.cancel();
            }
            fn check(&self) -> Result<(), Cancelled> {
                self.0.check()
            }
        }
        let gone = Gone(CancelToken::default());
        let result = greedy_k_center(&noise(100, 1), 2, 50, 0, &gone);
        assert!(matches!(result, Err(VisionError::Cancelled(_))));
    }
}
