//! Patch and image scores: distances to the nearest rows of a bank (section 3.3 of the paper).

use rayon::prelude::*;

use super::bank_rows::BankRows;
use super::distance::{squared_distance, squared_norm, subtract_twice};
use super::error::{row_count, same_size};
use super::{Result, VisionError};

/// Neighbours by which the image score is re-weighted: b in equation 7 of the paper.
const NEIGHBOURS: usize = 9;

/// Patches that are compared at once with a block of rows: few enough that their products stay in
/// the core's own cache, many enough that the packing of both factors weighs little.
const PATCH_BLOCK: usize = 512;
/// Bank rows of a block.
const ROW_BLOCK: usize = 512;
/// Running minima kept side by side by [`smallest`].
const LANES: usize = 16;

/// Nearest bank row of a patch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearest {
    /// Index of the row.
    pub row: usize,
    /// Euclidean distance to the row: the score of the patch.
    pub distance: f32,
}

/// Scores of one image.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchScores {
    /// Nearest bank row of each patch, in the order of the patches.
    pub nearest: Vec<Nearest>,
    /// Re-weighted image score.
    pub image_score: f32,
    /// Index of the patch that the image score comes from: the patch farthest from the bank.
    pub peak_patch: usize,
}

impl PatchScores {
    /// Score of each patch.
    pub fn scores(&self) -> Vec<f32> {
        self.nearest.iter().map(|n| n.distance).collect()
    }
}

impl BankRows {
    /// Nearest row of each of `patches` (contiguous, [`Self::dim`] values each) among the rows
    /// that `usable` allows: one flag a row, or all rows for `None`. Of equally near rows the
    /// first.
    ///
    /// Candidates come from |a|² + |b|² − 2ab, whose rounding error grows with the norms; all
    /// candidates within that error of the smallest are measured again by their differences, so
    /// that row and distance are the same as by exhaustive search.
    ///
    /// # Errors
    /// [`VisionError::PartialRow`] for a broken last patch, [`VisionError::Size`] for a wrong
    /// number of flags, [`VisionError::Empty`] where no row is usable,
    /// [`VisionError::NotFinite`] for a patch with a value that is not finite.
    pub fn nearest(&self, patches: &[f32], usable: Option<&[bool]>) -> Result<Vec<Nearest>> {
        let count = row_count("patches", patches.len(), self.dim())?;
        if let Some(usable) = usable {
            same_size("flags of usable rows", self.len(), usable.len())?;
        }
        if patches.par_iter().any(|v| !v.is_finite()) {
            return Err(VisionError::NotFinite("patches"));
        }
        let norms: Vec<f32> = patches.chunks_exact(self.dim()).map(squared_norm).collect();
        // Each task has its own rows, so that each row is converted to 32 bits once.
        let share = self.len().div_ceil(rayon::current_num_threads());
        let best = (0..self.len().div_ceil(share))
            .into_par_iter()
            .map(|task| {
                let rows = task * share..((task + 1) * share).min(self.len());
                self.nearest_in_range(rows, patches, &norms, usable)
            })
            .try_reduce(
                || vec![NO_ROW; count],
                |a, b| Ok(a.into_iter().zip(b).map(|(a, b)| if b < a { b } else { a }).collect()),
            )?;
        best.into_iter()
            .map(|(squared, row)| match row {
                usize::MAX => Err(VisionError::Empty("usable bank rows")),
                row => Ok(Nearest { row, distance: squared.sqrt() }),
            })
            .collect()
    }

