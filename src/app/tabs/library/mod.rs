//! Products, their defect types and images, and whether they can be inspected.

mod grid;
pub(super) mod readiness;
mod selection;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use egui::{CentralPanel, Panel, ScrollArea};

use super::Tab;
use crate::asked::Asked;
use crate::catalogue::Catalogue;
use crate::command::Command;
use crate::desk::Desk;
use crate::dialogs::Dialog;
use crate::dialogs::defect_type::DefectTypeDialog;
use crate::dialogs::images::ImagesDialog;
use crate::dialogs::manual::ManualDialog;
use crate::dialogs::product::ProductDialog;
use crate::dialogs::remove_images::RemoveImagesDialog;
use crate::tasks::Task;
use fettle_domain::{ImageLabel, ProductCode, RegisteredImage};
use fettle_engine::{ListImages, ProductSummary, TakeBack, TakenBack};
use fettle_i18n::Value;

use grid::Grid;
use readiness::{Readiness, ended};

pub(super) fn make() -> Box<dyn Tab> {
    Box::new(LibraryTab {
        chosen: None,
        label: ImageLabel::Normal,
        images: Asked::default(),
        readiness: Readiness::default(),
        grid: Grid::default(),
        wanted: None,
        dialog: None,
        taking_back: Vec::new(),
    })
}

struct LibraryTab {
    /// The product shown.
    chosen: Option<ProductCode>,
    /// Which of its images are shown.
    label: ImageLabel,
    images: Asked<Vec<RegisteredImage>>,
    readiness: Readiness,
    grid: Grid,
    /// The image to choose once the images are known.
    wanted: Option<String>,
    dialog: Option<Box<dyn Dialog>>,
    /// Registrations being undone.
    taking_back: Vec<Task<TakenBack>>,
}

impl Tab for LibraryTab {
    fn poll(&mut self, desk: &mut Desk<'_>) {
        if self.images.poll(desk) {
            self.grid.choose_none();
            let images = self.images.answer().map(Vec::as_slice).unwrap_or_default();
            let wanted = self.wanted.take();
            let is_wanted = |image: &RegisteredImage| Some(&image.path) == wanted.as_ref();
            if let Some(at) = images.iter().position(is_wanted) {
                self.grid.choose(at);
            }
        }
        self.readiness.poll(desk);
        self.taking_back.retain(|task| match task.poll() {
            None => true,
            Some(answer) => {
                if let Ok(TakenBack { what: TakeBack::Product(gone), .. }) = &answer
                    && self.chosen.as_ref() == Some(gone)
                {
                    self.chosen = None;
                }
                ended(desk, answer, |desk, done| taken_back(desk, &done));
                false
            }
        });
    }

    fn ui(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        self.choose_some(desk);
        Panel::left("library_products").resizable(true).default_size(260.0).show(ui, |ui| {
            self.product_list(ui, desk);
        });
        CentralPanel::default().show(ui, |ui| self.product(ui, desk));
        if let Some(dialog) = &mut self.dialog
            && !dialog.show(ui.ctx(), desk)
        {
            self.dialog = None;
        }
    }

    fn command(&mut self, command: &Command, ctx: &egui::Context, desk: &mut Desk<'_>) {
        let shift = ctx.input(|input| input.modifiers.shift);
        let count = self.images.answer().map_or(0, Vec::len);
        match command {
            Command::NewProduct => {
                let known = desk.catalogue.products().iter();
                let known = known.map(|summary| summary.product.code.clone()).collect();
                self.dialog = Some(Box::new(ProductDialog::new(known)));
            }
            Command::FitBank => {
                self.choose_some(desk);
                if let Some(product) = &self.chosen {
                    self.readiness.fit(desk, product);
                }
            }
            Command::TakeBack(what) => self.taking_back.extend(desk.start(what.clone())),
            Command::BuildIndex => self.readiness.build_index(desk),
            Command::LibraryChanged(new) => {
                if new.is_some() {
                    self.chosen.clone_from(new);
                    self.another();
                }
                if let Some(product) = &self.chosen {
                    let label = self.label.clone();
                    self.images.ask(desk, ListImages { product: product.clone(), label });
                    self.readiness.ask(desk, product);
                }
            }
            Command::ShowInLibrary(product, label, path) => {
                self.chosen = Some(product.clone());
                self.another();
                self.label.clone_from(label);
                self.wanted = Some(path.clone());
            }
            Command::NextImage if self.dialog.is_none() => self.grid.step(1, count, shift),
            Command::PreviousImage if self.dialog.is_none() => self.grid.step(-1, count, shift),
            Command::Stop => self.grid.choose_none(),
            _ => {}
        }
    }

