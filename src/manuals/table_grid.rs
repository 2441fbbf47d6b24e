//! Geometry of tables: columns, line pitch, clipped cells.

use super::geometry::Rect;
use super::printed_line::PrintedLine;
use super::rows::Row;

/// The widest line pitch inside a cell, in ems.
const MAX_PITCH_EM: f64 = 2.0;
/// The narrowest gap between two columns, in points.
const GUTTER_PT: f64 = 1.5;
/// The most that clipping rectangles of neighbouring cells overlap, in points.
const CLIP_OVERLAP_PT: f64 = 2.0;

/// The rows of each sheet.
pub(super) fn sheets(rows: &[Row]) -> impl Iterator<Item = &[Row]> {
    rows.chunk_by(|a, b| a.sheet == b.sheet)
}

/// Whether all cells side by side have clipping rectangles of their own.
pub(super) fn are_cells_clipped(rows: &[Row]) -> bool {
    rows.iter().filter(|row| row.segments.len() > 1).all(|row| {
        row.segments.windows(2).all(|pair| match pair {
            [a, b] => matches!((a.clip, b.clip), (Some(a), Some(b)) if a.right <= b.left + CLIP_OVERLAP_PT),
            _ => false,
        })
    })
}

/// Left and right end of each column: the x ranges of text between gutters that no line crosses.
pub(super) fn column_ranges(lines: &[&PrintedLine]) -> Vec<(f64, f64)> {
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

/// The cell of the `header` above each column: the nearest one, and for each cell of the header only
/// the nearest column, unless the cell is that wide. Empty where two cells head one column.
pub(super) fn header_of_columns<'a>(
    header: &'a Row,
    columns: &[(f64, f64)],
) -> Vec<Option<&'a PrintedLine>> {
    let mut out: Vec<Option<&PrintedLine>> = vec![None; columns.len()];
    // A column without text, as of pictures, has a head all the same.
    let is_over_text = |line: &&PrintedLine| {
        let overlaps = |clip: Rect| columns.iter().any(|(l, r)| *l < clip.right && clip.left < *r);
        line.clip.is_none_or(overlaps)
    };
    for line in header.segments.iter().filter(is_over_text) {
        let distance = |(left, right): &(f64, f64)| {
            let apart = (left - line.right).max(line.left - right).max(0.0);
            (apart, (f64::midpoint(*left, *right) - f64::midpoint(line.left, line.right)).abs())
        };
        let nearest = columns.iter().enumerate().min_by(|(_, a), (_, b)| {
            let ((a, a_mid), (b, b_mid)) = (distance(a), distance(b));
            a.total_cmp(&b).then(a_mid.total_cmp(&b_mid))
        });
        match nearest.and_then(|(place, _)| out.get_mut(place)) {
            Some(taken @ None) => *taken = Some(line),
            _ => return vec![None; columns.len()],
        }
    }
    // A head over several columns, where cells have rectangles.
    for (head, (left, right)) in out.iter_mut().zip(columns) {
        let middle = f64::midpoint(*left, *right);
        let covers =
            |line: &&PrintedLine| line.clip.is_some_and(|c| (c.left..=c.right).contains(&middle));
        *head = head.or_else(|| header.segments.iter().find(covers));
    }
    out
}

/// The line pitch inside cells, in points: the smallest distance between two lines of a column. 0 if
/// no cell has several lines.
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
    if pitch <= MAX_PITCH_EM * size { pitch } else { 0.0 }
}
