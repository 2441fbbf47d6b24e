//! 8D reports: a form with a record, its parts under the labels D1 to D8.

use super::action_draft::DraftReader;
use super::action_labels::{ActionField, action_field, split_discipline};
use super::action_rows::{ActionCell, ActionRow};
use super::headings::split_colon;

/// The fewest disciplines that make a form.
const MIN_DISCIPLINES: usize = 3;
/// The fewest fields of a table inside a form.
const MIN_FIELDS: usize = 2;

/// Whether the rows are those of 8D reports: disciplines below one another.
pub(super) fn is_form(rows: &[ActionRow]) -> bool {
    let mut found = [false; 9];
    for row in rows {
        let Some(cell) = row.cells.first() else { continue };
        let number = split_discipline(&cell.text).0;
        if let Some(seen) = number.and_then(|number| found.get_mut(usize::from(number))) {
            *seen = true;
        }
    }
    found.iter().filter(|seen| **seen).count() >= MIN_DISCIPLINES
}

/// The record of each report.
pub(super) fn form_records(rows: &[ActionRow]) -> Vec<DraftReader> {
    let mut reader = FormReader::default();
    for row in rows {
        reader.read(row);
    }
    reader.finish()
}

/// The reports read so far.
#[derive(Default)]
struct FormReader {
    done: Vec<DraftReader>,
    draft: DraftReader,
    /// The last discipline of the report, 0 before the first.
    discipline: u8,
    /// What lines without a label belong to, and its label.
    current: Option<(ActionField, String)>,
    /// Columns of a table inside the form: left ends and fields.
    columns: Vec<(f64, ActionField, String)>,
}

impl FormReader {
    fn read(&mut self, row: &ActionRow) {
        let Some(first) = row.cells.first() else { return };
        if let Some(number) = split_discipline(&first.text).0 {
            self.begin_discipline(number, row.place);
        } else if let Some(columns) = inner_table(row) {
            self.columns = columns;
            return;
        } else if !self.columns.is_empty() && row.cells.len() > 1 {
            self.table_row(row);
            return;
        }
        let mut cells = row.cells.iter().peekable();
        while let Some(cell) = cells.next() {
            let Some((field, label, value)) = labelled(cell, row.cells.len() > 1) else {
                self.continue_part(&cell.text);
                continue;
            };
            if matches!(field, ActionField::Product | ActionField::Defect | ActionField::Opened)
                && self.discipline >= 3
                && split_discipline(&cell.text).0.is_none()
                && self.draft.is_set(field)
            {
                self.next_report();
            }
            if self.draft.place == 0 {
                self.draft.place = row.place;
            }
            self.current = Some((field, label.clone()));
            if let Some(value) = value {
                self.draft.add(field, &label, value);
                continue;
            }
            // `D4 | 근본 원인 | …`: the second cell names the same part.
            if split_discipline(&cell.text).1.trim().is_empty() {
                cells.next_if(|next| action_field(&next.text) == Some(field));
            }
            if let Some(next) = cells.next() {
                self.draft.add(field, &label, &next.text);
            }
        }
    }

    fn begin_discipline(&mut self, number: u8, place: u32) {
        if number <= 2 && number < self.discipline && self.discipline >= 4 {
            self.next_report();
        }
        self.discipline = number;
        self.columns.clear();
        if self.draft.place == 0 {
            self.draft.place = place;
        }
    }

    fn next_report(&mut self) {
        self.done.push(std::mem::take(&mut self.draft));
        self.discipline = 0;
        self.current = None;
        self.columns.clear();
    }

    fn continue_part(&mut self, text: &str) {
        if let Some((field, label)) = self.current.clone() {
            self.draft.add(field, &label, text);
        }
    }

    fn table_row(&mut self, row: &ActionRow) {
        for cell in &row.cells {
            let column = self.columns.iter().rev().find(|(left, ..)| *left <= cell.left);
            if let Some((_, field, label)) = column.cloned() {
                self.draft.add(field, &label, &cell.text);
            }
        }
    }

    fn finish(mut self) -> Vec<DraftReader> {
        self.done.push(self.draft);
        self.done
    }
}

/// The label of a cell or line and what follows it there: `D4. 근본 원인: …`, `완료일: …`. A cell alone
/// in its row is a label without a colon only where it has a number or is bold.
fn labelled(cell: &ActionCell, is_in_table: bool) -> Option<(ActionField, String, Option<&str>)> {
    let text = cell.text.as_str();
    if let Some((head, value)) = split_colon(text)
        && let Some(field) = action_field(head)
    {
        return Some((field, head.to_owned(), (!value.is_empty()).then_some(value)));
    }
    let is_label = is_in_table || cell.bold || split_discipline(text).0.is_some();
    let field = action_field(text).filter(|_| is_label && !text.contains('\n'))?;
    Some((field, text.to_owned(), None))
}

/// The columns of a table inside a form, where every cell of `row` is a label.
fn inner_table(row: &ActionRow) -> Option<Vec<(f64, ActionField, String)>> {
    let columns: Vec<_> = row
        .cells
        .iter()
        .filter_map(|cell| Some((cell.left, action_field(&cell.text)?, cell.text.clone())))
        .collect();
    let is_head = columns.len() >= MIN_FIELDS
        && columns.len() * 2 > row.cells.len()
        && row.cells.len() > 2
        && columns.iter().any(|(_, field, _)| *field == ActionField::Action);
    is_head.then_some(columns)
}
