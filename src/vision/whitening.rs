//! The metric in which patches are compared: Mahalanobis', learnt from the normal patches.
//!
//! A backbone's channels differ in spread by orders of magnitude and repeat each other, so in
//! their plain distance a few loud channels decide and a defect that moves quiet ones is lost.
//! Whitening (as in PaDiM, Defard et al. 2020, but one for all positions) makes every direction
//! in which normal patches vary count the same. Distances between whitened rows are then the
//! plain ones, so that coreset and search need not know.

use rayon::prelude::*;

use super::bank_rows::BankRows;
use super::cholesky::{cholesky, inverse_of_factor};
use super::error::same_size;
use super::matrix::{Matrix, MatrixMut};
use super::{Result, VisionError};
use fettle_domain::ComparedLayer;

/// How much of each layer's mean variance is added, at least: a direction in which the normal
/// patches seen hardly vary is not trusted to be so still.
const LEAST_SHRINKAGE: f64 = 0.01;
/// At most: of a picture or two.
const MOST_SHRINKAGE: f64 = 0.5;
/// Rows that one task maps, at most.
const BLOCK: usize = 512;
/// Values of a triangular matrix' rows that are computed together: of what lies above the
/// diagonal no more than this is multiplied in vain.
const STRIP: usize = 128;

/// Rows to rows of the same length, by a matrix and a shift.
#[derive(Debug, Clone, PartialEq)]
pub struct Whitening {
    /// `dim` rows of `dim` values, lower triangular.
    matrix: Vec<f32>,
    /// Taken from each mapped row: the matrix times the mean.
    shift: Vec<f32>,
}

impl Whitening {
    /// Puts a whitening together from its parts.
    ///
    /// # Errors
    /// [`VisionError::Size`] where the matrix is not square of the shift's length,
    /// [`VisionError::Inconsistent`] for a value that is not finite.
    pub fn new(matrix: Vec<f32>, shift: Vec<f32>) -> Result<Self> {
        same_size("values of the whitening", shift.len() * shift.len(), matrix.len())?;
        if matrix.iter().chain(&shift).any(|value| !value.is_finite()) {
            return Err(VisionError::Inconsistent("the whitening is not of numbers".into()));
        }
        Ok(Self { matrix, shift })
    }

    /// Values a row.
    pub fn dim(&self) -> usize {
        self.shift.len()
    }

    /// The matrix, row by row.
    pub fn matrix(&self) -> &[f32] {
        &self.matrix
    }

    /// What is taken from each mapped row.
    pub fn shift(&self) -> &[f32] {
        &self.shift
    }

    /// What brings rows whitened by `base` to what this would have made of them. So normal
    /// pictures that are held out can be measured in a metric that did not see them either: in
    /// one learnt from them as well they look more normal than a new part does (on leather, of
    /// which the pictures are tiles of a few hides, every new hide was NG).
    ///
    /// # Errors
    /// [`VisionError::Size`] where the two are of different length,
    /// [`VisionError::Inconsistent`] where `base` cannot be undone.
    pub fn after(&self, base: &Self) -> Result<Self> {
        let dim = self.dim();
        same_size("values of a whitened row", dim, base.dim())?;
        let base_matrix: Vec<f64> = base.matrix.iter().map(|value| f64::from(*value)).collect();
        let undone = inverse_of_factor(&base_matrix, dim)?;
        let undone: Vec<f32> = undone.into_iter().map(|value| value as f32).collect();
        let mut matrix = vec![0f32; dim * dim];
        let (by, to) = (Matrix::of_rows(&self.matrix, dim), Matrix::of_rows(&undone, dim));
        let fits = matrix
            .par_chunks_mut(STRIP * dim.max(1))
            .enumerate()
            .map(|(strip, out)| {
                // Both are triangular, and so is their product.
                let rows = strip * STRIP..strip * STRIP + out.len() / dim;
                let known = 0..rows.end;
                let (by, to) =
                    (by.part(rows, known.clone()), to.part(known.clone(), known.clone()));
                MatrixMut::of_rows(out, dim).columns(known).becomes(0.0, 1.0, by, to)
            })
            .reduce(|| true, |a, b| a && b);
        same_size("products of the whitenings", 1, usize::from(fits))?;
        let shift = matrix.chunks_exact(dim.max(1)).zip(&self.shift).map(|(row, shift)| {
            let undone = row.iter().zip(&base.shift).map(|(m, s)| f64::from(*m) * f64::from(*s));
            (f64::from(*shift) - undone.sum::<f64>()) as f32
        });
        let shift = shift.collect();
        Self::new(matrix, shift)
    }

    /// A bank's rows, mapped.
    ///
    /// # Errors
    /// [`VisionError::Size`] where they are of another length.
    pub fn apply_to_bank(&self, rows: &BankRows) -> Result<BankRows> {
        same_size("values of a bank row", self.dim(), rows.dim())?;
        let mut scratch = Vec::new();
        BankRows::new(self.apply(rows.wide(0..rows.len(), &mut scratch))?, self.dim())
    }

