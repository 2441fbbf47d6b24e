//! The summary table that closes a manual.

use fettle_domain::SummaryRow;

use super::line_joining::{Fragment, LineJoiner};
use super::printed_line::PrintedLine;
use super::rows::Row;
use super::table_grid::{are_cells_clipped, column_ranges, line_pitch, sheets};

/// Lines within this many line pitches belong to the same row of the table.
const SAME_ROW_PITCHES: f64 = 1.35;

/// Reads the rows of the table.
///
/// Where the producer clips each cell to its rectangle (as Word does), the rectangles are the
/// cells. Otherwise columns are separated by gutters that no text crosses, and rows by the wider
/// vertical gaps.
pub(super) fn read_summary(rows: &[Row], joiner: &LineJoiner) -> Vec<SummaryRow> {
    let mut out = Vec::new();
    for sheet in sheets(rows) {
        let lines: Vec<&PrintedLine> = sheet.iter().flat_map(|row| &row.segments).collect();
        let columns = column_ranges(&lines);
        let bands = if are_cells_clipped(sheet) {
            rows_by_clip(&lines)
        } else {
            rows_by_gap(sheet, columns.len())
        };
        for band in bands {
            let cells = columns
                .iter()
                .map(|(left, right)| {
                    let fragments: Vec<Fragment> = band
                        .iter()
                        .filter(|line| {
                            let middle = f64::midpoint(line.left, line.right);
                            (*left..=*right).contains(&middle)
                        })
                        .map(|line| Fragment {
                            text: line.line.text.clone(),
                            ends_in_space: line.ends_in_space,
                        })
                        .collect();
                    joiner.join(&fragments)
                })
                .collect();
            out.push(SummaryRow { page: band.first().map_or(1, |line| line.line.page), cells });
        }
    }
    out
}

/// Lines of each table row, by the top of their clipping rectangles.
fn rows_by_clip<'a>(lines: &[&'a PrintedLine]) -> Vec<Vec<&'a PrintedLine>> {
    const SAME_EDGE_PT: f64 = 1.0;
    let mut bands: Vec<(f64, Vec<&PrintedLine>)> = Vec::new();
    for line in lines {
        let top = line.clip.map_or(line.baseline, |clip| clip.top);
        match bands.iter_mut().find(|(edge, _)| (*edge - top).abs() < SAME_EDGE_PT) {
            Some((_, band)) => band.push(line),
            None => bands.push((top, vec![line])),
        }
    }
    bands.sort_by(|a, b| a.0.total_cmp(&b.0));
    bands.into_iter().map(|(_, band)| band).collect()
}

/// Lines of each table row, by vertical gaps.
fn rows_by_gap(rows: &[Row], columns: usize) -> Vec<Vec<&PrintedLine>> {
    let pitch = line_pitch(rows);
    let mut bands: Vec<Vec<&PrintedLine>> = Vec::new();
    let mut last = f64::NEG_INFINITY;
    for row in rows {
        let far = row.baseline - last > SAME_ROW_PITCHES * pitch;
        let full = columns > 1 && row.segments.len() == columns;
        match bands.last_mut() {
            Some(band) if !far && !full => band.extend(&row.segments),
            _ => bands.push(row.segments.iter().collect()),
        }
        last = row.baseline;
    }
    bands
}
