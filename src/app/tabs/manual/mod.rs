//! The tab of manuals: their sections, pages and text, and questions to them.

mod lessons;
mod manual_list;
mod manual_reply;
mod manual_search;
mod manual_view;
mod marks;
mod page_cache;
mod page_layout;
mod page_view;
mod review;
mod section_list;
mod section_text;
mod selection;
#[cfg(test)]
mod tests;
mod text_view;
mod version_list;

use std::path::PathBuf;

use egui::{CentralPanel, Key, Panel, ScrollArea, UiBuilder};

use self::lessons::Lessons;
use self::manual_search::ManualSearch;
use self::manual_view::ManualView;
use self::review::{ReviewScreen, ReviewState};
use super::tab::{Tab, TabEntry};
use crate::command::{Citation, Command, TabId, ctrl};
use crate::dialogs::Dialog;
use crate::dialogs::register_manual::{RegisterManualDialog, is_manual};
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use crate::widgets::combo_box::product_combo;
use fettle_domain::{ManualId, ProductCode, RegisteredManual};
use fettle_engine::{
    EmbedManuals, EmbeddedManuals, ListManualVersions, ListManuals, ManualVersion,
};

pub(super) const TAB: TabEntry = TabEntry {
    id: TabId::Manual,
    label: "tab-manual",
    shortcut: ctrl(Key::Num4),
    make: || Box::<ManualTab>::default(),
};

#[derive(Default)]
struct ManualTab {
    /// The selected product.
    product: Option<ProductCode>,
    /// The product's manuals in force, the oldest first.
    manuals: Loadable<Vec<RegisteredManual>>,
    /// All versions of its manuals.
    versions: Loadable<Vec<ManualVersion>>,
    /// The embedding of its manuals, which goes on where it was cut off.
    embedding: Loadable<EmbeddedManuals>,
    /// The newest manual when they were listed last.
    newest: Option<ManualId>,
    view: ManualView,
    search: ManualSearch,
    lessons: Lessons,
    dialog: Option<RegisterManualDialog>,
    /// The review screen while it is open: it takes the place of all else.
    review: Option<ReviewScreen>,
}

impl Tab for ManualTab {
    fn poll(&mut self, cx: &mut TabContext<'_>) {
        if self.manuals.poll(cx) {
            self.open_newest(cx);
        }
        self.versions.poll(cx);
        // Its errors are those of the search, which says them.
        if self.embedding.poll(cx) && self.embedding.error().is_none() {
            self.search.ask_by_meaning(cx);
        }
        if self.view.poll(cx) {
            self.follow_product(cx);
        }
        if let Some(review) = &mut self.review
            && review.poll(cx) == ReviewState::Left
        {
            self.review = None;
        }
        if self.search.poll(cx) {
            self.lessons.reload(cx);
        }
        self.lessons.poll(cx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        self.select_default(cx);
        if let Some(review) = &mut self.review {
            if review.ui(ui, cx) == ReviewState::Left {
                self.review = None;
            }
            return;
        }
        if self.dialog.is_none() && !ui.ctx().text_edit_focused() {
            self.view.handle_keys(ui);
        }
        // The pages keep at least 30 % of a narrow window.
        let share = ui.available_width() * 0.35;
        let left = Panel::left("manual_sections").resizable(true).default_size(290.0);
        left.max_size(share).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| self.list_panel(ui, cx));
        });
        let right = Panel::right("manual_text").resizable(true).default_size(360.0);
        right.max_size(share).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| self.text_panel(ui, cx));
        });
        CentralPanel::default().show(ui, |ui| self.page_panel(ui, cx));
        if let Some(dialog) = &mut self.dialog
            && !dialog.show(ui.ctx(), cx)
        {
            self.dialog = None;
        }
    }

    fn command(&mut self, command: &Command, _ctx: &egui::Context, cx: &mut TabContext<'_>) {
        match command {
            Command::ShowManual(citation) => {
                self.leave_review();
                self.cite(cx, citation.clone());
            }
            Command::ReviewManual(manual) => self.open_review(cx, *manual),
            Command::Quit => {
                if let Some(review) = &mut self.review {
                    review.leave(true);
                }
            }
            Command::LibraryChanged(_) => {
                if let Some(product) = self.product.clone() {
                    self.list(cx, product);
                }
                self.view.reload(cx);
            }
            Command::Stop => self.search.clear(),
            _ => {}
        }
    }

    fn keys(&self) -> &'static [Key] {
        if self.review.is_some() { ReviewScreen::keys() } else { &[] }
    }

    fn has_unsaved(&self) -> bool {
        self.review.as_ref().is_some_and(ReviewScreen::has_unsaved)
    }

    fn dropped(&mut self, paths: &[PathBuf], ctx: &egui::Context, _cx: &TabContext<'_>) -> bool {
        if self.review.is_some() {
            return paths.iter().any(|path| is_manual(path));
        }
        if self.dialog.is_none() && paths.iter().any(|path| is_manual(path)) {
            self.dialog = self.product.clone().map(RegisterManualDialog::new);
        }
        self.dialog.as_mut().is_some_and(|dialog| dialog.dropped(ctx, paths))
    }
}

