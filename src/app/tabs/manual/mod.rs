//! What the manuals say: sections for each defect, the pages they stand on, and questions.

mod ask;
mod focus;
mod pages;
mod pictures;
mod sections;
#[cfg(test)]
mod tests;
mod text;
mod unpaged;
mod versions;

use std::path::PathBuf;

use egui::{CentralPanel, Key, Panel, ScrollArea};

use self::ask::Ask;
use self::focus::{Focus, statement_at};
use self::pages::Pages;
use super::Tab;
use crate::asked::Asked;
use crate::command::Command;
use crate::desk::Desk;
use crate::dialogs::Dialog;
use crate::dialogs::manual::{ManualDialog, is_manual};
use crate::widgets::choice::product_of;
use fettle_domain::{ManualId, ProductCode, RegisteredManual, Section};
use fettle_engine::{ListManualVersions, ListManuals, ManualVersion, OpenManual, OpenedManual};

pub(crate) use self::focus::Citation;

pub(super) fn make() -> Box<dyn Tab> {
    Box::<ManualTab>::default()
}

#[derive(Default)]
struct ManualTab {
    /// The product shown.
    product: Option<ProductCode>,
    manuals: Asked<Vec<RegisteredManual>>,
    /// All that there ever were.
    versions: Asked<Vec<ManualVersion>>,
    /// The newest manual when they were listed last.
    newest: Option<ManualId>,
    /// Which is opened, and what it says.
    open: Option<ManualId>,
    opened: Asked<OpenedManual>,
    pages: Option<Pages>,
    focus: Focus,
    /// The statement whose text the cursor is over.
    hovered: Option<String>,
    /// What is to be looked at once its manual is opened.
    cited: Option<Citation>,
    /// Where there are no pages, the text is to be scrolled to what is looked at.
    bring: bool,
    ask: Ask,
    dialog: Option<ManualDialog>,
}

impl Tab for ManualTab {
    fn poll(&mut self, desk: &mut Desk<'_>) {
        if self.manuals.poll(desk) {
            self.listed(desk);
        }
        self.versions.poll(desk);
        if self.opened.poll(desk) {
            let is_cited = self.cited.is_some();
            self.arrived();
            if is_cited {
                self.follow(desk);
            }
        }
        self.ask.poll(desk);
    }

    fn ui(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        self.choose_some(desk);
        if self.dialog.is_none() && !ui.ctx().text_edit_focused() {
            self.keys(ui);
        }
        // Most of a narrow window is the page's.
        let share = ui.available_width() * 0.35;
        let left = Panel::left("manual_sections").resizable(true).default_size(290.0);
        left.max_size(share).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| self.left(ui, desk));
        });
        let right = Panel::right("manual_text").resizable(true).default_size(360.0);
        right.max_size(share).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| self.right(ui, desk));
        });
        CentralPanel::default().show(ui, |ui| self.middle(ui, desk));
        if let Some(dialog) = &mut self.dialog
            && !dialog.show(ui.ctx(), desk)
        {
            self.dialog = None;
        }
    }

    fn command(&mut self, command: &Command, _ctx: &egui::Context, desk: &mut Desk<'_>) {
        match command {
            Command::ShowManual(citation) => self.cite(desk, citation.clone()),
            Command::LibraryChanged(_) => {
                if let Some(product) = self.product.clone() {
                    self.list(desk, product);
                }
                if let Some(open) = self.open {
                    self.opened.ask(desk, OpenManual(open));
                }
            }
            Command::Stop => self.ask.clear(),
            _ => {}
        }
    }

    fn dropped(&mut self, paths: &[PathBuf], ctx: &egui::Context, _desk: &Desk<'_>) -> bool {
        if self.dialog.is_none() && paths.iter().any(|path| is_manual(path)) {
            self.dialog = self.product.clone().map(ManualDialog::new);
        }
        self.dialog.as_mut().is_some_and(|dialog| dialog.dropped(ctx, paths))
    }
}

impl ManualTab {
    /// Shows the product inspected, or the first, where none is chosen.
    fn choose_some(&mut self, desk: &mut Desk<'_>) {
        if self.product.is_some() || self.cited.is_some() {
            return;
        }
        let Some(products) = desk.catalogue.known() else { return };
        let chosen = desk.view.product.as_ref();
        let chosen = products.iter().find(|one| Some(&one.product.code) == chosen);
        let with_manual = products.iter().find(|one| !one.manuals.is_empty());
        let product = chosen.or(with_manual).or(products.first());
        if let Some(product) = product.map(|one| one.product.code.clone()) {
            self.show_product(desk, product);
        }
    }

