//! The tab of the library: products, their defect types and images, and whether they are ready for
//! inspection.

mod checklist;
mod image_grid;
mod product_list;
mod proposals;
mod readiness;
mod selection;
#[cfg(test)]
mod tests;
mod undo_message;

use std::path::PathBuf;

use egui::{CentralPanel, Key, Panel, Slider};

use self::checklist::SetupStep;
use self::image_grid::{ImageGrid, THUMBNAIL_SIDES};
use self::product_list::product_list;
use self::proposals::{DefectProposals, names_of};
use self::readiness::Readiness;
use self::undo_message::undo_message;
use super::tab::{Tab, TabEntry};
use crate::command::{Command, TabId, ctrl};
use crate::dialogs::Dialog;
use crate::dialogs::defect_type::DefectTypeDialog;
use crate::dialogs::delete_entry::{DeleteEntryDialog, entry_name};
use crate::dialogs::inspection_area::InspectionAreaDialog;
use crate::dialogs::product::ProductDialog;
use crate::dialogs::register_images::RegisterImagesDialog;
use crate::dialogs::register_manual::RegisterManualDialog;
use crate::dialogs::remove_images::RemoveImagesDialog;
use crate::loadable::Loadable;
use crate::outcome_toasts::toast_outcome;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use crate::widgets::primary_button::step_button;
use crate::widgets::side_panel::side_panel;
use fettle_domain::{CatalogueEntry, ImageLabel, ProductCode, RegisteredImage};
use fettle_engine::{
    AreaState, FitBank, ListImages, MoveImages, MovedImages, ProductSummary, UndoDeletion,
    UndoMoveImages, UndoRegistration, UndoneRegistration,
};

pub(super) const TAB: TabEntry =
    TabEntry { id: TabId::Library, label: "tab-library", shortcut: ctrl(Key::Num7), make };

fn make() -> Box<dyn Tab> {
    Box::new(LibraryTab {
        product: None,
        was_listed: false,
        was_label_listed: false,
        label: ImageLabel::Normal,
        images: Loadable::default(),
        readiness: Readiness::default(),
        next: None,
        grid: ImageGrid::default(),
        image_to_select: None,
        dialog: None,
        undoing: Vec::new(),
        proposals: DefectProposals::default(),
        moving: Vec::new(),
        move_undos: Vec::new(),
        deletion_undos: Vec::new(),
        area_undoing: Vec::new(),
    })
}

