//! The dialog that confirms the removal of registered images.

use super::dialog::Dialog;
use super::form::{DialogAction, buttons, error_label, modal};
use crate::command::Command;
use crate::job_progress;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_domain::{ImageLabel, ProductCode, RegisteredImage};
use fettle_engine::RemoveImages;

/// The images to remove.
pub(crate) struct RemoveImagesDialog {
    images: Vec<RegisteredImage>,
    task: Option<Task<Vec<RegisteredImage>>>,
    error: Option<String>,
}

impl RemoveImagesDialog {
    /// Removes `images` once confirmed.
    pub(crate) fn new(images: Vec<RegisteredImage>) -> Self {
        Self { images, task: None, error: None }
    }
}

impl Dialog for RemoveImagesDialog {
    fn show(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) -> bool {
        if let Some(answer) = self.task.as_ref().and_then(Task::poll) {
            self.task = None;
            match answer {
                Ok(removed) => {
                    let count = [("count", removed.len().into())];
                    cx.toasts.done(cx.localizer.with("dialog-removed", &count));
                    cx.send(Command::LibraryChanged(None));
                    let mut changed: Vec<ProductCode> = Vec::new();
                    for image in &self.images {
                        if image.label != ImageLabel::Normal && !changed.contains(&image.product) {
                            changed.push(image.product.clone());
                        }
                    }
                    for product in changed {
                        cx.send(Command::KnownDefectsChanged(product));
                    }
                    return false;
                }
                Err(error) => self.error = Some(error.explain(cx.localizer.language)),
            }
        }
        let modal = modal(ctx, "remove_dialog", &cx.text("dialog-remove-title"), |ui| {
            let count = [("count", self.images.len().into())];
            ui.label(cx.localizer.with("dialog-remove-ask", &count));
            ui.weak(cx.text("dialog-remove-hint"));
            if let Some(error) = &self.error {
                error_label(ui, error);
            }
            if let Some(task) = &self.task {
                job_progress::show(ui, cx, task);
                return DialogAction::Wait;
            }
            let action = buttons(ui, cx, "dialog-remove", true);
            if action == DialogAction::Confirm {
                let paths = self.images.iter().map(|image| (&image.path).into()).collect();
                self.task = cx.start(RemoveImages { paths });
            }
            action
        });
        self.task.is_some() || (modal.inner != DialogAction::Cancel && !modal.should_close())
    }
}
