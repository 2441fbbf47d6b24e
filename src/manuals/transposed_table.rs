//! Tables whose columns are defects and whose rows are their parts → sections.

use fettle_domain::StatementKind;

use super::cause_action_table::{CauseActionTable, label_of_cell, read_table};
use super::defect_names::DefectNameIndex;
use super::list_marker::split_marker;
use super::printed_line::PrintedLine;
use super::rows::{Row, group_into_rows};
use super::section_builder::SectionBuilder;
use super::table_header::defect_field;

/// The most rows below the head in which labels of causes and of actions are looked for.
const LABELS_WITHIN: usize = 12;

/// Whether the first of `rows` is the head of such a table: its cells, but perhaps the first, name
/// defects, and the first cells below are labels of causes and of actions.
pub(super) fn is_head(rows: &[Row], names: &DefectNameIndex) -> bool {
    let Some((head, below)) = rows.split_first() else { return false };
    let named = |line: &&&PrintedLine| {
        names.find(&line.line.text).is_some() || !names.find_several(&line.line.text).is_empty()
    };
    let cells: Vec<&PrintedLine> = head.segments.iter().collect();
    let defects = cells.iter().filter(|line| named(line)).count();
    let columns = columns(head, names).len();
    if is_form_row(head, names) {
        return false;
    }
    if defects == 0 || columns < 2 || label_of_cell(cells.first().copied()).is_some() {
        return false;
    }
    let labels: Vec<StatementKind> = below
        .iter()
        .take(LABELS_WITHIN)
        .take_while(|row| !row.is_outside_of_tables(head))
        .filter(|row| row.segments.len() >= 2)
        .filter_map(|row| label_of_cell(row.segments.first()))
        .collect();
    labels.contains(&StatementKind::Cause) && labels.contains(&StatementKind::Action)
}

/// Whether the row is of a form with fields side by side: `불량명 | 균열 | 발생일 | 2026-08-14`.
fn is_form_row(row: &Row, names: &DefectNameIndex) -> bool {
    let names_defect = |line: &PrintedLine| names.find(&line.line.text).is_some();
    let others = row.segments.iter().skip(2);
    defect_field(row).is_some_and(|name| names.find(name).is_some())
        && row.segments.len().is_multiple_of(2)
        && !others.into_iter().any(names_defect)
}

/// The heads of the columns of defects, from left to right: all but a first one that names none.
fn columns<'a>(head: &'a Row, names: &DefectNameIndex) -> Vec<&'a PrintedLine> {
    let names_none = |line: &&PrintedLine| names.find(&line.line.text).is_none();
    let skipped = usize::from(head.segments.first().as_ref().is_some_and(names_none));
    head.segments.iter().skip(skipped).collect()
}

/// The sections of a table with its head first, and the rows that belong to none.
pub(super) fn read(rows: &[Row], names: &DefectNameIndex) -> (Vec<SectionBuilder>, Vec<Row>) {
    let Some((head, body)) = rows.split_first() else { return (Vec::new(), Vec::new()) };
    let heads = columns(head, names);
    let mut sections = Vec::new();
    let mut unplaced = Vec::new();
    for (at, column) in heads.iter().enumerate() {
        // A column reaches halfway to its neighbours; cells with rectangles say how far.
        let next = heads.get(at + 1).map_or(f64::INFINITY, |next| next.left);
        let before = at.checked_sub(1).and_then(|at| heads.get(at));
        let from = before.map_or(column.left, |before| f64::midpoint(before.right, column.left));
        let to = if next.is_finite() { f64::midpoint(column.right, next) } else { next };
        let middle = f64::midpoint(column.left, column.right);
        let first = heads.first().map_or(column.left, |first| first.left);
        let is_label = |line: &PrintedLine| f64::midpoint(line.left, line.right) < first;
        let is_text = |line: &PrintedLine| match line.clip {
            Some(clip) => (clip.left..=clip.right).contains(&middle),
            None => {
                let own = f64::midpoint(line.left, line.right);
                (from..to).contains(&own)
            }
        };
        let cells = body.iter().flat_map(|row| &row.segments);
        let own: Vec<PrintedLine> =
            cells.filter(|line| is_label(line) || is_text(line)).cloned().collect();
        let own: Vec<Row> = group_into_rows(own);
        let text = split_marker(&column.line.text).1;
        let defect = names.find(text).map(|named| named.code);
        let several = names.find_several(text);
        let section = SectionBuilder::new(text.to_owned(), defect, column.line.page);
        let mut section = section.about_all(several);
        let CauseActionTable { causes, actions, parts, unplaced: rest } = read_table(&own);
        (section.causes, section.actions, section.parts) = (causes, actions, parts);
        sections.push(section);
        unplaced.extend(rest);
    }
    (sections, unplaced)
}
