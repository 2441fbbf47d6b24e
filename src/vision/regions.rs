//! The connected pieces of a mask.

use super::Result;
use super::error::same_size;
use crate::domain::{AnomalyMap, Mask, Place, RectPx, Region};

/// Share of the picture below which a piece of the mask is noise: 7×7 pixels of 500×500.
pub const SMALLEST_SHARE: f32 = 0.0002;

/// The smallest region of a picture of this size, in pixels: [`SMALLEST_SHARE`] of it, and
/// at least 1.
pub fn smallest_area(width: u32, height: u32) -> u32 {
    let area = f64::from(width) * f64::from(height) * f64::from(SMALLEST_SHARE);
    (area.round() as u32).max(1)
}

/// The pixels of `map` above `threshold`, without pieces below `smallest_area` pixels, and the
/// pieces left, highest peak first. Pixels that touch at a corner are connected.
///
/// # Errors
/// [`super::VisionError::Size`] where the map's scores are not width × height.
pub fn regions(
    map: &AnomalyMap,
    threshold: f32,
    smallest_area: u32,
) -> Result<(Mask, Vec<Region>)> {
    let (width, height) = (map.width as usize, map.height as usize);
    same_size("scores of the anomaly map", width * height, map.scores.len())?;
    let mut mask = Mask {
        width: map.width,
        height: map.height,
        set: map.scores.iter().map(|score| *score > threshold).collect(),
    };
    let mut regions = Vec::new();
    let mut noise: Vec<usize> = Vec::new();
    for_each_piece(&mask, |piece| {
        if piece.len() < smallest_area as usize {
            noise.extend(piece);
        } else {
            regions.push(describe(piece, map));
        }
    });
    for pixel in noise {
        mask.set[pixel] = false;
    }
    regions.sort_by(|a, b| b.peak_score.total_cmp(&a.peak_score));
    Ok((mask, regions))
}

/// Shows `visit` each connected piece of a mask as the indices of its pixels. Pixels that touch
/// at a corner are connected. The mask has width × height flags.
pub(super) fn for_each_piece(mask: &Mask, mut visit: impl FnMut(&[usize])) {
    let (width, height) = (mask.width as usize, mask.height as usize);
    let mut seen = vec![false; mask.set.len()];
    let mut piece: Vec<usize> = Vec::new();
    for start in 0..mask.set.len() {
        if !mask.set[start] || seen[start] {
            continue;
        }
        seen[start] = true;
        piece.clear();
        piece.push(start);
        let mut next = 0;
        while let Some(&pixel) = piece.get(next) {
            next += 1;
            let (x, y) = (pixel % width, pixel / width);
            for ny in y.saturating_sub(1)..(y + 2).min(height) {
                for nx in x.saturating_sub(1)..(x + 2).min(width) {
                    let neighbour = ny * width + nx;
                    if mask.set[neighbour] && !seen[neighbour] {
                        seen[neighbour] = true;
                        piece.push(neighbour);
                    }
                }
            }
        }
        visit(&piece);
    }
}

/// `piece` is not empty.
fn describe(piece: &[usize], map: &AnomalyMap) -> Region {
    let width = map.width as usize;
    let (mut left, mut top, mut right, mut bottom) = (usize::MAX, usize::MAX, 0, 0);
    let (mut sum_x, mut sum_y, mut peak_score) = (0.0f64, 0.0f64, f32::NEG_INFINITY);
    for pixel in piece {
        let (x, y) = (pixel % width, pixel / width);
        (left, right) = (left.min(x), right.max(x));
        (top, bottom) = (top.min(y), bottom.max(y));
        sum_x += x as f64 + 0.5;
        sum_y += y as f64 + 0.5;
        peak_score = peak_score.max(map.scores[*pixel]);
    }
    let count = piece.len() as f64;
    Region {
        rect_in_image: RectPx {
            x: left as u32,
            y: top as u32,
            width: (right - left + 1) as u32,
            height: (bottom - top + 1) as u32,
        },
        area_px: piece.len() as u32,
        share: (count / map.scores.len() as f64) as f32,
        peak_score,
        place: place(sum_x / count / f64::from(map.width), sum_y / count / f64::from(map.height)),
    }
}