impl ManualTab {
    /// Selects the product of the last inspection, the first with a manual, or the first, where
    /// none is selected.
    fn select_default(&mut self, cx: &mut TabContext<'_>) {
        if self.product.is_some() || self.view.has_pending_citation() {
            return;
        }
        let Some(products) = cx.catalogue.listed() else { return };
        let inspected = cx.view.product.as_ref();
        let inspected = products.iter().find(|one| Some(&one.product.code) == inspected);
        let with_manual = products.iter().find(|one| !one.manuals.is_empty());
        let product = inspected.or(with_manual).or(products.first());
        if let Some(product) = product.map(|one| one.product.code.clone()) {
            self.select_product(cx, product);
        }
    }

    /// Selects a product and lists its manuals; the newest is opened unless one is open.
    fn select_product(&mut self, cx: &mut TabContext<'_>, product: ProductCode) {
        self.manuals = Loadable::default();
        self.versions = Loadable::default();
        self.newest = None;
        self.list(cx, product.clone());
        self.product = Some(product);
        self.search.clear();
    }

    fn list(&mut self, cx: &mut TabContext<'_>, product: ProductCode) {
        self.manuals.load(cx, ListManuals(product.clone()));
        self.versions.load(cx, ListManualVersions(Some(product.clone())));
        self.embedding.load(cx, EmbedManuals(Some(product.clone())));
        self.lessons.list(cx, product);
    }

    /// Opens the newest manual where none is open or the manual was just registered.
    fn open_newest(&mut self, cx: &mut TabContext<'_>) {
        let Some(manuals) = self.manuals.answer() else { return };
        let newest = manuals.last().map(|manual| manual.id);
        let is_new = self.newest.is_some() && self.newest != newest;
        self.newest = newest;
        if let Some(newest) = newest
            && (is_new || self.view.id().is_none())
        {
            self.view.open(cx, newest);
        }
    }

    /// Shows a citation and its product.
    fn cite(&mut self, cx: &mut TabContext<'_>, citation: Citation) {
        self.view.cite(cx, citation);
        self.follow_product(cx);
    }

    /// Opens the review screen of a manual, unless one with unsaved corrections is open.
    fn open_review(&mut self, cx: &mut TabContext<'_>, manual: ManualId) {
        if self.has_unsaved() {
            return;
        }
        if self.view.id() != Some(manual) {
            self.view.open(cx, manual);
        }
        self.review = Some(ReviewScreen::open(cx, manual));
    }

    /// Leaves the review screen, which asks where something is not saved.
    fn leave_review(&mut self) {
        if let Some(review) = &mut self.review {
            if review.has_unsaved() {
                review.leave(false);
            } else {
                self.review = None;
            }
        }
    }

    /// Selects the product of the opened manual.
    fn follow_product(&mut self, cx: &mut TabContext<'_>) {
        let Some(opened) = self.view.opened() else { return };
        let product = opened.manual.product.clone();
        if self.product.as_ref() != Some(&product) {
            self.select_product(cx, product);
        }
    }

