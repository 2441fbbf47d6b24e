//! Tiles of a picture as textures, with mip levels against aliasing in pictures drawn small.

use image::RgbImage;
use rayon::prelude::*;

use fettle_domain::{AnomalyMap, RectPx};

/// Side of a tile, in pixels: a texture size that every graphics card supports, uploaded within a
/// frame, and a power of two, so that the mip levels of neighbouring tiles meet.
pub(super) const SIDE: u32 = 1024;

/// The pixels of a tile at all mip levels, and its scores.
pub(super) struct TileData {
    /// Each level has half the width and height of the one before, down to one pixel.
    pub(super) levels: Vec<MipLevel>,
    /// One score per pixel of the first level.
    pub(super) scores: Option<Vec<f32>>,
}

/// One mip level of a tile.
pub(super) struct MipLevel {
    pub(super) size: (u32, u32),
    pub(super) rgba: Vec<u8>,
}

/// The rectangles of all tiles of a picture, row by row.
pub(super) fn grid(width: u32, height: u32) -> Vec<RectPx> {
    let side = SIDE as usize;
    let rows = (0..height).step_by(side);
    rows.flat_map(|y| {
        (0..width).step_by(side).map(move |x| RectPx {
            x,
            y,
            width: SIDE.min(width - x),
            height: SIDE.min(height - y),
        })
    })
    .collect()
}

/// Cuts out the tile `at`, which lies inside the picture, and its scores from `map`, which has the
/// size of the picture.
pub(super) fn cut(picture: &RgbImage, map: Option<&AnomalyMap>, at: RectPx) -> TileData {
    let width = picture.width() as usize;
    let rows = |y: u32| {
        let from = (at.y + y) as usize * width + at.x as usize;
        from..from + at.width as usize
    };
    let mut rgba = vec![255; at.width as usize * at.height as usize * 4];
    rgba.par_chunks_exact_mut(at.width as usize * 4).zip(0..at.height).for_each(|(row, y)| {
        let from = rows(y);
        let pixels = picture.as_raw()[from.start * 3..from.end * 3].as_chunks::<3>().0;
        for (to, pixel) in row.as_chunks_mut::<4>().0.iter_mut().zip(pixels) {
            let [r, g, b] = *pixel;
            *to = [r, g, b, 255];
        }
    });
    let scores = map.map(|map| {
        (0..at.height).flat_map(|y| map.scores[rows(y)].iter().copied()).collect::<Vec<f32>>()
    });
    let mut levels = vec![MipLevel { size: (at.width, at.height), rgba }];
    while let Some(half) = levels.last().and_then(downsample) {
        levels.push(half);
    }
    TileData { levels, scores }
}

/// The level at half the size: each pixel is the mean of four, at an odd edge of fewer. `None` for
/// a level of one pixel.
fn downsample(level: &MipLevel) -> Option<MipLevel> {
    let (width, height) = level.size;
    if (width, height) == (1, 1) {
        return None;
    }
    let size = ((width / 2).max(1), (height / 2).max(1));
    let pixels = level.rgba.as_chunks::<4>().0;
    let mut rgba = vec![0; size.0 as usize * size.1 as usize * 4];
    rgba.par_chunks_exact_mut(size.0 as usize * 4).zip(0..size.1).for_each(|(row, y)| {
        let (upper, lower) = (2 * y, (2 * y + 1).min(height - 1));
        for (to, x) in row.as_chunks_mut::<4>().0.iter_mut().zip(0..) {
            let (left, right) = (2 * x, (2 * x + 1).min(width - 1));
            let four = [(left, upper), (right, upper), (left, lower), (right, lower)];
            let four = four.map(|(x, y)| pixels[(y * width + x) as usize]);
            for (channel, to) in to.iter_mut().enumerate() {
                let sum: u32 = four.iter().map(|pixel| u32::from(pixel[channel])).sum();
                *to = ((sum + 2) / 4) as u8;
            }
        }
    });
    Some(MipLevel { size, rgba })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_covers_each_pixel_once() {
        for (width, height, tiles) in [(1, 1, 1), (1024, 1024, 1), (1025, 100, 2), (8192, 8192, 64)]
        {
            let grid = grid(width, height);
            assert_eq!(grid.len(), tiles, "{width} × {height}");
            let area: u64 = grid.iter().map(|tile| u64::from(tile.width * tile.height)).sum();
            assert_eq!(area, u64::from(width) * u64::from(height));
        }
        assert!(grid(0, 10).is_empty());
    }

    #[test]
    fn a_tile_is_cut_out_with_its_scores_and_halved_to_one_pixel() {
        let picture = RgbImage::from_fn(7, 5, |x, y| image::Rgb([x as u8, y as u8, 9]));
        let scores = (0..35).map(|i| i as f32).collect();
        let map = AnomalyMap { width: 7, height: 5, scores };
        let tile = cut(&picture, Some(&map), RectPx { x: 3, y: 1, width: 3, height: 2 });
        let scores = tile.scores.unwrap();
        assert_eq!(scores, [10.0, 11.0, 12.0, 17.0, 18.0, 19.0]);
        let sizes: Vec<_> = tile.levels.iter().map(|level| level.size).collect();
        assert_eq!(sizes, [(3, 2), (1, 1)]);
        assert_eq!(tile.levels[0].rgba[4..8], [4, 1, 9, 255]);
        // The means of 3 and 4, and of 1 and 2, rounded up.
        assert_eq!(tile.levels[1].rgba, [4, 2, 9, 255]);
    }
}
