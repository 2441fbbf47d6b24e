//! A rectangle on a picture: drawn with the mouse, and shown.

use egui::{Color32, CursorIcon, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Vec2, WidgetInfo};

use super::{Camera, ImageResponse};
use fettle_domain::RectPx;

/// A rectangle with a side below so many pixels of the screen is a slip of the hand.
const SLIP: f32 = 6.0;

/// Outlines `rect` of the picture that `view` shows.
pub(crate) fn outline(ui: &egui::Ui, view: &ImageResponse, camera: &Camera, rect: RectPx) {
    let placed = camera.place(&view.screen);
    let corner = |x: u32, y: u32| placed.to_screen(egui::pos2(x as f32, y as f32));
    let RectPx { x, y, width, height } = rect;
    let rect =
        Rect::from_two_pos(corner(x, y), corner(x.saturating_add(width), y.saturating_add(height)));
    let painter = ui.painter_at(view.response.rect);
    painter.rect_stroke(rect, 0.0, Stroke::new(4.0, Color32::BLACK), StrokeKind::Outside);
    painter.rect_stroke(rect, 0.0, Stroke::new(2.0, Color32::WHITE), StrokeKind::Outside);
}

/// A rectangle being drawn with the mouse.
#[derive(Default)]
pub(crate) struct DrawnRect {
    /// Where it was begun, in the picture.
    begun: Option<Pos2>,
}

impl DrawnRect {
    /// Takes the drag of `view` for drawing; the rectangle once the button is released.
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
            self.begun = pressed.map(|at| placed.to_image(at));
        }
        let now = placed.to_image(over.interact_pointer_pos()?);
        let slip = SLIP / (placed.to_screen(egui::pos2(1.0, 0.0)) - placed.to_screen(Pos2::ZERO)).x;
        let drawn = between(self.begun?, now, view.screen.image, slip);
        if over.drag_stopped() {
            self.begun = None;
            return drawn;
        }
        if let Some(rect) = drawn {
            outline(ui, view, camera, rect);
        }
        None
    }
}

/// The pixels of a picture of `size` between two points; `None` where a side is below `least`.
fn between(a: Pos2, b: Pos2, size: Vec2, least: f32) -> Option<RectPx> {
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
            // A slip of the hand, and one beside the picture.
            ((10.0, 20.0), (10.9, 60.0), None),
            ((200.0, 20.0), (300.0, 60.0), None),
        ] {
            let found = between(pos2(from.0, from.1), pos2(to.0, to.1), vec2(100.0, 80.0), 1.0);
            assert_eq!(found, expected, "{from:?} {to:?}");
        }
    }
}
