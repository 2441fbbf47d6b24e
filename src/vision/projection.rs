//! Fewer dimensions, in which distances are kept on average.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::Result;
use super::distance::inner_products;
use super::error::same_size;

/// Rows that one task projects in one go.
const BLOCK: usize = 512;
/// The generator's stream, so that a seed's other draws do not depend on the matrix's size.
const STREAM: u64 = 1;

/// A sparse random matrix (Achlioptas 2003, s = 3): entries ±√(3 / target) with probability
/// 1/6 each, else 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    matrix: Vec<f32>,
    dim: usize,
    target: usize,
}

impl Projection {
    /// From `dim` values a row to `target`; the same seed gives the same matrix.
    pub fn new(dim: usize, target: usize, seed: u64) -> Self {
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
    pub fn target(&self) -> usize {
        self.target
    }

    /// Contiguous rows, projected.
    ///
    /// # Errors
    /// [`crate::VisionError::Size`] for a broken last row.
    pub fn apply(&self, rows: &[f32]) -> Result<Vec<f32>> {
        same_size("values of the last row", 0, rows.len() % self.dim)?;
        let mut projected = vec![0f32; rows.len() / self.dim * self.target];
        let fits = projected
            .par_chunks_mut(BLOCK * self.target)
            .zip(rows.par_chunks(BLOCK * self.dim))
            .map(|(out, rows)| inner_products(rows, &self.matrix, self.dim, out))
            .reduce(|| true, |a, b| a && b);
        same_size("projected blocks", 1, usize::from(fits))?;
        Ok(projected)
    }
}

#[cfg(test)]
mod tests {
    use super::super::distance::squared_distance;
    use super::super::golden::noise;
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
