//! A list of corrective actions: a table with a record in each row.

use super::action_draft::DraftReader;
use super::action_labels::{ActionField, action_field};
use super::action_rows::ActionRow;
use super::headings::compact;

/// The fewest fields of a head of columns.
const MIN_FIELDS: usize = 3;
/// Words of a row that counts those above it.
const TOTALS: [&str; 8] = ["합계", "총계", "소계", "계", "총합계", "total", "subtotal", "sum"];
/// How far left of its head a cell may begin, in points.
const TOLERANCE_PT: f64 = 5.0;

/// A column: its left end, what it says, and its head.
struct Column {
    left: f64,
    field: Option<ActionField>,
    label: String,
}

/// The records of the tables among `rows`.
pub(super) fn sheet_records(rows: &[ActionRow]) -> Vec<DraftReader> {
    let mut drafts: Vec<DraftReader> = Vec::new();
    let mut columns: Vec<Column> = Vec::new();
    for row in rows {
        if let Some(head) = head_of_columns(row) {
            columns = head;
            continue;
        }
        // A line of its own below a table is none of its rows.
        let is_row = row.cells.len() >= 2 || row.is_in_table();
        if columns.is_empty() || !is_row || is_total(row) {
            continue;
        }
        let mut draft = DraftReader::at(row.place);
        for cell in &row.cells {
            let column = columns.iter().rev().find(|head| head.left <= cell.left + TOLERANCE_PT);
            let Some(Column { field: Some(field), label, .. }) = column else { continue };
            draft.add(*field, label, &cell.text);
        }
        if let Some(above) = drafts.last() {
            draft.take_same(above);
        }
        drafts.push(draft);
    }
    drafts
}

/// Whether a row counts those above it.
fn is_total(row: &ActionRow) -> bool {
    row.cells.first().is_some_and(|cell| TOTALS.contains(&compact(&cell.text).as_str()))
}

/// The columns that `row` heads: most of its cells are labels, one of them of actions.
fn head_of_columns(row: &ActionRow) -> Option<Vec<Column>> {
    let columns: Vec<Column> = row
        .cells
        .iter()
        .map(|cell| Column {
            left: cell.left,
            field: action_field(&cell.text),
            label: cell.text.replace('\n', " "),
        })
        .collect();
    let mut fields: Vec<ActionField> = columns.iter().filter_map(|one| one.field).collect();
    let named = fields.len();
    fields.dedup();
    let is_head = fields.len() >= MIN_FIELDS
        && fields.contains(&ActionField::Action)
        && named * 2 > row.cells.len();
    is_head.then_some(columns)
}
