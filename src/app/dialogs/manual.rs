//! A product's manual.

use std::path::{Path, PathBuf};

use super::choose::{Choosing, Wanted, choose};
use super::{Dialog, Wish, buttons, modal, offer_undo, preview, refusal};
use crate::command::Command;
use crate::desk::Desk;
use crate::tasks::Task;
use crate::under_way;
use fettle_domain::{ManualFormat, ProductCode};
use fettle_engine::{ReadManual, RegisterManual};

/// The dialog.
pub(crate) struct ManualDialog {
    product: ProductCode,
    file: Option<PathBuf>,
    preview: preview::Manual,
    /// The file that the preview is of.
    previewed: Option<PathBuf>,
    choosing: Option<Choosing>,
    task: Option<Task<ReadManual>>,
    error: Option<String>,
}

impl ManualDialog {
    /// For a manual of `product`.
    pub(crate) fn new(product: ProductCode) -> Self {
        Self {
            product,
            file: None,
            preview: preview::Manual::default(),
            previewed: None,
            choosing: None,
            task: None,
            error: None,
        }
    }
}

/// Whether somebody who drops this file means a manual.
pub(crate) fn is_manual(path: &Path) -> bool {
    ManualFormat::is_meant_by(&path.to_string_lossy())
}

impl Dialog for ManualDialog {
    fn show(&mut self, ctx: &egui::Context, desk: &mut Desk<'_>) -> bool {
        if let Some(chosen) = self.choosing.as_ref().and_then(Choosing::poll) {
            self.choosing = None;
            self.file = chosen.into_iter().next().or(self.file.take());
        }
        if self.file != self.previewed {
            self.previewed.clone_from(&self.file);
            if let Some(file) = &self.file {
                self.preview.look_at(desk, file);
            }
        }
        self.preview.poll(ctx, desk);
        if let Some(answer) = self.task.as_ref().and_then(Task::poll) {
            self.task = None;
            match answer {
                Ok(ReadManual { manual, text, undo }) => {
                    let format = ManualFormat::stored(&manual.path);
                    let extent = [("pages", text.page_count.into())];
                    let values = [
                        ("path", manual.path.into()),
                        ("extent", desk.words.with(format.extent(), &extent).into()),
                        ("sections", text.sections.len().into()),
                    ];
                    offer_undo(desk, desk.words.with("manual-read", &values), undo);
                    desk.send(Command::LibraryChanged(None));
                    return false;
                }
                Err(error) => self.error = Some(error.explain(desk.words.0)),
            }
        }
        let title =
            format!("{} · {}", desk.text("dialog-add-manual"), desk.product_name(&self.product));
        let modal = modal(ctx, "manual_dialog", &title, |ui| {
            let label = desk.text("dialog-choose-manual");
            if ui.add_enabled(self.choosing.is_none(), egui::Button::new(&label)).clicked() {
                self.choosing = choose(ui.ctx(), Wanted::Manual, label);
            }
            ui.weak(desk.text("dialog-drop-manual"));
            if let Some(file) = &self.file {
                ui.strong(file.display().to_string());
                self.preview.show(ui, desk);
            }
            if let Some(error) = &self.error {
                refusal(ui, error);
            }
            if let Some(task) = &self.task {
                under_way::show(ui, desk, task);
                return Wish::Wait;
            }
            let wish = buttons(ui, desk, "dialog-register", self.file.is_some());
            if let (Wish::Do, Some(path)) = (wish, &self.file) {
                self.error = None;
                let request = RegisterManual { product: self.product.clone(), path: path.clone() };
                self.task = desk.start(request);
            }
            wish
        });
        self.task.is_some() || (modal.inner != Wish::Close && !modal.should_close())
    }

    fn dropped(&mut self, _ctx: &egui::Context, paths: &[PathBuf]) -> bool {
        if self.task.is_none()
            && let Some(file) = paths.iter().find(|path| is_manual(path))
        {
            self.file = Some(file.clone());
        }
        true
    }
}
