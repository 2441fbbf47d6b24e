//! Feature maps to one row a patch ("locally aware patch features", section 3.1 of the paper).

use candle_core::{DType, Tensor};
use rayon::prelude::*;

use super::error::same_size;
use super::memory_bank::Grid;
use super::{Result, VisionError};

/// What the feature maps of some pictures become.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchRows {
    /// One row of [`Self::dim`] values a patch: picture by picture, row by row of the grid.
    pub rows: Vec<f32>,
    /// Values a row: the channels of all maps.
    pub dim: usize,
    /// How the patches of one picture lie.
    pub grid: Grid,
}

/// A feature map in main memory: picture, row, column, channel.
struct FeatureMap {
    values: Vec<f32>,
    height: usize,
    width: usize,
    channels: usize,
}

impl FeatureMap {
    /// Of a map (B, C, h, w). The networks compute channel by channel within a cell, so that
    /// this copies but does not turn.
    fn read(map: &Tensor) -> Result<Self> {
        let (_, channels, height, width) = map.dims4()?;
        let last = map.to_dtype(DType::F32)?.permute((0, 2, 3, 1))?.contiguous()?;
        Ok(Self { values: last.flatten_all()?.to_vec1()?, height, width, channels })
    }

    /// Row `y` of all pictures' rows taken together, cell after cell.
    fn row(&self, y: usize) -> &[f32] {
        &self.values[y * self.width * self.channels..][..self.width * self.channels]
    }

    /// The mean of each 3×3 neighbourhood, stride 1; beyond the border are zeros, and they count.
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

/// Between which two cells of a coarser line a cell lies, and how near the second.
#[derive(Clone, Copy)]
struct Between {
    low: usize,
    high: usize,
    share: f32,
}

impl Between {
    /// For each of `cells` cells on a line that has `coarse` of them: bilinear, corners not
    /// aligned.
    fn cells(cells: usize, coarse: usize) -> Vec<Self> {
        let scale = coarse as f32 / cells as f32;
        let place = |cell| {
            let at = ((cell as f32 + 0.5) * scale - 0.5).clamp(0.0, (coarse - 1) as f32);
            let low = at as usize;
            Self { low, high: (low + 1).min(coarse - 1), share: at - low as f32 }
        };
        (0..cells).map(place).collect()
    }
}

/// The values of a cell of a row.
fn cell(row: &[f32], at: usize, channels: usize) -> &[f32] {
    &row[at * channels..][..channels]
}

/// `taps`, each (B, C, h, w), finest first, to one row a patch in the finest map's grid. Coarser
/// maps are brought to its size bilinearly (corners not aligned), after pooling.
///
/// # Errors
/// [`VisionError::Nothing`] for no taps; [`VisionError::Tensor`] where a tap has not four
/// dimensions; [`VisionError::Size`] where it has none of a length or another batch size.
pub fn patch_embedding(taps: &[Tensor]) -> Result<PatchRows> {
    let Some(finest) = taps.first() else { return Err(VisionError::Nothing("feature maps")) };
    let (batch, _, height, width) = finest.dims4()?;
    let mut maps = Vec::with_capacity(taps.len());
    for tap in taps {
        let map = FeatureMap::read(tap)?;
        let cells = (batch * map.height * map.width * map.channels).max(1);
        same_size("values of a feature map", cells, map.values.len())?;
        let places = (Between::cells(height, map.height), Between::cells(width, map.width));
        maps.push((map.neighbourhood_mean(), places));
    }
    let dim: usize = maps.iter().map(|(map, _)| map.channels).sum();
    let mut rows = vec![0f32; batch * height * width * dim];
    rows.par_chunks_mut(width * dim).enumerate().for_each(|(line, out)| {
        let (picture, y) = (line / height, line % height);
        let mut first = 0;
        for (map, (down, across)) in &maps {
            let down = down[y];
            let [low, high] = [down.low, down.high].map(|row| map.row(picture * map.height + row));
            for (out, across) in out.chunks_exact_mut(dim).zip(across) {
                let out = &mut out[first..first + map.channels];
                let cell = |row, at| cell(row, at, map.channels);
                let (a, b) = (cell(low, across.low), cell(low, across.high));
                if down.share == 0.0 && across.share == 0.0 {
                    out.copy_from_slice(a);
                    continue;
                }
                let (c, d) = (cell(high, across.low), cell(high, across.high));
                let corners = a.iter().zip(b).zip(c.iter().zip(d));
                for (out, ((a, b), (c, d))) in out.iter_mut().zip(corners) {
                    let upper = a + (b - a) * across.share;
                    let lower = c + (d - c) * across.share;
                    *out = upper + (lower - upper) * down.share;
                }
            }
            first += map.channels;
        }
    });
    Ok(PatchRows { rows, dim, grid: Grid { height: height as u32, width: width as u32 } })
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::super::golden::{Golden, max_difference};
    use super::*;

    #[test]
    fn rows_are_those_of_the_reference() {
        let Some(golden) = Golden::open("reference/patchcore/golden.safetensors") else { return };
        let taps = [golden.tensor("layer2").clone(), golden.tensor("layer3").clone()];
        let PatchRows { rows, dim, grid } = patch_embedding(&taps).unwrap();
        assert_eq!((rows.len(), dim, grid), (784 * 24, 24, Grid { height: 28, width: 28 }));
        let largest = max_difference(&rows, &golden.floats("patch_embedding"));
        assert!(largest < 1e-5, "{largest}");
    }

    #[test]
    fn a_batch_is_its_pictures_one_after_another() {
        let one =
            Tensor::from_vec(super::super::golden::noise(2 * 4 * 4, 1), (1, 2, 4, 4), &Device::Cpu);
        let two =
            Tensor::from_vec(super::super::golden::noise(2 * 4 * 4, 2), (1, 2, 4, 4), &Device::Cpu);
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