    /// Lists the manuals of `product`; the newest is opened unless one of them is.
    fn show_product(&mut self, desk: &mut Desk<'_>, product: ProductCode) {
        self.manuals = Asked::default();
        self.versions = Asked::default();
        self.newest = None;
        self.list(desk, product.clone());
        self.product = Some(product);
        self.ask.clear();
    }

    fn list(&mut self, desk: &mut Desk<'_>, product: ProductCode) {
        self.manuals.ask(desk, ListManuals(product.clone()));
        self.versions.ask(desk, ListManualVersions(Some(product)));
    }

    fn listed(&mut self, desk: &mut Desk<'_>) {
        let Some(manuals) = self.manuals.answer() else { return };
        let newest = manuals.last().map(|manual| manual.id);
        // One that was just registered is what one wants to see.
        let is_new = self.newest.is_some() && self.newest != newest;
        self.newest = newest;
        if let Some(newest) = newest
            && (is_new || self.open.is_none())
        {
            self.open(desk, newest);
        }
    }

    fn open(&mut self, desk: &mut Desk<'_>, manual: ManualId) {
        (self.open, self.pages, self.focus) = (Some(manual), None, Focus::default());
        self.opened = Asked::default();
        self.opened.ask(desk, OpenManual(manual));
    }

    /// Shows what is cited, once its manual is opened.
    fn cite(&mut self, desk: &mut Desk<'_>, citation: Citation) {
        if self.open != Some(citation.manual) || self.opened.error().is_some() {
            self.open(desk, citation.manual);
        }
        self.cited = Some(citation);
        if !self.opened.is_awaited() {
            self.look_at_cited();
        }
        self.follow(desk);
    }

    /// The product becomes that of the manual opened.
    fn follow(&mut self, desk: &mut Desk<'_>) {
        let Some(opened) = self.opened.answer() else { return };
        let product = opened.manual.product.clone();
        if self.product.as_ref() != Some(&product) {
            self.show_product(desk, product);
        }
    }

    fn arrived(&mut self) {
        if let Some(opened) = self.opened.answer() {
            let OpenedManual { manual, pages: sizes, .. } = opened;
            let new = || Pages::new(manual.clone(), sizes.clone());
            let same = self.pages.take().filter(|pages| pages.are(manual, sizes));
            self.pages = (!sizes.is_empty()).then(|| same.unwrap_or_else(new));
        }
        if self.cited.is_some() {
            self.look_at_cited();
        } else if self.focus.section.is_none() {
            // What is marked at first tells what the marks are.
            let first = self.sections().first().map(|_| 0);
            self.focus = Focus { section: first, ..Focus::default() };
        }
    }

    fn sections(&self) -> &[Section] {
        let text = self.opened.answer().and_then(|opened| opened.text.as_ref());
        text.map(|text| text.sections.as_slice()).unwrap_or_default()
    }

    fn look_at_cited(&mut self) {
        let Some(cited) = self.cited.take() else { return };
        let page = cited.page;
        self.focus = Focus::cited(self.sections(), cited);
        self.look(page);
    }

    /// Brings what the focus is on into view; where it has no lines, `page`.
    fn look(&mut self, page: u32) {
        self.bring = true;
        let Some(pages) = &mut self.pages else { return };
        if self.focus.lines.is_empty() {
            pages.go_to_page(page);
        } else {
            pages.go_to_lines(&self.focus.lines);
        }
    }

    /// Looks at a section, or one statement of it.
    fn look_at(&mut self, section: usize, statement: Option<&str>) {
        let Some(page) = self.sections().get(section).map(|section| section.page) else { return };
        self.focus = Focus::new(self.sections(), section, statement);
        self.look(page);
    }

    fn keys(&mut self, ui: &egui::Ui) {
        if let Some(pages) = &mut self.pages {
            pages.keys(ui);
        }
        let pressed = |key| ui.input(|input| input.key_pressed(key));
        // What has the keyboard is left by these keys.
        if ui.memory(|memory| memory.focused().is_some()) {
            return;
        }
        let next = self.focus.section.map_or(0, |section| section + 1);
        if pressed(Key::ArrowDown) && next < self.sections().len() {
            self.look_at(next, None);
        } else if pressed(Key::ArrowUp)
            && let Some(before) = self.focus.section.and_then(|section| section.checked_sub(1))
        {
            self.look_at(before, None);
        }
    }

    fn add_manual(&mut self, ui: &mut egui::Ui, desk: &Desk<'_>) {
        if let Some(product) = &self.product
            && ui.button(desk.text("dialog-add-manual")).clicked()
        {
            self.dialog = Some(ManualDialog::new(product.clone()));
        }
    }

