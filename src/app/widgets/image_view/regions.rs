//! The recorded regions, as lines over the picture.

use egui::{Color32, Pos2, Shape, Stroke, pos2};

use super::camera::Placement;
use crate::domain::{PointPx, RectPx, Region};

/// Seen on grey metal, on brown leather and beside the red of the threshold's line.
const LINE: Color32 = Color32::from_rgb(40, 190, 255);
/// Corners nearer than this on the screen, in points, are drawn as one.
const NEAR: f32 = 0.7;

/// Lines around `regions`; a region without contours (an old record) has its box.
pub(super) fn outlines(regions: &[Region], placed: Placement) -> Vec<Shape> {
    let stroke = Stroke::new(1.5, LINE);
    let closed = |corners: &[PointPx]| {
        let mut line: Vec<Pos2> = Vec::new();
        for corner in corners {
            let at = placed.to_screen(pos2(corner.x as f32, corner.y as f32));
            if line.last().is_none_or(|last| last.distance(at) >= NEAR) {
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

/// The smallest region whose box holds the point `at` of the image.
pub(super) fn region_at(regions: &[Region], at: Pos2) -> Option<&Region> {
    let holds = |region: &&Region| {
        let RectPx { x, y, width, height } = region.rect_in_image;
        let corner = pos2(x as f32, y as f32);
        let size = egui::vec2(width as f32, height as f32);
        egui::Rect::from_min_size(corner, size).contains(at)
    };
    regions.iter().filter(holds).min_by_key(|region| region.area_px)
}
