//! Patch embeddings from feature maps ("locally aware patch features", section 3.1 of the paper).

use candle_core::{DType, Tensor};
use rayon::prelude::*;

use super::error::same_size;
use super::grid::Grid;
use super::{Result, VisionError};

/// Patch embeddings of a batch of images.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchEmbeddings {
    /// One row of [`Self::dim`] values a patch: image by image, row by row of the grid.
    pub rows: Vec<f32>,
    /// Values a row: the channels of all maps.
    pub dim: usize,
    /// Grid of the patches of one image.
    pub grid: Grid,
}

/// A batch of feature maps in main memory, in the order image, row, column, channel.
struct FeatureMap {
    values: Vec<f32>,
    height: usize,
    width: usize,
    channels: usize,
}

impl FeatureMap {
    /// Copies a map (B, C, h, w). The networks keep the channels of a cell side by side, so that
    /// the copy transposes nothing.
    fn from_tensor(map: &Tensor) -> Result<Self> {
        let (_, channels, height, width) = map.dims4()?;
        let last = map.to_dtype(DType::F32)?.permute((0, 2, 3, 1))?.contiguous()?;
        Ok(Self { values: last.flatten_all()?.to_vec1()?, height, width, channels })
    }

    /// Row `y` of the rows of all images, cell after cell.
    fn row(&self, y: usize) -> &[f32] {
        &self.values[y * self.width * self.channels..][..self.width * self.channels]
    }

    /// Mean of each 3×3 neighbourhood, stride 1; zeros beyond the border count.
    fn neighbourhood_mean(&self) -> Self {
        let (c, length) = (self.channels, self.width * self.channels);
        let mut values = vec![0f32; self.values.len()];
        values.par_chunks_mut(length.max(1)).enumerate().for_each_init(
            || vec![0f32; length],
            |sums, (row, out)| {
                let y = row % self.height;
                sums.copy_from_slice(self.row(row));
                let above = (y > 0).then(|| self.row(row - 1));
                let below = (y + 1 < self.height).then(|| self.row(row + 1));
                for other in above.into_iter().chain(below) {
                    sums.iter_mut().zip(other).for_each(|(sum, value)| *sum += value);
                }
                out.copy_from_slice(sums);
                let (left, right) = (&sums[..length - c], &sums[c..]);
                out[c..].iter_mut().zip(left).for_each(|(out, sum)| *out += sum);
                out[..length - c].iter_mut().zip(right).for_each(|(out, sum)| *out += sum);
                out.iter_mut().for_each(|value| *value /= 9.0);
            },
        );
        Self { values, ..*self }
    }
}

/// The two cells of a coarser line that a cell lies between, and the weight of the second.
#[derive(Clone, Copy)]
struct Interpolation {
    low: usize,
    high: usize,
    weight: f32,
}

impl Interpolation {
    /// Interpolation of `cells` cells on a line of `coarse` cells: bilinear, corners not aligned.
    fn of_line(cells: usize, coarse: usize) -> Vec<Self> {
        let scale = coarse as f32 / cells as f32;
        let interpolation = |cell| {
            let at = ((cell as f32 + 0.5) * scale - 0.5).clamp(0.0, (coarse - 1) as f32);
            let low = at as usize;
            Self { low, high: (low + 1).min(coarse - 1), weight: at - low as f32 }
        };
        (0..cells).map(interpolation).collect()
    }
}

/// Values of one cell of a row.
fn cell(row: &[f32], at: usize, channels: usize) -> &[f32] {
    &row[at * channels..][..channels]
}

