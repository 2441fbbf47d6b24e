//! Outlines of the recorded anomaly regions over a picture.

use egui::{Color32, Pos2, Shape, Stroke, pos2};

use super::camera::Placement;
use fettle_domain::{PointPx, RectPx, Region};

/// Contrasts with grey metal, brown leather and the red line of the threshold.
const LINE_COLOUR: Color32 = Color32::from_rgb(40, 190, 255);
/// Corners nearer to each other than this, in points, are merged.
const MERGE_DISTANCE: f32 = 0.7;

/// Outlines of `regions`. A region without contours (an old record) is outlined by its box.
pub(super) fn outlines(regions: &[Region], placed: Placement) -> Vec<Shape> {
    let stroke = Stroke::new(1.5, LINE_COLOUR);
    let closed = |corners: &[PointPx]| {
        let mut line: Vec<Pos2> = Vec::new();
        for corner in corners {
            let at = placed.to_screen(pos2(corner.x as f32, corner.y as f32));
            if line.last().is_none_or(|last| last.distance(at) >= MERGE_DISTANCE) {
                line.push(at);
            }
        }
        Shape::closed_line(line, stroke)
    };
    let of_region = |region: &Region| {
        let mut lines: Vec<Shape> =
            region.contours.iter().map(|contour| closed(&contour.points)).collect();
        if lines.is_empty() {
            lines.push(closed(&corners(region.rect_in_image)));
        }
        lines
    };
    regions.iter().flat_map(of_region).collect()
}

fn corners(RectPx { x, y, width, height }: RectPx) -> [PointPx; 4] {
    let (right, lower) = (x + width, y + height);
    [(x, y), (right, y), (right, lower), (x, lower)].map(|(x, y)| PointPx { x, y })
}

/// The smallest region whose box contains the image position `at`.
pub(super) fn region_at(regions: &[Region], at: Pos2) -> Option<&Region> {
    let holds = |region: &&Region| {
        let RectPx { x, y, width, height } = region.rect_in_image;
        let corner = pos2(x as f32, y as f32);
        let size = egui::vec2(width as f32, height as f32);
        egui::Rect::from_min_size(corner, size).contains(at)
    };
    regions.iter().filter(holds).min_by_key(|region| region.area_px)
}

#[cfg(test)]
mod tests {
    use egui::{Rect, vec2};

    use super::super::camera::{Camera, Screen};
    use super::*;
    use fettle_domain::{Contour, PartArea, Place};

    fn region(x: u32, y: u32, side: u32, contours: Vec<Contour>) -> Region {
        Region {
            rect_in_image: RectPx { x, y, width: side, height: side },
            area_px: side * side,
            longest_px: None,
            share: 0.1,
            share_of: PartArea::default(),
            peak_score: 5.0,
            peak_at: None,
            contours,
            place: Place::Upper,
        }
    }

    #[test]
    fn the_smallest_region_under_the_cursor_is_meant() {
        let regions = [region(0, 0, 100, Vec::new()), region(20, 20, 10, Vec::new())];
        for (at, expected) in
            [((25.0, 25.0), Some(100)), ((50.0, 5.0), Some(10_000)), ((150.0, 5.0), None)]
        {
            let found = region_at(&regions, at.into()).map(|region| region.area_px);
            assert_eq!(found, expected, "{at:?}");
        }
    }

    #[test]
    fn a_line_runs_where_the_region_does_and_skips_what_is_too_near_to_see() {
        let points = (0..100).map(|x| PointPx { x, y: 0 }).chain([PointPx { x: 99, y: 99 }]);
        let contour = Contour { points: points.collect(), hole: false };
        let rect = Rect::from_min_size(Pos2::ZERO, vec2(10.0, 10.0));
        let image = vec2(100.0, 100.0);
        let screen = Screen { rect, pixels_per_point: 1.0, image };
        let regions = [region(0, 0, 100, vec![contour]), region(0, 0, 50, Vec::new())];
        let shapes = outlines(&regions, Camera::default().place(&screen));
        let corners = |shape: &Shape| match shape {
            Shape::Path(path) => path.points.clone(),
            other => panic!("{other:?}"),
        };
        let [line, square] = [corners(&shapes[0]), corners(&shapes[1])];
        // 100 corners on 10 points.
        assert!((10..20).contains(&line.len()), "{line:?}");
        assert!((line[line.len() - 1] - pos2(9.9, 9.9)).length() < 0.01);
        let box_of = [(0.0, 0.0), (5.0, 0.0), (5.0, 5.0), (0.0, 5.0)].map(Pos2::from);
        assert_eq!(square, box_of);
    }
}
