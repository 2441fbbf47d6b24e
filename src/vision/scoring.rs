//! How far a picture's patches are from the normal ones (section 3.3 of the paper).

use rayon::prelude::*;

use super::distance::{inner_products, squared_distance, squared_norm};
use super::error::same_size;
use super::{Result, VisionError};

/// Over how many neighbours the image score is re-weighted: b of the paper's equation 7.
pub const NEIGHBOURS: usize = 9;

/// The most and fewest patches that one task compares: many, so that the matrix product's
/// packing of the bank is paid seldom; not so many that a thread is left without work.
const PATCH_BLOCK: std::ops::RangeInclusive<usize> = 32..=256;
/// Bank rows compared at once: 256 × 512 products stay in the core's own cache.
const ROW_BLOCK: usize = 512;

/// The rows of a memory bank, ready to be searched.
#[derive(Debug, Clone, PartialEq)]
pub struct BankRows {
    values: Vec<f32>,
    dim: usize,
    squared_norms: Vec<f32>,
}

/// The bank row nearest to a patch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearest {
    /// Its index.
    pub row: usize,
    /// Euclidean distance to it: the patch's score.
    pub distance: f32,
}

/// What scoring says of one picture.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchScores {
    /// The nearest bank row of each patch, row by row of the grid.
    pub nearest: Vec<Nearest>,
    /// The re-weighted image score.
    pub image_score: f32,
    /// The patch it comes from: the one farthest from the bank.
    pub peak_patch: usize,
}

impl PatchScores {
    /// The score of each patch.
    pub fn scores(&self) -> Vec<f32> {
        self.nearest.iter().map(|n| n.distance).collect()
    }
}

impl BankRows {
    /// Takes contiguous rows of `dim` values.
    ///
    /// # Errors
    /// [`VisionError::Nothing`] for no rows, [`VisionError::Size`] for a broken last row,
    /// [`VisionError::Inconsistent`] for a value that is not finite.
    pub fn new(values: Vec<f32>, dim: usize) -> Result<Self> {
        if values.is_empty() || dim == 0 {
            return Err(VisionError::Nothing("bank rows"));
        }
        same_size("values of the last bank row", 0, values.len() % dim)?;
        if values.iter().any(|v| !v.is_finite()) {
            return Err(VisionError::Inconsistent("a row has a value that is not finite".into()));
        }
        let squared_norms = values.chunks_exact(dim).map(squared_norm).collect();
        Ok(Self { values, dim, squared_norms })
    }

    /// Values a row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// How many rows there are; never 0.
    pub fn len(&self) -> usize {
        self.squared_norms.len()
    }

    /// Always false: [`Self::new`] refuses an empty bank.
    pub fn is_empty(&self) -> bool {
        self.squared_norms.is_empty()
    }

    /// All rows, one after another.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Row `index`, which must be below [`Self::len`].
    fn row(&self, index: usize) -> &[f32] {
        &self.values[index * self.dim..][..self.dim]
    }

    /// The nearest row of each of `patches` (contiguous, [`Self::dim`] values each) among the
    /// rows that `usable` allows (all, if `None`; else one flag a row). Of equally near rows
    /// the first.
    ///
    /// Candidates come from |a|² + |b|² − 2ab, whose rounding error grows with the norms; all
    /// within that error of the smallest are measured again by their differences.
    ///
    /// # Errors
    /// [`VisionError::Size`] for a broken last patch or a wrong number of flags,
    /// [`VisionError::Nothing`] where no row is usable, [`VisionError::Inconsistent`] for a
    /// patch with a value that is not finite.
    pub fn nearest(&self, patches: &[f32], usable: Option<&[bool]>) -> Result<Vec<Nearest>> {
        same_size("values of the last patch", 0, patches.len() % self.dim)?;
        if let Some(usable) = usable {
            same_size("flags of usable rows", self.len(), usable.len())?;
        }
        if patches.iter().any(|v| !v.is_finite()) {
            return Err(VisionError::Inconsistent("a patch has a value that is not finite".into()));
        }
        let block = (patches.len() / self.dim)
            .div_ceil(rayon::current_num_threads())
            .clamp(*PATCH_BLOCK.start(), *PATCH_BLOCK.end());
        let blocks = patches
            .par_chunks(block * self.dim)
            .map(|block| self.nearest_of_block(block, usable))
            .collect::<Result<Vec<_>>>()?;
        Ok(blocks.concat())
    }

