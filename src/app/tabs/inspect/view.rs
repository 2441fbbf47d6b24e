//! What a model saw in the pictures: a view, set apart from the report, which is the manual's.

use egui::{Frame, Margin, RichText, Stroke};

use super::steps::reason;
use crate::desk::Desk;
use fettle_domain::{Inspection, ModelView, SkipReason, Stage};

/// Nothing where nobody asked for a view, or where no model is chosen: none need be.
pub(in crate::tabs) fn show(ui: &mut egui::Ui, desk: &Desk<'_>, inspection: &Inspection) {
    match &inspection.view {
        Stage::Done(view) => framed(ui, desk, |ui| {
            ui.small(whose(desk, view));
            ui.add_space(4.0);
            ui.label(&view.text);
        }),
        Stage::Failed { .. } | Stage::Skipped(SkipReason::NoModel { .. }) => {
            framed(ui, desk, |ui| {
                ui.weak(reason(&inspection.view, desk).unwrap_or_default());
            });
        }
        Stage::Skipped(_) => {}
    }
}

/// What the model has written so far; an empty text while it still looks.
pub(super) fn show_unfinished(ui: &mut egui::Ui, desk: &Desk<'_>, written: &str) {
    framed(ui, desk, |ui| {
        ui.horizontal(|ui| {
            ui.spinner();
            ui.small(desk.text("view-being-written"));
        });
        ui.weak(written);
    });
}

/// Whose view of which pictures.
fn whose(desk: &Desk<'_>, view: &ModelView) -> String {
    let shown: Vec<_> = view.shown.iter().map(|picture| desk.text(picture.word())).collect();
    let values = [("model", view.model.to_string().into()), ("pictures", shown.join(", ").into())];
    desk.words.with("view-by-model", &values)
}

/// Apart from what is the manual's.
fn framed(ui: &mut egui::Ui, desk: &Desk<'_>, contents: impl FnOnce(&mut egui::Ui)) {
    ui.add_space(12.0);
    let line = Stroke::new(1.0, ui.visuals().warn_fg_color.gamma_multiply(0.6));
    Frame::group(ui.style()).stroke(line).inner_margin(Margin::same(10)).show(ui, |ui| {
        ui.take_available_width();
        ui.label(RichText::new(desk.text("view-title")).heading());
        contents(ui);
    });
}
