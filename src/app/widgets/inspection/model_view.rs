//! What a vision-language model wrote about the pictures, set apart from the report, which cites
//! the manual.

use egui::{Frame, Margin, RichText, Stroke};

use super::skip_reason::skip_reason;
use crate::tab_context::TabContext;
use fettle_domain::{Inspection, ModelView, SkipReason, Stage};

/// Shows the view of the model, or why it failed; nothing where no view was requested or no model
/// is chosen.
pub(crate) fn show(ui: &mut egui::Ui, cx: &TabContext<'_>, inspection: &Inspection) {
    match &inspection.view {
        Stage::Done(view) => framed(ui, cx, |ui| {
            ui.small(source_line(cx, view));
            ui.add_space(4.0);
            ui.label(&view.text);
        }),
        Stage::Failed { .. } | Stage::Skipped(SkipReason::NoModel { .. }) => {
            framed(ui, cx, |ui| {
                ui.weak(skip_reason(&inspection.view, cx).unwrap_or_default());
            });
        }
        Stage::Skipped(_) => {}
    }
}

/// Shows the text that the model has written so far; it is empty while the model reads the
/// pictures.
pub(crate) fn show_unfinished(ui: &mut egui::Ui, cx: &TabContext<'_>, written: &str) {
    framed(ui, cx, |ui| {
        ui.horizontal(|ui| {
            ui.spinner();
            ui.small(cx.text("view-being-written"));
        });
        ui.weak(written);
    });
}

/// The model and the pictures it was shown.
fn source_line(cx: &TabContext<'_>, view: &ModelView) -> String {
    let shown: Vec<_> = view.shown.iter().map(|picture| cx.text(picture.message_id())).collect();
    let values = [("model", view.model.to_string().into()), ("pictures", shown.join(", ").into())];
    cx.localizer.with("view-by-model", &values)
}

/// A frame that sets the view apart from the report.
fn framed(ui: &mut egui::Ui, cx: &TabContext<'_>, contents: impl FnOnce(&mut egui::Ui)) {
    ui.add_space(12.0);
    let line = Stroke::new(1.0, ui.visuals().warn_fg_color.gamma_multiply(0.6));
    Frame::group(ui.style()).stroke(line).inner_margin(Margin::same(10)).show(ui, |ui| {
        ui.take_available_width();
        ui.label(RichText::new(cx.text("view-title")).heading());
        contents(ui);
    });
}