    /// The button that opens the dialog for a new manual.
    fn register_button(&mut self, ui: &mut egui::Ui, cx: &TabContext<'_>) {
        if self.product.is_some() && ui.button(cx.text("dialog-add-manual")).clicked() {
            self.open_dialog();
        }
    }

    fn open_dialog(&mut self) {
        self.dialog = self.product.clone().map(RegisterManualDialog::new);
    }

    /// Product, manuals, versions and sections.
    fn list_panel(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        let error = cx.catalogue.error().or(self.manuals.error());
        if let Some(error) = error.filter(|_| self.view.has_pages()) {
            ui.colored_label(ui.visuals().error_fg_color, error);
        }
        let has_products = !cx.catalogue.products().is_empty();
        let choice =
            ui.add_enabled_ui(has_products, |ui| product_combo(ui, cx, self.product.as_ref()));
        if let Some(product) = choice.inner {
            self.view.close();
            self.select_product(cx, product);
        }
        ui.add_space(4.0);
        if let Some(manuals) = self.manuals.answer()
            && let Some(other) = manual_list::show(ui, manuals, self.view.id())
        {
            self.view.open(cx, other);
        }
        if let Some(versions) = self.versions.answer()
            && let Some(other) = version_list::show(ui, cx, versions, self.view.id())
        {
            self.view.open(cx, other);
        }
        self.register_button(ui, cx);
        self.lessons.show(ui, cx);
        ui.separator();
        let Some(opened) = self.view.opened() else { return };
        let Some(text) = &opened.text else { return };
        let product = self.product.as_ref();
        let path = &opened.manual.path;
        let clicked = section_list::show(ui, cx, (path, text), product, self.view.section());
        if let Some(section) = clicked {
            self.view.select(section, None);
        }
        self.review_button(ui, cx);
    }

    /// The button that opens the review screen, for a manual in force whose file is there.
    fn review_button(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        let Some(opened) = self.view.opened() else { return };
        let manuals = self.manuals.answer();
        let is_in_force = manuals.is_some_and(|manuals| manuals.contains(&opened.manual));
        let id = opened.manual.id;
        if !is_in_force || !opened.problems.is_empty() {
            return;
        }
        // What stands above comes and goes while a manual is read again: the button is the same one all the
        // while, so that a press that has begun is not lost.
        let scope = UiBuilder::new().scope_id(egui::Id::unique("manual_review"));
        if ui.scope_builder(scope, |ui| ui.button(cx.text("review-open")).clicked()).inner {
            self.open_review(cx, id);
        }
    }

    /// The search, and the text of the selected section.
    fn text_panel(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        if let Some(product) = &self.product
            && self.manuals.answer().is_some_and(|manuals| !manuals.is_empty())
            && let Some(found) = self.search.show(ui, cx, product)
        {
            self.cite(cx, found);
        }
        self.view.show_section(ui, cx);
    }

    fn page_panel(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        if self.view.id().is_none() {
            self.no_manual(ui, cx);
            return;
        }
        let current = self.manuals.answer().map(Vec::as_slice);
        if self.view.show(ui, cx, current, self.product.is_some()) {
            self.open_dialog();
        }
    }

    /// The tab before a product or manual is registered.
    fn no_manual(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        let no_products = cx.catalogue.listed().is_some_and(<[_]>::is_empty);
        let no_manuals = self.manuals.answer().is_some_and(Vec::is_empty);
        ui.vertical_centered(|ui| {
            ui.add_space(ui.available_height() * 0.35);
            if no_products {
                ui.heading(cx.text("library-empty"));
                ui.add_space(12.0);
                if ui.button(cx.text("command-new-product")).clicked() {
                    cx.send(Command::NewProduct);
                }
            } else if no_manuals {
                ui.heading(cx.text("manual-none"));
                ui.weak(cx.text("manual-none-hint"));
                ui.add_space(12.0);
                self.register_button(ui, cx);
            } else if let Some(error) = cx.catalogue.error().or(self.manuals.error()) {
                ui.colored_label(ui.visuals().error_fg_color, error);
                if ui.button(cx.text("history-again")).clicked() {
                    cx.send(Command::LibraryChanged(None));
                }
            } else {
                ui.spinner();
                ui.label(cx.text("library-loading"));
            }
        });
    }
}
