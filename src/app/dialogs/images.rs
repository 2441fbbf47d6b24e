//! Images of normal parts or of a known defect.

use std::collections::BTreeMap;
use std::path::PathBuf;

use egui::{Button, CollapsingHeader, ScrollArea};

use super::choose::{Choosing, Wanted, choose};
use super::region::RegionPicker;
use super::{Dialog, Wish, buttons, modal, offer_undo, preview, refusal};
use crate::command::Command;
use crate::desk::Desk;
use crate::tasks::Task;
use crate::under_way;
use fettle_domain::{DefectType, ImageLabel, ProductCode, RectPx};
use fettle_engine::{RegisterImages, RegisteredImages};

/// Of files chosen so many are named.
const NAMED: usize = 4;

/// The dialog.
pub(crate) struct ImagesDialog {
    product: ProductCode,
    defects: Vec<DefectType>,
    label: ImageLabel,
    files: Vec<PathBuf>,
    marking: Marking,
    preview: preview::Images,
    choosing: Option<Choosing>,
    task: Option<Task<RegisteredImages>>,
    /// Shown where there is more to say than that all went well.
    answer: Option<RegisteredImages>,
    error: Option<String>,
}

impl ImagesDialog {
    /// For images of `product`, at first under `label`.
    pub(crate) fn new(product: ProductCode, defects: Vec<DefectType>, label: ImageLabel) -> Self {
        Self {
            product,
            defects,
            label,
            files: Vec::new(),
            marking: Marking::default(),
            preview: preview::Images::default(),
            choosing: None,
            task: None,
            answer: None,
            error: None,
        }
    }

    fn poll(&mut self, ctx: &egui::Context, desk: &mut Desk<'_>) -> bool {
        self.preview.poll(ctx, desk);
        if let Some(chosen) = self.choosing.as_ref().and_then(Choosing::poll) {
            self.choosing = None;
            for file in chosen {
                if !self.files.contains(&file) {
                    self.files.push(file);
                }
            }
            self.preview.look_at(desk, &self.files);
        }
        let Some(answer) = self.task.as_ref().and_then(Task::poll) else {
            return true;
        };
        self.task = None;
        // Also after an error: what came before it is registered.
        desk.send(Command::LibraryChanged(None));
        match answer {
            Err(error) => {
                self.error = Some(error.explain(desk.words.0));
                true
            }
            Ok(answer) => {
                let smooth = answer.refused.is_empty() && answer.twins.is_empty();
                offer_undo(desk, self.summary(desk, &answer), answer.undo());
                if !smooth {
                    self.answer = Some(answer);
                }
                !smooth
            }
        }
    }

    fn summary(&self, desk: &Desk<'_>, answer: &RegisteredImages) -> String {
        let values = [
            ("product", desk.product_name(&self.product).into()),
            ("new", answer.new.len().into()),
            ("known", answer.known.len().into()),
        ];
        desk.words.with("registered-images", &values)
    }

    fn ask(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) -> Wish {
        ui.label(desk.text("dialog-show"));
        ui.horizontal_wrapped(|ui| {
            let normal = desk.text("label-normal");
            ui.radio_value(&mut self.label, ImageLabel::Normal, normal);
            for defect in &self.defects {
                let label = ImageLabel::Defect(defect.code.clone());
                ui.radio_value(&mut self.label, label, &defect.full_name);
            }
        });
        ui.add_space(6.0);
        ui.horizontal_wrapped(|ui| {
            for (label, wanted) in [
                ("dialog-choose-files", Wanted::Images),
                ("dialog-choose-folders", Wanted::Folders),
            ] {
                let label = desk.text(label);
                if ui.add_enabled(self.choosing.is_none(), egui::Button::new(&label)).clicked() {
                    self.choosing = choose(ui.ctx(), wanted, label);
                }
            }
            let clear = egui::Button::new(desk.text("dialog-clear"));
            if ui.add_enabled(!self.files.is_empty(), clear).clicked() {
                self.files.clear();
                self.preview.look_at(desk, &self.files);
            }
        });
        ui.weak(desk.text("dialog-drop-hint"));
        self.preview.show(ui, desk);
        for file in self.files.iter().take(NAMED) {
            ui.add(egui::Label::new(file.display().to_string()).truncate());
        }
        if self.files.len() > NAMED {
            ui.label("…");
        }
        if self.label != ImageLabel::Normal {
            self.marking.show(ui, desk, &self.files);
        }
        ui.add_space(6.0);
        ui.weak(desk.text(match self.label {
            ImageLabel::Normal => "dialog-then-bank",
            ImageLabel::Defect(_) => "dialog-then-index",
        }));
        let can = !self.files.is_empty() && self.preview.total() != Some(0);
        let wish = buttons(ui, desk, "dialog-register", can);
        if wish == Wish::Do {
            self.error = None;
            self.task = desk.start(RegisterImages {
                product: self.product.clone(),
                label: self.label.clone(),
                paths: self.files.clone(),
                regions: self.marking.regions.clone(),
            });
        }
        wish
    }

