//! Anomalous regions: the connected components of a thresholded anomaly map.

use super::Result;
use super::connected_components::connected_components;
use super::contours::{outlines, simplified};
use super::error::same_size;
use super::extent::longest_extent;
use super::part_area::Part;
use fettle_domain::{AnomalyMap, Mask, Place, PointPx, RectPx, Region};

/// Share of the image below which a component is noise: 7×7 pixels of 500×500.
const SMALLEST_SHARE: f32 = 0.0002;

/// Area of the smallest region of an image of this size, in pixels: 0.0002 of the image, and at
/// least 1.
pub fn smallest_area(width: u32, height: u32) -> u32 {
    let area = f64::from(width) * f64::from(height) * f64::from(SMALLEST_SHARE);
    (area.round() as u32).max(1)
}

/// Distance of a stored contour from the exact one, as a share of the image's shorter side; at
/// least one pixel.
const CONTOUR_TOLERANCE: f32 = 0.002;

/// Where a map rises no higher than maps of normal images do, the share of its height above which
/// pixels are marked: its slopes are then half noise, and only the top is worth a look.
const FAINT_SHARE: f32 = 2.0 / 3.0;

/// Score above which a pixel of the `map` of a part that is not OK is marked: half-way from
/// `normal`, the score of a normal pixel, to the highest score of the map, and at least
/// `pixel_threshold`. A map that nowhere reaches that is marked above two thirds of its height: no
/// part is called unsure or NG without a place to look at.
///
/// A patch sees more than its cell and the map is blurred, so a strong defect lifts the scores all
/// around it above those of normal pixels. An edge blurred by a symmetric kernel has half its
/// height at the position of the sharp edge: there the outline belongs.
pub fn mask_threshold(map: &AnomalyMap, normal: f32, pixel_threshold: f32) -> f32 {
    let peak = map.scores.iter().copied().fold(normal, f32::max);
    let height = peak - normal;
    if peak > pixel_threshold {
        pixel_threshold.max(normal + height / 2.0)
    } else {
        normal + height * FAINT_SHARE
    }
}

/// Thresholds `map` and returns the mask, without components below `smallest_area` pixels, and the
/// remaining components as regions, highest peak first. Pixels that touch at a corner are
/// connected. Shares and places are relative to `part`.
///
/// # Errors
/// [`super::VisionError::Size`] where the map's scores are not width × height.
pub fn regions(
    map: &AnomalyMap,
    threshold: f32,
    smallest_area: u32,
    part: &Part,
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
    connected_components(&mask, |component| {
        if component.len() < smallest_area as usize {
            noise.extend(component);
        } else {
            regions.push(region(component, map, part));
        }
    });
    for pixel in noise {
        mask.set[pixel] = false;
    }
    regions.sort_by(|a, b| b.peak_score.total_cmp(&a.peak_score));
    Ok((mask, regions))
}

/// The region of a component, given as pixel indices of `map`; `component` must not be empty.
fn region(component: &[usize], map: &AnomalyMap, part: &Part) -> Region {
    let width = map.width as usize;
    let (mut left, mut top, mut right, mut bottom) = (usize::MAX, usize::MAX, 0, 0);
    let (mut sum_x, mut sum_y) = (0.0f64, 0.0f64);
    let (mut peak_score, mut peak_at) = (f32::NEG_INFINITY, None);
    for pixel in component {
        let (x, y) = (pixel % width, pixel / width);
        (left, right) = (left.min(x), right.max(x));
        (top, bottom) = (top.min(y), bottom.max(y));
        sum_x += x as f64 + 0.5;
        sum_y += y as f64 + 0.5;
        if map.scores[*pixel] > peak_score {
            (peak_score, peak_at) =
                (map.scores[*pixel], Some(PointPx { x: x as u32, y: y as u32 }));
        }
    }
    let count = component.len() as f64;
    let shorter = map.width.min(map.height) as f32;
    let tolerance = (shorter * CONTOUR_TOLERANCE).max(1.0);
    let lines = outlines(component, width);
    let longest = lines.first().map(|outer| longest_extent(&outer.points));
    Region {
        rect_in_image: RectPx {
            x: left as u32,
            y: top as u32,
            width: (right - left + 1) as u32,
            height: (bottom - top + 1) as u32,
        },
        area_px: component.len() as u32,
        longest_px: longest,
        // A region that reaches beyond the part is at most all of it.
        share: (count / (part.area_px as f64).max(1.0)).min(1.0) as f32,
        share_of: part.basis,
        peak_score,
        peak_at,
        contours: lines.into_iter().map(|line| simplified(line, tolerance)).collect(),
        place: place_in(&part.rect, sum_x / count, sum_y / count),
    }
}

/// The ninth of `rect` in which a point of the image lies; a point outside counts as at the border.
fn place_in(rect: &RectPx, x: f64, y: f64) -> Place {
    let along = |at: f64, from: u32, size: u32| (at - f64::from(from)) / f64::from(size.max(1));
    place(along(x, rect.x, rect.width), along(y, rect.y, rect.height))
}