    fn nearest_of_block(&self, patches: &[f32], usable: Option<&[bool]>) -> Result<Vec<Nearest>> {
        let count = patches.len() / self.dim;
        let norms: Vec<f32> = patches.chunks_exact(self.dim).map(squared_norm).collect();
        let mut best = vec![(f32::INFINITY, usize::MAX); count];
        let mut products = Vec::new();
        for (block, rows) in self.values.chunks(ROW_BLOCK * self.dim).enumerate() {
            let first = block * ROW_BLOCK;
            let width = rows.len() / self.dim;
            products.resize(count * width, 0.0);
            let fits = inner_products(patches, rows, self.dim, &mut products);
            same_size("inner products", 1, usize::from(fits))?;
            let row_norms = &self.squared_norms[first..][..width];
            let usable = usable.map(|flags| &flags[first..][..width]);
            let allowed = |row: usize| usable.is_none_or(|flags| flags[row]);
            for ((patch, norm), (products, best)) in patches
                .chunks_exact(self.dim)
                .zip(&norms)
                .zip(products.chunks_exact_mut(width).zip(&mut best))
            {
                let mut smallest = f32::INFINITY;
                for (row, (product, row_norm)) in products.iter_mut().zip(row_norms).enumerate() {
                    *product =
                        if allowed(row) { norm + row_norm - 2.0 * *product } else { f32::INFINITY };
                    smallest = smallest.min(*product);
                }
                // |b| ≤ |a| + d bounds the error by the patch's norm and the distance.
                let error = 1e-5 * (norm + smallest.max(0.0));
                if smallest - error > best.0 {
                    continue;
                }
                for (row, approximate) in products.iter().enumerate() {
                    if *approximate <= smallest + error && approximate.is_finite() {
                        let exact = squared_distance(patch, self.row(first + row));
                        if exact < best.0 {
                            *best = (exact, first + row);
                        }
                    }
                }
            }
        }
        best.into_iter()
            .map(|(squared, row)| match row {
                usize::MAX => Err(VisionError::Nothing("usable bank rows")),
                row => Ok(Nearest { row, distance: squared.sqrt() }),
            })
            .collect()
    }

    /// Scores one picture's patches: distances, and the image score
    ///
    /// s = (1 − exp(‖p − m‖) / Σ exp(‖p − mᵢ‖)) · ‖p − m‖
    ///
    /// for the patch p farthest from the bank, its nearest row m, and mᵢ the
    /// [`NEIGHBOURS`] rows nearest to m, m among them. In a bank of a single (usable) row the
    /// weight is undefined and s = ‖p − m‖.
    ///
    /// # Errors
    /// As [`Self::nearest`]; [`VisionError::Nothing`] for no patches.
    pub fn score(&self, patches: &[f32], usable: Option<&[bool]>) -> Result<PatchScores> {
        let nearest = self.nearest(patches, usable)?;
        let mut peak_patch = 0;
        for (patch, known) in nearest.iter().enumerate() {
            if known.distance > nearest[peak_patch].distance {
                peak_patch = patch;
            }
        }
        let Some(peak) = nearest.get(peak_patch).copied() else {
            return Err(VisionError::Nothing("patches"));
        };
        let patch = &patches[peak_patch * self.dim..][..self.dim];
        let image_score = self.reweighted(patch, peak, usable);
        Ok(PatchScores { nearest, image_score, peak_patch })
    }

    fn reweighted(&self, patch: &[f32], peak: Nearest, usable: Option<&[bool]>) -> f32 {
        let around = self.row(peak.row);
        let mut rows: Vec<(f32, usize)> = (0..self.len())
            .filter(|row| usable.is_none_or(|flags| flags[*row]))
            .map(|row| (squared_distance(around, self.row(row)), row))
            .collect();
        if rows.len() < 2 {
            return peak.distance;
        }
        rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let distances: Vec<f64> = rows
            .iter()
            .take(NEIGHBOURS)
            .map(|(_, row)| f64::from(squared_distance(patch, self.row(*row))).sqrt())
            .collect();
        // Shifted by the largest: exp of a plain feature distance overflows.
        let largest = distances.iter().copied().fold(0.0, f64::max);
        let sum: f64 = distances.iter().map(|d| (d - largest).exp()).sum();
        let weight = 1.0 - (f64::from(peak.distance) - largest).exp() / sum;
        (weight * f64::from(peak.distance)) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::super::golden::{Golden, max_difference, noise};
    use super::*;

    fn golden_bank(golden: &Golden) -> BankRows {
        let bank = golden.floats("bank");
        let rows = golden.indices("coreset_idx");
        let rows = rows.into_iter().flat_map(|row| bank[row * 48..][..48].to_vec()).collect();
        BankRows::new(rows, 48).unwrap()
    }

    #[test]
    fn scores_are_those_of_the_reference() {
        let Some(golden) = Golden::open("reference/patchcore/golden.safetensors") else { return };
        let scores = golden_bank(&golden).score(&golden.floats("query"), None).unwrap();
        let rows: Vec<usize> = scores.nearest.iter().map(|n| n.row).collect();
        assert_eq!(rows, golden.indices("nn_idx"));
        let expected = golden.floats("patch_scores");
        assert!(max_difference(&scores.scores(), &expected) < 1e-5);
        assert!((scores.image_score - golden.floats("image_score")[0]).abs() < 1e-5);
        assert_eq!(expected[scores.peak_patch], expected.iter().copied().fold(0.0, f32::max));
    }

    #[test]
    fn the_nearest_row_is_the_one_found_by_measuring_all() {
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
    fn a_bank_of_one_row_scores_by_distance_and_nonsense_is_refused() {
        let bank = BankRows::new(vec![0.0, 0.0], 2).unwrap();
        let scores = bank.score(&[3.0, 4.0, 0.0, 1.0], None).unwrap();
        assert_eq!((scores.image_score, scores.peak_patch), (5.0, 0));
        assert!(matches!(bank.score(&[], None), Err(VisionError::Nothing(_))));
        assert!(matches!(bank.score(&[1.0], None), Err(VisionError::Size { .. })));
        assert!(matches!(bank.score(&[1.0, 1.0], Some(&[false])), Err(VisionError::Nothing(_))));
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