    /// What did not go as meant.
    fn outcome(&self, ui: &mut egui::Ui, desk: &Desk<'_>, answer: &RegisteredImages) -> Wish {
        ui.strong(self.summary(desk, answer));
        ScrollArea::vertical().max_height(280.0).auto_shrink([false, true]).show(ui, |ui| {
            for refused in &answer.refused {
                let values = [
                    ("path", refused.path.display().to_string().into()),
                    ("reason", refused.error.explain(desk.words.0).into()),
                ];
                refusal(ui, &desk.words.with("registered-refused", &values));
            }
            for twin in &answer.twins {
                let label = match &twin.of.label {
                    ImageLabel::Normal => desk.text("label-normal"),
                    ImageLabel::Defect(defect) => desk.defect_name(Some(&twin.of.product), defect),
                };
                let values = [
                    ("path", twin.path.display().to_string().into()),
                    ("twin", twin.of.path.clone().into()),
                    ("product", desk.product_name(&twin.of.product).into()),
                    ("label", label.into()),
                ];
                ui.label(desk.words.with("dialog-twin", &values));
            }
        });
        ui.add_space(8.0);
        if ui.button(desk.text("dialog-close")).clicked() { Wish::Close } else { Wish::Wait }
    }
}

/// The parts that show the defect, drawn on one of the images after the other.
#[derive(Default)]
struct Marking {
    /// Which of the images is drawn on.
    at: usize,
    regions: BTreeMap<PathBuf, RectPx>,
    picker: RegionPicker,
}

impl Marking {
    fn show(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>, files: &[PathBuf]) {
        let is_zip =
            |file: &PathBuf| file.extension().is_some_and(|e| e.eq_ignore_ascii_case("zip"));
        let images: Vec<&PathBuf> = files.iter().filter(|file| !is_zip(file)).collect();
        self.regions.retain(|file, _| images.contains(&file));
        self.at = self.at.min(images.len().saturating_sub(1));
        let Some(image) = images.get(self.at) else { return };
        let title = match self.regions.len() {
            0 => desk.text("region-mark"),
            count => desk.words.with("region-marked", &[("count", count.into())]),
        };
        CollapsingHeader::new(title).id_salt("images_marking").show(ui, |ui| {
            ui.horizontal(|ui| {
                let back = ui.add_enabled(self.at > 0, Button::new("◀"));
                if back.on_hover_text(desk.text("region-previous")).clicked() {
                    self.at -= 1;
                }
                let onward = ui.add_enabled(self.at + 1 < images.len(), Button::new("▶"));
                if onward.on_hover_text(desk.text("region-next")).clicked() {
                    self.at += 1;
                }
                ui.label(format!("{} / {}", self.at + 1, images.len()));
                let name = image.file_name().unwrap_or_default().to_string_lossy();
                ui.add(egui::Label::new(name).truncate());
            });
            let mut region = self.regions.get(*image).copied();
            self.picker.show(ui, desk, image, &[], &mut region);
            match region {
                Some(region) => self.regions.insert((*image).clone(), region),
                None => self.regions.remove(*image),
            };
            if images.len() < files.len() {
                ui.weak(desk.text("region-zips"));
            }
        });
    }
}

impl Dialog for ImagesDialog {
    fn show(&mut self, ctx: &egui::Context, desk: &mut Desk<'_>) -> bool {
        if !self.poll(ctx, desk) {
            return false;
        }
        let title =
            format!("{} · {}", desk.text("dialog-add-images"), desk.product_name(&self.product));
        let modal = modal(ctx, "images_dialog", &title, |ui| {
            if let Some(error) = &self.error {
                refusal(ui, error);
            }
            match (&self.answer, &self.task) {
                (Some(answer), _) => self.outcome(ui, desk, answer),
                (None, Some(task)) => {
                    under_way::show(ui, desk, task);
                    Wish::Wait
                }
                (None, None) => self.ask(ui, desk),
            }
        });
        self.task.is_some() || (modal.inner != Wish::Close && !modal.should_close())
    }

    fn dropped(&mut self, ctx: &egui::Context, paths: &[PathBuf]) -> bool {
        if self.task.is_none() && self.answer.is_none() {
            let dropped = Wanted::Dropped(paths.to_vec());
            self.choosing = choose(ctx, dropped, String::new());
        }
        true
    }
}
