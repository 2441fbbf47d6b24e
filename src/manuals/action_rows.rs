//! Lines of a document → rows of cells, as records of corrective actions are read.

use std::collections::HashMap;

use super::printed_line::PrintedLine;

/// A cell of a row, or a line outside of tables.
#[derive(Debug, Clone)]
pub(super) struct ActionCell {
    /// Left end in points.
    pub(super) left: f64,
    /// The row at which the cell ends, in a table.
    bottom: Option<f64>,
    /// Its lines, with line breaks.
    pub(super) text: String,
    pub(super) bold: bool,
}

/// Cells side by side.
#[derive(Debug, Clone)]
pub(super) struct ActionRow {
    /// Row, line, paragraph or page, from 1.
    pub(super) place: u32,
    pub(super) cells: Vec<ActionCell>,
}

impl ActionRow {
    /// Whether it is a row of a table.
    pub(super) fn is_in_table(&self) -> bool {
        self.cells.iter().any(|cell| cell.bottom.is_some())
    }
}

/// The rows of a document, from top to bottom. A cell over several rows stands in each of them.
pub(super) fn action_rows(lines: &[PrintedLine]) -> Vec<ActionRow> {
    // Tops are counted in lines, or are points of a page: both are told apart by a thousandth.
    let key = |value: f64| (value * 1000.0).round() as i64;
    let mut rows: Vec<(f64, ActionRow)> = Vec::new();
    let mut places: HashMap<(u32, bool, i64), usize> = HashMap::new();
    for line in lines {
        let top = line.clip.map_or(line.row as f64, |clip| clip.top);
        let left = line.clip.map_or(line.left, |clip| clip.left);
        let at = *places.entry((line.sheet, line.clip.is_some(), key(top))).or_insert_with(|| {
            rows.push((top, ActionRow { place: line.line.page, cells: Vec::new() }));
            rows.len() - 1
        });
        let Some((_, row)) = rows.get_mut(at) else { continue };
        match row.cells.iter_mut().find(|cell| line.clip.is_some() && cell.left == left) {
            Some(cell) => {
                cell.text.push('\n');
                cell.text.push_str(&line.line.text);
            }
            None => row.cells.push(ActionCell {
                left,
                bottom: line.clip.map(|clip| clip.bottom),
                text: line.line.text.clone(),
                bold: line.line.bold,
            }),
        }
    }
    let mut out: Vec<ActionRow> = Vec::new();
    let mut reaching: Vec<ActionCell> = Vec::new();
    for (top, mut row) in rows {
        let is_table = row.cells.iter().any(|cell| cell.bottom.is_some());
        reaching.retain(|cell| is_table && cell.bottom.is_some_and(|bottom| bottom > top));
        let own = row.cells.clone();
        row.cells.extend(reaching.iter().cloned());
        row.cells.sort_by(|a, b| a.left.total_cmp(&b.left));
        reaching.extend(own);
        out.push(row);
    }
    out
}
