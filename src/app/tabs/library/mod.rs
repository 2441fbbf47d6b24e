//! The tab of the library: products, their defect types and images, and whether they are ready for
//! inspection.

mod image_grid;
mod product_list;
mod readiness;
mod selection;
#[cfg(test)]
mod tests;
mod undo_message;

use std::path::PathBuf;

use egui::{CentralPanel, Key, Panel};

use self::image_grid::ImageGrid;
use self::product_list::product_list;
use self::readiness::Readiness;
use self::undo_message::undo_message;
use super::tab::{Tab, TabEntry};
use crate::command::{Command, TabId, ctrl};
use crate::dialogs::Dialog;
use crate::dialogs::defect_type::DefectTypeDialog;
use crate::dialogs::product::ProductDialog;
use crate::dialogs::register_images::RegisterImagesDialog;
use crate::dialogs::register_manual::RegisterManualDialog;
use crate::dialogs::remove_images::RemoveImagesDialog;
use crate::loadable::Loadable;
use crate::outcome_toasts::toast_outcome;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_domain::{ImageLabel, ProductCode, RegisteredImage};
use fettle_engine::{ListImages, ProductSummary, UndoRegistration, UndoneRegistration};

pub(super) const TAB: TabEntry =
    TabEntry { id: TabId::Library, label: "tab-library", shortcut: ctrl(Key::Num7), make };

fn make() -> Box<dyn Tab> {
    Box::new(LibraryTab {
        product: None,
        label: ImageLabel::Normal,
        images: Loadable::default(),
        readiness: Readiness::default(),
        grid: ImageGrid::default(),
        image_to_select: None,
        dialog: None,
        undoing: Vec::new(),
    })
}

struct LibraryTab {
    /// The selected product.
    product: Option<ProductCode>,
    /// Label of the images shown.
    label: ImageLabel,
    images: Loadable<Vec<RegisteredImage>>,
    readiness: Readiness,
    grid: ImageGrid,
    /// Path of the image to select once the images are loaded.
    image_to_select: Option<String>,
    dialog: Option<Box<dyn Dialog>>,
    /// Registrations being undone.
    undoing: Vec<Task<UndoneRegistration>>,
}

impl Tab for LibraryTab {
    fn poll(&mut self, cx: &mut TabContext<'_>) {
        if self.images.poll(cx) {
            self.grid.clear_selection();
            let images = self.images.answer().map(Vec::as_slice).unwrap_or_default();
            let path = self.image_to_select.take();
            let is_wanted = |image: &RegisteredImage| Some(&image.path) == path.as_ref();
            if let Some(at) = images.iter().position(is_wanted) {
                self.grid.select(at);
            }
        }
        self.readiness.poll(cx);
        self.undoing.retain(|task| match task.poll() {
            None => true,
            Some(answer) => {
                if let Ok(UndoneRegistration { request: UndoRegistration::Product(gone), .. }) =
                    &answer
                    && self.product.as_ref() == Some(gone)
                {
                    self.product = None;
                }
                for product in answer.iter().flat_map(|undone| &undone.known_defects_of) {
                    cx.send(Command::KnownDefectsChanged(product.clone()));
                }
                toast_outcome(cx, answer, |cx, undone| undo_message(cx, &undone));
                false
            }
        });
    }

    fn ui(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        self.select_default(cx);
        Panel::left("library_products").resizable(true).default_size(260.0).show(ui, |ui| {
            if let Some(product) = product_list(ui, cx, self.product.as_ref()) {
                self.select_product(product);
            }
        });
        CentralPanel::default().show(ui, |ui| self.product_panel(ui, cx));
        if let Some(dialog) = &mut self.dialog
            && !dialog.show(ui.ctx(), cx)
        {
            self.dialog = None;
        }
    }

    fn command(&mut self, command: &Command, ctx: &egui::Context, cx: &mut TabContext<'_>) {
        let shift = ctx.input(|input| input.modifiers.shift);
        let count = self.images.answer().map_or(0, Vec::len);
        match command {
            Command::NewProduct => {
                let known = cx.catalogue.products().iter();
                let known = known.map(|summary| summary.product.code.clone()).collect();
                self.dialog = Some(Box::new(ProductDialog::new(known)));
            }
            Command::FitBank => {
                self.select_default(cx);
                if let Some(product) = &self.product {
                    self.readiness.fit(cx, product);
                }
            }
            Command::UndoRegistration(what) => self.undoing.extend(cx.start(what.clone())),
            Command::BuildIndex => self.readiness.build_index(cx),
            Command::LibraryChanged(new) => {
                if let Some(product) = new {
                    self.select_product(product.clone());
                }
                if let Some(product) = &self.product {
                    let label = self.label.clone();
                    self.images.load(cx, ListImages { product: product.clone(), label });
                    self.readiness.load(cx, product);
                }
            }
            Command::ShowInLibrary(product, label, path) => {
                self.select_product(product.clone());
                self.label.clone_from(label);
                self.image_to_select = Some(path.clone());
            }
            Command::NextImage if self.dialog.is_none() => self.grid.step(1, count, shift),
            Command::PreviousImage if self.dialog.is_none() => self.grid.step(-1, count, shift),
            Command::Stop => self.grid.clear_selection(),
            _ => {}
        }
    }

    fn dropped(&mut self, paths: &[PathBuf], ctx: &egui::Context, cx: &TabContext<'_>) -> bool {
        if self.dialog.is_none()
            && let Some(summary) = self.summary(cx)
        {
            self.dialog = Some(images_dialog(summary, self.label.clone()));
        }
        self.dialog.as_mut().is_some_and(|dialog| dialog.dropped(ctx, paths))
    }
}

