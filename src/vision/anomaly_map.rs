//! Anomaly maps: patch scores as one score a pixel.

use rayon::prelude::*;

use super::error::same_size;
use super::grid::Grid;
use super::preprocess::InputMapping;
use super::{Result, VisionError};
use fettle_domain::AnomalyMap;

/// Standard deviation of the blur in pixels of the network input, as in the paper.
pub(crate) const SIGMA: f32 = 4.0;

/// Anomaly map of the network input from the patch scores of one image (row by row of `grid`):
/// bilinear upsampling, then a Gaussian blur with a standard deviation of 4 pixels.
///
/// # Errors
/// [`VisionError::Size`] where the scores do not fill the grid, [`VisionError::EmptyImage`]
/// for a grid or an input without pixels.
pub fn anomaly_map(
    patch_scores: &[f32],
    grid: Grid,
    input_width: u32,
    input_height: u32,
) -> Result<AnomalyMap> {
    Ok(blur(&upsample(patch_scores, grid, input_width, input_height)?, SIGMA))
}

/// Patch scores upsampled bilinearly, corners not aligned.
///
/// # Errors
/// As [`anomaly_map`].
fn upsample(patch_scores: &[f32], grid: Grid, width: u32, height: u32) -> Result<AnomalyMap> {
    for (width, height) in [(grid.width, grid.height), (width, height)] {
        if width == 0 || height == 0 {
            return Err(VisionError::EmptyImage { width, height });
        }
    }
    same_size("patch scores", grid.len(), patch_scores.len())?;
    let (across, down) = (grid.width as f32 / width as f32, grid.height as f32 / height as f32);
    let columns = interpolations(width, |x| (x + 0.5) * across, grid.width);
    let rows = interpolations(height, |y| (y + 0.5) * down, grid.height);
    Ok(sample(patch_scores, grid.width as usize, &columns, &rows))
}

/// Resizes a map of the network input to the image that the input was made from, bilinearly. The
/// score is 0 where the image was cropped, since nothing was inspected there.
///
/// # Errors
/// [`VisionError::Size`] where the map has not the size of the input.
pub fn to_image_size(map: &AnomalyMap, mapping: &InputMapping) -> Result<AnomalyMap> {
    same_size("width of the anomaly map", mapping.input_width as usize, map.width as usize)?;
    same_size("height of the anomaly map", mapping.input_height as usize, map.height as usize)?;
    same_size(
        "scores of the anomaly map",
        map.width as usize * map.height as usize,
        map.scores.len(),
    )?;
    let across = |x: f32| mapping.image_to_input(x + 0.5, 0.0).0;
    let down = |y: f32| mapping.image_to_input(0.0, y + 0.5).1;
    let columns = interpolations(mapping.image_width, across, map.width);
    let rows = interpolations(mapping.image_height, down, map.height);
    Ok(sample(&map.scores, map.width as usize, &columns, &rows))
}

/// Interpolation of a target column or row: the two source columns or rows it lies between, and the
/// weight of the second. `None` outside the source.
type Interpolation = Option<(usize, usize, f32)>;

/// Interpolation of `count` targets among `size` sources, at least 1. `position` maps the index of
/// a target to source pixels from the outer corner.
fn interpolations(count: u32, position: impl Fn(f32) -> f32, size: u32) -> Vec<Interpolation> {
    let last = size as usize - 1;
    (0..count)
        .map(|target| {
            let at = position(target as f32);
            // Up to half a thousandth of a pixel is rounding error, not outside.
            if !(-5e-4..=size as f32 + 5e-4).contains(&at) {
                return None;
            }
            let centre = (at - 0.5).clamp(0.0, last as f32);
            let first = centre as usize;
            Some((first, (first + 1).min(last), centre - first as f32))
        })
        .collect()
}

/// Samples `source`, rows of `stride` scores, bilinearly at these columns and rows.
fn sample(
    source: &[f32],
    stride: usize,
    columns: &[Interpolation],
    rows: &[Interpolation],
) -> AnomalyMap {
    let mut scores = vec![0f32; columns.len() * rows.len()];
    if !columns.is_empty() {
        scores.par_chunks_mut(columns.len()).zip(rows).for_each(|(target, row)| {
            let Some((upper, lower, down)) = *row else { return };
            let (upper, lower) = (&source[upper * stride..], &source[lower * stride..]);
            for (score, column) in target.iter_mut().zip(columns) {
                if let Some((left, right, along)) = *column {
                    let above = upper[left] + (upper[right] - upper[left]) * along;
                    let below = lower[left] + (lower[right] - lower[left]) * along;
                    *score = above + (below - above) * down;
                }
            }
        });
    }
    AnomalyMap { width: columns.len() as u32, height: rows.len() as u32, scores }
}

