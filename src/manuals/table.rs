//! The table that closes a manual: printed cells → rows of cells.

use fettle_domain::SummaryRow;

use super::lines::PrintedLine;
use super::rows::Row;
use super::wrap::{Piece, Wraps};

/// Cells of one column whose baselines are within this many of the column's own line
/// pitches belong to one row.
const SAME_ROW_PITCHES: f64 = 1.35;
/// No printer sets the lines of one cell further apart than this many ems.
const WIDEST_PITCH_EM: f64 = 2.0;
/// Cells this far apart (points) are in different columns.
const GUTTER_PT: f64 = 1.5;

/// Reads the table. Where the printer clipped each cell to its rectangle (Word does),
/// the rectangles are the cells; otherwise columns are the gutters that no text
/// crosses, and rows the wider of the vertical gaps.
pub(super) fn read(rows: &[Row], wraps: &Wraps) -> Vec<SummaryRow> {
    let mut out = Vec::new();
    for page in sheets(rows) {
        let lines: Vec<&PrintedLine> = page.iter().flat_map(|row| &row.segments).collect();
        let columns = columns(&lines);
        let bands =
            if cells_are_clipped(page) { clipped(&lines) } else { spaced(page, columns.len()) };
        for band in bands {
            let cells = columns
                .iter()
                .map(|(left, right)| {
                    let pieces: Vec<Piece> = band
                        .iter()
                        .filter(|line| {
                            let middle = f64::midpoint(line.left, line.right);
                            (*left..=*right).contains(&middle)
                        })
                        .map(|line| Piece {
                            text: line.line.text.clone(),
                            ends_in_space: line.ends_in_space,
                        })
                        .collect();
                    wraps.join(&pieces)
                })
                .collect();
            out.push(SummaryRow { page: band.first().map_or(1, |line| line.line.page), cells });
        }
    }
    out
}

pub(super) fn sheets(rows: &[Row]) -> impl Iterator<Item = &[Row]> {
    rows.chunk_by(|a, b| a.sheet == b.sheet)
}

pub(super) fn cells_are_clipped(rows: &[Row]) -> bool {
    rows.iter().filter(|row| row.segments.len() > 1).all(|row| {
        row.segments.windows(2).all(|pair| match pair {
            [a, b] => matches!((a.clip, b.clip), (Some(a), Some(b)) if a.right <= b.left + 2.0),
            _ => false,
        })
    })
}

fn clipped<'a>(lines: &[&'a PrintedLine]) -> Vec<Vec<&'a PrintedLine>> {
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

/// The x ranges that text covers, parted by gutters that nothing crosses.
pub(super) fn columns(lines: &[&PrintedLine]) -> Vec<(f64, f64)> {
    let mut ranges: Vec<(f64, f64)> = lines.iter().map(|line| (line.left, line.right)).collect();
    ranges.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut out: Vec<(f64, f64)> = Vec::new();
    for (left, right) in ranges {
        match out.last_mut() {
            Some(last) if left <= last.1 + GUTTER_PT => last.1 = last.1.max(right),
            _ => out.push((left, right)),
        }
    }
    out
}

fn spaced(rows: &[Row], columns: usize) -> Vec<Vec<&PrintedLine>> {
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

/// The smallest distance between two lines of one column: the pitch inside a cell,
/// if any cell wraps; zero if none does.
pub(super) fn line_pitch(rows: &[Row]) -> f64 {
    let mut pitch = f64::INFINITY;
    let mut size = 0.0_f64;
    for (i, row) in rows.iter().enumerate() {
        size = size.max(row.size);
        for later in rows.iter().skip(i + 1) {
            let shares_column = row
                .segments
                .iter()
                .any(|a| later.segments.iter().any(|b| a.left < b.right && b.left < a.right));
            if shares_column {
                pitch = pitch.min(later.baseline - row.baseline);
                break;
            }
        }
    }
    if pitch <= WIDEST_PITCH_EM * size { pitch } else { 0.0 }
}
