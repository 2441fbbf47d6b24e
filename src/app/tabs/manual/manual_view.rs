//! The opened manual: its pages or text, and the selection in it.

use egui::Key;

use super::page_view::PageView;
use super::section_text;
use super::selection::{Selection, statement_at};
use super::text_view;
use crate::command::Citation;
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use fettle_domain::{ManualId, ManualText, RegisteredManual, Section};
use fettle_engine::{OpenManual, OpenedManual};

/// The opened manual.
#[derive(Default)]
pub(super) struct ManualView {
    /// The version that is opened.
    id: Option<ManualId>,
    opened: Loadable<OpenedManual>,
    /// `None` for a manual without pages.
    pages: Option<PageView>,
    selection: Selection,
    /// The statement under the cursor in the section's text.
    hovered: Option<String>,
    /// The citation to select once its manual is opened.
    cited: Option<Citation>,
    /// Whether the text of a manual without pages is to scroll to the selection.
    scroll_to_selection: bool,
}

impl ManualView {
    pub(super) fn id(&self) -> Option<ManualId> {
        self.id
    }

    pub(super) fn opened(&self) -> Option<&OpenedManual> {
        self.opened.answer()
    }

    pub(super) fn has_pages(&self) -> bool {
        self.pages.is_some()
    }

    /// Whether a citation waits for its manual.
    pub(super) fn has_pending_citation(&self) -> bool {
        self.cited.is_some()
    }

    /// Starts to open a manual, without a selection.
    pub(super) fn open(&mut self, cx: &mut TabContext<'_>, manual: ManualId) {
        (self.id, self.pages, self.selection) = (Some(manual), None, Selection::default());
        self.opened = Loadable::default();
        self.opened.load(cx, OpenManual(manual));
    }

    pub(super) fn close(&mut self) {
        (self.id, self.opened, self.pages) = (None, Loadable::default(), None);
    }

    /// Opens the current manual again after the library changed.
    pub(super) fn reload(&mut self, cx: &mut TabContext<'_>) {
        if let Some(id) = self.id {
            self.opened.load(cx, OpenManual(id));
        }
    }

    /// Takes the opened manual. Returns whether a citation was selected in it.
    pub(super) fn poll(&mut self, cx: &TabContext<'_>) -> bool {
        if !self.opened.poll(cx) {
            return false;
        }
        if let Some(OpenedManual { manual, pages: sizes, .. }) = self.opened.answer() {
            let new = || PageView::new(manual.clone(), sizes.clone());
            let same = self.pages.take().filter(|pages| pages.shows(manual, sizes));
            self.pages = (!sizes.is_empty()).then(|| same.unwrap_or_else(new));
        }
        if self.cited.is_some() {
            self.select_cited();
            return true;
        }
        if self.selection.section.is_none() {
            // Marking the first section shows what the marks mean.
            let first = self.sections().first().map(|_| 0);
            self.selection = Selection { section: first, ..Selection::default() };
        }
        false
    }

    /// Selects a citation, after opening its manual where another one is open.
    pub(super) fn cite(&mut self, cx: &mut TabContext<'_>, citation: Citation) {
        if self.id != Some(citation.manual) || self.opened.error().is_some() {
            self.open(cx, citation.manual);
        }
        self.cited = Some(citation);
        if !self.opened.is_loading() {
            self.select_cited();
        }
    }

    fn select_cited(&mut self) {
        let Some(cited) = self.cited.take() else { return };
        let page = cited.page;
        self.selection = Selection::cited(self.sections(), cited);
        self.scroll_to_selection(page);
    }

    fn text(&self) -> Option<&ManualText> {
        self.opened.answer()?.text.as_ref()
    }

    fn sections(&self) -> &[Section] {
        self.text().map(|text| text.sections.as_slice()).unwrap_or_default()
    }

    /// Index of the selected section.
    pub(super) fn section(&self) -> Option<usize> {
        self.selection.section
    }

    /// Selects a section, or one statement of it.
    pub(super) fn select(&mut self, section: usize, statement: Option<&str>) {
        let Some(page) = self.sections().get(section).map(|section| section.page) else { return };
        self.selection = Selection::new(self.sections(), section, statement);
        self.scroll_to_selection(page);
    }

