//! The section of back-ups: one now, and the plan by which they are made while the window is open.

use std::path::PathBuf;

use egui::{Button, Context, DragValue, Ui};

use super::section::spinner_or_error;
use crate::background_task::BackgroundTask;
use crate::dialogs::save_file::{PendingPath, save_as};
use crate::job_progress;
use crate::loadable::Loadable;
use crate::shell::due_backup::toast_backed_up;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_engine::{BackUp, BackedUp, EngineError, Preferences};
use fettle_settings::BackupPlan;

/// The back-up being made and the plan in the form, before it is saved.
#[derive(Default)]
pub(super) struct Backups {
    plan: Option<BackupPlan>,
    choosing_file: Option<PendingPath>,
    choosing_folder: Option<BackgroundTask<Option<PathBuf>>>,
    making: Option<Task<BackedUp>>,
}

impl Backups {
    /// Fills the form with the plan in force.
    pub(super) fn set(&mut self, preferences: Option<&Preferences>) {
        if let Some(preferences) = preferences {
            self.plan.clone_from(&preferences.backups);
        }
    }

    /// Takes a chosen file or folder, and the answer of the back-up.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) {
        if let Some(chosen) = self.choosing_file.as_ref().and_then(BackgroundTask::poll) {
            self.choosing_file = None;
            self.making = chosen.and_then(|to| cx.start(BackUp { to }));
        }
        if let Some(chosen) = self.choosing_folder.as_ref().and_then(BackgroundTask::poll) {
            self.choosing_folder = None;
            if let Some(folder) = chosen {
                let plan = self.plan.take().unwrap_or_else(|| BackupPlan::daily(PathBuf::new()));
                self.plan = Some(BackupPlan { folder, ..plan });
            }
        }
        if let Some(answer) = self.making.as_ref().and_then(Task::poll) {
            self.making = None;
            match answer {
                Ok(made) => toast_backed_up(cx, &made),
                Err(EngineError::Cancelled) => {}
                Err(error) => cx.toasts.error(error.explain(cx.localizer.language)),
            }
        }
    }

    /// Shows the section. Returns the plan (or none) that a person chose.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &TabContext<'_>,
        preferences: &Loadable<Preferences>,
    ) -> Option<Option<BackupPlan>> {
        ui.heading(cx.text("settings-backups"));
        let Some(in_force) = preferences.answer() else {
            spinner_or_error(ui, preferences.error());
            return None;
        };
        ui.weak(cx.text("settings-backups-hint"));
        match &self.making {
            Some(task) => job_progress::show(ui, cx, task),
            None => {
                let can_choose = self.choosing_file.is_none();
                let now = Button::new(cx.text("settings-backup-now"));
                if ui.add_enabled(can_choose, now).clicked() {
                    let (title, name) =
                        (cx.text("settings-backup-now"), cx.text("settings-backup-file"));
                    self.choosing_file = save_as(ui.ctx(), title, name);
                }
            }
        }
        self.plan_editor(ui, cx);
        // Values are saved once dragging or typing has ended.
        let ctx = ui.ctx();
        let is_changing = ctx.input(|input| input.pointer.any_down()) || ctx.text_edit_focused();
        (!is_changing && self.plan != in_force.backups).then(|| self.plan.clone())
    }

    fn plan_editor(&mut self, ui: &mut Ui, cx: &TabContext<'_>) {
        let mut is_planned = self.plan.is_some();
        let planned = ui.checkbox(&mut is_planned, cx.text("settings-backup-plan"));
        if planned.changed() {
            match is_planned {
                true => self.choose_folder(ui.ctx(), cx),
                false => self.plan = None,
            }
        }
        let Some(plan) = &mut self.plan else { return };
        let is_choosing = self.choosing_folder.is_some();
        let choose = ui
            .horizontal_wrapped(|ui| {
                let every = ui.label(cx.text("settings-backup-every"));
                let days = DragValue::new(&mut plan.days).range(1..=BackupPlan::MOST_DAYS);
                let suffix = format!(" {}", cx.text("settings-days"));
                ui.add(days.suffix(suffix)).labelled_by(every.id);
                let keep = ui.label(cx.text("settings-backup-keep"));
                let kept = DragValue::new(&mut plan.keep).range(1..=BackupPlan::MOST_KEPT);
                ui.add(kept).labelled_by(keep.id);
                ui.label(format!(
                    "{}: {}",
                    cx.text("settings-backup-folder"),
                    plan.folder.display()
                ));
                let choose = Button::new(cx.text("settings-backup-choose"));
                ui.add_enabled(!is_choosing, choose).clicked()
            })
            .inner;
        if choose {
            self.choose_folder(ui.ctx(), cx);
        }
    }

    fn choose_folder(&mut self, ctx: &Context, cx: &TabContext<'_>) {
        if self.choosing_folder.is_none() {
            let dialog = rfd::FileDialog::new().set_title(cx.text("settings-backup-choose"));
            self.choosing_folder = BackgroundTask::start(ctx, move || dialog.pick_folder());
        }
    }
}