    /// Squared distance and index of the row nearest to each patch, within a range of rows.
    /// `norms` are the squared norms of the patches.
    fn nearest_in_range(
        &self,
        rows: std::ops::Range<usize>,
        patches: &[f32],
        norms: &[f32],
        usable: Option<&[bool]>,
    ) -> Result<Vec<(f32, usize)>> {
        let dim = self.dim();
        // Sums of `dim` rounded products err by about √dim half units in the last place; the
        // tolerance is several times that, on both sides.
        let tolerance = (32.0 * (dim as f32).sqrt() * f32::EPSILON / 2.0).max(1e-5);
        let mut best = vec![NO_ROW; norms.len()];
        let (mut scratch, mut row_norms, mut distances) = (Vec::new(), Vec::new(), Vec::new());
        for first in rows.clone().step_by(ROW_BLOCK) {
            let block = first..(first + ROW_BLOCK).min(rows.end);
            row_norms.clear();
            row_norms.extend(block.clone().map(|row| match usable {
                Some(flags) if !flags[row] => f32::INFINITY,
                _ => self.squared_norms()[row],
            }));
            let width = block.len();
            let rows = self.to_f32(block, &mut scratch);
            for ((patches, norms), best) in patches
                .chunks(PATCH_BLOCK * dim)
                .zip(norms.chunks(PATCH_BLOCK))
                .zip(best.chunks_mut(PATCH_BLOCK))
            {
                // Without |patch|², which is the same for all rows.
                distances.clear();
                norms.iter().for_each(|_| distances.extend_from_slice(&row_norms));
                subtract_twice(patches, rows, dim, &mut distances)?;
                for (((patch, norm), distances), best) in patches
                    .chunks_exact(dim)
                    .zip(norms)
                    .zip(distances.chunks_exact(width))
                    .zip(best)
                {
                    let smallest = smallest(distances);
                    // |b| ≤ |a| + d bounds the error by the patch's norm and the distance.
                    let error = tolerance * (norm + (norm + smallest).max(0.0));
                    if norm + smallest - error > best.0 || !smallest.is_finite() {
                        continue;
                    }
                    for (row, distance) in distances.iter().enumerate() {
                        if *distance <= smallest + error {
                            let exact = squared_distance(patch, &rows[row * dim..][..dim]);
                            if exact < best.0 {
                                *best = (exact, first + row);
                            }
                        }
                    }
                }
            }
        }
        Ok(best)
    }

    /// Scores the patches of one image: distances, and the image score
    ///
    /// s = (1 − exp(‖p − m‖) / Σ exp(‖p − mᵢ‖)) · ‖p − m‖
    ///
    /// for the patch p farthest from the bank, its nearest row m, and the 9 rows mᵢ nearest to m,
    /// m among them. In a bank of a single usable row the weight is undefined and s = ‖p − m‖.
    ///
    /// # Errors
    /// As [`Self::nearest`]; [`VisionError::Empty`] for no patches.
    pub fn score(&self, patches: &[f32], usable: Option<&[bool]>) -> Result<PatchScores> {
        let nearest = self.nearest(patches, usable)?;
        let mut peak_patch = 0;
        for (patch, found) in nearest.iter().enumerate() {
            if found.distance > nearest[peak_patch].distance {
                peak_patch = patch;
            }
        }
        let Some(peak) = nearest.get(peak_patch).copied() else {
            return Err(VisionError::Empty("patches"));
        };
        let patch = &patches[peak_patch * self.dim()..][..self.dim()];
        let image_score = self.reweighted(patch, peak, usable);
        Ok(PatchScores { nearest, image_score, peak_patch })
    }

    /// Scores of the anomaly map: the distance of each patch to its `nearest` row in the first
    /// `values` values alone.
    ///
    /// # Errors
    /// [`VisionError::Size`] where patches and rows differ in number,
    /// [`VisionError::OutOfRange`] for more values than a row has, or a row beyond the last.
    pub fn localisation_scores(
        &self,
        patches: &[f32],
        nearest: &[Nearest],
        values: usize,
    ) -> Result<Vec<f32>> {
        let dim = self.dim();
        same_size("values of the patches", nearest.len() * dim, patches.len())?;
        if !(1..=dim).contains(&values) {
            let what = "number of localising values";
            return Err(VisionError::OutOfRange { what, got: values, low: 1, high: dim });
        }
        let mut scratch = Vec::new();
        let pairs = patches.chunks_exact(dim).zip(nearest);
        pairs
            .map(|(patch, Nearest { row, distance })| {
                if values == dim {
                    return Ok(*distance);
                }
                self.check_row(*row)?;
                let row = self.to_f32(*row..row + 1, &mut scratch);
                Ok(squared_distance(&patch[..values], &row[..values]).sqrt())
            })
            .collect()
    }

