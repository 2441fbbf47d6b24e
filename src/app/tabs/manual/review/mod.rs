//! The review screen: the page beside what was read of it, to be corrected by mouse or by keyboard.

mod actions;
mod correction_list;
mod document_view;
mod draft;
mod editing;
mod forms;
mod keys;
mod row_texts;
mod rows;
#[cfg(test)]
mod tests;
mod toolbar;
mod tree;

use egui::{CentralPanel, Key, Panel, Popup, Pos2, Rect, ScrollArea, Ui, pos2, vec2};

use self::actions::ReviewAction;
use self::draft::ReviewDraft;
use self::forms::{FormAnswer, ReviewForm};
use self::row_texts::{DescribedManual, RowTexts};
use self::rows::{RowItem, all_spans, rows};
use self::toolbar::{Toolbar, ask_label};
use self::tree::Tree;
use super::marks::Marks;
use super::page_view::PageView;
use crate::command::Command;
use crate::job_progress;
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_domain::{LineSpan, ManualId, ManualText, ManualWarning, PartPlace, same_text};
use fettle_engine::{EngineError, ManualReview, OpenManualReview, ParsedManual};

/// Distance from a line, in points of the page, within which a click selects it.
const CLICK_DISTANCE: f32 = 3.0;

/// What the tab does with the screen after a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReviewState {
    /// It stays.
    Open,
    /// It is left.
    Left,
}

/// The review screen of one manual.
pub(super) struct ReviewScreen {
    opening: Loadable<ManualReview>,
    draft: Option<ReviewDraft>,
    rows: Vec<RowItem>,
    /// What the rows say; `None` once it is to be put together anew.
    texts: Option<RowTexts>,
    /// Index of the selected row.
    selected: usize,
    /// Whether the selection moved since it was drawn.
    moved: bool,
    /// Whether what a label stands for holds for all manuals.
    for_all: bool,
    /// `None` for a manual without pages.
    pages: Option<PageView>,
    form: Option<ReviewForm>,
    saving: Option<Task<ParsedManual>>,
    /// Why the last step did nothing, or saving failed.
    problem: Option<String>,
    /// Whether the window is to close once the screen is left.
    closes_window: bool,
    state: ReviewState,
}

impl ReviewScreen {
    /// Starts to read a manual for its review.
    pub(super) fn open(cx: &mut TabContext<'_>, manual: ManualId) -> Self {
        let mut opening = Loadable::default();
        opening.load(cx, OpenManualReview(manual));
        Self {
            opening,
            draft: None,
            rows: Vec::new(),
            texts: None,
            selected: 0,
            moved: true,
            for_all: false,
            pages: None,
            form: None,
            saving: None,
            problem: None,
            closes_window: false,
            state: ReviewState::Open,
        }
    }

