//! A list of corrective actions: a table with a record in each row.

use super::action_draft::DraftReader;
use super::action_labels::{ActionField, action_field};
use super::action_rows::ActionRow;
use super::headings::compact;

/// The fewest fields of a head of columns.
const MIN_FIELDS: usize = 3;
/// Columns that count or file the rows of a list and say nothing of an action, as [`compact`] gives them:
/// those of other programs, and of an export of our own.
const BOOKKEEPING: [&str; 18] = [
    "no",
    "번호",
    "순번",
    "연번",
    "관리번호",
    "일련번호",
    "id",
    "stage",
    "단계",
    "inspection",
    "inspectionid",
    "검사",
    "검사번호",
    "row",
    "행",
    "index",
    "nr",
    "seq",
];
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
    // Whether a line of its own, or an empty row, stands between the last row and this one.
    let mut is_apart = true;
    let mut before = 0_u32;
    for row in rows {
        is_apart |= row.place > before.saturating_add(1);
        before = row.place;
        if let Some(head) =
            head_of_columns(row).filter(|head| is_new_head(head, &columns, is_apart))
        {
            columns = head;
            is_apart = false;
            continue;
        }
        // A line of its own below a table is none of its rows.
        let is_row = row.cells.len() >= 2 || row.is_in_table();
        is_apart = !is_row;
        if columns.is_empty() || !is_row || is_total(row) {
            continue;
        }
        let mut draft = DraftReader::at(row.place);
        for cell in &row.cells {
            let column = columns.iter().rev().find(|head| head.left <= cell.left + TOLERANCE_PT);
            let Some(Column { field, label, .. }) = column else { continue };
            // What nobody knows is not lost: it stands in the note, under its head.
            let is_kept = field.is_some() || says_something(label);
            if is_kept {
                draft.add(field.unwrap_or(ActionField::Remark), label, &cell.text);
            }
        }
        if let Some(above) = drafts.last() {
            draft.take_same(above);
        }
        drafts.push(draft);
    }
    drafts
}

/// Whether a column that no field knows says something about its row.
fn says_something(label: &str) -> bool {
    let label = compact(label);
    !label.is_empty() && !BOOKKEEPING.contains(&label.as_str())
}

/// Whether what looks like a head of columns is one where columns are known already. The words of a
/// record may be those of labels (`기공 불량 | 마모 원인 | 연마 조치`): below a head only the same head is
/// one, and another apart from the rows above it, of nothing but labels.
fn is_new_head(head: &[Column], columns: &[Column], is_apart: bool) -> bool {
    let is_known = |column: &&Column| {
        let label = compact(&column.label);
        columns.iter().any(|known| compact(&known.label) == label)
    };
    let same = head.iter().filter(is_known).count();
    let is_label = |column: &Column| {
        column.field.is_some() && !column.label.contains(|c: char| c.is_ascii_digit())
    };
    columns.is_empty() || same * 2 >= head.len() || is_apart && head.iter().all(is_label)
}

/// Whether a row counts those above it.
fn is_total(row: &ActionRow) -> bool {
    row.cells.first().is_some_and(|cell| TOTALS.contains(&compact(&cell.text).as_str()))
}

/// The columns that `row` heads: most of its cells, those apart that only count rows, are labels, one of
/// them of actions.
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
        && named * 2 > columns.iter().filter(|column| says_something(&column.label)).count();
    is_head.then_some(columns)
}