    /// Image score of `patch`, whose nearest row is `peak`.
    fn reweighted(&self, patch: &[f32], peak: Nearest, usable: Option<&[bool]>) -> f32 {
        let dim = self.dim();
        let mut scratch = Vec::new();
        let centre = self.to_f32(peak.row..peak.row + 1, &mut scratch);
        // Squared distance and index of the rows nearest to the peak's row.
        let mut rows: Vec<(f32, usize)> = (0..self.len().div_ceil(ROW_BLOCK))
            .into_par_iter()
            .flat_map_iter(|block| {
                let first = block * ROW_BLOCK;
                let end = (first + ROW_BLOCK).min(self.len());
                let mut scratch = Vec::new();
                let values = self.to_f32(first..end, &mut scratch);
                let mut found: Vec<(f32, usize)> = (first..end)
                    .filter(|row| usable.is_none_or(|flags| flags[*row]))
                    .map(|row| {
                        (squared_distance(centre, &values[(row - first) * dim..][..dim]), row)
                    })
                    .collect();
                keep_nearest(&mut found);
                found
            })
            .collect();
        if rows.len() < 2 {
            return peak.distance;
        }
        keep_nearest(&mut rows);
        let distances: Vec<f64> = rows
            .iter()
            .map(|(_, row)| {
                let squared = squared_distance(patch, self.to_f32(*row..row + 1, &mut Vec::new()));
                f64::from(squared).sqrt()
            })
            .collect();
        // Shifted by the largest distance: exp of a feature distance itself overflows.
        let largest = distances.iter().copied().fold(0.0, f64::max);
        let sum: f64 = distances.iter().map(|d| (d - largest).exp()).sum();
        let weight = 1.0 - (f64::from(peak.distance) - largest).exp() / sum;
        (weight * f64::from(peak.distance)) as f32
    }
}

/// Distance and index before any row was measured.
const NO_ROW: (f32, usize) = (f32::INFINITY, usize::MAX);

/// The smallest value; infinity for none.
fn smallest(values: &[f32]) -> f32 {
    let less = |a: f32, b: f32| if b < a { b } else { a };
    let mut lanes = [f32::INFINITY; LANES];
    let (parts, tail) = values.as_chunks::<LANES>();
    for part in parts {
        for (lane, value) in lanes.iter_mut().zip(part) {
            *lane = less(*lane, *value);
        }
    }
    lanes.into_iter().chain(tail.iter().copied()).fold(f32::INFINITY, less)
}