    /// The plain keys that the screen reads itself.
    pub(super) fn keys() -> &'static [Key] {
        keys::KEYS
    }

    /// Whether something would be lost if the screen were left.
    pub(super) fn has_unsaved(&self) -> bool {
        self.state == ReviewState::Open && self.draft.as_ref().is_some_and(ReviewDraft::is_changed)
    }

    /// Leaves the screen, after a question where something is not saved; then closes the window where
    /// that was asked for.
    pub(super) fn leave(&mut self, closes_window: bool) {
        self.closes_window = closes_window;
        if self.has_unsaved() {
            self.form = Some(ReviewForm::Leave);
        } else {
            self.state = ReviewState::Left;
        }
    }

    /// Takes the answers of jobs.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) -> ReviewState {
        if self.opening.poll(cx)
            && self.draft.is_none()
            && let Some(review) = self.opening.answer()
        {
            let sizes = review.pages.clone();
            self.pages = (!sizes.is_empty()).then(|| PageView::new(review.manual.clone(), sizes));
            let draft = ReviewDraft::new(review.clone());
            self.rows = rows(draft.text());
            // What is asked first is selected first, so that its key answers.
            let unknown = open_label(draft.text())
                .and_then(|label| part_with_label(draft.text(), &self.rows, &label));
            self.selected = unknown.unwrap_or(0);
            self.draft = Some(draft);
            self.show_selected();
        }
        if let Some(saved) = self.saving.as_ref().and_then(Task::poll) {
            self.saving = None;
            self.take_saved(cx, saved);
        }
        self.state
    }

    fn take_saved(&mut self, cx: &mut TabContext<'_>, saved: Result<ParsedManual, EngineError>) {
        match saved {
            Ok(_) => {
                let corrections = self.draft.as_ref().map(ReviewDraft::corrections);
                let count = corrections.map_or(0, |all| all.edits.len() + all.labels.len());
                let count = [("count", count.into())];
                cx.toasts.done(cx.localizer.with("review-saved", &count));
                cx.send(Command::LibraryChanged(None));
                self.state = ReviewState::Left;
                if self.closes_window {
                    cx.send(Command::Quit);
                }
            }
            Err(error) => {
                self.closes_window = false;
                self.problem = Some(error.explain(cx.localizer.language));
            }
        }
    }

    /// Draws the screen.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) -> ReviewState {
        if self.draft.is_none() {
            self.show_opening(ui, cx);
            return self.state;
        }
        let is_asked = self.form.is_some() || Popup::is_any_open(ui.ctx());
        let mut actions = Vec::new();
        if !is_asked && self.saving.is_none() && !ui.ctx().text_edit_focused() {
            actions.extend(keys::pressed(ui));
        }
        // What the keys did is in the rows that are drawn.
        self.act_all(cx, std::mem::take(&mut actions));
        Panel::top("review_bar").show(ui, |ui| self.bar(ui, cx, &mut actions));
        let share = ui.available_width() * 0.6;
        let right = Panel::right("review_tree").resizable(true).default_size(520.0);
        right.max_size(share).show(ui, |ui| self.tree_panel(ui, cx, &mut actions));
        CentralPanel::default().show(ui, |ui| self.page_panel(ui, cx, &mut actions));
        self.act_all(cx, actions);
        self.show_form(ui, cx);
        self.state
    }

    /// The screen before the manual is read.
    fn show_opening(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        if let Some(error) = self.opening.error() {
            ui.colored_label(ui.visuals().error_fg_color, error);
        } else {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(cx.text("review-opening"));
            });
        }
        let escape = ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, Key::Escape));
        if ui.button(cx.text("review-leave")).clicked() || escape {
            self.state = ReviewState::Left;
        }
    }

    fn bar(&mut self, ui: &mut Ui, cx: &TabContext<'_>, actions: &mut Vec<ReviewAction>) {
        let Some(draft) = &self.draft else { return };
        let bar =
            Toolbar { row: self.row(), can_undo: draft.can_undo(), is_changed: draft.is_changed() };
        let path = &draft.review().manual.path;
        let name = path.rsplit('/').next().unwrap_or(path);
        ui.horizontal_wrapped(|ui| {
            ui.heading(cx.localizer.with("review-title", &[("name", name.into())]));
            match &self.saving {
                Some(task) => job_progress::show(ui, cx, task),
                None => actions.extend(bar.show_end(ui, cx)),
            }
            ui.weak(cx.text("review-keys"));
        });
        if let Some(problem) = &self.problem {
            ui.colored_label(ui.visuals().error_fg_color, problem);
        }
        actions.extend(bar.show(ui, cx).filter(|_| self.saving.is_none()));
        ui.add_space(4.0);
    }

    fn tree_panel(&mut self, ui: &mut Ui, cx: &TabContext<'_>, actions: &mut Vec<ReviewAction>) {
        let Some(draft) = &self.draft else { return };
        if let Some(label) = open_label(draft.text()) {
            actions.extend(ask_label(ui, cx, &label, &mut self.for_all));
        }
        actions.extend(correction_list::show(ui, cx, draft));
        let texts = row_texts(&mut self.texts, cx, draft, &self.rows);
        let tree = Tree { rows: &self.rows, texts, selected: self.selected, moved: self.moved };
        ScrollArea::vertical().id_salt("review_rows").auto_shrink(false).show(ui, |ui| {
            actions.extend(tree.show(ui, cx));
        });
    }

    fn page_panel(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        actions: &mut Vec<ReviewAction>,
    ) {
        let Some(draft) = &self.draft else { return };
        let row = self.rows.get(self.selected).copied();
        let moved = std::mem::take(&mut self.moved);
        let Some(pages) = &mut self.pages else {
            let texts = row_texts(&mut self.texts, cx, draft, &self.rows);
            let clicked = document_view::show(ui, &texts.document, row, moved);
            return actions.extend(clicked.map(ReviewAction::Select));
        };
        let marks = row.map(|row| marks(draft.text(), row)).unwrap_or_default();
        pages.toolbar(ui, cx);
        if let Some((page, at)) = pages.show(ui, cx, &marks)
            && let Some(row) = row_at(draft.text(), &self.rows, page, at)
        {
            actions.push(ReviewAction::Select(row));
        }
    }

    fn show_form(&mut self, ui: &Ui, cx: &mut TabContext<'_>) {
        let Some(draft) = &self.draft else { return };
        let Some(form) = &mut self.form else { return };
        let product = &draft.review().manual.product;
        match form.show(ui.ctx(), cx, product) {
            FormAnswer::Open => {}
            FormAnswer::Close => self.close_form(),
            FormAnswer::Discard => {
                self.form = None;
                self.draft = None;
                self.state = ReviewState::Left;
                if self.closes_window {
                    cx.send(Command::Quit);
                }
            }
            FormAnswer::Do(action) => {
                self.form = None;
                self.act(cx, action);
                self.moved = true;
            }
        }
    }

    fn close_form(&mut self) {
        (self.form, self.closes_window) = (None, false);
        self.moved = true;
    }

    fn row(&self) -> Option<RowItem> {
        self.rows.get(self.selected).copied()
    }
}