/// The third of the picture, across and down, in which a point (0 to 1 each) lies.
pub fn place(x: f64, y: f64) -> Place {
    let third = |v: f64| ((v * 3.0) as usize).min(2);
    const PLACES: [[Place; 3]; 3] = [
        [Place::UpperLeft, Place::Upper, Place::UpperRight],
        [Place::Left, Place::Centre, Place::Right],
        [Place::LowerLeft, Place::Lower, Place::LowerRight],
    ];
    PLACES[third(y)][third(x)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A map drawn in letters: '.' is 0, a digit its value.
    fn drawn(rows: &[&str]) -> AnomalyMap {
        let score = |c: char| c.to_digit(10).unwrap_or(0) as f32;
        AnomalyMap {
            width: rows[0].chars().count() as u32,
            height: rows.len() as u32,
            scores: rows.iter().flat_map(|row| row.chars().map(score)).collect(),
        }
    }

    #[test]
    fn pieces_are_found_measured_and_placed() {
        let map = drawn(&[
            "55.......", //
            ".6......2", //
            "......2..", //
            ".........", //
            "....9....", //
            "...777...", //
            ".........", //
            ".......3.", //
            ".......33",
        ]);
        let (mask, found) = regions(&map, 2.5, 2).unwrap();
        let told: Vec<_> = found
            .iter()
            .map(|r| {
                let RectPx { x, y, width, height } = r.rect_in_image;
                (r.peak_score, r.area_px, (x, y, width, height), r.place)
            })
            .collect();
        assert_eq!(
            told,
            [
                (9.0, 4, (3, 4, 3, 2), Place::Centre),
                (6.0, 3, (0, 0, 2, 2), Place::UpperLeft),
                (3.0, 3, (7, 7, 2, 2), Place::LowerRight),
            ]
        );
        assert!((found[0].share - 4.0 / 81.0).abs() < 1e-6);
        assert_eq!(mask.set.iter().filter(|set| **set).count(), 10);
    }

    #[test]
    fn small_pieces_leave_the_mask_too() {
        let map = drawn(&["9....", "...88", "...8."]);
        let (mask, found) = regions(&map, 1.0, 3).unwrap();
        assert_eq!((found.len(), found[0].peak_score), (1, 8.0));
        assert!(!mask.set[0] && mask.set[8]);
        let (mask, found) = regions(&map, 9.0, 1).unwrap();
        assert!(found.is_empty() && mask.share() == 0.0);
    }

    #[test]
    fn corners_connect_and_borders_do_not_wrap() {
        let (_, diagonal) = regions(&drawn(&["5..", ".5.", "..5"]), 1.0, 1).unwrap();
        assert_eq!(diagonal.len(), 1);
        let (_, borders) = regions(&drawn(&["..5", "...", "5..", "..5"]), 1.0, 1).unwrap();
        assert_eq!(borders.len(), 3);
    }

    #[test]
    fn every_ninth_has_its_name() {
        let names: Vec<Place> =
            (0..9).map(|i| place((i % 3) as f64 / 3.0 + 0.1, (i / 3) as f64 / 3.0 + 0.1)).collect();
        use Place::*;
        let expected =
            [UpperLeft, Upper, UpperRight, Left, Centre, Right, LowerLeft, Lower, LowerRight];
        assert_eq!(names, expected);
        assert_eq!(place(1.0, 1.0), LowerRight);
    }

    #[test]
    fn empty_and_broken_maps() {
        let empty = AnomalyMap { width: 0, height: 0, scores: vec![] };
        assert_eq!(regions(&empty, 0.0, 1).unwrap().1, []);
        let broken = AnomalyMap { width: 2, height: 2, scores: vec![1.0; 3] };
        assert!(regions(&broken, 0.0, 1).is_err());
        assert_eq!((smallest_area(500, 500), smallest_area(3, 3)), (50, 1));
    }
}
