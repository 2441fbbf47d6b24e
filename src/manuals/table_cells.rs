//! The lines of a table's cell → statements.

use super::list_marker::{marker_style, split_items, split_marker};
use super::printed_line::PrintedLine;
use super::rows::{Row, group_into_rows};
use super::section_builder::StatementBuilder;
use super::table_grid::{are_cells_clipped, line_pitch};

/// Lines further apart than this many line pitches are in different rows of the table.
const SAME_ROW_PITCHES: f64 = 1.35;
/// Lines further apart than this (in ems) are not of one paragraph.
const MAX_LEADING_EM: f64 = 1.75;
/// A line that ends within this many ems of the column's right end is full.
const FULL_LINE_EM: f64 = 2.0;
/// Cells whose tops differ by less than this are in the same row.
const SAME_EDGE_PT: f64 = 1.0;

/// How the rows of a table are separated on one sheet.
pub(super) struct RowSeparation {
    /// By the clipping rectangles of cells; otherwise by vertical gaps.
    pub(super) clipped: bool,
    /// Line pitch in points.
    pitch: f64,
    /// Whether each line is a row: in a file without pages, where all lines have all cells. A wrapped
    /// cell would leave its neighbours empty.
    by_line: bool,
}

impl RowSeparation {
    pub(super) fn of(sheet: &[Row]) -> Self {
        let clipped = are_cells_clipped(sheet);
        let most = sheet.iter().map(|row| row.segments.len()).max().unwrap_or(0);
        let are_full = sheet.iter().all(|row| row.is_unpaged() && row.segments.len() == most);
        Self { clipped, pitch: line_pitch(sheet), by_line: !clipped && most > 1 && are_full }
    }

    /// Whether two lines of a column are in the same row of the table.
    pub(super) fn same_row(&self, above: &PrintedLine, below: &PrintedLine) -> bool {
        if self.by_line {
            above.baseline == below.baseline
        } else if self.clipped {
            let top = |line: &PrintedLine| line.clip.map_or(line.baseline, |clip| clip.top);
            above.sheet == below.sheet && (top(above) - top(below)).abs() < SAME_EDGE_PT
        } else {
            let size = f64::from(below.line.font_size_pt);
            let most = (SAME_ROW_PITCHES * self.pitch).min(MAX_LEADING_EM * size);
            below.baseline - above.baseline <= most
        }
    }

    /// Appends the statements of one column's `lines`, from top to bottom. `right` is the right end
    /// of the column.
    pub(super) fn push_statements<'a>(
        &self,
        lines: impl Iterator<Item = &'a PrintedLine>,
        right: f64,
        statements: &mut Vec<StatementBuilder>,
    ) {
        let mut before: Option<&PrintedLine> = None;
        for line in lines {
            let (marker, text) = split_marker(&line.line.text);
            let size = f64::from(line.line.font_size_pt);
            let continues = before.is_some_and(|before| {
                let has_margin = before.column.is_none_or(|column| column.right.is_finite());
                let full = has_margin && before.right >= right - FULL_LINE_EM * size;
                let has_marker = statements.last().is_some_and(|last| last.marker.is_some());
                let indented =
                    statements.last().is_some_and(|last| line.left > last.left + 0.5 * size);
                self.same_row(before, line) && (full || has_marker && indented)
            });
            before = Some(line);
            let row = group_into_rows(vec![line.clone()]);
            let Some(row) = row.first() else { continue };
            let mut items = split_items(&line.line.text).into_iter();
            if continues && marker.is_none() {
                let first = items.next().unwrap_or(text);
                match statements.last_mut() {
                    Some(last) => last.push_line(row, first),
                    None => statements.push(StatementBuilder::new(row, first, None)),
                }
            }
            for item in items {
                let text = split_marker(item).1;
                statements.push(StatementBuilder::new(row, text, marker_style(item)));
            }
        }
    }
}
