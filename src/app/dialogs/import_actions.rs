//! The dialog that imports records of corrective actions: what is in the file is shown before any of
//! it is stored.

use std::path::{Path, PathBuf};

use egui::{Button, Grid, Label, ScrollArea, Ui};

use super::dialog::Dialog;
use super::file_picker::{FileSelection, PendingFiles, pick};
use super::form::{DialogAction, buttons, error_label, modal};
use crate::command::Command;
use crate::job_progress;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use crate::widgets::combo_box::optional_product_combo;
use fettle_domain::ProductCode;
use fettle_engine::{
    ActionFile, EngineError, FiledActionState, ImportActions, ImportedActions, ReadActionFile,
    explain_manual_warning,
};

/// Height of the list of records, in points.
const LIST_HEIGHT: f32 = 240.0;
/// The most records that are listed; the numbers above the list count all.
const MAX_LISTED: usize = 200;
/// The most warnings about the file that are listed.
const MAX_WARNINGS: usize = 5;

/// The file, what was read of it, and the jobs that read and store.
#[derive(Default)]
pub(crate) struct ImportActionsDialog {
    file: Option<PathBuf>,
    product: Option<ProductCode>,
    /// The file and product that were read.
    asked: Option<(PathBuf, Option<ProductCode>)>,
    picking: Option<PendingFiles>,
    reading: Option<Task<ActionFile>>,
    read: Option<ActionFile>,
    storing: Option<Task<ImportedActions>>,
    error: Option<String>,
}

impl ImportActionsDialog {
    /// Takes the outcomes of jobs. Returns whether the records are stored.
    fn poll(&mut self, cx: &mut TabContext<'_>) -> bool {
        if let Some(chosen) = self.picking.as_ref().and_then(PendingFiles::poll) {
            self.picking = None;
            self.file = chosen.into_iter().next().or(self.file.take());
        }
        let asked = self.file.clone().map(|file| (file, self.product.clone()));
        if asked != self.asked {
            self.asked.clone_from(&asked);
            (self.read, self.error) = (None, None);
            self.reading =
                asked.and_then(|(path, product)| cx.start(ReadActionFile { path, product }));
        }
        if let Some(answer) = self.reading.as_ref().and_then(Task::poll) {
            self.reading = None;
            match answer {
                Ok(read) => self.read = Some(read),
                Err(EngineError::Cancelled) => self.file = None,
                Err(error) => self.error = Some(error.explain(cx.localizer.language)),
            }
        }
        match self.storing.as_ref().and_then(Task::poll) {
            None => false,
            Some(Ok(imported)) => {
                let values =
                    [("stored", imported.stored.into()), ("left", imported.left_out.into())];
                let mut text = cx.localizer.with("actions-imported", &values);
                if imported.warned > 0 {
                    text.push(' ');
                    text.push_str(&warned_text(cx, imported.warned));
                }
                let undo = Command::UndoActionImport(imported.import);
                cx.toasts.done_with_action(text, cx.text("judge-undo"), undo);
                cx.send(Command::ActionsChanged);
                true
            }
            Some(Err(error)) => {
                self.storing = None;
                self.error = Some(error.explain(cx.localizer.language));
                false
            }
        }
    }