    /// Scrolls to the lines of the selection, or to `page` where it has none.
    fn scroll_to_selection(&mut self, page: u32) {
        self.scroll_to_selection = true;
        let Some(pages) = &mut self.pages else { return };
        if self.selection.lines.is_empty() {
            pages.go_to_page(page);
        } else {
            pages.go_to_lines(&self.selection.lines);
        }
    }

    /// Handles Page Up and Page Down, and the arrow keys that select the next or previous section.
    pub(super) fn handle_keys(&mut self, ui: &egui::Ui) {
        if let Some(pages) = &mut self.pages {
            pages.handle_keys(ui);
        }
        let pressed = |key| ui.input(|input| input.key_pressed(key));
        // Arrow keys also move the keyboard focus, where a widget has it.
        if ui.memory(|memory| memory.focused().is_some()) {
            return;
        }
        let next = self.selection.section.map_or(0, |section| section + 1);
        if pressed(Key::ArrowDown) && next < self.sections().len() {
            self.select(next, None);
        } else if pressed(Key::ArrowUp)
            && let Some(previous) =
                self.selection.section.and_then(|section| section.checked_sub(1))
        {
            self.select(previous, None);
        }
    }

    /// Shows the text of the selected section.
    pub(super) fn show_section(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        self.hovered = None;
        let Some(index) = self.selection.section else { return };
        let Some(section) = self.sections().get(index) else { return };
        let Some(opened) = self.opened.answer() else { return };
        let manual = (opened.manual.id, opened.manual.path.as_str());
        let selected = self.selection.statement.as_deref();
        let response = section_text::show(ui, cx, manual, section, selected);
        if let Some(statement) = response.clicked {
            self.select(index, Some(&statement));
        }
        self.hovered = response.hovered;
    }

    /// Shows the pages or text, below problems of the file. `current` are the manuals in force.
    /// Returns whether a person asks to register a manual, for which there is a button where
    /// `can_register`.
    pub(super) fn show(
        &mut self,
        ui: &mut egui::Ui,
        cx: &mut TabContext<'_>,
        current: Option<&[RegisteredManual]>,
        can_register: bool,
    ) -> bool {
        if let Some(error) = self.opened.error() {
            ui.colored_label(ui.visuals().error_fg_color, error);
        }
        let Some(opened) = self.opened.answer() else {
            if self.opened.is_loading() {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label(cx.text("manual-opening"));
                });
            }
            return false;
        };
        for problem in &opened.problems {
            let problem = problem.explain(cx.localizer.language);
            ui.colored_label(ui.visuals().error_fg_color, problem);
        }
        if current.is_some_and(|current| !current.contains(&opened.manual)) {
            ui.colored_label(ui.visuals().warn_fg_color, cx.text("manual-replaced"));
        }
        let can_register = can_register && !opened.problems.is_empty();
        let wants_to_register = can_register && ui.button(cx.text("dialog-add-manual")).clicked();
        if self.pages.is_some() {
            self.show_pages(ui, cx);
        } else {
            self.show_text(ui, cx);
        }
        wants_to_register
    }

    fn show_pages(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        let marks = self.selection.marks(self.sections(), self.hovered.as_deref());
        let Some(pages) = &mut self.pages else { return };
        pages.toolbar(ui, cx);
        if let Some((page, at)) = pages.show(ui, cx, &marks)
            && let Some((section, statement)) = statement_at(self.sections(), page, at)
        {
            self.select(section, Some(&statement));
        }
    }

    fn show_text(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        let Some(opened) = self.opened.answer() else { return };
        let Some(text) = &opened.text else { return };
        let scroll = std::mem::take(&mut self.scroll_to_selection);
        let path = &opened.manual.path;
        let manual = opened.manual.id;
        let clicked = text_view::show(ui, cx, manual, (path, text), &self.selection, scroll);
        if let Some((section, statement)) = clicked {
            self.select(section, statement.as_deref());
            // What was clicked is in view.
            self.scroll_to_selection = false;
        }
    }
}