    /// Contiguous rows, whitened.
    ///
    /// # Errors
    /// [`VisionError::Size`] for a broken last row.
    pub fn apply(&self, rows: &[f32]) -> Result<Vec<f32>> {
        let dim = self.dim();
        same_size("values of the last row", 0, rows.len() % dim.max(1))?;
        let mut mapped = vec![0f32; rows.len()];
        let count = rows.len() / dim.max(1);
        let block = count.div_ceil(rayon::current_num_threads()).clamp(1, BLOCK) * dim.max(1);
        let matrix = Matrix::of_rows(&self.matrix, dim);
        let fits = mapped
            .par_chunks_mut(block)
            .zip(rows.par_chunks(block))
            .map(|(out, rows)| {
                let rows = Matrix::of_rows(rows, dim);
                // Values of a strip depend on no later ones.
                let fits = (0..dim).step_by(STRIP).all(|first| {
                    let strip = first..(first + STRIP).min(dim);
                    let by = matrix.part(strip.clone(), 0..strip.end).transposed();
                    let rows = rows.part(0..count, 0..strip.end);
                    MatrixMut::of_rows(out, dim).columns(strip).becomes(0.0, 1.0, rows, by)
                });
                for row in out.chunks_exact_mut(dim.max(1)) {
                    row.iter_mut().zip(&self.shift).for_each(|(value, shift)| *value -= shift);
                }
                fits
            })
            .reduce(|| true, |a, b| a && b);
        same_size("whitened blocks", 1, usize::from(fits))?;
        Ok(mapped)
    }
}

/// Mean and covariance of rows as they come.
#[derive(Debug)]
pub struct Moments {
    dim: usize,
    pictures: usize,
    rows: usize,
    /// The first rows' mean, so that large means do not cancel.
    origin: Vec<f32>,
    sum: Vec<f64>,
    /// Of products of values less `origin`, `dim`×`dim`; above the diagonal they mean nothing.
    products: Vec<f64>,
}

impl Moments {
    /// Of rows of `dim` values.
    pub fn new(dim: usize) -> Self {
        let (sum, products) = (vec![0.0; dim], vec![0.0; dim * dim]);
        Self { dim, pictures: 0, rows: 0, origin: Vec::new(), sum, products }
    }

