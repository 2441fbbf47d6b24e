//! Rows of a sheet of cells → lines: titles, and tables between empty rows.

use std::collections::HashMap;

use super::unpaged_lines::{LineStyle, TableCell, UnpagedLines};

/// A merged cell: its first row and column, from 0, and the numbers of its rows and columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct MergedCell {
    pub(super) row: usize,
    pub(super) column: usize,
    pub(super) rows: usize,
    pub(super) columns: usize,
}

/// Appends rows, each with its number in the file. Empty rows part tables; a row with a single cell
/// above a table is a title.
pub(super) fn push_rows(
    lines: &mut UnpagedLines,
    rows: &[(u32, Vec<String>)],
    merged: &[MergedCell],
) {
    let merged: HashMap<(usize, usize), &MergedCell> =
        merged.iter().map(|cell| ((cell.row, cell.column), cell)).collect();
    let filled = |cells: &[String]| cells.iter().filter(|cell| !cell.trim().is_empty()).count();
    let mut at = 0;
    while let Some((number, cells)) = rows.get(at) {
        if filled(cells) <= 1 {
            // A cell over several rows belongs to a table.
            lines.number = *number;
            let title = cells.iter().find(|cell| !cell.trim().is_empty());
            for line in title.into_iter().flat_map(|title| title.lines()) {
                lines.push(line, LineStyle::BODY);
            }
            at += 1;
            continue;
        }
        let length = rows.iter().skip(at).take_while(|(_, cells)| filled(cells) > 0).count();
        push_table(lines, rows.get(at..at + length).unwrap_or_default(), (at, &merged));
        at += length.max(1);
    }
}

/// Appends the rows of a table that starts at row `first` of the sheet.
fn push_table(
    lines: &mut UnpagedLines,
    rows: &[(u32, Vec<String>)],
    (first, merged): (usize, &HashMap<(usize, usize), &MergedCell>),
) {
    let span = |row: usize, column: usize| {
        let cell = merged.get(&(row, column));
        cell.map_or((1, 1), |cell| (cell.rows, cell.columns))
    };
    let start = lines.lines.len();
    let table: Vec<Vec<TableCell>> = rows
        .iter()
        .enumerate()
        .map(|(at, (_, cells))| {
            let cell = |(column, text): (usize, &String)| {
                let (rows, columns) = span(first + at, column);
                let lines: Vec<String> = text.lines().map(str::to_owned).collect();
                (!text.trim().is_empty()).then_some(TableCell {
                    columns: (column, columns),
                    rows,
                    is_head: false,
                    lines,
                    pictures: Vec::new(),
                })
            };
            cells.iter().enumerate().filter_map(cell).collect()
        })
        .collect();
    let top = lines.push_table(&table);
    // Each line is cited by the row of its cell.
    for line in lines.lines.iter_mut().skip(start) {
        let Some(clip) = line.clip else { continue };
        let row = top.partition_point(|top| *top as f64 <= clip.top).checked_sub(1);
        if let Some((number, _)) = row.and_then(|row| rows.get(row)) {
            line.line.page = *number;
        }
    }
}
