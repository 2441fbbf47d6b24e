//! The dialog that confirms the removal of the pictures of old inspections.

use super::dialog::Dialog;
use super::form::{DialogAction, buttons, error_label, modal};
use crate::job_progress;
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_engine::{EngineError, TidiedPictures, TidyPictures};
use fettle_i18n::Value;

/// What the removal affects, and the job that removes.
#[derive(Default)]
pub(crate) struct TidyPicturesDialog {
    /// What would be removed, from a dry run.
    counted: Loadable<TidiedPictures>,
    task: Option<Task<TidiedPictures>>,
    error: Option<String>,
}

/// The values of the messages about removed pictures.
fn values(tidied: &TidiedPictures) -> [(&'static str, Value); 3] {
    [
        ("days", tidied.days.unwrap_or(0).into()),
        ("count", tidied.inspections.into()),
        ("size", Value::Number { value: tidied.bytes as f64 / 1e6, digits: 1 }),
    ]
}

/// Shows a toast about the removed pictures, if there are any.
pub(crate) fn toast_tidied(cx: &mut TabContext<'_>, tidied: &TidiedPictures) {
    if tidied.files > 0 {
        cx.toasts.done(cx.localizer.with("tidy-done", &values(tidied)));
    }
}

impl Dialog for TidyPicturesDialog {
    fn show(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) -> bool {
        self.counted.load_once(cx, TidyPictures { days: None, dry_run: true });
        self.counted.poll(cx);
        if let Some(answer) = self.task.as_ref().and_then(Task::poll) {
            self.task = None;
            match answer {
                Ok(tidied) => {
                    toast_tidied(cx, &tidied);
                    return false;
                }
                // Some pictures were removed before: the rest is counted again.
                Err(EngineError::Cancelled) => self.counted = Loadable::default(),
                Err(error) => self.error = Some(error.explain(cx.localizer.language)),
            }
        }
        let modal = modal(ctx, "tidy_dialog", &cx.text("tidy-title"), |ui| {
            if let Some(error) = self.error.as_deref().or(self.counted.error()) {
                error_label(ui, error);
            }
            if let Some(task) = &self.task {
                job_progress::show(ui, cx, task);
                return DialogAction::Wait;
            }
            let counted = self.counted.answer();
            match counted {
                None if self.counted.error().is_none() => {
                    ui.spinner();
                }
                None => {}
                Some(counted) if counted.files == 0 => {
                    ui.label(cx.localizer.with("tidy-none", &values(counted)));
                }
                Some(counted) => {
                    ui.label(cx.localizer.with("tidy-ask", &values(counted)));
                }
            }
            ui.weak(cx.text("tidy-kept"));
            let can_remove = counted.is_some_and(|counted| counted.files > 0);
            let action = buttons(ui, cx, "tidy-do", can_remove);
            if action == DialogAction::Confirm {
                self.error = None;
                self.task = cx.start(TidyPictures { days: None, dry_run: false });
            }
            action
        });
        self.task.is_some() || (modal.inner != DialogAction::Cancel && !modal.should_close())
    }
}
