//! A scale that shows an image score in the three zones of the verdict, with both limits.

use egui::{Align2, FontId, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::scores::{limits_text, score_text};
use crate::tab_context::TabContext;
use crate::theme::verdict_look;
use fettle_domain::{Anomaly, Verdict};

/// Height of the bar, in points.
const HEIGHT: f32 = 14.0;
/// Height of the limits' numbers below the bar, in points.
const NUMBERS: f32 = 16.0;
/// Calibrated score at the right end.
const END: f32 = 1.5;
/// Calibrated scores at the two limits.
const LIMITS: [f32; 2] = [0.5, 1.0];

/// Shows the calibrated score on a bar of three zones of equal width, and the limits below it.
pub(super) fn show(ui: &mut Ui, cx: &TabContext<'_>, anomaly: &Anomaly) {
    let size = vec2(ui.available_width(), HEIGHT + NUMBERS);
    let (whole, response) = ui.allocate_exact_size(size, Sense::hover());
    let limits = limits_text(cx, &anomaly.thresholds);
    let name = format!("{}, {limits}", score_text(cx, anomaly));
    response.widget_info(|| WidgetInfo::labeled(Role::Meter, true, &name));
    response.on_hover_text(&limits);
    let rect = Rect::from_min_size(whole.min, vec2(whole.width(), HEIGHT));
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
    let font = FontId::proportional(12.0);
    let numbers = [anomaly.thresholds.unsure, anomaly.thresholds.image];
    for (limit, number) in LIMITS.into_iter().zip(numbers) {
        let x = at(limit);
        let (top, bottom) = (pos2(x, rect.top() - 2.0), pos2(x, rect.bottom() + 2.0));
        painter.line_segment([top, bottom], line);
        let below = pos2(x, rect.bottom() + 2.0);
        painter.text(below, Align2::CENTER_TOP, format!("{number:.2}"), font.clone(), line.color);
    }
}
