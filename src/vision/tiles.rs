//! Tiling of large inputs, and joining of the tiles' feature maps.
//!
//! Features near the border of a tile depend on the padding of the network instead of their
//! neighbours. Tiles therefore overlap, and each half of an overlap is taken from the tile whose
//! centre is nearer.

use std::ops::Range;

use candle_core::Tensor;

use super::error::same_size;
use super::{Result, VisionError};
use fettle_domain::Tiling;

/// Tiles of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tiles {
    rows: Vec<Span>,
    columns: Vec<Span>,
    height: u32,
    width: u32,
}

/// Extent of a tile along one side of the input, in pixels of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Span {
    /// Pixels of the tile.
    tile: Range<u32>,
    /// Pixels whose features are kept.
    kept: Range<u32>,
}

/// Rectangle of a tile, in pixels of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    /// Left edge.
    pub x: u32,
    /// Upper edge.
    pub y: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

impl Tiles {
    /// Tiles of about equal size for an input of this size; a single tile where the input is small
    /// enough.
    pub fn new(width: u32, height: u32, tiling: Tiling) -> Self {
        Self { rows: spans(height, tiling), columns: spans(width, tiling), height, width }
    }

    /// Rectangles of the tiles, row by row.
    pub fn iter(&self) -> impl Iterator<Item = Tile> + '_ {
        self.rows.iter().flat_map(move |row| {
            self.columns.iter().map(move |column| Tile {
                x: column.tile.start,
                y: row.tile.start,
                width: column.tile.end - column.tile.start,
                height: row.tile.end - row.tile.start,
            })
        })
    }

    /// Joins the feature maps (B, C, h, w) of the tiles to one map a layer. `maps` has one entry a
    /// tile, in the order of [`Self::iter`]. A tile must begin at a whole number of cells of each
    /// map.
    ///
    /// # Errors
    /// [`VisionError::Empty`] for no tiles, [`VisionError::Size`] for a wrong number of tiles,
    /// [`VisionError::Tensor`] where maps do not fit.
    pub fn join(&self, maps: Vec<Vec<Tensor>>) -> Result<Vec<Tensor>> {
        same_size("tiles", self.rows.len() * self.columns.len(), maps.len())?;
        let Some(layers) = maps.first().map(Vec::len) else {
            return Err(VisionError::Empty("tiles"));
        };
        if maps.len() == 1 {
            return Ok(maps.into_iter().flatten().collect());
        }
        (0..layers).map(|layer| self.join_layer(&maps, layer)).collect()
    }

    fn join_layer(&self, maps: &[Vec<Tensor>], layer: usize) -> Result<Tensor> {
        let mut lines = Vec::with_capacity(self.rows.len());
        for (row, maps) in self.rows.iter().zip(maps.chunks(self.columns.len())) {
            let mut line = Vec::with_capacity(self.columns.len());
            for (column, maps) in self.columns.iter().zip(maps) {
                let map = maps.get(layer).ok_or(VisionError::Empty("feature maps"))?;
                let (_, _, height, width) = map.dims4()?;
                let (y, x) = (row.cells(height, self.height), column.cells(width, self.width));
                line.push(map.narrow(2, y.start, y.len())?.narrow(3, x.start, x.len())?);
            }
            lines.push(Tensor::cat(&line, 3)?);
        }
        Ok(Tensor::cat(&lines, 2)?.contiguous()?)
    }
}

impl Span {
    /// The cells that are kept of the `count` cells of the tile's map along this side; `input` is
    /// the length of the input, up to which the last tile is kept.
    fn cells(&self, count: usize, input: u32) -> Range<usize> {
        let length = (self.tile.end - self.tile.start).max(1) as usize;
        let cell = |pixel: u32| ((pixel - self.tile.start) as usize * count / length).min(count);
        let end = if self.kept.end == input { count } else { cell(self.kept.end) };
        cell(self.kept.start)..end
    }
}

