//! The question before the demo fetches models: which, how large, and from where.

use egui::Grid;

use super::dialog::Dialog;
use super::form::{DialogAction, buttons, error_label, modal};
use crate::command::Command;
use crate::loadable::Loadable;
use crate::model_pull::bytes_text;
use crate::tab_context::TabContext;
use fettle_domain::ModelId;
use fettle_engine::{Doctor, DoctorReport, ListModels, ListedModel, MissingRequirement};

/// Missing models of the demo, until a person answers.
#[derive(Default)]
pub(crate) struct LoadDemoDialog {
    doctor: Loadable<DoctorReport>,
    models: Loadable<Vec<ListedModel>>,
}

/// The missing models of the selected roles.
pub(crate) fn missing_models(report: &DoctorReport) -> Vec<ModelId> {
    let model = |lack: &MissingRequirement| match lack {
        MissingRequirement::Model { model, .. } => Some(model.clone()),
        _ => None,
    };
    // A model may fill two roles.
    let mut missing: Vec<ModelId> = report.missing.iter().filter_map(model).collect();
    missing.sort_unstable();
    missing.dedup();
    missing
}

impl Dialog for LoadDemoDialog {
    fn show(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) -> bool {
        self.doctor.load_once(cx, Doctor);
        self.models.load_once(cx, ListModels);
        self.doctor.poll(cx);
        self.models.poll(cx);
        let missing = self.doctor.answer().map(missing_models);
        if missing.as_ref().is_some_and(Vec::is_empty) {
            // Nothing is fetched: there is nothing to ask.
            cx.send(Command::StartDemo(Vec::new()));
            return false;
        }
        let error = self.doctor.error().or(self.models.error());
        let modal = modal(ctx, "load_demo_dialog", &cx.text("demo-ask-title"), |ui| {
            if let Some(error) = error {
                error_label(ui, error);
            }
            let (Some(missing), Some(models)) = (&missing, self.models.answer()) else {
                if error.is_none() {
                    ui.spinner();
                }
                return buttons(ui, cx, "demo-fetch", false);
            };
            let wanted: Vec<&ListedModel> =
                models.iter().filter(|model| missing.contains(&model.entry.id)).collect();
            let sum: u64 = wanted.iter().filter_map(|model| model.entry.bytes()).sum();
            let values = [("size", bytes_text(cx, sum).into())];
            ui.label(cx.localizer.with("demo-ask", &values));
            ui.add_space(6.0);
            Grid::new("demo_models").num_columns(3).striped(true).show(ui, |ui| {
                for model in wanted {
                    ui.label(&model.entry.name);
                    let size = model.entry.bytes().map(|bytes| bytes_text(cx, bytes));
                    ui.label(size.unwrap_or_else(|| "?".to_owned()));
                    ui.weak(model.entry.source_names().join(", "))
                        .on_hover_text(&model.entry.licence);
                    ui.end_row();
                }
            });
            ui.add_space(6.0);
            ui.weak(cx.text("demo-ask-resume"));
            buttons(ui, cx, "demo-fetch", true)
        });
        if modal.inner == DialogAction::Confirm {
            // Those that the dialog named.
            cx.send(Command::StartDemo(missing.unwrap_or_default()));
            return false;
        }
        modal.inner != DialogAction::Cancel && !modal.should_close()
    }
}