struct LibraryTab {
    /// The selected product.
    product: Option<ProductCode>,
    /// Whether the catalogue had it in the last frame.
    was_listed: bool,
    /// Whether the catalogue had the label's defect in the last frame.
    was_label_listed: bool,
    /// Label of the images shown.
    label: ImageLabel,
    images: Loadable<Vec<RegisteredImage>>,
    readiness: Readiness,
    /// What the product shown needs next.
    next: Option<SetupStep>,
    grid: ImageGrid,
    /// Path of the image to select once the images are loaded.
    image_to_select: Option<String>,
    dialog: Option<Box<dyn Dialog>>,
    /// Registrations being undone.
    undoing: Vec<Task<UndoneRegistration>>,
    proposals: DefectProposals,
    /// Images being moved to another label, and moves and deletions being undone.
    moving: Vec<Task<MovedImages>>,
    move_undos: Vec<Task<usize>>,
    deletion_undos: Vec<Task<CatalogueEntry>>,
    /// Inspection areas being brought back.
    area_undoing: Vec<Task<AreaState>>,
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
        self.proposals.poll(cx);
        self.poll_changes(cx);
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
        side_panel(ui, Panel::left("library_products"), 260.0).show(ui, |ui| {
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
                    cx.fit(FitBank::new(product.clone()));
                }
            }
            Command::UndoRegistration(what) => self.undoing.extend(cx.start(what.clone())),
            Command::UndoDeletion(id) => self.deletion_undos.extend(cx.start(UndoDeletion(*id))),
            Command::RestoreArea(request) => self.area_undoing.extend(cx.start(request.clone())),
            Command::MoveImages(ids, label) => {
                let request = MoveImages { ids: ids.clone(), label: label.clone() };
                self.moving.extend(cx.start(request));
            }
            Command::UndoMoveImages(moved) => self.move_undos.extend(cx.start(moved.clone())),
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
                self.proposals.reset();
            }
            Command::ShowInLibrary(product, label, path) => {
                self.select_product(product.clone());
                self.show_label(label.clone());
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
        // A product that was just registered is not in the catalogue yet, one that was deleted is not
        // any more.
        let is_gone = self.product.as_ref().is_some_and(|code| self.was_listed && !is_listed(code));
        if is_gone || self.product.is_none() {
            match products.first() {
                Some(first) => self.select_product(first.product.code.clone()),
                None => self.product = None,
            }
        }
        self.was_listed = self.product.as_ref().is_some_and(&is_listed);
        let Some(product) = self.product.clone().filter(is_listed) else { return };
        self.follow_label(cx);
        let label = self.label.clone();
        self.images.load_once(cx, ListImages { product: product.clone(), label });
        self.readiness.load_once(cx, &product);
    }

    /// Goes back to the normal images where the defect shown was deleted.
    fn follow_label(&mut self, cx: &TabContext<'_>) {
        let Some(summary) = self.summary(cx) else { return };
        let is_listed = match &self.label {
            ImageLabel::Normal => true,
            ImageLabel::Defect(code) => summary.defects.iter().any(|(one, _)| one.code == *code),
        };
        if self.was_label_listed && !is_listed {
            self.show_label(ImageLabel::Normal);
        }
        // A defect that was just registered is not in the catalogue yet.
        self.was_label_listed |= is_listed;
    }

    /// Shows the images of a label and forgets those of the former one.
    fn show_label(&mut self, label: ImageLabel) {
        self.label = label;
        self.was_label_listed = false;
        self.images = Loadable::default();
        self.grid.clear_selection();
    }

    /// Selects a product and forgets what was loaded of the former one.
    fn select_product(&mut self, product: ProductCode) {
        self.product = Some(product);
        self.was_listed = false;
        self.show_label(ImageLabel::Normal);
        self.readiness.reset();
        self.proposals.reset();
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
            let manual =
                step_button(ui, cx.text("dialog-add-manual"), self.next == Some(SetupStep::Manual));
            if ui.add(manual).clicked() {
                self.dialog = Some(Box::new(RegisterManualDialog::new(product.clone())));
            }
            let sample = match (&self.label, self.images.answer()) {
                (ImageLabel::Normal, Some(images)) => images.first(),
                _ => None,
            };
            let area = egui::Button::new(cx.text("area-draw"));
            let area = ui.add_enabled(sample.is_some(), area);
            if area.on_disabled_hover_text(cx.text("area-needs-normal")).clicked()
                && let Some(sample) = sample
            {
                let path = sample.path.clone();
                self.dialog = Some(Box::new(InspectionAreaDialog::new(product.clone(), path)));
            }
            if ui.button(cx.text("delete-product")).clicked() {
                let entry = CatalogueEntry::Product(product.clone());
                self.dialog = Some(Box::new(DeleteEntryDialog::new(entry)));
            }
        });
        self.next = self.readiness.show(ui, cx, summary);
        ui.separator();
        let has_manual = !summary.manuals.is_empty();
        if let Some(heading) = self.proposals.show(ui, cx, &product, has_manual) {
            let known = summary.defects.iter().map(|(defect, _)| defect.code.clone()).collect();
            let names = names_of(&heading);
            let dialog = DefectTypeDialog::proposed(product.clone(), known, names, heading);
            self.dialog = Some(Box::new(dialog));
        }
        self.label_choice(ui, cx, summary);
        self.image_panel(ui, cx, summary);
    }

    /// The choice between normal images and each defect type, with their numbers of images.
    fn label_choice(&mut self, ui: &mut egui::Ui, cx: &TabContext<'_>, summary: &ProductSummary) {
        let mut chosen = self.label.clone();
        ui.horizontal_wrapped(|ui| {
            let normal = format!("{} ({})", cx.text("label-normal"), summary.normal_images);
            ui.selectable_value(&mut chosen, ImageLabel::Normal, normal);
            for (defect, count) in &summary.defects {
                let label = ImageLabel::Defect(defect.code.clone());
                let text = format!("{} ({count})", defect.full_name);
                ui.selectable_value(&mut chosen, label, text);
            }
            let is_next = self.next == Some(SetupStep::DefectTypes);
            let new = step_button(ui, cx.text("dialog-new-defect"), is_next);
            if ui.add(new).clicked() {
                let known = summary.defects.iter().map(|(defect, _)| defect.code.clone());
                let product = summary.product.code.clone();
                self.dialog = Some(Box::new(DefectTypeDialog::new(product, known.collect())));
            }
            let selected = summary
                .defects
                .iter()
                .find(|(defect, _)| self.label == ImageLabel::Defect(defect.code.clone()));
            if let Some((defect, _)) = selected {
                if ui.button(cx.text("dialog-rename-defect")).clicked() {
                    self.dialog = Some(Box::new(DefectTypeDialog::rename(defect)));
                }
                if ui.button(cx.text("delete-defect")).clicked() {
                    let (product, code) = (defect.product.clone(), defect.code.clone());
                    let entry = CatalogueEntry::DefectType(product, code);
                    self.dialog = Some(Box::new(DeleteEntryDialog::new(entry)));
                }
            }
        });
        if self.label != chosen {
            self.show_label(chosen);
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
            let is_next = match self.label {
                ImageLabel::Normal => self.next == Some(SetupStep::Images),
                ImageLabel::Defect(_) => self.next == Some(SetupStep::DefectImages),
            };
            let add = step_button(ui, cx.text("dialog-add-images"), is_next);
            if ui.add(add).clicked() {
                self.dialog = Some(images_dialog(summary, self.label.clone()));
            }
            let count = self.grid.selected_count();
            let button = egui::Button::new(cx.text("library-remove"));
            remove = ui.add_enabled(count > 0, button).clicked();
            self.move_menu(ui, cx, summary);
            if count > 0 {
                ui.label(cx.localizer.with("library-chosen", &[("count", count.into())]));
            }
            let label = ui.label(cx.text("library-thumbnails"));
            let slider = Slider::new(&mut self.grid.side, THUMBNAIL_SIDES).show_value(false);
            ui.add(slider).labelled_by(label.id);
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

impl LibraryTab {
    /// The menu that moves the selected images to another label of the product.
    fn move_menu(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>, summary: &ProductSummary) {
        let count = self.grid.selected_count();
        let mut chosen = None;
        ui.add_enabled_ui(count > 0, |ui| {
            ui.menu_button(cx.text("library-move"), |ui| {
                let normal = (ImageLabel::Normal, cx.text("label-normal"));
                let defects = summary.defects.iter().map(|(defect, _)| {
                    (ImageLabel::Defect(defect.code.clone()), defect.full_name.clone())
                });
                for (label, name) in std::iter::once(normal).chain(defects) {
                    if label != self.label && ui.button(name).clicked() {
                        chosen = Some(label);
                        ui.close();
                    }
                }
            });
        });
        if let (Some(label), Some(images)) = (chosen, self.images.answer()) {
            let ids = self.grid.selected(images).iter().map(|image| image.id).collect();
            self.moving.extend(cx.start(MoveImages { ids, label }));
        }
    }

    /// Takes the outcomes of moves and of what is being undone.
    fn poll_changes(&mut self, cx: &mut TabContext<'_>) {
        take(&mut self.moving, cx, |cx, moved| {
            for rejected in &moved.rejected {
                cx.toasts.error(rejected.error.explain(cx.localizer.language));
            }
            for product in moved.known_defects_of {
                cx.send(Command::KnownDefectsChanged(product));
            }
            if moved.moved.is_empty() {
                return;
            }
            let count = [("count", moved.moved.len().into())];
            let text = cx.localizer.with("images-moved", &count);
            let undo = Command::UndoMoveImages(UndoMoveImages(moved.moved));
            cx.toasts.done_with_action(text, cx.text("judge-undo"), undo);
        });
        take(&mut self.move_undos, cx, |cx, count| {
            let count = [("count", count.into())];
            cx.toasts.done(cx.localizer.with("images-moved-back", &count));
        });
        take(&mut self.area_undoing, cx, |_, _| {});
        take(&mut self.deletion_undos, cx, |cx, entry| {
            let name = [("name", entry_name(cx, &entry).into())];
            cx.toasts.done(cx.localizer.with("entry-undeleted", &name));
            cx.send(Command::KnownDefectsChanged(entry.product().clone()));
        });
    }
}

/// Takes the answers of jobs that change the library; an error is a toast.
fn take<A>(
    tasks: &mut Vec<Task<A>>,
    cx: &mut TabContext<'_>,
    mut done: impl FnMut(&mut TabContext<'_>, A),
) {
    tasks.retain(|task| match task.poll() {
        None => true,
        Some(answer) => {
            match answer {
                Ok(answer) => done(cx, answer),
                Err(error) => cx.toasts.error(error.explain(cx.localizer.language)),
            }
            cx.send(Command::LibraryChanged(None));
            false
        }
    });
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