    /// Takes the rows of one more picture.
    ///
    /// # Errors
    /// [`VisionError::Size`] for a broken last row.
    pub fn add(&mut self, rows: &[f32]) -> Result<()> {
        let dim = self.dim;
        same_size("values of the last row", 0, rows.len() % dim.max(1))?;
        if rows.is_empty() {
            return Ok(());
        }
        self.pictures += 1;
        if self.origin.is_empty() {
            let count = (rows.len() / dim) as f32;
            let mut mean = vec![0f32; dim];
            for row in rows.chunks_exact(dim) {
                mean.iter_mut().zip(row).for_each(|(mean, value)| *mean += value / count);
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
            let fits =
                products
                    .par_chunks_mut(STRIP * dim)
                    .zip(self.products.par_chunks_mut(STRIP * dim))
                    .enumerate()
                    .map(|(strip, (products, sums))| {
                        let own = strip * STRIP..strip * STRIP + products.len() / dim;
                        let before = 0..own.end;
                        let by = centred.part(0..count, own).transposed();
                        let fits = MatrixMut::of_rows(products, dim)
                            .columns(before.clone())
                            .becomes(0.0, 1.0, by, centred.part(0..count, before.clone()));
                        for (sums, products) in sums.chunks_mut(dim).zip(products.chunks(dim)) {
                            let sums = sums.iter_mut().zip(&products[before.clone()]);
                            sums.for_each(|(sum, product)| *sum += f64::from(*product));
                        }
                        fits
                    })
                    .reduce(|| true, |a, b| a && b);
            same_size("products of the channels", 1, usize::from(fits))?;
            self.rows += count;
        }
        Ok(())
    }

    /// What all of `parts` saw together.
    ///
    /// # Errors
    /// [`VisionError::Nothing`] for none, [`VisionError::Size`] for rows of different length.
    pub fn together<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Result<Self> {
        let mut whole: Option<Self> = None;
        for part in parts.into_iter().filter(|part| part.rows > 0) {
            let dim = part.dim;
            let whole =
                whole.get_or_insert_with(|| Self { origin: part.origin.clone(), ..Self::new(dim) });
            same_size("values of a row", whole.dim, dim)?;
            let n = part.rows as f64;
            let moved: Vec<f64> = part
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
                        + part.sum[a] * moved[b]
                        + moved[a] * part.sum[b]
                        + n * moved[a] * moved[b];
                }
            });
            let sums = whole.sum.iter_mut().zip(part.sum.iter().zip(&moved));
            sums.for_each(|(to, (from, moved))| *to += from + n * moved);
            whole.rows += part.rows;
            whole.pictures += part.pictures;
        }
        whole.ok_or(VisionError::Nothing("patches to learn distances from"))
    }

    /// The whitening of what was seen; `layers` are in the order of the channels. In this
    /// triangular form (Cholesky's) a layer's values are what the layers before it do not
    /// foretell, so that the first layers' values alone are those layers' own whitening.
    ///
    /// # Errors
    /// [`VisionError::Nothing`] for fewer than two rows, [`VisionError::Size`] where the
    /// layers' channels are not those of the rows, [`VisionError::Inconsistent`] for values
    /// that are not finite.
    pub fn whitening(&self, layers: &[ComparedLayer]) -> Result<Whitening> {
        let dim = self.dim;
        if self.rows < 2 || dim == 0 {
            return Err(VisionError::Nothing("patches to learn distances from"));
        }
        let channels: usize = layers.iter().map(|layer| layer.channels).sum();
        same_size("channels of the layers", dim, channels)?;
        let n = self.rows as f64;
        let mean: Vec<f64> = self.sum.iter().map(|sum| sum / n).collect();
        let mut covariance: Vec<f64> = self.products.iter().map(|sum| sum / n).collect();
        for (row, a) in covariance.chunks_exact_mut(dim).zip(&mean) {
            row.iter_mut().zip(&mean).for_each(|(value, b)| *value -= a * b);
        }
        // Patches of one picture are much alike: pictures count, not patches.
        let shrinkage =
            (1.0 / self.pictures as f64).max(dim as f64 / n).clamp(LEAST_SHRINKAGE, MOST_SHRINKAGE);
        let mut first = 0;
        for layer in layers {
            let own = first..first + layer.channels;
            first = own.end;
            let variance: f64 = own.clone().map(|c| covariance[c * dim + c]).sum();
            // A picture of one colour has no variance at all.
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
    use super::super::golden::noise;
    use super::*;

    fn layer(channels: usize) -> ComparedLayer {
        ComparedLayer { number: 0, channels, stride: 8, locates: true }
    }

    /// Rows whose channels repeat each other and differ in spread by hundreds.
    fn crooked(count: usize, seed: u64) -> Vec<f32> {
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
    fn what_was_seen_becomes_uncorrelated_and_of_one_spread() {
        let rows = crooked(4000, 1);
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
    fn it_matters_not_in_how_many_parts_the_rows_come() {
        let rows = crooked(1500, 2);
        // A hundred pictures or more are all trusted alike.
        let few = moments(&rows, 15).whitening(&[layer(3)]).unwrap();
        let many = moments(&rows, 5).whitening(&[layer(3)]).unwrap();
        let difference = few.matrix().iter().zip(many.matrix()).map(|(a, b)| (a - b).abs());
        assert!(difference.fold(0.0, f32::max) < 1e-3);
        // Of four pictures less is believed: nothing becomes as large.
        let four = moments(&rows, 375).whitening(&[layer(3)]).unwrap();
        assert!(four.matrix()[0] < 0.9 * few.matrix()[0]);
    }

    #[test]
    fn parts_together_are_the_whole_and_one_metric_follows_another() {
        let (rows, others) = (crooked(1500, 2), crooked(900, 3));
        let all = moments(&[rows.clone(), others.clone()].concat(), 300);
        let parts = [moments(&rows, 300), moments(&others, 300), Moments::new(3)];
        let whole = all.whitening(&[layer(3)]).unwrap();
        let together = Moments::together(&parts).unwrap().whitening(&[layer(3)]).unwrap();
        let close =
            |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(close(whole.matrix(), together.matrix()) < 1e-3);
        let half = parts[0].whitening(&[layer(3)]).unwrap();
        let after = half.after(&whole).unwrap();
        let direct = half.apply(&others).unwrap();
        let mapped = after.apply(&whole.apply(&others).unwrap()).unwrap();
        assert!(close(&direct, &mapped) < 0.01, "{}", close(&direct, &mapped));
        let bank = BankRows::new(whole.apply(&others).unwrap(), 3).unwrap();
        let bank = after.apply_to_bank(&bank).unwrap();
        assert_eq!(bank, BankRows::new(mapped, 3).unwrap());
        assert!(Moments::together(&[Moments::new(3)]).is_err());
    }

    #[test]
    fn nothing_is_learnt_from_nothing_and_one_colour_is_no_error() {
        let one = [layer(3)];
        assert!(matches!(Moments::new(3).whitening(&one), Err(VisionError::Nothing(_))));
        let flat = moments(&[1.0; 30], 10).whitening(&one).unwrap();
        assert!(flat.apply(&[1.0; 3]).unwrap().iter().all(|value| value.abs() < 1e-3));
        assert!(moments(&[f32::NAN; 30], 10).whitening(&one).is_err());
        assert!(moments(&[1.0; 30], 10).whitening(&[layer(2)]).is_err());
        assert!(Moments::new(3).add(&[1.0; 4]).is_err());
        assert!(flat.apply(&[1.0; 4]).is_err());
        assert!(Whitening::new(vec![1.0; 3], vec![0.0; 2]).is_err());
        assert!(Whitening::new(vec![f32::NAN], vec![0.0]).is_err());
    }
}
