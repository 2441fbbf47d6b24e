//! Mean and covariance of the normal patches, and the whitening that they give.

use rayon::prelude::*;

use super::cholesky::{cholesky, inverse_of_factor};
use super::error::{row_count, same_size};
use super::matrix::{Matrix, MatrixMut};
use super::whitening::Whitening;
use super::{Result, VisionError};
use fettle_domain::ComparedLayer;

/// Share of the mean variance of its layer that each variance is shrunk towards, at least: a
/// direction in which the sampled patches hardly vary may vary more in others.
const LEAST_SHRINKAGE: f64 = 0.01;
/// The same share at most, for one or two images.
const MOST_SHRINKAGE: f64 = 0.5;
/// Rows of a product, at most.
const BLOCK: usize = 512;
/// Rows of the covariance in one product: above the diagonal no more than this many columns are
/// multiplied in vain.
const STRIP: usize = 128;

/// Running mean and covariance of patches.
#[derive(Debug)]
pub struct Moments {
    dim: usize,
    images: usize,
    rows: usize,
    /// Mean of the first image, subtracted from all values so that large means do not cancel.
    origin: Vec<f32>,
    /// Sums of values less `origin`.
    sum: Vec<f64>,
    /// Sums of products of values less `origin`, `dim`×`dim`; valid on and below the diagonal.
    products: Vec<f64>,
}

impl Moments {
    /// No rows yet, of `dim` values each.
    pub fn new(dim: usize) -> Self {
        let (sum, products) = (vec![0.0; dim], vec![0.0; dim * dim]);
        Self { dim, images: 0, rows: 0, origin: Vec::new(), sum, products }
    }

    /// Adds the rows of one more image.
    ///
    /// # Errors
    /// [`VisionError::PartialRow`] for a broken last row.
    pub fn add(&mut self, rows: &[f32]) -> Result<()> {
        let dim = self.dim;
        let count = row_count("rows of an image", rows.len(), dim)?;
        if rows.is_empty() {
            return Ok(());
        }
        self.images += 1;
        if self.origin.is_empty() {
            let mut mean = vec![0f32; dim];
            for row in rows.chunks_exact(dim) {
                mean.iter_mut().zip(row).for_each(|(mean, value)| *mean += value / count as f32);
            }
            self.origin = mean;
        }
        let mut products = vec![0f32; dim * dim];
        for block in rows.chunks(BLOCK * dim) {
            let mut centred = block.to_vec();
            for row in centred.chunks_exact_mut(dim) {
                let values = row.iter_mut().zip(&self.origin).zip(&mut self.sum);
                for ((value, origin), sum) in values {
                    *value -= origin;
                    *sum += f64::from(*value);
                }
            }
            let centred = Matrix::of_rows(&centred, dim);
            let count = block.len() / dim;
            let strips =
                products.par_chunks_mut(STRIP * dim).zip(self.products.par_chunks_mut(STRIP * dim));
            strips.enumerate().try_for_each(|(strip, (products, sums))| {
                let own = strip * STRIP..strip * STRIP + products.len() / dim;
                let before = 0..own.end;
                let left = centred.part(0..count, own).transposed();
                let right = centred.part(0..count, before.clone());
                MatrixMut::of_rows(products, dim)
                    .columns(before.clone())
                    .gemm(1.0, left, right, 0.0)?;
                for (sums, products) in sums.chunks_mut(dim).zip(products.chunks(dim)) {
                    let sums = sums.iter_mut().zip(&products[before.clone()]);
                    sums.for_each(|(sum, product)| *sum += f64::from(*product));
                }
                Ok::<_, VisionError>(())
            })?;
            self.rows += count;
        }
        Ok(())
    }

