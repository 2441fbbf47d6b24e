//! The dialog that registers images of normal parts or of a defect type.

use std::path::PathBuf;

use egui::ScrollArea;

use super::dialog::Dialog;
use super::file_picker::{FileSelection, PendingFiles, pick};
use super::form::{DialogAction, buttons, error_label, modal};
use super::left_out::left_out;
use super::preview;
use super::region_marking::RegionMarking;
use super::registration_toast::toast_registered;
use crate::command::Command;
use crate::job_progress;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_domain::{DefectType, ImageLabel, ProductCode};
use fettle_engine::{RegisterImages, RegisteredImages};

/// File names shown at most.
const MAX_LISTED: usize = 4;

/// The files to register and their label.
pub(crate) struct RegisterImagesDialog {
    product: ProductCode,
    defects: Vec<DefectType>,
    label: ImageLabel,
    /// Files, archives and folders, as chosen.
    files: Vec<PathBuf>,
    has_folders: bool,
    /// Whether folders stand for the images of their sub-folders, too.
    recursive: bool,
    marking: RegionMarking,
    preview: preview::ImagesPreview,
    picking: Option<PendingFiles>,
    task: Option<Task<RegisteredImages>>,
    /// The outcome, shown where files were refused or resemble registered images.
    answer: Option<RegisteredImages>,
    error: Option<String>,
}

impl RegisterImagesDialog {
    /// Registers images of `product`; `label` is selected at first.
    pub(crate) fn new(product: ProductCode, defects: Vec<DefectType>, label: ImageLabel) -> Self {
        Self {
            product,
            defects,
            label,
            files: Vec::new(),
            has_folders: false,
            recursive: false,
            marking: RegionMarking::default(),
            preview: preview::ImagesPreview::default(),
            picking: None,
            task: None,
            answer: None,
            error: None,
        }
    }

    /// Takes picked files, previews and the outcome. Returns whether the dialog stays open.
    fn poll(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) -> bool {
        self.preview.poll(ctx, cx);
        if let Some(chosen) = self.picking.as_ref().and_then(PendingFiles::poll) {
            self.picking = None;
            for file in chosen {
                if !self.files.contains(&file) {
                    self.has_folders |= file.is_dir();
                    self.files.push(file);
                }
            }
            self.preview.load(cx, &self.files, self.recursive);
        }
        let Some(answer) = self.task.as_ref().and_then(Task::poll) else {
            return true;
        };
        self.task = None;
        // Also after an error: images before the failing one are registered.
        cx.send(Command::LibraryChanged(None));
        match answer {
            Err(error) => {
                self.error = Some(error.explain(cx.localizer.language));
                true
            }
            Ok(answer) => {
                if self.label != ImageLabel::Normal && answer.undo().is_some() {
                    cx.send(Command::KnownDefectsChanged(self.product.clone()));
                }
                let is_complete = answer.rejected.is_empty()
                    && answer.near_duplicates.is_empty()
                    && answer.notices.is_empty();
                toast_registered(cx, self.summary(cx, &answer), answer.undo());
                if !is_complete {
                    self.answer = Some(answer);
                }
                !is_complete
            }
        }
    }

    fn summary(&self, cx: &TabContext<'_>, answer: &RegisteredImages) -> String {
        let values = [
            ("product", cx.product_name(&self.product).into()),
            ("new", answer.new.len().into()),
            ("known", answer.known.len().into()),
        ];
        let mut lines = vec![cx.localizer.with("registered-images", &values)];
        lines.extend(left_out(cx, &answer.passed_over, answer.unread));
        lines.join("\n")
    }

