//! A list of corrective actions: a table with a record in each row.

use fettle_domain::ActionDraft;

use super::action_draft::add_value;
use super::action_labels::{ActionField, action_field};
use super::action_rows::ActionRow;

/// The fewest fields of a head of columns.
const MIN_FIELDS: usize = 3;
/// How far left of its head a cell may begin, in points.
const TOLERANCE_PT: f64 = 5.0;

/// A column: its left end, what it says, and its head.
struct Column {
    left: f64,
    field: Option<ActionField>,
    label: String,
}

/// The records of the tables among `rows`.
pub(super) fn sheet_records(rows: &[ActionRow]) -> Vec<ActionDraft> {
    let mut drafts = Vec::new();
    let mut columns: Vec<Column> = Vec::new();
    for row in rows {
        if let Some(head) = head_of_columns(row) {
            columns = head;
            continue;
        }
        if columns.is_empty() || row.cells.len() < 2 {
            continue;
        }
        let mut draft = ActionDraft { place: row.place, ..ActionDraft::default() };
        for cell in &row.cells {
            let column = columns.iter().rev().find(|head| head.left <= cell.left + TOLERANCE_PT);
            let Some(Column { field: Some(field), label, .. }) = column else { continue };
            add_value(&mut draft, *field, label, &cell.text);
        }
        if draft != (ActionDraft { place: row.place, ..ActionDraft::default() }) {
            drafts.push(draft);
        }
    }
    drafts
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
