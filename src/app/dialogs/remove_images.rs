//! Whether images shall really go.

use super::{Dialog, Wish, buttons, modal, refusal};
use crate::command::Command;
use crate::desk::Desk;
use crate::tasks::Task;
use crate::under_way;
use fettle_domain::RegisteredImage;
use fettle_engine::RemoveImages;

/// The dialog.
pub(crate) struct RemoveImagesDialog {
    images: Vec<RegisteredImage>,
    task: Option<Task<Vec<RegisteredImage>>>,
    error: Option<String>,
}

impl RemoveImagesDialog {
    /// About `images`.
    pub(crate) fn new(images: Vec<RegisteredImage>) -> Self {
        Self { images, task: None, error: None }
    }
}

impl Dialog for RemoveImagesDialog {
    fn show(&mut self, ctx: &egui::Context, desk: &mut Desk<'_>) -> bool {
        if let Some(answer) = self.task.as_ref().and_then(Task::poll) {
            self.task = None;
            match answer {
                Ok(removed) => {
                    let count = [("count", removed.len().into())];
                    desk.toasts.done(desk.words.with("dialog-removed", &count));
                    desk.send(Command::LibraryChanged(None));
                    return false;
                }
                Err(error) => self.error = Some(error.explain(desk.words.0)),
            }
        }
        let modal = modal(ctx, "remove_dialog", &desk.text("dialog-remove-title"), |ui| {
            let count = [("count", self.images.len().into())];
            ui.label(desk.words.with("dialog-remove-ask", &count));
            ui.weak(desk.text("dialog-remove-hint"));
            if let Some(error) = &self.error {
                refusal(ui, error);
            }
            if let Some(task) = &self.task {
                under_way::show(ui, desk, task);
                return Wish::Wait;
            }
            let wish = buttons(ui, desk, "dialog-remove", true);
            if wish == Wish::Do {
                let paths = self.images.iter().map(|image| (&image.path).into()).collect();
                self.task = desk.start(RemoveImages { paths });
            }
            wish
        });
        self.task.is_some() || (modal.inner != Wish::Close && !modal.should_close())
    }
}