/// Keeps the [`NEIGHBOURS`] nearest of `rows` (squared distance, index), sorted, nearest first.
fn keep_nearest(rows: &mut Vec<(f32, usize)>) {
    let order = |a: &(f32, usize), b: &(f32, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
    if rows.len() > NEIGHBOURS {
        rows.select_nth_unstable_by(NEIGHBOURS - 1, order);
        rows.truncate(NEIGHBOURS);
    }
    rows.sort_unstable_by(order);
}

#[cfg(test)]
mod tests {
    use super::super::test_data::{Golden, max_difference, noise};
    use super::*;

    fn golden_bank(golden: &Golden) -> BankRows {
        let bank = golden.floats("bank");
        let rows = golden.indices("coreset_idx");
        let rows = rows.into_iter().flat_map(|row| bank[row * 48..][..48].to_vec()).collect();
        BankRows::new(rows, 48).unwrap()
    }

    #[test]
    fn scores_are_those_of_the_reference() {
        let golden = Golden::open("patchcore");
        let scores = golden_bank(&golden).score(&golden.floats("query"), None).unwrap();
        let rows: Vec<usize> = scores.nearest.iter().map(|n| n.row).collect();
        assert_eq!(rows, golden.indices("nn_idx"));
        let expected = golden.floats("patch_scores");
        assert!(max_difference(&scores.scores(), &expected) < 1e-5);
        assert!((scores.image_score - golden.floats("image_score")[0]).abs() < 1e-5);
        assert_eq!(expected[scores.peak_patch], expected.iter().copied().fold(0.0, f32::max));
    }

    #[test]
    fn the_nearest_row_is_that_of_exhaustive_search() {
        // More rows and patches than a block, far from the origin so that norms cancel, and
        // copies of bank rows among the patches.
        let dim = 9;
        let far = |seed, count: usize| -> Vec<f32> {
            noise(count * dim, seed).into_iter().map(|v| v + 30.0).collect()
        };
        let values = far(1, 2500);
        let mut patches = far(2, 150);
        patches[..dim].copy_from_slice(&values[2040 * dim..][..dim]);
        let bank = BankRows::new(values.clone(), dim).unwrap();
        let even: Vec<bool> = (0..bank.len()).map(|row| row % 2 == 0).collect();
        for usable in [None, Some(even.as_slice())] {
            let nearest = bank.nearest(&patches, usable).unwrap();
            for (patch, found) in patches.chunks(dim).zip(nearest) {
                let mut best = (f32::INFINITY, 0);
                for (index, row) in values.chunks(dim).enumerate() {
                    let d = squared_distance(patch, row);
                    if usable.is_none_or(|u| u[index]) && d < best.0 {
                        best = (d, index);
                    }
                }
                assert_eq!((found.row, found.distance), (best.1, best.0.sqrt()));
            }
        }
        assert_eq!(
            bank.nearest(&patches[..dim], None).unwrap()[0],
            Nearest { row: 2040, distance: 0.0 }
        );
    }

    #[test]
    fn rows_of_16_bits_score_as_the_same_numbers_in_32() {
        let (dim, count) = (21, 700);
        let half: Vec<half::f16> =
            noise(count * dim, 6).into_iter().map(half::f16::from_f32).collect();
        let single: Vec<f32> = half.iter().map(|v| v.to_f32()).collect();
        let patches = noise(40 * dim, 7);
        let (half, single) =
            (BankRows::from_f16(half, dim).unwrap(), BankRows::new(single, dim).unwrap());
        assert_eq!(half, single);
        assert_eq!(half.score(&patches, None).unwrap(), single.score(&patches, None).unwrap());
        assert!(BankRows::from_f16(vec![half::f16::INFINITY], 1).is_err());
    }

    #[test]
    fn localisation_scores_are_of_the_first_values() {
        let bank = BankRows::new(vec![0.0, 0.0, 0.0, 9.0, 9.0, 9.0], 3).unwrap();
        let patches = [3.0, 4.0, 5.0, 9.0, 9.0, 8.0];
        let nearest = bank.nearest(&patches, None).unwrap();
        let scores = |values| bank.localisation_scores(&patches, &nearest, values);
        assert_eq!(scores(2).unwrap(), [5.0, 0.0]);
        assert_eq!(scores(3).unwrap(), [50f32.sqrt(), 1.0]);
        assert!(scores(0).is_err() && scores(4).is_err());
        assert!(bank.localisation_scores(&patches[..3], &nearest, 2).is_err());
        let outside = [Nearest { row: 2, distance: 1.0 }; 2];
        assert!(bank.localisation_scores(&patches, &outside, 2).is_err());
    }

    #[test]
    fn a_bank_of_one_row_scores_by_distance_and_nonsense_is_refused() {
        let bank = BankRows::new(vec![0.0, 0.0], 2).unwrap();
        let scores = bank.score(&[3.0, 4.0, 0.0, 1.0], None).unwrap();
        assert_eq!((scores.image_score, scores.peak_patch), (5.0, 0));
        assert!(matches!(bank.score(&[], None), Err(VisionError::Empty(_))));
        assert!(matches!(bank.score(&[1.0], None), Err(VisionError::PartialRow { .. })));
        assert!(matches!(bank.score(&[1.0, 1.0], Some(&[false])), Err(VisionError::Empty(_))));
        assert!(matches!(bank.nearest(&[1.0, 1.0], Some(&[])), Err(VisionError::Size { .. })));
        assert!(bank.nearest(&[f32::NAN, 1.0], None).is_err());
        assert!(BankRows::new(vec![f32::INFINITY], 1).is_err());
        assert!(BankRows::new(vec![], 1).is_err());
        assert!(BankRows::new(vec![1.0; 3], 2).is_err());
    }

    #[test]
    fn huge_distances_do_not_overflow_the_weights() {
        let bank = BankRows::new(noise(20 * 4, 1), 4).unwrap();
        let score = bank.score(&[1e4, 0.0, 0.0, 0.0], None).unwrap().image_score;
        assert!(score.is_finite() && score > 0.0, "{score}");
    }
}
