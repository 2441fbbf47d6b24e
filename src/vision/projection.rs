//! Random projection to fewer dimensions, which keeps distances on average.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::Result;
use super::distance::inner_products;
use super::error::row_count;

/// Rows projected in one task.
const BLOCK: usize = 512;
/// Stream of the random generator, apart from other draws of one seed, so that those do not depend
/// on the size of the matrix.
const STREAM: u64 = 1;

/// Sparse random matrix (Achlioptas 2003, s = 3): entries ±√(3 / target) with probability
/// 1/6 each, else 0.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Projection {
    matrix: Vec<f32>,
    dim: usize,
    target: usize,
}

impl Projection {
    /// A projection from `dim` values a row to `target`; the same seed gives the same matrix.
    pub(crate) fn new(dim: usize, target: usize, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(STREAM);
        let unit = (3.0 / target.max(1) as f32).sqrt();
        let entry = |_| match rng.random_range(0..6u32) {
            0 => unit,
            1 => -unit,
            _ => 0.0,
        };
        Self { matrix: (0..target * dim).map(entry).collect(), dim, target }
    }

    /// Values of a projected row.
    pub(crate) fn target(&self) -> usize {
        self.target
    }

    /// Contiguous rows, projected.
    ///
    /// # Errors
    /// [`crate::VisionError::PartialRow`] for a broken last row.
    pub(crate) fn apply(&self, rows: &[f32]) -> Result<Vec<f32>> {
        let count = row_count("rows to project", rows.len(), self.dim)?;
        let mut projected = vec![0f32; count * self.target];
        projected
            .par_chunks_mut(BLOCK * self.target)
            .zip(rows.par_chunks(BLOCK * self.dim))
            .try_for_each(|(out, rows)| inner_products(rows, &self.matrix, self.dim, out))?;
        Ok(projected)
    }
}

#[cfg(test)]
mod tests {
    use super::super::distance::squared_distance;
    use super::super::test_data::noise;
    use super::*;

    #[test]
    fn a_projection_keeps_distances_roughly() {
        let rows = noise(200 * 512, 4);
        let projection = Projection::new(512, 128, 1);
        let projected = projection.apply(&rows).unwrap();
        assert_eq!(projection, Projection::new(512, 128, 1));
        assert_ne!(projection, Projection::new(512, 128, 2));
        for (i, j) in [(0, 1), (10, 150), (77, 199)] {
            let before = squared_distance(&rows[i * 512..][..512], &rows[j * 512..][..512]);
            let after =
                squared_distance(&projected[i * 128..][..128], &projected[j * 128..][..128]);
            assert!((0.6..1.6).contains(&(after / before)), "{before} became {after}");
        }
        assert!(projection.apply(&rows[..511]).is_err());
    }
}