/// Gaussian blur, truncated at four standard deviations, borders reflected with the border
/// pixel repeated (the default of `scipy.ndimage.gaussian_filter`). A `sigma` of 0 changes nothing.
pub(crate) fn blur(map: &AnomalyMap, sigma: f32) -> AnomalyMap {
    let (width, height) = (map.width as usize, map.height as usize);
    if sigma.is_nan() || sigma <= 0.0 || width == 0 || map.scores.len() != width * height {
        return map.clone();
    }
    let radius = (4.0 * sigma + 0.5) as usize;
    let weights: Vec<f32> = {
        let raw: Vec<f64> = (0..=2 * radius)
            .map(|i| {
                let x = i as f64 - radius as f64;
                (-x * x / (2.0 * f64::from(sigma).powi(2))).exp()
            })
            .collect();
        let sum: f64 = raw.iter().sum();
        raw.iter().map(|w| (w / sum) as f32).collect()
    };

    let mut across = vec![0f32; map.scores.len()];
    across.par_chunks_mut(width).zip(map.scores.par_chunks(width)).for_each(|(target, row)| {
        let padded: Vec<f32> =
            (0..width + 2 * radius).map(|i| row[reflected(i, radius, width)]).collect();
        for (x, score) in target.iter_mut().enumerate() {
            *score = padded[x..].iter().zip(&weights).map(|(v, w)| v * w).sum();
        }
    });
    let mut scores = vec![0f32; map.scores.len()];
    scores.par_chunks_mut(width).enumerate().for_each(|(y, target)| {
        for (i, weight) in weights.iter().enumerate() {
            let row = &across[reflected(y + i, radius, height) * width..][..width];
            for (score, value) in target.iter_mut().zip(row) {
                *score += value * weight;
            }
        }
    });
    AnomalyMap { width: map.width, height: map.height, scores }
}

/// Source index of position `i` in a row of `size` padded by `radius` on both sides:
/// … 1 0 | 0 1 2 | 2 1 ….
fn reflected(i: usize, radius: usize, size: usize) -> usize {
    let period = 2 * size;
    // `radius` may be several times `size`; whole periods are added so that nothing is negative.
    let at = (i + period * radius.div_ceil(period) - radius) % period;
    if at < size { at } else { period - 1 - at }
}

#[cfg(test)]
mod tests {
    use super::super::test_data::{Golden, max_difference};
    use super::*;
    use fettle_domain::Resize;

    #[test]
    fn maps_are_those_of_the_reference() {
        let golden = Golden::open("patchcore");
        let scores = golden.floats("patch_scores");
        let grid = Grid { height: 28, width: 28 };
        let raw = upsample(&scores, grid, 224, 224).unwrap();
        assert!(max_difference(&raw.scores, &golden.floats("anomaly_map_raw")) < 1e-5);
        let map = anomaly_map(&scores, grid, 224, 224).unwrap();
        assert!(max_difference(&map.scores, &golden.floats("anomaly_map")) < 1e-5);
    }

    #[test]
    fn borders_reflect_however_small_the_map() {
        let order: Vec<usize> = (0..9).map(|i| reflected(i, 3, 3)).collect();
        assert_eq!(order, [2, 1, 0, 0, 1, 2, 2, 1, 0]);
        for (width, height) in [(1, 1), (2, 5), (3, 1)] {
            let flat = AnomalyMap { width, height, scores: vec![2.5; (width * height) as usize] };
            assert!(blur(&flat, SIGMA).scores.iter().all(|s| (s - 2.5).abs() < 1e-5));
        }
    }

    #[test]
    fn a_map_is_resized_to_the_image_it_was_made_from() {
        // A peak at the right lower corner of the input.
        let mut map = AnomalyMap { width: 4, height: 4, scores: vec![0.0; 16] };
        map.scores[15] = 1.0;
        let exact = InputMapping::new(40, 20, Resize::Exact { width: 4, height: 4 }).unwrap();
        let image = to_image_size(&map, &exact).unwrap();
        assert_eq!((image.width, image.height, image.scores[799]), (40, 20, 1.0));
        assert_eq!(image.scores[0], 0.0);
        // The crop leaves ten columns out at each side of 40: there nothing is scored.
        let crop = InputMapping::new(40, 20, Resize::ShorterSideCrop(4)).unwrap();
        let flat = AnomalyMap { scores: vec![1.0; 16], ..map.clone() };
        let image = to_image_size(&flat, &crop).unwrap();
        for (x, score) in image.scores.iter().take(40).enumerate() {
            assert_eq!(*score, if (10..30).contains(&x) { 1.0 } else { 0.0 }, "column {x}");
        }
        let wrong = InputMapping::new(40, 20, Resize::ShorterSideCrop(5)).unwrap();
        assert!(matches!(to_image_size(&map, &wrong), Err(VisionError::Size { .. })));
    }

    #[test]
    fn scores_that_do_not_fit_are_refused() {
        let grid = Grid { height: 2, width: 2 };
        assert!(matches!(anomaly_map(&[1.0; 3], grid, 8, 8), Err(VisionError::Size { .. })));
        assert!(matches!(anomaly_map(&[1.0; 4], grid, 0, 8), Err(VisionError::EmptyImage { .. })));
        let none = Grid { height: 0, width: 2 };
        assert!(matches!(anomaly_map(&[], none, 8, 8), Err(VisionError::EmptyImage { .. })));
    }
}