    fn dropped(&mut self, paths: &[PathBuf], ctx: &egui::Context, desk: &Desk<'_>) -> bool {
        if self.dialog.is_none()
            && let Some(summary) = self.summary(desk)
        {
            self.dialog = Some(images_dialog(summary, self.label.clone()));
        }
        self.dialog.as_mut().is_some_and(|dialog| dialog.dropped(ctx, paths))
    }
}

impl LibraryTab {
    /// Shows the first product where none is chosen, and asks for what is shown.
    fn choose_some(&mut self, desk: &mut Desk<'_>) {
        let Some(products) = desk.catalogue.known() else { return };
        let is_there = |code: &ProductCode| products.iter().any(|one| one.product.code == *code);
        // One just registered is not in the list yet.
        if self.chosen.is_none() {
            self.chosen = products.first().map(|summary| summary.product.code.clone());
        }
        let Some(product) = self.chosen.clone().filter(is_there) else { return };
        let label = self.label.clone();
        self.images.ask_once(desk, ListImages { product: product.clone(), label });
        self.readiness.ask_once(desk, &product);
    }

    /// Another product is shown.
    fn another(&mut self) {
        self.label = ImageLabel::Normal;
        self.images = Asked::default();
        self.readiness.another();
        self.grid.choose_none();
    }

