//! The dialog that deletes a product or a defect type: it says first what hangs on it.

use super::dialog::Dialog;
use super::form::{DialogAction, buttons, error_label, modal};
use crate::command::Command;
use crate::job_progress;
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_domain::{CatalogueEntry, Dependents};
use fettle_engine::{CountDependents, DeleteEntry, DeletedEntry};

/// A product or defect type that is to be deleted.
pub(crate) struct DeleteEntryDialog {
    entry: CatalogueEntry,
    dependents: Loadable<Dependents>,
    task: Option<Task<DeletedEntry>>,
    error: Option<String>,
}

impl DeleteEntryDialog {
    /// Deletes `entry` once confirmed.
    pub(crate) fn new(entry: CatalogueEntry) -> Self {
        Self { entry, dependents: Loadable::default(), task: None, error: None }
    }
}

/// The name of a product or defect type.
pub(crate) fn entry_name(cx: &TabContext<'_>, entry: &CatalogueEntry) -> String {
    let product = cx.product_name(entry.product());
    match entry.defect() {
        None => product,
        Some(defect) => format!("{product} · {}", cx.defect_name(Some(entry.product()), defect)),
    }
}

impl Dialog for DeleteEntryDialog {
    fn show(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) -> bool {
        self.dependents.load_once(cx, CountDependents(self.entry.clone()));
        self.dependents.poll(cx);
        let name = entry_name(cx, &self.entry);
        if let Some(answer) = self.task.as_ref().and_then(Task::poll) {
            self.task = None;
            match answer {
                Ok(deleted) => {
                    let text = cx.localizer.with("entry-deleted", &[("name", name.into())]);
                    let undo = Command::UndoDeletion(deleted.id);
                    cx.toasts.done_with_action(text, cx.text("judge-undo"), undo);
                    cx.send(Command::LibraryChanged(None));
                    if deleted.dependents.defect_images > 0 && self.entry.defect().is_some() {
                        cx.send(Command::KnownDefectsChanged(self.entry.product().clone()));
                    }
                    return false;
                }
                Err(error) => self.error = Some(error.explain(cx.localizer.language)),
            }
        }
        let title = cx.localizer.with("delete-title", &[("name", name.into())]);
        let modal = modal(ctx, "delete_entry_dialog", &title, |ui| {
            if let Some(error) = self.error.as_deref().or(self.dependents.error()) {
                error_label(ui, error);
            }
            match self.dependents.answer() {
                None if self.dependents.error().is_none() => {
                    ui.spinner();
                }
                None => {}
                Some(dependents) => {
                    let kinds = dependents.kinds();
                    if kinds.iter().all(|(_, count)| *count == 0) {
                        ui.label(cx.text("delete-nothing-else"));
                    }
                    for (message, count) in kinds.into_iter().filter(|(_, count)| *count > 0) {
                        let line = cx.localizer.with(message, &[("count", count.into())]);
                        ui.label(format!("• {line}"));
                    }
                }
            }
            ui.weak(cx.text("delete-hint"));
            if let Some(task) = &self.task {
                job_progress::show(ui, cx, task);
                return DialogAction::Wait;
            }
            let action = buttons(ui, cx, "dialog-delete", self.dependents.answer().is_some());
            if action == DialogAction::Confirm {
                self.error = None;
                self.task = cx.start(DeleteEntry(self.entry.clone()));
            }
            action
        });
        self.task.is_some() || (modal.inner != DialogAction::Cancel && !modal.should_close())
    }
}
