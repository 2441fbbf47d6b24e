//! Heads of tables in two rows, a group above its columns: `고장 분석` over `영향 | 원인`, *Improvement* over
//! *Action | Owner* → one row of heads.

use super::printed_line::PrintedLine;
use super::rows::Row;
use super::table_header::{Role, is_defect_table_header, role};

/// The fewest columns below groups.
const MIN_COLUMNS: usize = 2;

/// The rows, with each head in two rows as one.
pub(super) fn join_grouped_heads(rows: Vec<Row>) -> Vec<Row> {
    let mut out: Vec<Row> = Vec::with_capacity(rows.len());
    for row in rows {
        match out.last_mut() {
            Some(above) => match joined(above, &row) {
                Some(head) => *above = head,
                None => out.push(row),
            },
            None => out.push(row),
        }
    }
    out
}

/// The head that a row of groups and the row below make together.
fn joined(groups: &Row, columns: &Row) -> Option<Row> {
    let is_in_one_table = groups.sheet == columns.sheet
        && groups.segments.iter().chain(&columns.segments).all(|cell| cell.clip.is_some());
    if !is_in_one_table
        || columns.segments.len() < MIN_COLUMNS
        || groups.segments.len() < MIN_COLUMNS
        || is_defect_table_header(columns)
    {
        return None;
    }
    let mut cells: Vec<PrintedLine> = Vec::new();
    let mut known = 0;
    for cell in &columns.segments {
        let group = groups.segments.iter().rev().find(|group| left(group) <= left(cell));
        let mut cell = cell.clone();
        if role(&cell.line.text).is_none()
            && let Some(group) = group
        {
            let both = format!("{} {}", group.line.text, cell.line.text);
            if role(&both).is_some() {
                cell.line.text = both;
            }
        }
        known += usize::from(role(&cell.line.text).is_some());
        cells.push(cell);
    }
    // Below the name of the defects, and other heads that are no group, nothing stands.
    let is_group = |group: &PrintedLine| columns.segments.iter().any(|cell| overlap(group, cell));
    let alone: Vec<&PrintedLine> =
        groups.segments.iter().filter(|group| !is_group(group)).collect();
    let names_defects = alone
        .iter()
        .any(|cell| matches!(role(&cell.line.text), Some(Role::Defect | Role::MaybeDefect)));
    if known < MIN_COLUMNS || known * 2 <= columns.segments.len() || !names_defects {
        return None;
    }
    cells.extend(alone.into_iter().cloned());
    cells.sort_by(|a, b| left(a).total_cmp(&left(b)));
    let text = cells.iter().map(|cell| cell.line.text.as_str()).collect::<Vec<_>>().join(" ");
    let head = Row { segments: cells, text, ..columns.clone() };
    is_defect_table_header(&head).then_some(head)
}

fn left(cell: &PrintedLine) -> f64 {
    cell.clip.map_or(cell.left, |clip| clip.left)
}

fn overlap(group: &PrintedLine, cell: &PrintedLine) -> bool {
    let range = |line: &PrintedLine| match line.clip {
        Some(clip) => (clip.left, clip.right),
        None => (line.left, line.right),
    };
    let (group, cell) = (range(group), range(cell));
    let both = group.1.min(cell.1) - group.0.max(cell.0);
    both > 0.5 * (cell.1 - cell.0)
}