    /// The moments of all rows of `parts`.
    ///
    /// # Errors
    /// [`VisionError::Empty`] for no rows, [`VisionError::Size`] for rows of different dimension.
    pub fn merge<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Result<Self> {
        let mut whole: Option<Self> = None;
        for part in parts.into_iter().filter(|part| part.rows > 0) {
            let dim = part.dim;
            let whole =
                whole.get_or_insert_with(|| Self { origin: part.origin.clone(), ..Self::new(dim) });
            same_size("values of a row", whole.dim, dim)?;
            let n = part.rows as f64;
            let shift: Vec<f64> = part
                .origin
                .iter()
                .zip(&whole.origin)
                .map(|(a, b)| f64::from(*a) - f64::from(*b))
                .collect();
            let rows = whole.products.par_chunks_exact_mut(dim);
            let rows = rows.zip(part.products.par_chunks_exact(dim));
            rows.enumerate().for_each(|(a, (to, from))| {
                for (b, (to, from)) in to.iter_mut().zip(from).enumerate().take(a + 1) {
                    *to += from
                        + part.sum[a] * shift[b]
                        + shift[a] * part.sum[b]
                        + n * shift[a] * shift[b];
                }
            });
            let sums = whole.sum.iter_mut().zip(part.sum.iter().zip(&shift));
            sums.for_each(|(to, (from, shift))| *to += from + n * shift);
            whole.rows += part.rows;
            whole.images += part.images;
        }
        whole.ok_or(VisionError::Empty("patches to estimate a covariance from"))
    }

    /// The whitening of these rows; `layers` are in the order of the channels. In the triangular
    /// form (Cholesky's) the values of a layer are those that the layers before do not predict,
    /// so that the values of the first layers alone are the whitening of those layers.
    ///
    /// # Errors
    /// [`VisionError::Empty`] for fewer than two rows, [`VisionError::Size`] where the
    /// channels of the layers are not those of the rows, [`VisionError::NotPositiveDefinite`] for
    /// values that are not finite.
    pub fn whitening(&self, layers: &[ComparedLayer]) -> Result<Whitening> {
        let dim = self.dim;
        if self.rows < 2 || dim == 0 {
            return Err(VisionError::Empty("patches to estimate a covariance from"));
        }
        let channels: usize = layers.iter().map(|layer| layer.channels).sum();
        same_size("channels of the layers", dim, channels)?;
        let n = self.rows as f64;
        let mean: Vec<f64> = self.sum.iter().map(|sum| sum / n).collect();
        let mut covariance: Vec<f64> = self.products.iter().map(|sum| sum / n).collect();
        for (row, a) in covariance.chunks_exact_mut(dim).zip(&mean) {
            row.iter_mut().zip(&mean).for_each(|(value, b)| *value -= a * b);
        }
        // Patches of one image are much alike: images count, not patches.
        let shrinkage =
            (1.0 / self.images as f64).max(dim as f64 / n).clamp(LEAST_SHRINKAGE, MOST_SHRINKAGE);
        let mut first = 0;
        for layer in layers {
            let own = first..first + layer.channels;
            first = own.end;
            let variance: f64 = own.clone().map(|c| covariance[c * dim + c]).sum();
            // An image of one colour has no variance at all.
            let floor = (variance / layer.channels.max(1) as f64).max(1e-12);
            for c in own {
                let row = &mut covariance[c * dim..][..dim];
                row.iter_mut().for_each(|value| *value *= 1.0 - shrinkage);
                row[c] += shrinkage * floor;
            }
        }
        let inverse = inverse_of_factor(&cholesky(covariance, dim)?, dim)?;
        let matrix: Vec<f32> = inverse.into_iter().map(|value| value as f32).collect();
        let mut shift = vec![0f32; dim];
        for (shift, row) in shift.iter_mut().zip(matrix.chunks_exact(dim)) {
            let terms = row.iter().zip(self.origin.iter().zip(&mean));
            let sum: f64 = terms.map(|(m, (o, d))| f64::from(*m) * (f64::from(*o) + d)).sum();
            *shift = sum as f32;
        }
        Whitening::new(matrix, shift)
    }
}

#[cfg(test)]
mod tests {
    use super::super::bank_rows::BankRows;
    use super::super::test_data::noise;
    use super::*;

    fn layer(channels: usize) -> ComparedLayer {
        ComparedLayer { number: 0, channels, stride: 8, locates: true }
    }

    /// Rows whose channels are correlated and differ in spread by hundreds.
    fn correlated(count: usize, seed: u64) -> Vec<f32> {
        let values = noise(count * 3, seed);
        let row = |v: &[f32]| [100.0 + v[0], 5.0 + 3.0 * (v[1] + v[0]), 0.01 * (v[2] - v[1])];
        values.chunks(3).flat_map(row).collect()
    }