    fn form(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) -> DialogAction {
        ui.label(cx.text("dialog-show"));
        ui.horizontal_wrapped(|ui| {
            let normal = cx.text("label-normal");
            ui.radio_value(&mut self.label, ImageLabel::Normal, normal);
            for defect in &self.defects {
                let label = ImageLabel::Defect(defect.code.clone());
                ui.radio_value(&mut self.label, label, &defect.full_name);
            }
        });
        ui.add_space(6.0);
        ui.horizontal_wrapped(|ui| {
            for (label, selection) in [
                ("dialog-choose-files", FileSelection::Images),
                ("dialog-choose-folders", FileSelection::Folders),
            ] {
                let label = cx.text(label);
                if ui.add_enabled(self.picking.is_none(), egui::Button::new(&label)).clicked() {
                    self.picking = pick(ui.ctx(), selection, label);
                }
            }
            let clear = egui::Button::new(cx.text("dialog-clear"));
            if ui.add_enabled(!self.files.is_empty(), clear).clicked() {
                self.files.clear();
                self.has_folders = false;
                self.preview.load(cx, &self.files, self.recursive);
            }
        });
        ui.weak(cx.text("dialog-drop-hint"));
        if self.has_folders {
            let with_sub_folders = cx.text("dialog-recursive");
            if ui.checkbox(&mut self.recursive, with_sub_folders).changed() {
                self.preview.load(cx, &self.files, self.recursive);
            }
        }
        self.preview.show(ui, cx);
        for file in self.files.iter().take(MAX_LISTED) {
            ui.add(egui::Label::new(file.display().to_string()).truncate());
        }
        if self.files.len() > MAX_LISTED {
            ui.label("…");
        }
        if self.label != ImageLabel::Normal {
            let is_mixed = self.preview.files().len() < self.preview.total().unwrap_or(0);
            self.marking.show(ui, cx, self.preview.files(), is_mixed);
        }
        ui.add_space(6.0);
        ui.weak(cx.text(match self.label {
            ImageLabel::Normal => "dialog-then-bank",
            ImageLabel::Defect(_) => "dialog-then-index",
        }));
        let can_register = !self.files.is_empty() && self.preview.total() != Some(0);
        let action = buttons(ui, cx, "dialog-register", can_register);
        if action == DialogAction::Confirm {
            self.error = None;
            self.task = cx.start(RegisterImages {
                product: self.product.clone(),
                label: self.label.clone(),
                paths: self.files.clone(),
                recursive: self.recursive,
                regions: self.marking.regions.clone(),
            });
        }
        action
    }

    /// The files refused, what was assumed about others, and the near duplicates.
    fn outcome(
        &self,
        ui: &mut egui::Ui,
        cx: &TabContext<'_>,
        answer: &RegisteredImages,
    ) -> DialogAction {
        ui.strong(self.summary(cx, answer));
        ScrollArea::vertical().max_height(280.0).auto_shrink([false, true]).show(ui, |ui| {
            for rejected in &answer.rejected {
                let values = [
                    ("path", rejected.path.display().to_string().into()),
                    ("reason", rejected.error.explain(cx.localizer.language).into()),
                ];
                error_label(ui, &cx.localizer.with("registered-refused", &values));
            }
            let language = cx.localizer.language;
            for notice in answer.notices.iter().flat_map(|file| file.explain(language)) {
                ui.label(notice);
            }
            for duplicate in &answer.near_duplicates {
                let label = match &duplicate.of.label {
                    ImageLabel::Normal => cx.text("label-normal"),
                    ImageLabel::Defect(defect) => {
                        cx.defect_name(Some(&duplicate.of.product), defect)
                    }
                };
                let values = [
                    ("path", duplicate.path.display().to_string().into()),
                    ("twin", duplicate.of.path.clone().into()),
                    ("product", cx.product_name(&duplicate.of.product).into()),
                    ("label", label.into()),
                ];
                ui.label(cx.localizer.with("dialog-twin", &values));
            }
        });
        ui.add_space(8.0);
        if ui.button(cx.text("dialog-close")).clicked() {
            DialogAction::Cancel
        } else {
            DialogAction::Wait
        }
    }
}

impl Dialog for RegisterImagesDialog {
    fn show(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) -> bool {
        if !self.poll(ctx, cx) {
            return false;
        }
        let title =
            format!("{} · {}", cx.text("dialog-add-images"), cx.product_name(&self.product));
        let modal = modal(ctx, "images_dialog", &title, |ui| {
            if let Some(error) = &self.error {
                error_label(ui, error);
            }
            match (&self.answer, &self.task) {
                (Some(answer), _) => self.outcome(ui, cx, answer),
                (None, Some(task)) => {
                    job_progress::show(ui, cx, task);
                    DialogAction::Wait
                }
                (None, None) => self.form(ui, cx),
            }
        });
        self.task.is_some() || (modal.inner != DialogAction::Cancel && !modal.should_close())
    }

    fn dropped(&mut self, ctx: &egui::Context, paths: &[PathBuf]) -> bool {
        if self.task.is_none() && self.answer.is_none() {
            let dropped = FileSelection::Dropped(paths.to_vec());
            self.picking = pick(ctx, dropped, String::new());
        }
        true
    }
}