/// The ninth of a box in which a point lies; `x` and `y` are 0 to 1.
pub fn place(x: f64, y: f64) -> Place {
    // `as` saturates at 0.
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
    use proptest::prelude::*;

    use super::*;
    use crate::anomaly_map::{SIGMA, blur};
    use fettle_domain::PartArea;

    /// A map drawn in letters: '.' is 0, a digit its value.
    fn drawn(rows: &[&str]) -> AnomalyMap {
        let score = |c: char| c.to_digit(10).unwrap_or(0) as f32;
        AnomalyMap {
            width: rows[0].chars().count() as u32,
            height: rows.len() as u32,
            scores: rows.iter().flat_map(|row| row.chars().map(score)).collect(),
        }
    }

    /// With the whole map as the part.
    fn regions(map: &AnomalyMap, above: f32, smallest: u32) -> Result<(Mask, Vec<Region>)> {
        super::regions(map, above, smallest, &Part::whole(map.width, map.height))
    }

    #[test]
    fn components_are_found_measured_and_placed() {
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
        let described: Vec<_> = found
            .iter()
            .map(|r| {
                let RectPx { x, y, width, height } = r.rect_in_image;
                (r.peak_score, r.area_px, (x, y, width, height), r.place)
            })
            .collect();
        assert_eq!(
            described,
            [
                (9.0, 4, (3, 4, 3, 2), Place::Centre),
                (6.0, 3, (0, 0, 2, 2), Place::UpperLeft),
                (3.0, 3, (7, 7, 2, 2), Place::LowerRight),
            ]
        );
        assert!((found[0].share - 4.0 / 81.0).abs() < 1e-6);
        assert_eq!(found[0].peak_at, Some(PointPx { x: 4, y: 4 }));
        assert_eq!((found[0].share_of, found[0].contours.len()), (PartArea::Image, 1));
        assert_eq!(mask.set.iter().filter(|set| **set).count(), 10);
    }

    #[test]
    fn small_components_leave_the_mask_too() {
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
    fn a_strong_defect_is_outlined_at_half_its_height() {
        // A stripe 40 wide that scores 40 among 10, or as little as 16; how many are marked. One
        // that scores less than the threshold is marked where it is highest.
        for (height, threshold, width) in [(40.0, 12.0, 40), (16.0, 12.0, 40), (11.0, 12.0, 36)] {
            let one = |x: u32| if (40..80).contains(&x) { height } else { 10.0 };
            let sharp = AnomalyMap { width: 120, height: 1, scores: (0..120).map(one).collect() };
            let map = blur(&sharp, SIGMA);
            let limit = mask_threshold(&map, 10.0, threshold);
            assert_eq!(limit >= threshold, height > threshold);
            let (mask, _) = regions(&map, limit, 1).unwrap();
            assert_eq!(mask.set.iter().filter(|set| **set).count(), width, "{height}");
        }
        // Below all that is normal nothing is half-way.
        assert_eq!(mask_threshold(&drawn(&["12"]), 5.0, 1.0), 5.0);
        let faint = mask_threshold(&drawn(&["12"]), 0.0, f32::INFINITY);
        assert_eq!(regions(&drawn(&["12"]), faint, 1).unwrap().1.len(), 1);
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

    #[test]
    fn shares_and_places_are_those_of_the_part() {
        let map = drawn(&["........", ".99.....", ".99....8", "........"]);
        let rect = RectPx { x: 0, y: 0, width: 3, height: 3 };
        let part = Part { basis: PartArea::Foreground, rect, area_px: 8 };
        let (_, found) = super::regions(&map, 1.0, 1, &part).unwrap();
        assert_eq!((found[0].share, found[0].share_of), (0.5, PartArea::Foreground));
        // In the part's box the second is to the right of everything.
        assert_eq!((found[0].place, found[1].place), (Place::LowerRight, Place::LowerRight));
        let whole = Part::whole(8, 4);
        let (_, found) = super::regions(&map, 1.0, 1, &whole).unwrap();
        assert_eq!((found[0].place, found[1].place), (Place::Left, Place::Right));
    }

    proptest! {
        #[test]
        fn regions_cover_exactly_the_mask(
            scores in prop::collection::vec(0.0f32..10.0, 1..200), width in 1usize..20,
            threshold in 0.0f32..10.0, smallest in 1u32..6,
        ) {
            let height = scores.len() / width;
            let scores = scores[..width * height].to_vec();
            let map = AnomalyMap { width: width as u32, height: height as u32, scores };
            let (mask, found) = regions(&map, threshold, smallest).unwrap();
            let area: u32 = found.iter().map(|region| region.area_px).sum();
            prop_assert_eq!(area as usize, mask.set.iter().filter(|set| **set).count());
            for region in &found {
                prop_assert!(region.area_px >= smallest && region.peak_score > threshold);
                prop_assert!(!region.contours.is_empty() && !region.contours[0].hole);
                let at = region.peak_at.unwrap();
                prop_assert!(mask.set[at.y as usize * width + at.x as usize]);
                let RectPx { x, y, width: across, height: down } = region.rect_in_image;
                prop_assert!(x + across <= map.width && y + down <= map.height);
            }
        }
    }
}
