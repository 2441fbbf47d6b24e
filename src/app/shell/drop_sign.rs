//! A sign over the window while files hang over it.

use egui::{Align2, Color32, Context, FontId, Id, LayerId, Order, Stroke, StrokeKind};

use crate::localizer::Localizer;

/// Width of the frame, in points.
const EDGE: f32 = 4.0;

/// Draws the sign, while something is dragged over the window.
pub(crate) fn show(ctx: &Context, localizer: Localizer) {
    let count = ctx.input(|input| input.raw.hovered_files.len());
    if count == 0 {
        return;
    }
    let area = ctx.content_rect();
    let painter = ctx.layer_painter(LayerId::new(Order::Foreground, Id::unique("drop_sign")));
    let visuals = ctx.global_style().visuals.clone();
    painter.rect_filled(area, 0.0, Color32::from_black_alpha(150));
    let edge = Stroke::new(EDGE, visuals.selection.bg_fill);
    painter.rect_stroke(area.shrink(EDGE), 8.0, edge, StrokeKind::Inside);
    let text = localizer.with("drop-here", &[("count", count.into())]);
    let font = FontId::proportional(28.0);
    painter.text(area.center(), Align2::CENTER_CENTER, &text, font, Color32::WHITE);
}
