//! Tables with a row for each statement: `불량 | 구분 | 내용` above `긁힘 | 원인 | 레일 마모`. Their cells are
//! brought together by defect.

use fettle_domain::{DefectCode, StatementKind};

use super::defect_names::DefectNameIndex;
use super::label_forms::sub_heading;
use super::part_order::{Item, by_defect};
use super::printed_line::PrintedLine;
use super::rows::Row;

/// The places of the columns of a table: of the defect, of the part, and of what is said.
struct Columns {
    defect: usize,
    part: usize,
    text: usize,
}

/// The rows with those of such tables brought together, each defect's below its name.
pub(super) fn mark_long_tables(rows: Vec<Row>, names: &DefectNameIndex) -> Vec<Row> {
    let mut out = Vec::new();
    // The table of a row goes as far as that of the row above it: its end is looked for once.
    let (mut at, mut end) = (0, 0);
    while let Some(row) = rows.get(at) {
        let below = rows.get(at + 1..).unwrap_or_default();
        let is_head = row.is_in_table() && row.is_unpaged() && row.segments.len() >= 3;
        if is_head && at >= end {
            end = at + 1 + body_of(row, below).len();
        }
        let body = if is_head { rows.get(at + 1..end).unwrap_or_default() } else { &[] };
        match items(row, body, names) {
            Some(items) => {
                out.extend(by_defect(&items));
                at = end;
            }
            None => {
                out.push(row.clone());
                at += 1;
            }
        }
    }
    out
}

/// The rows of the table below its head.
fn body_of<'a>(head: &Row, below: &'a [Row]) -> &'a [Row] {
    let mut last = head;
    let is_of_table = |row: &&'a Row| {
        let is_in = row.is_in_table() && row.mark.is_none() && !row.begins_another_table(last);
        last = *row;
        is_in
    };
    let count = below.iter().take_while(is_of_table).count();
    below.get(..count).unwrap_or_default()
}

/// The cell of a row in the column of the head's cell at `place`.
fn cell<'a>(head: &Row, row: &'a Row, place: usize) -> Option<&'a str> {
    let left = |line: &PrintedLine| line.clip.map(|clip| clip.left);
    let wanted = left(head.segments.get(place)?)?;
    let found = row.segments.iter().find(|line| left(line) == Some(wanted))?;
    Some(found.line.text.as_str())
}

/// The kind of statements that a cell is the label of.
fn part(text: &str) -> Option<StatementKind> {
    sub_heading(text).filter(|(_, rest)| rest.is_none()).map(|(kind, _)| kind)
}

/// Which column says what, where every row has a part and names its defect or goes on with the one above.
fn columns(head: &Row, body: &[Row], names: &DefectNameIndex) -> Option<Columns> {
    let of = |place: usize| body.iter().filter_map(move |row| cell(head, row, place));
    let is_defect = |text: &str| names.find(text).is_some_and(|named| named.exact);
    let mut places = 0..head.segments.len();
    // A cell that names a defect itself heads none: without that, each row of a table would be read as the
    // head of all below it.
    let heads_defects = |place: usize| {
        !head.segments.get(place).is_some_and(|cell| is_defect(&cell.line.text))
            && of(place).next().is_some()
            && of(place).all(is_defect)
    };
    let defect = places.clone().find(|place| heads_defects(*place))?;
    let part = places.clone().find(|place| {
        let kinds: Option<Vec<StatementKind>> = of(*place).map(part).collect();
        kinds.is_some_and(|kinds| {
            kinds.len() == body.len()
                && kinds.contains(&StatementKind::Cause)
                && kinds.contains(&StatementKind::Action)
        })
    })?;
    let text = places.find(|place| *place > part && *place != defect)?;
    Some(Columns { defect, part, text })
}

/// What the rows of the table say; `None` where it is another kind of table.
fn items<'a>(head: &Row, body: &'a [Row], names: &DefectNameIndex) -> Option<Vec<Item<'a>>> {
    let columns = columns(head, body, names)?;
    let mut of: Option<(DefectCode, &str)> = None;
    let mut out = Vec::new();
    for row in body {
        if let Some(name) = cell(head, row, columns.defect) {
            of = names.find(name).map(|named| (named.code, name));
        }
        let (defect, name) = of.clone()?;
        let label = cell(head, row, columns.part)?;
        let kind = part(label)?;
        if let Some(text) = cell(head, row, columns.text) {
            out.push(Item { defect: Some(defect), name, kind, label, text, row });
        }
    }
    Some(out)
}