    fn left(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        let error = desk.catalogue.error().or(self.manuals.error());
        if let Some(error) = error.filter(|_| self.pages.is_some()) {
            ui.colored_label(ui.visuals().error_fg_color, error);
        }
        let has_products = !desk.catalogue.products().is_empty();
        let choice =
            ui.add_enabled_ui(has_products, |ui| product_of(ui, desk, self.product.as_ref()));
        if let Some(product) = choice.inner {
            self.open = None;
            (self.opened, self.pages) = (Asked::default(), None);
            self.show_product(desk, product);
        }
        ui.add_space(4.0);
        if let Some(manuals) = self.manuals.answer()
            && let Some(other) = sections::manuals(ui, manuals, self.open)
        {
            self.open(desk, other);
        }
        if let Some(versions) = self.versions.answer()
            && let Some(other) = versions::show(ui, desk, versions, self.open)
        {
            self.open(desk, other);
        }
        self.add_manual(ui, desk);
        ui.separator();
        let Some(opened) = self.opened.answer() else { return };
        let Some(text) = &opened.text else { return };
        let product = self.product.as_ref();
        let path = &opened.manual.path;
        let clicked = sections::show(ui, desk, (path, text), product, self.focus.section);
        if let Some(section) = clicked {
            self.look_at(section, None);
        }
    }

    fn right(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        if let Some(product) = &self.product
            && self.manuals.answer().is_some_and(|manuals| !manuals.is_empty())
            && let Some(found) = self.ask.show(ui, desk, product)
        {
            self.cite(desk, found);
        }
        self.hovered = None;
        let Some(section) = self.focus.section else { return };
        let Some(shown) = self.sections().get(section) else { return };
        let pointed = text::show(ui, desk, shown, self.focus.statement.as_deref());
        if let Some(statement) = pointed.clicked {
            self.look_at(section, Some(&statement));
        }
        self.hovered = pointed.hovered;
    }

    fn middle(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        if self.open.is_none() {
            self.nothing(ui, desk);
            return;
        }
        if let Some(error) = self.opened.error() {
            ui.colored_label(ui.visuals().error_fg_color, error);
        }
        let Some(opened) = self.opened.answer() else {
            if self.opened.is_awaited() {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label(desk.text("manual-opening"));
                });
            }
            return;
        };
        for problem in &opened.problems {
            ui.colored_label(ui.visuals().error_fg_color, problem.explain(desk.words.0));
        }
        let has_problems = !opened.problems.is_empty();
        let is_listed = |manuals: &Vec<RegisteredManual>| manuals.contains(&opened.manual);
        if self.manuals.answer().is_some_and(|manuals| !is_listed(manuals)) {
            ui.colored_label(ui.visuals().warn_fg_color, desk.text("manual-replaced"));
        }
        if has_problems {
            self.add_manual(ui, desk);
        }
        let marks = self.focus.marks(self.sections(), self.hovered.as_deref());
        let Some(pages) = &mut self.pages else {
            let Some(opened) = self.opened.answer() else { return };
            let Some(text) = &opened.text else { return };
            let bring = std::mem::take(&mut self.bring);
            let path = &opened.manual.path;
            if let Some((section, statement)) =
                unpaged::show(ui, desk, (path, text), &self.focus, bring)
            {
                self.look_at(section, statement.as_deref());
                // It is in view: it was clicked.
                self.bring = false;
            }
            return;
        };
        pages.tools(ui, desk);
        if let Some((page, at)) = pages.show(ui, desk, &marks)
            && let Some((section, statement)) = statement_at(self.sections(), page, at)
        {
            self.look_at(section, Some(&statement));
        }
    }

    /// What is shown where there is no manual.
    fn nothing(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        let no_products = desk.catalogue.known().is_some_and(<[_]>::is_empty);
        let no_manuals = self.manuals.answer().is_some_and(Vec::is_empty);
        ui.vertical_centered(|ui| {
            ui.add_space(ui.available_height() * 0.35);
            if no_products {
                ui.heading(desk.text("library-empty"));
                ui.add_space(12.0);
                if ui.button(desk.text("command-new-product")).clicked() {
                    desk.send(Command::NewProduct);
                }
            } else if no_manuals {
                ui.heading(desk.text("manual-none"));
                ui.weak(desk.text("manual-none-hint"));
                ui.add_space(12.0);
                self.add_manual(ui, desk);
            } else if let Some(error) = desk.catalogue.error().or(self.manuals.error()) {
                ui.colored_label(ui.visuals().error_fg_color, error);
                if ui.button(desk.text("history-again")).clicked() {
                    desk.send(Command::LibraryChanged(None));
                }
            } else {
                ui.spinner();
                ui.label(desk.text("library-loading"));
            }
        });
    }
}