    fn summary<'a>(&self, desk: &Desk<'a>) -> Option<&'a ProductSummary> {
        desk.catalogue.of(self.chosen.as_ref()?)
    }

    fn product_list(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        ui.add_space(4.0);
        if ui.button(desk.text("command-new-product")).clicked() {
            desk.send(Command::NewProduct);
        }
        ui.separator();
        Catalogue::show_error(ui, desk);
        let mut clicked = None;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| match desk.catalogue.known() {
            None if desk.catalogue.error().is_none() => {
                ui.spinner();
                ui.label(desk.text("library-loading"));
            }
            None => {}
            Some(products) => {
                for summary in products {
                    let code = &summary.product.code;
                    let name = summary.product.name_and_code(desk.words.0);
                    let chosen = self.chosen.as_ref() == Some(code);
                    if ui.selectable_label(chosen, name).clicked() && !chosen {
                        clicked = Some(code.clone());
                    }
                    let defects: usize = summary.defects.iter().map(|(_, count)| count).sum();
                    let values = [
                        ("normals", Value::from(summary.normal_images)),
                        ("defects", defects.into()),
                        ("manuals", summary.manuals.len().into()),
                    ];
                    ui.weak(desk.words.with("library-counts", &values));
                    ui.add_space(4.0);
                }
            }
        });
        if clicked.is_some() {
            self.chosen = clicked;
            self.another();
        }
    }

    fn product(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        let Some(summary) = self.summary(desk) else {
            if desk.catalogue.known().is_some_and(<[_]>::is_empty) {
                empty(ui, desk);
            }
            return;
        };
        let product = summary.product.code.clone();
        ui.horizontal_wrapped(|ui| {
            ui.heading(summary.product.name_and_code(desk.words.0));
            if ui.button(desk.text("dialog-rename-product")).clicked() {
                self.dialog = Some(Box::new(ProductDialog::rename(&summary.product)));
            }
            if ui.button(desk.text("dialog-add-manual")).clicked() {
                self.dialog = Some(Box::new(ManualDialog::new(product.clone())));
            }
        });
        self.readiness.show(ui, desk, summary);
        ui.separator();
        self.labels(ui, desk, summary);
        self.images(ui, desk, summary);
    }

    /// Normal images and each defect type, with how many images there are.
    fn labels(&mut self, ui: &mut egui::Ui, desk: &Desk<'_>, summary: &ProductSummary) {
        let before = self.label.clone();
        ui.horizontal_wrapped(|ui| {
            let normal = format!("{} ({})", desk.text("label-normal"), summary.normal_images);
            ui.selectable_value(&mut self.label, ImageLabel::Normal, normal);
            for (defect, count) in &summary.defects {
                let label = ImageLabel::Defect(defect.code.clone());
                let text = format!("{} ({count})", defect.full_name);
                ui.selectable_value(&mut self.label, label, text);
            }
            if ui.button(desk.text("dialog-new-defect")).clicked() {
                let known = summary.defects.iter().map(|(defect, _)| defect.code.clone());
                let product = summary.product.code.clone();
                self.dialog = Some(Box::new(DefectTypeDialog::new(product, known.collect())));
            }
            let shown = summary
                .defects
                .iter()
                .find(|(defect, _)| self.label == ImageLabel::Defect(defect.code.clone()));
            if let Some((defect, _)) = shown
                && ui.button(desk.text("dialog-rename-defect")).clicked()
            {
                self.dialog = Some(Box::new(DefectTypeDialog::rename(defect)));
            }
        });
        if self.label != before {
            self.images = Asked::default();
            self.grid.choose_none();
        }
    }

    fn images(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>, summary: &ProductSummary) {
        let mut remove = false;
        ui.horizontal_wrapped(|ui| {
            if ui.button(desk.text("dialog-add-images")).clicked() {
                self.dialog = Some(images_dialog(summary, self.label.clone()));
            }
            let count = self.grid.chosen_count();
            let button = egui::Button::new(desk.text("library-remove"));
            remove = ui.add_enabled(count > 0, button).clicked();
            if count > 0 {
                ui.label(desk.words.with("library-chosen", &[("count", count.into())]));
            }
        });
        if let Some(error) = self.images.error() {
            ui.colored_label(ui.visuals().error_fg_color, error);
            if ui.button(desk.text("history-again")).clicked() {
                desk.send(Command::LibraryChanged(None));
            }
        }
        match self.images.answer() {
            None => {
                if self.images.error().is_none() {
                    ui.spinner();
                    ui.label(desk.text("library-loading"));
                }
            }
            Some(images) if images.is_empty() => {
                ui.add_space(24.0);
                ui.label(desk.text("library-no-images"));
            }
            Some(images) => {
                if self.dialog.is_none() {
                    remove |= self.grid.keys(ui, images.len());
                }
                self.grid.show(ui, desk, images);
                if remove {
                    let chosen = self.grid.chosen(images);
                    self.dialog = Some(Box::new(RemoveImagesDialog::new(chosen)));
                }
            }
        }
    }
}

/// What a toast says was undone.
fn taken_back(desk: &Desk<'_>, done: &TakenBack) -> String {
    match &done.what {
        TakeBack::Images { new, .. } if new.is_empty() => desk.text("library-region-taken-back"),
        TakeBack::Images { .. } => {
            desk.words.with("library-taken-back", &[("count", done.images.into())])
        }
        TakeBack::Product(product) => {
            let values = [("name", desk.product_name(product).into())];
            desk.words.with("library-taken-back-one", &values)
        }
        TakeBack::DefectType(product, defect) => {
            let values = [("name", desk.defect_name(Some(product), defect).into())];
            desk.words.with("library-taken-back-one", &values)
        }
        TakeBack::Manual { replaced, .. } if replaced.is_empty() => {
            desk.text("library-manual-taken-back")
        }
        TakeBack::Manual { .. } => desk.text("library-manual-restored"),
    }
}

fn images_dialog(summary: &ProductSummary, label: ImageLabel) -> Box<dyn Dialog> {
    let defects = summary.defects.iter().map(|(defect, _)| defect.clone()).collect();
    Box::new(ImagesDialog::new(summary.product.code.clone(), defects, label))
}

/// What is shown before the first product.
fn empty(ui: &mut egui::Ui, desk: &mut Desk<'_>) {
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.35);
        ui.heading(desk.text("library-empty"));
        ui.add_space(12.0);
        if ui.button(desk.text("command-new-product")).clicked() {
            desk.send(Command::NewProduct);
        }
    });
}
