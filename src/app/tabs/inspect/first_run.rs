//! What is shown before the first image: where nothing is registered, the way there.

use std::path::PathBuf;

use crate::asked::Asked;
use crate::catalogue::Catalogue;
use crate::command::Command;
use crate::desk::Desk;
use crate::model_pull::ModelPull;
use crate::tasks::Task;
use crate::under_way;
use fettle_domain::ModelId;
use fettle_engine::{BuildDemo, DemoInspection, Doctor, DoctorReport, EngineError, Lack};
use fettle_i18n::Value;

/// The first steps, and what is under way of them.
#[derive(Default)]
pub(super) struct FirstRun {
    doctor: Asked<DoctorReport>,
    pull: ModelPull,
    /// The demo follows when all models are here.
    then_demo: bool,
    demo: Option<Task<Vec<DemoInspection>>>,
}

impl FirstRun {
    /// What is missing is looked at anew when it is shown next.
    pub(super) fn look_again(&mut self) {
        self.doctor = Asked::default();
    }

    pub(super) fn poll(&mut self, desk: &mut Desk<'_>) {
        self.doctor.poll(desk);
        if let Some(all_came) = self.pull.poll(desk) {
            desk.send(Command::LibraryChanged(None));
            if std::mem::take(&mut self.then_demo) && all_came {
                self.build_demo(desk);
            }
        }
        let Some(answer) = self.demo.as_ref().and_then(Task::poll) else { return };
        self.demo = None;
        desk.send(Command::LibraryChanged(None));
        match answer {
            Ok(parts) => {
                desk.toasts.done(desk.text("first-demo-ready"));
                let source =
                    |part: &DemoInspection| PathBuf::from(&part.inspected.inspection.source);
                desk.send(Command::InspectFiles(parts.iter().map(source).collect()));
            }
            Err(EngineError::Cancelled) => {}
            Err(error) => desk.toasts.error(error.explain(desk.words.0)),
        }
    }

    /// Models of the chosen roles that are not here.
    fn missing(&self) -> Vec<ModelId> {
        let lacks = self.doctor.answer().into_iter().flat_map(|report| &report.lacks);
        let model = |lack: &Lack| match lack {
            Lack::Model { model, .. } => Some(model.clone()),
            _ => None,
        };
        // One model may fill two roles.
        let mut missing: Vec<ModelId> = lacks.filter_map(model).collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    /// Lays out the demo, after the models that it needs; not among somebody's own products.
    pub(super) fn load_demo(&mut self, desk: &mut Desk<'_>) {
        if !desk.catalogue.products().is_empty() {
            return desk.toasts.error(desk.text("first-demo-refused"));
        }
        if self.demo.is_some() || self.pull.is_running() {
            return;
        }
        let missing = self.missing();
        if missing.is_empty() {
            self.build_demo(desk);
        } else {
            self.then_demo = true;
            self.pull.start(desk, missing);
        }
    }

    fn build_demo(&mut self, desk: &mut Desk<'_>) {
        // The three parts are shown, and explained then, one by one.
        self.demo = desk.start(BuildDemo { profile: None, out: None, with_llm: false });
    }

    pub(super) fn show(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        self.doctor.ask_once(desk, Doctor);
        ui.vertical_centered(|ui| {
            ui.add_space(ui.available_height() * 0.25);
            if let Some(task) = &self.demo {
                ui.heading(desk.text("first-demo"));
                ui.add_space(12.0);
                boxed(ui, |ui| under_way::show(ui, desk, task));
                return;
            }
            if self.pull.is_running() {
                ui.heading(desk.text("first-pull"));
                ui.add_space(12.0);
                boxed(ui, |ui| self.pull.show(ui, desk));
                return;
            }
            if desk.catalogue.error().is_some() {
                Catalogue::show_error(ui, desk);
                ui.add_space(24.0);
            } else if desk.catalogue.known().is_some_and(<[_]>::is_empty) {
                self.first_steps(ui, desk);
            }
            self.lacking(ui, desk);
            ui.heading(desk.text("inspect-invite"));
            ui.add_space(12.0);
            if ui.button(desk.text("command-open")).clicked() {
                desk.send(Command::OpenImages);
            }
            ui.add_space(8.0);
            let keys = [("keys", Value::from("Ctrl+O"))];
            ui.weak(desk.words.with("inspect-invite-keys", &keys));
        });
    }

    /// Nothing is registered: the demo, or a product.
    fn first_steps(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        ui.heading(desk.text("first-welcome"));
        ui.label(desk.text("first-explain"));
        ui.add_space(12.0);
        let known = self.doctor.answer().is_some();
        let demo = egui::Button::new(desk.text("first-load-demo"));
        if ui.add_enabled(known, demo).clicked() {
            desk.send(Command::LoadDemo);
        }
        if ui.button(desk.text("first-register")).clicked() {
            desk.send(Command::NewProduct);
        }
        ui.add_space(24.0);
    }

    /// Models that are not here, and the button that fetches them.
    fn lacking(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        let missing = self.missing();
        if missing.is_empty() {
            return;
        }
        let names: Vec<&str> = missing.iter().map(|model| model.0.as_str()).collect();
        let values = [("models", Value::from(names.join(", ")))];
        ui.colored_label(
            ui.visuals().warn_fg_color,
            desk.words.with("first-models-missing", &values),
        );
        if ui.button(desk.text("first-pull-models")).clicked() {
            self.pull.start(desk, missing);
        }
        ui.add_space(24.0);
    }
}

/// In the middle, not wider than can be read.
fn boxed(ui: &mut egui::Ui, content: impl FnOnce(&mut egui::Ui)) {
    let size = egui::vec2(ui.available_width().min(460.0), 0.0);
    ui.allocate_ui_with_layout(size, egui::Layout::top_down(egui::Align::Min), content);
}
