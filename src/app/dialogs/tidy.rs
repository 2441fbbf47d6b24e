//! Whether the pictures of old inspections shall go now.

use super::{Dialog, Wish, buttons, modal, refusal};
use crate::asked::Asked;
use crate::desk::Desk;
use crate::tasks::Task;
use crate::under_way;
use fettle_engine::{EngineError, TidiedPictures, TidyPictures};
use fettle_i18n::Value;

/// The dialog.
#[derive(Default)]
pub(crate) struct TidyDialog {
    /// What would go.
    counted: Asked<TidiedPictures>,
    task: Option<Task<TidiedPictures>>,
    error: Option<String>,
}

/// What went, or would go, in the values of a message.
fn values(tidied: &TidiedPictures) -> [(&'static str, Value); 3] {
    [
        ("days", tidied.days.unwrap_or(0).into()),
        ("count", tidied.inspections.into()),
        ("size", Value::Number { value: tidied.bytes as f64 / 1e6, digits: 1 }),
    ]
}

/// Says what went, where something did.
pub(crate) fn say_tidied(desk: &mut Desk<'_>, tidied: &TidiedPictures) {
    if tidied.files > 0 {
        desk.toasts.done(desk.words.with("tidy-done", &values(tidied)));
    }
}

impl Dialog for TidyDialog {
    fn show(&mut self, ctx: &egui::Context, desk: &mut Desk<'_>) -> bool {
        self.counted.ask_once(desk, TidyPictures { days: None, dry_run: true });
        self.counted.poll(desk);
        if let Some(answer) = self.task.as_ref().and_then(Task::poll) {
            self.task = None;
            match answer {
                Ok(tidied) => {
                    say_tidied(desk, &tidied);
                    return false;
                }
                // Some went before: what would go now is counted anew.
                Err(EngineError::Cancelled) => self.counted = Asked::default(),
                Err(error) => self.error = Some(error.explain(desk.words.0)),
            }
        }
        let modal = modal(ctx, "tidy_dialog", &desk.text("tidy-title"), |ui| {
            if let Some(error) = self.error.as_deref().or(self.counted.error()) {
                refusal(ui, error);
            }
            if let Some(task) = &self.task {
                under_way::show(ui, desk, task);
                return Wish::Wait;
            }
            let counted = self.counted.answer();
            match counted {
                None if self.counted.error().is_none() => {
                    ui.spinner();
                }
                None => {}
                Some(counted) if counted.files == 0 => {
                    ui.label(desk.words.with("tidy-none", &values(counted)));
                }
                Some(counted) => {
                    ui.label(desk.words.with("tidy-ask", &values(counted)));
                }
            }
            ui.weak(desk.text("tidy-kept"));
            let can = counted.is_some_and(|counted| counted.files > 0);
            let wish = buttons(ui, desk, "tidy-do", can);
            if wish == Wish::Do {
                self.error = None;
                self.task = desk.start(TidyPictures { days: None, dry_run: false });
            }
            wish
        });
        self.task.is_some() || (modal.inner != Wish::Close && !modal.should_close())
    }
}