/// Spans that cover `length` pixels.
fn spans(length: u32, tiling: Tiling) -> Vec<Span> {
    let step = tiling.step.max(1);
    let half = (tiling.overlap / 2).next_multiple_of(step);
    let side = tiling.side.max(2 * half + step);
    if length <= side {
        return vec![Span { tile: 0..length, kept: 0..length }];
    }
    let count = (length - 2 * half).div_ceil(side - 2 * half);
    // Equal lengths, as far as the step allows.
    let advance = (length - 2 * half).div_ceil(count).next_multiple_of(step);
    let mut spans = Vec::with_capacity(count as usize);
    let (mut start, mut from) = (0, 0);
    loop {
        let end = start + advance + 2 * half;
        if end >= length {
            spans.push(Span { tile: start..length, kept: from..length });
            return spans;
        }
        let until = end - half;
        spans.push(Span { tile: start..end, kept: from..until });
        (start, from) = (start + advance, until);
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;
    use proptest::prelude::*;

    use super::super::test_data::noise;
    use super::*;

    const TILING: Tiling = Tiling { side: 96, overlap: 32, step: 16 };

    /// Stands for a network: means of 8×8 pixels, then of 3×3 and of 5×5 such cells.
    fn features(pixels: &Tensor) -> Vec<Tensor> {
        let cells = pixels.avg_pool2d(8).unwrap();
        let around = |map: &Tensor, reach: usize| {
            let padded = map.pad_with_zeros(2, reach, reach).unwrap();
            let padded = padded.pad_with_zeros(3, reach, reach).unwrap();
            padded.avg_pool2d_with_stride(2 * reach + 1, 1).unwrap()
        };
        vec![around(&cells, 1), around(&cells.avg_pool2d(2).unwrap(), 1)]
    }

    fn tiled(pixels: &Tensor, tiles: &Tiles) -> Vec<Tensor> {
        let maps = tiles.iter().map(|tile| {
            let [x, y, width, height] =
                [tile.x, tile.y, tile.width, tile.height].map(|v| v as usize);
            let part = pixels.narrow(2, y, height).unwrap().narrow(3, x, width).unwrap();
            features(&part.contiguous().unwrap())
        });
        tiles.join(maps.collect()).unwrap()
    }

    #[test]
    fn no_seam_is_seen() {
        // Padding reaches one coarse cell, 16 pixels, into a tile: half of the overlap.
        for (width, height) in [(208, 96), (96, 320), (240, 272), (64, 48)] {
            let values = noise((width * height) as usize, 7);
            let shape = (1, 1, height as usize, width as usize);
            let pixels = Tensor::from_vec(values, shape, &Device::Cpu).unwrap();
            let tiles = Tiles::new(width, height, TILING);
            assert_eq!(tiles.iter().count() > 1, width > 96 || height > 96);
            assert!(tiles.iter().all(|tile| tile.width <= 96 && tile.height <= 96));
            for (whole, joined) in features(&pixels).iter().zip(tiled(&pixels, &tiles)) {
                assert_eq!(whole.dims(), joined.dims());
                let rows = |map: &Tensor| map.flatten_all().unwrap().to_vec1::<f32>().unwrap();
                let pairs = rows(whole).into_iter().zip(rows(&joined));
                let largest = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(largest < 1e-6, "{width}×{height}: {largest}");
            }
        }
    }

    #[test]
    fn a_wrong_number_of_tiles_is_an_error() {
        let tiles = Tiles::new(208, 96, TILING);
        assert!(matches!(tiles.join(vec![]), Err(VisionError::Size { .. })));
        assert!(tiles.join(vec![vec![]; tiles.iter().count()]).unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn every_pixel_is_kept_once(
            length in 1u32..20_000, side in 0u32..2_000, overlap in 0u32..400, step in 0u32..40,
        ) {
            let spans = spans(length, Tiling { side, overlap, step });
            let mut next = 0;
            for span in &spans {
                prop_assert_eq!(span.kept.start, next);
                prop_assert!(span.kept.end > span.kept.start);
                prop_assert!(span.tile.start <= span.kept.start && span.kept.end <= span.tile.end);
                prop_assert_eq!(span.tile.start % step.max(1), 0);
                next = span.kept.end;
            }
            prop_assert_eq!(next, length);
        }
    }
}
