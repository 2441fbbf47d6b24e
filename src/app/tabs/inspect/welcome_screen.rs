//! The screen before the first image. Without products it offers the demo and the first product.

use std::path::PathBuf;

use super::demo_bar::DemoBar;
use crate::command::Command;
use crate::dialogs::load_demo::missing_models;
use crate::loadable::Loadable;
use crate::model_pull::ModelPull;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use crate::widgets::catalogue_error;
use fettle_domain::ModelId;
use fettle_engine::{BuildDemo, DemoInspection, Doctor, DoctorReport, EngineError};
use fettle_i18n::Value;

/// Missing models, the demo, and the jobs that fetch and build them.
#[derive(Default)]
pub(super) struct WelcomeScreen {
    doctor: Loadable<DoctorReport>,
    pull: ModelPull,
    /// Whether the demo is built once all models are fetched.
    then_demo: bool,
    demo: Option<Task<Vec<DemoInspection>>>,
    bar: DemoBar,
}

impl WelcomeScreen {
    /// Checks again for missing models with the next frame.
    pub(super) fn reload(&mut self) {
        self.doctor = Loadable::default();
    }

    /// Takes the outcomes of jobs; inspects the parts of the demo once it is built.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) {
        self.doctor.poll(cx);
        if let Some(is_complete) = self.pull.poll(cx) {
            cx.send(Command::LibraryChanged(None));
            if std::mem::take(&mut self.then_demo) && is_complete {
                self.build_demo(cx);
            }
        }
        let Some(answer) = self.demo.as_ref().and_then(Task::poll) else { return };
        self.demo = None;
        cx.send(Command::LibraryChanged(None));
        match answer {
            Ok(parts) => {
                cx.toasts.done(cx.text("first-demo-ready"));
                let source =
                    |part: &DemoInspection| PathBuf::from(&part.inspected.inspection.source);
                cx.send(Command::InspectFiles(parts.iter().map(source).collect()));
            }
            Err(EngineError::Cancelled) => {}
            Err(error) => cx.toasts.error(error.explain(cx.localizer.language)),
        }
    }

    /// The missing models of the selected roles.
    fn missing(&self) -> Vec<ModelId> {
        self.doctor.answer().map(missing_models).unwrap_or_default()
    }

    /// Fetches the models that the demo lacks and builds it; refused where products are registered.
    pub(super) fn load_demo(&mut self, cx: &mut TabContext<'_>, missing: Vec<ModelId>) {
        if !cx.catalogue.products().is_empty() {
            return cx.toasts.error(cx.text("first-demo-refused"));
        }
        if self.demo.is_some() || self.pull.is_running() {
            return;
        }
        self.bar = DemoBar::default();
        if missing.is_empty() {
            self.build_demo(cx);
        } else {
            self.then_demo = true;
            self.pull.start(cx, missing);
        }
    }

    fn build_demo(&mut self, cx: &mut TabContext<'_>) {
        // The window inspects the parts afterwards, with the language model.
        self.demo = cx.start(BuildDemo { profile: None, out: None, with_llm: false });
    }

    /// Shows the progress of jobs, or what to do first.
    pub(super) fn show(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        self.doctor.load_once(cx, Doctor);
        ui.vertical_centered(|ui| {
            ui.add_space(ui.available_height() * 0.25);
            if self.demo.is_some() || (self.then_demo && self.pull.is_running()) {
                ui.heading(cx.text("first-demo"));
                ui.add_space(12.0);
                let Self { bar, pull, demo, .. } = self;
                column(ui, |ui| bar.show(ui, cx, pull, demo.as_ref()));
                return;
            }
            if self.pull.is_running() {
                ui.heading(cx.text("first-pull"));
                ui.add_space(12.0);
                column(ui, |ui| self.pull.show(ui, cx));
                return;
            }
            if cx.catalogue.error().is_some() {
                catalogue_error::show(ui, cx);
                ui.add_space(24.0);
            } else if cx.catalogue.listed().is_some_and(<[_]>::is_empty) {
                self.first_steps(ui, cx);
            }
            self.missing_models(ui, cx);
            ui.heading(cx.text("inspect-invite"));
            ui.add_space(12.0);
            if ui.button(cx.text("command-open")).clicked() {
                cx.send(Command::OpenImages);
            }
            ui.add_space(8.0);
            let keys = [("keys", Value::from("Ctrl+O"))];
            ui.weak(cx.localizer.with("inspect-invite-keys", &keys));
        });
    }

    /// Buttons for the demo and for the first product.
    fn first_steps(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        ui.heading(cx.text("first-welcome"));
        ui.label(cx.text("first-explain"));
        ui.add_space(12.0);
        let is_checked = self.doctor.answer().is_some();
        let demo = egui::Button::new(cx.text("first-load-demo"));
        if ui.add_enabled(is_checked, demo).clicked() {
            cx.send(Command::LoadDemo);
        }
        if ui.button(cx.text("first-register")).clicked() {
            cx.send(Command::NewProduct);
        }
        ui.add_space(24.0);
    }

    /// The missing models and the button that fetches them.
    fn missing_models(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        let missing = self.missing();
        if missing.is_empty() {
            return;
        }
        let names: Vec<&str> = missing.iter().map(|model| model.0.as_str()).collect();
        let values = [("models", Value::from(names.join(", ")))];
        ui.colored_label(
            ui.visuals().warn_fg_color,
            cx.localizer.with("first-models-missing", &values),
        );
        if ui.button(cx.text("first-pull-models")).clicked() {
            self.pull.start(cx, missing);
        }
        ui.add_space(24.0);
    }
}

/// A column in the middle of a readable width.
fn column(ui: &mut egui::Ui, content: impl FnOnce(&mut egui::Ui)) {
    let size = egui::vec2(ui.available_width().min(460.0), 0.0);
    ui.allocate_ui_with_layout(size, egui::Layout::top_down(egui::Align::Min), content);
}
