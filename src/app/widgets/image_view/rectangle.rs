//! A rectangle on a picture: painted, or drawn with the mouse.

use egui::{Color32, CursorIcon, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Vec2, WidgetInfo};

use super::camera::Camera;
use super::view::ImageResponse;
use fettle_domain::RectPx;

/// A drag with a side below this many screen pixels is taken for an accident.
const MIN_SIDE: f32 = 6.0;

/// Outlines `rect` of the picture that `view` shows.
pub(crate) fn paint_rect(ui: &egui::Ui, view: &ImageResponse, camera: &Camera, rect: RectPx) {
    let placed = camera.place(&view.screen);
    let corner = |x: u32, y: u32| placed.to_screen(egui::pos2(x as f32, y as f32));
    let RectPx { x, y, width, height } = rect;
    let rect =
        Rect::from_two_pos(corner(x, y), corner(x.saturating_add(width), y.saturating_add(height)));
    let painter = ui.painter_at(view.response.rect);
    painter.rect_stroke(rect, 0.0, Stroke::new(4.0, Color32::BLACK), StrokeKind::Outside);
    painter.rect_stroke(rect, 0.0, Stroke::new(2.0, Color32::WHITE), StrokeKind::Outside);
}

/// A tool that draws a rectangle with the mouse.
#[derive(Default)]
pub(crate) struct RectTool {
    /// Where the drag began, in image pixels.
    start: Option<Pos2>,
}

impl RectTool {
    /// Draws with drags over `view`. Returns the rectangle once the mouse button is released.
    pub(crate) fn show(
        &mut self,
        ui: &egui::Ui,
        label: &str,
        view: &ImageResponse,
        camera: &Camera,
    ) -> Option<RectPx> {
        let placed = camera.place(&view.screen);
        let over = ui.interact(view.response.rect, view.response.id.with("draw"), Sense::drag());
        let over = over.on_hover_and_drag_cursor(CursorIcon::Crosshair);
        over.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, label));
        if over.drag_started() {
            let pressed = ui.input(|input| input.pointer.press_origin());
            self.start = pressed.map(|at| placed.to_image(at));
        }
        let now = placed.to_image(over.interact_pointer_pos()?);
        let least =
            MIN_SIDE / (placed.to_screen(egui::pos2(1.0, 0.0)) - placed.to_screen(Pos2::ZERO)).x;
        let drawn = rect_between(self.start?, now, view.screen.image, least);
        if over.drag_stopped() {
            self.start = None;
            return drawn;
        }
        if let Some(rect) = drawn {
            paint_rect(ui, view, camera, rect);
        }
        None
    }
}

/// The rectangle between two points, clipped to a picture of `size`; `None` where a side is below
/// `least`.
fn rect_between(a: Pos2, b: Pos2, size: Vec2, least: f32) -> Option<RectPx> {
    let inside = |at: Pos2| at.clamp(Pos2::ZERO, size.to_pos2());
    let drawn = Rect::from_two_pos(inside(a), inside(b));
    if drawn.width() < least || drawn.height() < least {
        return None;
    }
    let (left, top) = (drawn.min.x.floor(), drawn.min.y.floor());
    let (right, lower) = (drawn.max.x.ceil(), drawn.max.y.ceil());
    Some(RectPx {
        x: left as u32,
        y: top as u32,
        width: (right - left) as u32,
        height: (lower - top) as u32,
    })
}

#[cfg(test)]
mod tests {
    use egui::{pos2, vec2};

    use super::*;

    #[test]
    fn a_rectangle_is_drawn_from_any_corner_and_ends_at_the_edges() {
        let rect = |x, y, width, height| Some(RectPx { x, y, width, height });
        // From, to, expected.
        for (from, to, expected) in [
            ((10.0, 20.0), (30.0, 40.0), rect(10, 20, 20, 20)),
            ((30.0, 40.0), (10.0, 20.0), rect(10, 20, 20, 20)),
            ((10.6, 20.6), (12.4, 29.1), rect(10, 20, 3, 10)),
            ((-50.0, -9.0), (900.0, 50.0), rect(0, 0, 100, 50)),
            ((90.0, 70.0), (120.0, 100.0), rect(90, 70, 10, 10)),
            // Too narrow, and outside the picture.
            ((10.0, 20.0), (10.9, 60.0), None),
            ((200.0, 20.0), (300.0, 60.0), None),
        ] {
            let found =
                rect_between(pos2(from.0, from.1), pos2(to.0, to.1), vec2(100.0, 80.0), 1.0);
            assert_eq!(found, expected, "{from:?} {to:?}");
        }
    }
}