    /// What an import does, in numbers and record by record.
    fn preview(&self, ui: &mut Ui, cx: &TabContext<'_>) {
        let Some(read) = &self.read else { return };
        let values = [("rows", read.rows.len().into()), ("stored", read.stored().into())];
        ui.strong(cx.localizer.with("actions-would-import", &values));
        for state in FiledActionState::ALL {
            let count = read.count(state);
            if count > 0 {
                ui.label(format!("{}: {count}", cx.text(state.message_id())));
            }
        }
        if read.warned() > 0 {
            ui.colored_label(ui.visuals().warn_fg_color, warned_text(cx, read.warned()));
        }
        let name = read.path.display().to_string();
        for warning in read.warnings.iter().take(MAX_WARNINGS) {
            let said = explain_manual_warning(warning, &name, cx.localizer.language);
            ui.colored_label(ui.visuals().warn_fg_color, format!("⚠ {said}"));
        }
        let more = read.warnings.len().saturating_sub(MAX_WARNINGS);
        if more > 0 {
            ui.weak(format!("… +{more}"));
        }
        ui.add_space(4.0);
        ScrollArea::both().max_height(LIST_HEIGHT).auto_shrink([false, true]).show(ui, |ui| {
            Grid::new("action_file").num_columns(5).striped(true).show(ui, |ui| {
                for row in read.rows.iter().take(MAX_LISTED) {
                    ui.weak(row.draft.place.to_string());
                    let subject = row.subject.as_ref();
                    let product = subject.map(|subject| &subject.product);
                    let defect = subject.and_then(|subject| subject.defect.as_ref());
                    ui.label(match defect {
                        Some(code) => cx.defect_name(product, code),
                        None if row.draft.defect.is_empty() => "–".to_owned(),
                        None => format!("{}?", row.draft.defect),
                    });
                    let action = row.draft.entry.action.replace('\n', " / ");
                    ui.add_sized([220.0, 18.0], Label::new(&action).truncate())
                        .on_hover_text(&action);
                    let state = cx.text(row.state.message_id());
                    if row.state == FiledActionState::New {
                        ui.label(state)
                    } else {
                        ui.weak(state)
                    };
                    let warnings = row.draft.warnings.iter().filter(|_| row.is_warned());
                    let warnings: Vec<String> =
                        warnings.map(|warning| cx.text(warning.message_id())).collect();
                    if !warnings.is_empty() {
                        let text = format!("⚠ {}", warnings.join(" "));
                        ui.colored_label(ui.visuals().warn_fg_color, text);
                    }
                    ui.end_row();
                }
            });
        });
        let hidden = read.rows.len().saturating_sub(MAX_LISTED);
        if hidden > 0 {
            ui.weak(format!("… +{hidden}"));
        }
    }
}

/// How many of the records a person should look at.
fn warned_text(cx: &TabContext<'_>, count: usize) -> String {
    cx.localizer.with("actions-warned", &[("count", count.into())])
}

impl Dialog for ImportActionsDialog {
    fn show(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) -> bool {
        if self.poll(cx) {
            return false;
        }
        let modal = modal(ctx, "import_actions_dialog", &cx.text("actions-import-title"), |ui| {
            let label = cx.text("actions-import-choose");
            if ui.add_enabled(self.picking.is_none(), Button::new(&label)).clicked() {
                self.picking = pick(ui.ctx(), FileSelection::Manual, label);
            }
            ui.weak(cx.text("actions-import-hint"));
            let none = cx.text("actions-import-product-of-file");
            optional_product_combo(ui, cx, &mut self.product, &none);
            if let Some(file) = &self.file {
                ui.add(Label::new(file.display().to_string()).truncate());
            }
            if let Some(error) = &self.error {
                error_label(ui, error);
            }
            if let Some(task) = &self.reading {
                job_progress::show(ui, cx, task);
            }
            self.preview(ui, cx);
            if let Some(task) = &self.storing {
                job_progress::show(ui, cx, task);
                return DialogAction::Wait;
            }
            let can_store = self.read.as_ref().is_some_and(|read| read.stored() > 0);
            let action = buttons(ui, cx, "actions-import-do", can_store);
            if action == DialogAction::Confirm
                && let Some(read) = &self.read
            {
                self.error = None;
                self.storing = cx.start(ImportActions(read.clone()));
            }
            action
        });
        self.storing.is_some() || (modal.inner != DialogAction::Cancel && !modal.should_close())
    }

    fn dropped(&mut self, _ctx: &egui::Context, paths: &[PathBuf]) -> bool {
        if self.storing.is_none()
            && let Some(file) = paths.iter().find(|path| Path::is_file(path))
        {
            self.file = Some(file.clone());
        }
        true
    }
}
