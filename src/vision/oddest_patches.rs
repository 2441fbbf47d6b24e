//! The patches of an image that are farthest from a bank: where a defect is, if there is one.

use super::error::row_count;
use super::{Result, VisionError};

/// Number of oddest patches of an image.
pub const ODDEST: usize = 5;

/// The [`ODDEST`] patches of an image that are farthest from the rows of a bank, as whitened rows.
#[derive(Debug, Clone, PartialEq)]
pub struct OddestPatches {
    rows: Vec<f32>,
    dim: usize,
}

impl OddestPatches {
    /// The farthest of `rows` (contiguous, `dim` values each), whose distances are `scores`, the
    /// farthest first. An image of fewer patches repeats its last one.
    ///
    /// # Errors
    /// [`VisionError::PartialRow`] for a broken last row, [`VisionError::Size`] for a wrong number
    /// of scores, [`VisionError::Empty`] for no rows.
    pub fn of(rows: &[f32], dim: usize, scores: &[f32]) -> Result<Self> {
        let count = row_count("patches", rows.len(), dim)?;
        super::error::same_size("scores of the patches", count, scores.len())?;
        let mut order: Vec<usize> = (0..count).collect();
        let farther = |a: &usize, b: &usize| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b));
        if count > ODDEST {
            order.select_nth_unstable_by(ODDEST - 1, farther);
            order.truncate(ODDEST);
        }
        order.sort_unstable_by(farther);
        let last = *order.last().ok_or(VisionError::Empty("patches"))?;
        order.resize(ODDEST, last);
        let rows = order.iter().flat_map(|patch| &rows[patch * dim..][..dim]).copied().collect();
        Ok(Self { rows, dim })
    }

    /// From the rows as a file holds them.
    ///
    /// # Errors
    /// [`VisionError::Size`] for another number of values than [`ODDEST`] rows have.
    pub fn from_rows(rows: Vec<f32>, dim: usize) -> Result<Self> {
        super::error::same_size("values of the oddest patches", ODDEST * dim, rows.len())?;
        Ok(Self { rows, dim })
    }

    /// The rows, contiguous, the farthest first.
    pub fn rows(&self) -> &[f32] {
        &self.rows
    }

    /// Values a row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The mean of the rows.
    pub fn mean(&self) -> Vec<f32> {
        let mut mean = vec![0.0; self.dim];
        for row in self.rows.chunks_exact(self.dim) {
            mean.iter_mut().zip(row).for_each(|(mean, value)| *mean += value / ODDEST as f32);
        }
        mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_farthest_patches_come_first() {
        // Scores of patches whose row is their number; the expected rows.
        let cases: [(&[f32], [f32; ODDEST]); 3] = [
            (&[1.0, 9.0, 3.0, 8.0, 2.0, 7.0, 4.0], [1.0, 3.0, 5.0, 6.0, 2.0]),
            (&[5.0; 8], [0.0, 1.0, 2.0, 3.0, 4.0]),
            (&[1.0, 2.0], [1.0, 0.0, 0.0, 0.0, 0.0]),
        ];
        for (scores, expected) in cases {
            let rows: Vec<f32> = (0..scores.len()).flat_map(|n| [n as f32, -1.0]).collect();
            let oddest = OddestPatches::of(&rows, 2, scores).unwrap();
            let found: Vec<f32> = oddest.rows().chunks(2).map(|row| row[0]).collect();
            assert_eq!(found, expected, "{scores:?}");
            let mean = expected.iter().sum::<f32>() / 5.0;
            assert!((oddest.mean()[0] - mean).abs() < 1e-6 && oddest.mean()[1] == -1.0);
        }
    }

    #[test]
    fn broken_rows_are_errors() {
        assert!(matches!(
            OddestPatches::of(&[1.0; 3], 2, &[1.0]),
            Err(VisionError::PartialRow { .. })
        ));
        assert!(matches!(OddestPatches::of(&[1.0; 4], 2, &[1.0]), Err(VisionError::Size { .. })));
        assert!(matches!(OddestPatches::of(&[], 2, &[]), Err(VisionError::Empty(_))));
        assert!(OddestPatches::from_rows(vec![0.0; 9], 2).is_err());
    }
}
