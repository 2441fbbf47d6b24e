//! Finds what rows are by their words and neighbours, before sections are read.

use super::defect_names::DefectNameIndex;
use super::disciplines::mark_disciplines;
use super::grouped_heads::join_grouped_heads;
use super::inline_labels::mark_inline_labels;
use super::long_table::mark_long_tables;
use super::part_order::gather_by_defect;
use super::questions::mark_questions;
use super::rows::Row;

/// The rows with what they are. A line with several labels becomes several rows.
pub(super) fn mark_rows(rows: Vec<Row>, names: &DefectNameIndex) -> Vec<Row> {
    let rows = join_grouped_heads(rows);
    let rows = mark_disciplines(rows, names);
    let rows = mark_questions(rows, names);
    mark_inline_labels(gather_by_defect(mark_long_tables(rows, names), names), names)
}
