//! What a person asks of the review screen, done.

use super::ReviewScreen;
use super::actions::{self, ReviewAction};
use super::forms::{Heading, ReviewForm};
use super::rows::{RowItem, find_row, rows};
use crate::tab_context::TabContext;
use fettle_domain::{LabelRule, LineSpan, ManualEdit, StatementKind};

impl ReviewScreen {
    pub(super) fn act_all(&mut self, cx: &mut TabContext<'_>, actions: Vec<ReviewAction>) {
        for action in actions {
            self.act(cx, action);
        }
    }

    /// Does what a person asked for.
    pub(super) fn act(&mut self, cx: &mut TabContext<'_>, action: ReviewAction) {
        use ReviewAction as A;
        let (Some(draft), row) = (&mut self.draft, self.rows.get(self.selected).copied()) else {
            return;
        };
        self.problem = None;
        match action {
            A::Move(by) => {
                let last = self.rows.len().saturating_sub(1);
                self.selected = self.selected.saturating_add_signed(by).min(last);
                self.show_selected();
            }
            A::Select(row) => {
                if let Some(index) = self.rows.iter().position(|one| *one == row) {
                    self.selected = index;
                    self.show_selected();
                }
            }
            A::SetKind(kind) => self.set_kind(cx, kind),
            A::NoStatement => {
                let edits = row.map(|row| actions::no_statement(draft.text(), row));
                self.edit(cx, edits.unwrap_or_default(), Follow::Next);
            }
            A::Merge { spaced } => {
                let edit = row.and_then(|row| actions::merge(draft.text(), row, spaced));
                self.edit(cx, edit.into_iter().collect(), Follow::Next);
            }
            A::AskSplit | A::AskDefect | A::AskLabel => self.ask(&action),
            A::Drop { dragged, onto } => {
                let edits = actions::drop_onto(draft.text(), dragged, onto);
                if let Some(index) = self.rows.iter().position(|row| *row == dragged) {
                    self.selected = index;
                }
                self.edit(cx, edits, Follow::Same);
            }
            A::Edit(edits) => self.edit(cx, edits, Follow::Same),
            A::NameLabelEverywhere(rule) => self.name_everywhere(rule),
            A::RemoveEdit(_) | A::RemoveLabel(_) | A::Undo | A::Redo => {
                let said = row.map(|row| row.text(draft.text()));
                match action {
                    A::RemoveEdit(index) => draft.remove_edit(index),
                    A::RemoveLabel(index) => draft.remove_label(index),
                    A::Redo => draft.redo(),
                    _ => draft.undo(),
                }
                self.renew(said);
            }
            A::Save => self.save(cx),
            A::Leave => self.leave(false),
        }
    }

    fn set_kind(&mut self, cx: &TabContext<'_>, kind: StatementKind) {
        let (Some(draft), Some(row)) = (&self.draft, self.row()) else { return };
        if let RowItem::Part(section, part) = row
            && let Some(label) = actions::label_of(draft.text(), section, part)
        {
            let rule = LabelRule { label: label.to_owned(), kind };
            return match self.for_all {
                true => self.name_everywhere(rule),
                false => self.edit(cx, vec![ManualEdit::NameLabel(rule)], Follow::Next),
            };
        }
        let edits = actions::set_kind(draft.text(), row, kind);
        self.edit(cx, edits, Follow::Next);
    }

    /// Says what a label stands for in all manuals. The selected row stays selected.
    fn name_everywhere(&mut self, rule: LabelRule) {
        let row = self.row();
        let Some(draft) = &mut self.draft else { return };
        let said = row.map(|row| row.text(draft.text()));
        draft.name_label_everywhere(rule);
        self.renew(said);
    }

    /// Makes edits, and selects what comes next or the row itself, wherever it stands then.
    fn edit(&mut self, cx: &TabContext<'_>, edits: Vec<ManualEdit>, follow: Follow) {
        let Some(draft) = &mut self.draft else { return };
        if edits.is_empty() {
            return;
        }
        let after = match follow {
            Follow::Same => self.selected,
            Follow::Next => self.selected + 1,
        };
        let said = self.rows.get(after).map(|row| row.text(draft.text()));
        if draft.edit(edits) {
            self.renew(said);
        } else {
            self.problem = Some(cx.text("review-not-possible"));
        }
    }

    /// Lists the rows anew and selects the one that says `said`.
    fn renew(&mut self, said: Option<String>) {
        let Some(draft) = &self.draft else { return };
        self.rows = rows(draft.text());
        self.texts = None;
        let found = said.and_then(|said| find_row(draft.text(), &self.rows, &said, self.selected));
        let last = self.rows.len().saturating_sub(1);
        self.selected = found.unwrap_or(self.selected).min(last);
        self.show_selected();
    }

    /// Brings the selected row and its lines into view.
    pub(super) fn show_selected(&mut self) {
        self.moved = true;
        let (Some(draft), Some(pages)) = (&self.draft, &mut self.pages) else { return };
        let Some(row) = self.rows.get(self.selected) else { return };
        let spans = row.spans(draft.text());
        let is_drawn = |span: &LineSpan| span.rect.height > 0.0;
        if spans.iter().any(is_drawn) {
            pages.go_to_lines(&spans);
        } else if let Some(page) = row.page(draft.text()) {
            pages.go_to_page(page);
        }
    }

    /// Opens a form about the selected row.
    fn ask(&mut self, action: &ReviewAction) {
        let (Some(draft), Some(row)) = (&self.draft, self.row()) else { return };
        let text = draft.text();
        let line = row.line().and_then(|place| text.line_ref(place));
        let is_statement = row.line().is_some_and(|place| text.statement_at(place).is_some());
        self.form = match (action, line) {
            (ReviewAction::AskSplit, Some(line)) if is_statement => {
                let text = line.text.clone();
                Some(ReviewForm::Split { line, text, has_keyboard: false })
            }
            (ReviewAction::AskLabel, Some(line)) => Some(ReviewForm::Label { line }),
            (ReviewAction::AskDefect, Some(line)) => {
                Some(ReviewForm::Defect { heading: Heading::New(line), defect: None })
            }
            (ReviewAction::AskDefect, None) => match row {
                RowItem::Section(index) => text.section_ref(index).map(|section| {
                    let defect = text.sections.get(index).and_then(|one| one.defect.clone());
                    ReviewForm::Defect { heading: Heading::Known(section), defect }
                }),
                _ => None,
            },
            _ => None,
        };
    }

    fn save(&mut self, cx: &mut TabContext<'_>) {
        let Some(draft) = &self.draft else { return };
        if self.saving.is_none() && draft.is_changed() {
            self.saving = cx.start(draft.to_save());
        }
    }
}

/// Which row is selected after an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Follow {
    /// The row that was edited.
    Same,
    /// The row below, for going through a manual line by line.
    Next,
}
