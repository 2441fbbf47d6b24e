//! A bar that shows an image score in the three zones of the verdict.

use egui::{Rect, Sense, Ui, pos2, vec2};

use crate::theme::verdict_look;
use fettle_domain::{Anomaly, Verdict};

/// Height of the bar, in points.
const HEIGHT: f32 = 12.0;
/// Calibrated score at the right end.
const END: f32 = 1.5;
/// Calibrated scores at the two limits.
const LIMITS: [f32; 2] = [0.5, 1.0];

/// Shows the calibrated score on a bar of three zones of equal width.
pub(super) fn show(ui: &mut Ui, anomaly: &Anomaly) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let painter = ui.painter();
    let at = |score: f32| rect.left() + rect.width() * (score / END).clamp(0.0, 1.0);
    painter.rect_filled(rect, 3.0, ui.visuals().extreme_bg_color);
    let edges = [0.0, LIMITS[0], LIMITS[1], END];
    for (edge, verdict) in edges.windows(2).zip([Verdict::Ok, Verdict::Unsure, Verdict::Ng]) {
        if let [from, to] = *edge {
            let zone = Rect::from_x_y_ranges(at(from)..=at(to), rect.y_range());
            painter.rect_filled(zone, 0.0, verdict_look(verdict).fill.gamma_multiply(0.3));
        }
    }
    let filled = rect.with_max_x(at(anomaly.calibrated()));
    painter.rect_filled(filled, 3.0, verdict_look(anomaly.verdict).fill);
    let line = ui.visuals().widgets.active.fg_stroke;
    for limit in LIMITS {
        let (top, bottom) =
            (pos2(at(limit), rect.top() - 2.0), pos2(at(limit), rect.bottom() + 2.0));
        painter.line_segment([top, bottom], line);
    }
}