/// Patch embeddings of a batch: one row a cell of the finest map. `taps` are feature maps (B, C, h,
/// w), finest first. Each is averaged over 3×3 neighbourhoods; coarser maps are then resized to the
/// finest bilinearly, corners not aligned.
///
/// # Errors
/// [`VisionError::Empty`] for no taps; [`VisionError::Tensor`] where a tap has not four
/// dimensions; [`VisionError::Size`] where a dimension is 0 or batch sizes differ.
pub fn patch_embedding(taps: &[Tensor]) -> Result<PatchEmbeddings> {
    let Some(finest) = taps.first() else { return Err(VisionError::Empty("feature maps")) };
    let (batch, _, height, width) = finest.dims4()?;
    let mut maps = Vec::with_capacity(taps.len());
    for tap in taps {
        let map = FeatureMap::from_tensor(tap)?;
        let cells = (batch * map.height * map.width * map.channels).max(1);
        same_size("values of a feature map", cells, map.values.len())?;
        let lines =
            (Interpolation::of_line(height, map.height), Interpolation::of_line(width, map.width));
        maps.push((map.neighbourhood_mean(), lines));
    }
    let dim: usize = maps.iter().map(|(map, _)| map.channels).sum();
    let mut rows = vec![0f32; batch * height * width * dim];
    rows.par_chunks_mut(width * dim).enumerate().for_each(|(line, out)| {
        let (image, y) = (line / height, line % height);
        let mut first = 0;
        for (map, (down, across)) in &maps {
            let down = down[y];
            let [low, high] = [down.low, down.high].map(|row| map.row(image * map.height + row));
            for (out, across) in out.chunks_exact_mut(dim).zip(across) {
                let out = &mut out[first..first + map.channels];
                let cell = |row, at| cell(row, at, map.channels);
                let (a, b) = (cell(low, across.low), cell(low, across.high));
                if down.weight == 0.0 && across.weight == 0.0 {
                    out.copy_from_slice(a);
                    continue;
                }
                let (c, d) = (cell(high, across.low), cell(high, across.high));
                let corners = a.iter().zip(b).zip(c.iter().zip(d));
                for (out, ((a, b), (c, d))) in out.iter_mut().zip(corners) {
                    let upper = a + (b - a) * across.weight;
                    let lower = c + (d - c) * across.weight;
                    *out = upper + (lower - upper) * down.weight;
                }
            }
            first += map.channels;
        }
    });
    Ok(PatchEmbeddings { rows, dim, grid: Grid { height: height as u32, width: width as u32 } })
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::super::test_data::{Golden, max_difference};
    use super::*;

    #[test]
    fn rows_are_those_of_the_reference() {
        let golden = Golden::open("patchcore");
        let taps = [golden.tensor("layer2").clone(), golden.tensor("layer3").clone()];
        let PatchEmbeddings { rows, dim, grid } = patch_embedding(&taps).unwrap();
        assert_eq!((rows.len(), dim, grid), (784 * 24, 24, Grid { height: 28, width: 28 }));
        let largest = max_difference(&rows, &golden.floats("patch_embedding"));
        assert!(largest < 1e-5, "{largest}");
    }

    #[test]
    fn a_batch_is_its_images_one_after_another() {
        let one = Tensor::from_vec(
            super::super::test_data::noise(2 * 4 * 4, 1),
            (1, 2, 4, 4),
            &Device::Cpu,
        );
        let two = Tensor::from_vec(
            super::super::test_data::noise(2 * 4 * 4, 2),
            (1, 2, 4, 4),
            &Device::Cpu,
        );
        let (one, two) = (one.unwrap(), two.unwrap());
        let both = Tensor::cat(&[&one, &two], 0).unwrap();
        let rows = |taps: &[&Tensor]| {
            let taps: Vec<Tensor> = taps.iter().map(|tap| (*tap).clone()).collect();
            patch_embedding(&taps).unwrap().rows
        };
        assert_eq!(rows(&[&both]), [rows(&[&one]), rows(&[&two])].concat());
        // A coarser map beside it, three times as coarse and not square.
        let coarse = |map: &Tensor| map.narrow(2, 0, 2).unwrap().narrow(3, 1, 1).unwrap();
        let expected = [rows(&[&one, &coarse(&one)]), rows(&[&two, &coarse(&two)])].concat();
        assert_eq!(rows(&[&both, &coarse(&both)]), expected);
        let refused = |taps: &[Tensor]| patch_embedding(taps).is_err();
        assert!(refused(&[]) && refused(&[both.clone(), one.clone()]));
        assert!(
            refused(&[one.narrow(2, 0, 0).unwrap()]) && refused(&[one.narrow(1, 0, 0).unwrap()])
        );
    }
}
