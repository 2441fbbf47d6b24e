//! The dialog that registers a manual of a product.

use std::path::{Path, PathBuf};

use super::dialog::Dialog;
use super::file_picker::{FileSelection, PendingFiles, pick};
use super::form::{DialogAction, buttons, buttons_named, error_label, modal};
use super::preview;
use super::registration_toast::toast_registered;
use crate::command::Command;
use crate::job_progress;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_domain::{ManualFormat, ManualId, ManualWarning, ProductCode};
use fettle_engine::{ParsedManual, RegisterManual, explain_manual_warning};

/// The manual file and its preview.
pub(crate) struct RegisterManualDialog {
    product: ProductCode,
    file: Option<PathBuf>,
    preview: preview::ManualPreview,
    /// The file of the preview.
    previewed: Option<PathBuf>,
    picking: Option<PendingFiles>,
    task: Option<Task<ParsedManual>>,
    error: Option<String>,
    /// The manual that was registered, while the dialog asks whether to correct what was read.
    registered: Option<Registered>,
}

/// A registered manual in which a person should check how it was read.
struct Registered {
    manual: ManualId,
    /// The path in the workspace.
    path: String,
    warnings: Vec<ManualWarning>,
}

impl RegisterManualDialog {
    /// Registers a manual of `product`.
    pub(crate) fn new(product: ProductCode) -> Self {
        Self {
            product,
            file: None,
            preview: preview::ManualPreview::default(),
            previewed: None,
            picking: None,
            task: None,
            error: None,
            registered: None,
        }
    }

    /// Asks whether to correct what was read of the registered manual; whether the dialog stays.
    fn ask_review(ctx: &egui::Context, cx: &mut TabContext<'_>, registered: &Registered) -> bool {
        /// The most warnings that are shown here; the review screen has all.
        const MOST: usize = 6;
        let Registered { manual, path, warnings } = registered;
        let count = [("count", warnings.len().into())];
        let title = cx.localizer.with("manual-warnings", &count);
        let shown = modal(ctx, "manual_dialog", &title, |ui| {
            for warning in warnings.iter().take(MOST) {
                ui.label(explain_manual_warning(warning, path, cx.localizer.language));
            }
            ui.add_space(4.0);
            ui.weak(cx.text("review-offer"));
            buttons_named(ui, cx, ("review-now", "review-later"), true)
        });
        match shown.inner {
            DialogAction::Confirm => {
                cx.send(Command::ReviewManual(*manual));
                false
            }
            DialogAction::Cancel => false,
            DialogAction::Wait => !shown.should_close(),
        }
    }
}

/// Whether a file dropped on the window is taken for a manual, by its extension.
pub(crate) fn is_manual(path: &Path) -> bool {
    ManualFormat::is_document_name(&path.to_string_lossy())
}

impl Dialog for RegisterManualDialog {
    fn show(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) -> bool {
        if let Some(registered) = &self.registered {
            return Self::ask_review(ctx, cx, registered);
        }
        if let Some(chosen) = self.picking.as_ref().and_then(PendingFiles::poll) {
            self.picking = None;
            self.file = chosen.into_iter().next().or(self.file.take());
        }
        if self.file != self.previewed {
            self.previewed.clone_from(&self.file);
            if let Some(file) = &self.file {
                self.preview.load(cx, file);
            }
        }
        self.preview.poll(ctx, cx);
        if let Some(answer) = self.task.as_ref().and_then(Task::poll) {
            self.task = None;
            match answer {
                Ok(ParsedManual { manual, text, undo }) => {
                    let format = ManualFormat::of_stored(&manual.path);
                    let open = text.warnings.iter().filter(|one| one.is_about_reading()).cloned();
                    let registered = Registered {
                        manual: manual.id,
                        path: manual.path.clone(),
                        warnings: open.collect(),
                    };
                    let extent = [("pages", text.page_count.into())];
                    let values = [
                        ("path", manual.path.into()),
                        ("extent", cx.localizer.with(format.length_message_id(), &extent).into()),
                        ("sections", text.sections.len().into()),
                    ];
                    toast_registered(cx, cx.localizer.with("manual-read", &values), undo);
                    cx.send(Command::LibraryChanged(None));
                    self.registered = (!registered.warnings.is_empty()).then_some(registered);
                    return self.registered.is_some();
                }
                Err(error) => self.error = Some(error.explain(cx.localizer.language)),
            }
        }
        let title =
            format!("{} · {}", cx.text("dialog-add-manual"), cx.product_name(&self.product));
        let modal = modal(ctx, "manual_dialog", &title, |ui| {
            let label = cx.text("dialog-choose-manual");
            if ui.add_enabled(self.picking.is_none(), egui::Button::new(&label)).clicked() {
                self.picking = pick(ui.ctx(), FileSelection::Manual, label);
            }
            ui.weak(cx.text("dialog-drop-manual"));
            if let Some(file) = &self.file {
                ui.strong(file.display().to_string());
                self.preview.show(ui, cx);
            }
            if let Some(error) = &self.error {
                error_label(ui, error);
            }
            if let Some(task) = &self.task {
                job_progress::show(ui, cx, task);
                return DialogAction::Wait;
            }
            let action = buttons(ui, cx, "dialog-register", self.file.is_some());
            if let (DialogAction::Confirm, Some(path)) = (action, &self.file) {
                self.error = None;
                let request = RegisterManual { product: self.product.clone(), path: path.clone() };
                self.task = cx.start(request);
            }
            action
        });
        self.task.is_some() || (modal.inner != DialogAction::Cancel && !modal.should_close())
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
