//! The mark of a verdict: a circle with a check mark, a triangle with a question mark, a square with
//! a cross. Drawn, so that no font has to have it.

use std::f32::consts::TAU;

use egui::{Atom, Button, IdSalt, Painter, Pos2, Rect, Response, RichText, Shape, Stroke, Ui};
use egui::{pos2, vec2};

use crate::theme::{VerdictShape, verdict_look};
use fettle_domain::Verdict;

/// Side of a mark beside text of the body's size, in points.
pub(crate) const SMALL: f32 = 18.0;

/// Paints the mark in the middle of `rect`: body and sign in the verdict's colours, with an outline
/// that sets the body off from any background.
pub(crate) fn paint(painter: &Painter, rect: Rect, verdict: Verdict) {
    let look = verdict_look(verdict);
    let side = rect.width().min(rect.height());
    let frame = Rect::from_center_size(rect.center(), vec2(side, side));
    let at = |(x, y): (f32, f32)| pos2(frame.left() + x * side, frame.top() + y * side);
    let line = |points: &[(f32, f32)]| -> Vec<Pos2> { points.iter().copied().map(at).collect() };
    let outline = Stroke::new((0.05 * side).max(1.0), look.ink);
    let sign = Stroke::new((0.11 * side).max(1.6), look.ink);
    match look.shape {
        VerdictShape::Circle => {
            painter.circle(frame.center(), 0.47 * side, look.fill, outline);
            painter.line(line(&[(0.28, 0.52), (0.44, 0.68), (0.73, 0.34)]), sign);
        }
        VerdictShape::Triangle => {
            let corners = line(&[(0.5, 0.03), (0.98, 0.94), (0.02, 0.94)]);
            painter.add(Shape::convex_polygon(corners, look.fill, outline));
            let thin = Stroke::new(0.85 * sign.width, sign.color);
            // The hook: three quarters of a circle, then down.
            let (x, y, radius) = (0.5, 0.46, 0.115);
            let mut hook: Vec<(f32, f32)> = (0..=12)
                .map(|step| {
                    let angle = TAU * (0.5 + 0.75 * step as f32 / 12.0);
                    (x + radius * angle.cos(), y + radius * angle.sin())
                })
                .collect();
            hook.push((x, 0.70));
            painter.line(line(&hook), thin);
            painter.circle_filled(at((x, 0.82)), 0.6 * thin.width, thin.color);
        }
        VerdictShape::Square => {
            let body = frame.shrink(0.05 * side);
            painter.rect(body, 0.06 * side, look.fill, outline, egui::StrokeKind::Middle);
            painter.line(line(&[(0.27, 0.27), (0.73, 0.73)]), sign);
            painter.line(line(&[(0.73, 0.27), (0.27, 0.73)]), sign);
        }
    }
}

/// Adds the mark to the current row. The word stands beside it: it has no label.
pub(crate) fn show(ui: &mut Ui, verdict: Verdict, side: f32) {
    let (rect, _) = ui.allocate_exact_size(vec2(side, side), egui::Sense::hover());
    paint(ui.painter(), rect, verdict);
}

/// Adds the mark and the word to the current row, small enough for a table.
pub(crate) fn show_with_word(ui: &mut Ui, word: RichText, verdict: Verdict) {
    ui.spacing_mut().item_spacing.x = 5.0;
    show(ui, verdict, SMALL);
    ui.add(egui::Label::new(word).selectable(false).truncate());
}

/// A button with the mark of side `side` before `text`. `finish` sets its size and looks.
pub(crate) fn button(
    ui: &mut Ui,
    verdict: Verdict,
    (text, side): (RichText, f32),
    finish: impl FnOnce(Button<'_>) -> Button<'_>,
) -> Response {
    let mark = IdSalt::new("verdict_mark");
    let button = Button::new((Atom::custom(mark, vec2(side, side)), text));
    let shown = finish(button).atom_ui(ui);
    if let Some(rect) = shown.rect(mark) {
        paint(ui.painter(), rect, verdict);
    }
    shown.response
}