/// What the rows of `draft` say, put together where `kept` does not hold any more.
fn row_texts<'a>(
    kept: &'a mut Option<RowTexts>,
    cx: &TabContext<'_>,
    draft: &ReviewDraft,
    rows: &[RowItem],
) -> &'a RowTexts {
    let manual = &draft.review().manual;
    let described =
        DescribedManual { text: draft.text(), product: &manual.product, path: &manual.path };
    let texts = RowTexts::of(kept.take(), cx, described, rows);
    kept.insert(texts)
}

/// The first label whose meaning is unknown.
fn open_label(text: &ManualText) -> Option<String> {
    text.warnings.iter().find_map(|warning| match warning {
        ManualWarning::UnknownPart { label, .. } if text.has_label(label) => Some(label.clone()),
        _ => None,
    })
}

/// The row of the first part with this label.
fn part_with_label(text: &ManualText, rows: &[RowItem], label: &str) -> Option<usize> {
    rows.iter().position(|row| match row {
        RowItem::Part(section, PartPlace::Other(part)) => {
            let section = text.sections.get(*section);
            let part = section.and_then(|section| section.parts.get(*part));
            part.is_some_and(|part| same_text(&part.label, label))
        }
        _ => false,
    })
}

/// The lines of a row, and the others of its section.
fn marks(text: &ManualText, row: RowItem) -> Marks {
    // Statements that share a line mark it once.
    let mut strong: Vec<LineSpan> = Vec::new();
    for span in row.spans(text) {
        if !strong.contains(&span) {
            strong.push(span);
        }
    }
    let mut faint = all_spans(row.section().and_then(|section| text.sections.get(section)));
    faint.retain(|span| !strong.contains(span));
    Marks { strong, faint }
}

/// The row of the line printed at `at` (in points) on `page`.
fn row_at(text: &ManualText, rows: &[RowItem], page: u32, at: Pos2) -> Option<RowItem> {
    rows.iter().copied().filter(|row| row.line().is_some()).find(|row| {
        row.spans(text).iter().any(|span| {
            let fettle_domain::RectPt { x, y, width, height } = span.rect;
            let rect = Rect::from_min_size(pos2(x, y), vec2(width, height));
            span.page == page && height > 0.0 && rect.expand(CLICK_DISTANCE).contains(at)
        })
    })
}