impl LibraryTab {
    /// Selects the first product where none is selected, and loads what is not loaded of it.
    fn select_default(&mut self, cx: &mut TabContext<'_>) {
        let Some(products) = cx.catalogue.listed() else { return };
        let is_listed = |code: &ProductCode| products.iter().any(|one| one.product.code == *code);
        // A product that was just registered is not in the catalogue yet.
        if self.product.is_none() {
            self.product = products.first().map(|summary| summary.product.code.clone());
        }
        let Some(product) = self.product.clone().filter(is_listed) else { return };
        let label = self.label.clone();
        self.images.load_once(cx, ListImages { product: product.clone(), label });
        self.readiness.load_once(cx, &product);
    }

    /// Selects a product and forgets what was loaded of the former one.
    fn select_product(&mut self, product: ProductCode) {
        self.product = Some(product);
        self.label = ImageLabel::Normal;
        self.images = Loadable::default();
        self.readiness.reset();
        self.grid.clear_selection();
    }

    /// The catalogue's entry of the selected product.
    fn summary<'a>(&self, cx: &TabContext<'a>) -> Option<&'a ProductSummary> {
        cx.catalogue.product(self.product.as_ref()?)
    }

    fn product_panel(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        let Some(summary) = self.summary(cx) else {
            if cx.catalogue.listed().is_some_and(<[_]>::is_empty) {
                no_product(ui, cx);
            }
            return;
        };
        let product = summary.product.code.clone();
        ui.horizontal_wrapped(|ui| {
            ui.heading(summary.product.name_and_code(cx.localizer.language));
            if ui.button(cx.text("dialog-rename-product")).clicked() {
                self.dialog = Some(Box::new(ProductDialog::rename(&summary.product)));
            }
            if ui.button(cx.text("dialog-add-manual")).clicked() {
                self.dialog = Some(Box::new(RegisterManualDialog::new(product.clone())));
            }
        });
        self.readiness.show(ui, cx, summary);
        ui.separator();
        self.label_choice(ui, cx, summary);
        self.image_panel(ui, cx, summary);
    }

    /// The choice between normal images and each defect type, with their numbers of images.
    fn label_choice(&mut self, ui: &mut egui::Ui, cx: &TabContext<'_>, summary: &ProductSummary) {
        let before = self.label.clone();
        ui.horizontal_wrapped(|ui| {
            let normal = format!("{} ({})", cx.text("label-normal"), summary.normal_images);
            ui.selectable_value(&mut self.label, ImageLabel::Normal, normal);
            for (defect, count) in &summary.defects {
                let label = ImageLabel::Defect(defect.code.clone());
                let text = format!("{} ({count})", defect.full_name);
                ui.selectable_value(&mut self.label, label, text);
            }
            if ui.button(cx.text("dialog-new-defect")).clicked() {
                let known = summary.defects.iter().map(|(defect, _)| defect.code.clone());
                let product = summary.product.code.clone();
                self.dialog = Some(Box::new(DefectTypeDialog::new(product, known.collect())));
            }
            let selected = summary
                .defects
                .iter()
                .find(|(defect, _)| self.label == ImageLabel::Defect(defect.code.clone()));
            if let Some((defect, _)) = selected
                && ui.button(cx.text("dialog-rename-defect")).clicked()
            {
                self.dialog = Some(Box::new(DefectTypeDialog::rename(defect)));
            }
        });
        if self.label != before {
            self.images = Loadable::default();
            self.grid.clear_selection();
        }
    }

    /// Buttons to add and remove images, and the grid.
    fn image_panel(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        summary: &ProductSummary,
    ) {
        let mut remove = false;
        ui.horizontal_wrapped(|ui| {
            if ui.button(cx.text("dialog-add-images")).clicked() {
                self.dialog = Some(images_dialog(summary, self.label.clone()));
            }
            let count = self.grid.selected_count();
            let button = egui::Button::new(cx.text("library-remove"));
            remove = ui.add_enabled(count > 0, button).clicked();
            if count > 0 {
                ui.label(cx.localizer.with("library-chosen", &[("count", count.into())]));
            }
        });
        if let Some(error) = self.images.error() {
            ui.colored_label(ui.visuals().error_fg_color, error);
            if ui.button(cx.text("history-again")).clicked() {
                cx.send(Command::LibraryChanged(None));
            }
        }
        match self.images.answer() {
            None => {
                if self.images.error().is_none() {
                    ui.spinner();
                    ui.label(cx.text("library-loading"));
                }
            }
            Some(images) if images.is_empty() => {
                ui.add_space(24.0);
                ui.label(cx.text("library-no-images"));
            }
            Some(images) => {
                if self.dialog.is_none() {
                    remove |= self.grid.handle_keys(ui, images.len());
                }
                self.grid.show(ui, cx, images);
                if remove {
                    let selected = self.grid.selected(images);
                    self.dialog = Some(Box::new(RemoveImagesDialog::new(selected)));
                }
            }
        }
    }
}

/// The dialog that registers images of a product.
fn images_dialog(summary: &ProductSummary, label: ImageLabel) -> Box<dyn Dialog> {
    let defects = summary.defects.iter().map(|(defect, _)| defect.clone()).collect();
    Box::new(RegisterImagesDialog::new(summary.product.code.clone(), defects, label))
}

/// The tab before a product is registered.
fn no_product(ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.35);
        ui.heading(cx.text("library-empty"));
        ui.add_space(12.0);
        if ui.button(cx.text("command-new-product")).clicked() {
            cx.send(Command::NewProduct);
        }
    });
}
