//! Measured lines over the picture of a part.

use egui::{Align2, Color32, CornerRadius, Painter, Pos2, Stroke, TextStyle, Ui, pos2, vec2};

use crate::widgets::image_view::Placement;
use fettle_domain::{Measurements, PlacePx};

/// Colour of measured lines, as in the PDF.
const COLOUR: Color32 = Color32::from_rgb(160, 32, 200);
/// Half the length of the strokes across a line's ends, in points.
const END: f32 = 6.0;

/// Where a place of the picture is on the screen.
pub(super) fn on_screen(placed: Placement, at: PlacePx) -> Pos2 {
    placed.to_screen(pos2(at.x, at.y))
}

/// Paints all lines with number and length.
pub(super) fn paint_lines(
    ui: &Ui,
    painter: &Painter,
    placed: Placement,
    measured: &Measurements,
    selected: Option<usize>,
) {
    for (index, line) in measured.lines.iter().enumerate() {
        let ends = (on_screen(placed, line.from), on_screen(placed, line.to));
        paint_line(painter, ends, selected == Some(index));
        let length = measured.length_text(line.length_px());
        paint_length(ui, painter, ends, &format!("{}: {length}", index + 1));
    }
}

/// Paints a line that ends in short strokes across it; a `strong` one is wider.
pub(super) fn paint_line(painter: &Painter, (from, to): (Pos2, Pos2), strong: bool) {
    let along = (to - from).normalized();
    let across = vec2(-along.y, along.x) * END;
    let strokes = [(from, to), (from - across, from + across), (to - across, to + across)];
    let width = if strong { 3.0 } else { 1.5 };
    // Seen on dark and on bright parts.
    for stroke in [Stroke::new(width + 2.5, Color32::WHITE), Stroke::new(width, COLOUR)] {
        for (from, to) in strokes {
            painter.line_segment([from, to], stroke);
        }
    }
}

/// Writes the length beside the middle of a line.
pub(super) fn paint_length(ui: &Ui, painter: &Painter, (from, to): (Pos2, Pos2), text: &str) {
    let font = TextStyle::Body.resolve(ui.style());
    let text = painter.layout_no_wrap(text.to_owned(), font, Color32::WHITE);
    // On the upper side of the line, so far away that it covers nothing of it.
    let along = (to - from).normalized();
    let aside = if along.x < 0.0 { vec2(-along.y, along.x) } else { vec2(along.y, -along.x) };
    let half = text.size() / 2.0;
    let distance = END + 4.0 + aside.x.abs() * half.x + aside.y.abs() * half.y;
    let middle = from + (to - from) / 2.0 + aside * distance;
    let rect = Align2::CENTER_CENTER.anchor_size(middle, text.size());
    let inside = painter.clip_rect().shrink(4.0);
    let moved = vec2(
        (inside.left() - rect.left()).max(0.0) - (rect.right() - inside.right()).max(0.0),
        (inside.top() - rect.top()).max(0.0) - (rect.bottom() - inside.bottom()).max(0.0),
    );
    let rect = rect.translate(moved);
    painter.rect_filled(rect.expand2(vec2(4.0, 1.0)), CornerRadius::same(3), COLOUR);
    painter.galley(rect.min, text, Color32::WHITE);
}
