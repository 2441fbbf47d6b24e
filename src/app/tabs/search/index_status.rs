//! The index of known defects: whether it exists and is up to date, and the job that builds it.

use egui::Ui;

use super::notice::notice;
use crate::command::{Command, TabId};
use crate::job_progress;
use crate::loadable::Loadable;
use crate::outcome_toasts::toast_indexed;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_engine::{BuildIndex, BuiltIndex, IndexInfo, IndexState};
use fettle_i18n::Value;

/// The state of the index, and the job that builds it.
#[derive(Default)]
pub(super) struct IndexStatus {
    state: Loadable<Option<IndexState>>,
    building: Option<Task<BuiltIndex>>,
}

impl IndexStatus {
    pub(super) fn load_once(&mut self, cx: &mut TabContext<'_>) {
        self.state.load_once(cx, IndexInfo);
    }

    /// Loads the state again with the next frame.
    pub(super) fn reload(&mut self) {
        self.state = Loadable::default();
    }

    /// Takes the state and the outcome of the job.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) {
        self.state.poll(cx);
        if let Some(answer) = self.building.as_ref().and_then(Task::poll) {
            self.building = None;
            toast_indexed(cx, answer);
        }
    }

    /// Whether there is an index to search.
    pub(super) fn exists(&self) -> bool {
        matches!(self.state.answer(), Some(Some(_)))
    }

    /// Whether it is known that there is no index.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self.state.answer(), Some(None))
    }

    /// Why the state could not be loaded.
    pub(super) fn error(&self) -> Option<&str> {
        self.state.error()
    }

    /// Starts to build the index, unless it is being built.
    pub(super) fn build(&mut self, cx: &mut TabContext<'_>) {
        if self.building.is_none() {
            self.building = cx.start(BuildIndex { rebuild: false });
        }
    }

    /// Cancels the job that builds the index.
    pub(super) fn cancel(&self, cx: &mut TabContext<'_>) {
        if let Some(building) = &self.building {
            cx.stop(building.status());
        }
    }

    /// Shows the progress of the job, or how many images an outdated index lacks and the button
    /// that updates it.
    pub(super) fn show_outdated(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        if let Some(building) = &self.building {
            ui.add_space(12.0);
            job_progress::show(ui, cx, building);
            return;
        }
        let Some(Some(index)) = self.state.answer() else { return };
        if index.behind == 0 {
            return;
        }
        ui.add_space(12.0);
        let values = [("count", Value::from(index.behind))];
        let text = cx.localizer.with("library-index-behind", &values);
        ui.colored_label(ui.visuals().warn_fg_color, text);
        if ui.button(cx.text("library-build-index")).clicked() {
            self.build(cx);
        }
    }

    /// Shows that there is no index, and the button that builds it where images are registered.
    pub(super) fn show_missing(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        let images = cx.catalogue.defect_images();
        notice(ui, |ui| {
            ui.heading(cx.text("search-no-index"));
            if images == 0 {
                ui.label(cx.text("search-no-defects"));
                if ui.button(cx.text("search-to-library")).clicked() {
                    cx.send(Command::Show(TabId::Library));
                }
            } else if self.building.is_none() {
                let values = [("count", Value::from(images))];
                ui.label(cx.localizer.with("search-to-index", &values));
                if ui.button(cx.text("library-build-index")).clicked() {
                    self.build(cx);
                }
            } else {
                ui.spinner();
            }
        });
    }
}
