//! The banner with the verdict on a part.

use egui::{CornerRadius, Frame, Margin, RichText, Ui};

use super::scores::unsure_texts;
use crate::tab_context::TabContext;
use crate::theme::verdict_look;
use crate::widgets::verdict_mark;
use fettle_domain::{Inspection, Verdict};

/// Side of the mark, in points.
const MARK: f32 = 44.0;

/// Shows the mark and the word of `verdict` over the whole width.
pub(crate) fn show(ui: &mut Ui, cx: &TabContext<'_>, verdict: Verdict) {
    let look = verdict_look(verdict);
    let frame = Frame::new().fill(look.fill).corner_radius(CornerRadius::same(6));
    frame.inner_margin(Margin::symmetric(16, 10)).show(ui, |ui| {
        ui.take_available_width();
        ui.horizontal(|ui| {
            verdict_mark::show(ui, verdict, MARK);
            let word = cx.text(verdict.message_id());
            ui.label(RichText::new(word).size(34.0).strong().color(look.ink));
        });
    });
}

/// Shows the verdict and, where the part is unsure, why and what settles it.
pub(crate) fn show_with_reasons(ui: &mut Ui, cx: &TabContext<'_>, inspection: &Inspection) {
    show(ui, cx, inspection.verdict);
    for reason in unsure_texts(cx, inspection) {
        ui.label(reason);
    }
}