    fn moments(rows: &[f32], parts: usize) -> Moments {
        let mut moments = Moments::new(3);
        for part in rows.chunks(parts * 3) {
            moments.add(part).unwrap();
        }
        moments
    }

    #[test]
    fn whitened_rows_are_uncorrelated_and_of_unit_variance() {
        let rows = correlated(4000, 1);
        let whitening = moments(&rows, 40).whitening(&[layer(2), layer(1)]).unwrap();
        let white = whitening.apply(&rows).unwrap();
        let moment = |f: &dyn Fn(&[f32]) -> f32| {
            white.chunks(3).map(|row| f64::from(f(row))).sum::<f64>() / 4000.0
        };
        for c in 0..3 {
            assert!(moment(&|row| row[c]).abs() < 1e-3);
        }
        // But for the floor, a hundredth of the layer's mean variance.
        assert!((moment(&|row| row[1] * row[1]) - 1.0).abs() < 0.1);
        assert!((moment(&|row| row[2] * row[2]) - 1.0).abs() < 0.1);
        for (a, b) in [(0, 1), (0, 2), (1, 2)] {
            assert!(moment(&|row| row[a] * row[b]).abs() < 0.1, "{a} and {b}");
        }
    }

    #[test]
    fn the_split_of_rows_into_images_changes_only_the_shrinkage() {
        let rows = correlated(1500, 2);
        // From a hundred images on, the shrinkage is the least.
        let few = moments(&rows, 15).whitening(&[layer(3)]).unwrap();
        let many = moments(&rows, 5).whitening(&[layer(3)]).unwrap();
        let difference = few.matrix().iter().zip(many.matrix()).map(|(a, b)| (a - b).abs());
        assert!(difference.fold(0.0, f32::max) < 1e-3);
        // With four images the shrinkage is stronger: the values are smaller.
        let four = moments(&rows, 375).whitening(&[layer(3)]).unwrap();
        assert!(four.matrix()[0] < 0.9 * few.matrix()[0]);
    }

    #[test]
    fn merged_moments_are_those_of_all_rows_and_whitenings_compose() {
        let (rows, others) = (correlated(1500, 2), correlated(900, 3));
        let all = moments(&[rows.clone(), others.clone()].concat(), 300);
        let parts = [moments(&rows, 300), moments(&others, 300), Moments::new(3)];
        let whole = all.whitening(&[layer(3)]).unwrap();
        let merged = Moments::merge(&parts).unwrap().whitening(&[layer(3)]).unwrap();
        let close =
            |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(close(whole.matrix(), merged.matrix()) < 1e-3);
        let half = parts[0].whitening(&[layer(3)]).unwrap();
        let relative = half.relative_to(&whole).unwrap();
        let direct = half.apply(&others).unwrap();
        let mapped = relative.apply(&whole.apply(&others).unwrap()).unwrap();
        assert!(close(&direct, &mapped) < 0.01, "{}", close(&direct, &mapped));
        let bank = BankRows::new(whole.apply(&others).unwrap(), 3).unwrap();
        let bank = relative.apply_to_bank(&bank).unwrap();
        assert_eq!(bank, BankRows::new(mapped, 3).unwrap());
        assert!(Moments::merge(&[Moments::new(3)]).is_err());
    }

    #[test]
    fn no_rows_are_an_error_and_one_colour_is_none() {
        let one = [layer(3)];
        assert!(matches!(Moments::new(3).whitening(&one), Err(VisionError::Empty(_))));
        let flat = moments(&[1.0; 30], 10).whitening(&one).unwrap();
        assert!(flat.apply(&[1.0; 3]).unwrap().iter().all(|value| value.abs() < 1e-3));
        assert!(moments(&[f32::NAN; 30], 10).whitening(&one).is_err());
        assert!(moments(&[1.0; 30], 10).whitening(&[layer(2)]).is_err());
        assert!(Moments::new(3).add(&[1.0; 4]).is_err());
        assert!(flat.apply(&[1.0; 4]).is_err());
    }
}
