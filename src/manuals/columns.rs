//! Reading order of pages set in two columns: left column before right column, and lines that span
//! both columns between the text above and below.

use std::collections::HashMap;

use fettle_domain::StatementKind;

use super::label_forms::sub_heading;
use super::list_marker::{ListMarker, split_marker};
use super::printed_line::{Column, PrintedLine};

/// The fewest lines of a column.
const MIN_LINES: usize = 3;
/// The fewest list items and sub-headings in both columns together. Cells of a table rarely are
/// either.
const MIN_ITEMS: usize = 3;
/// The least share of the text's width that a column takes.
const MIN_WIDTH: f64 = 0.2;
/// A gap of this many line pitches in the right column marks a line of the left column beside the
/// gap as the heading of both columns.
const HEADING_GAP_PITCHES: f64 = 2.5;
/// The most left edges that are tried as the start of the right column.
const MAX_EDGES: usize = 16;

type Rows = Vec<Vec<PrintedLine>>;

/// Sorts the rows of one page, given from top to bottom, into reading order.
pub(super) fn reading_order(rows: Rows) -> Rows {
    let Some(gutter) = find_gutter(&rows) else { return rows };
    let mut out = Vec::new();
    let mut band: Rows = Vec::new();
    for row in rows {
        let spans = row.iter().any(|line| line.left < gutter && line.right > gutter);
        if spans {
            out.extend(split_columns(std::mem::take(&mut band), gutter));
            out.push(row);
        } else {
            band.push(row);
        }
    }
    out.extend(split_columns(band, gutter));
    out
}

/// Left edge of the second column in points, or `None` on a page without two columns.
fn find_gutter(rows: &Rows) -> Option<f64> {
    let text: Vec<&PrintedLine> =
        rows.iter().filter(|row| row.len() <= 2).flat_map(|row| row.iter()).collect();
    let left = text.iter().map(|line| line.left).fold(f64::INFINITY, f64::min);
    let right = text.iter().map(|line| line.right).fold(f64::NEG_INFINITY, f64::max);
    let mut edges: HashMap<i64, usize> = HashMap::new();
    for line in &text {
        *edges.entry(line.left.floor() as i64).or_default() += 1;
    }
    let mut edges: Vec<(usize, i64)> = edges
        .into_iter()
        .map(|(edge, count)| (count, edge))
        .filter(|(count, edge)| *count >= 2 && *edge as f64 > left + MIN_WIDTH * (right - left))
        .collect();
    edges.sort_unstable_by(|a, b| b.cmp(a));
    let tried = edges.into_iter().take(MAX_EDGES).map(|(_, edge)| edge as f64 - 1.0);
    let spanning =
        |gutter: f64| text.iter().filter(|line| line.left < gutter && line.right > gutter).count();
    let fits = |gutter: &f64| {
        let side = |of_left: bool| -> Vec<&PrintedLine> {
            let is_there = |line: &&&PrintedLine| {
                if of_left { line.right <= *gutter } else { line.left >= *gutter }
            };
            text.iter().filter(is_there).copied().collect()
        };
        let (first, second) = (side(true), side(false));
        overlap_vertically(&first, &second)
            && overlap_vertically(&second, &first)
            && right - gutter >= MIN_WIDTH * (right - left)
            && count_items(&first).min(count_items(&second)) >= 1
            && count_items(&first) + count_items(&second) >= MIN_ITEMS
            && spanning(*gutter) < first.len() + second.len()
    };
    tried.filter(fits).min_by_key(|gutter| spanning(*gutter))
}

/// Whether enough of `lines` lie within the vertical range of `others`.
fn overlap_vertically(lines: &[&PrintedLine], others: &[&PrintedLine]) -> bool {
    let top = others.iter().map(|line| line.baseline).fold(f64::INFINITY, f64::min) - 1.0;
    let bottom = others.iter().map(|line| line.baseline).fold(f64::NEG_INFINITY, f64::max) + 1.0;
    let beside = lines.iter().filter(|line| (top..=bottom).contains(&line.baseline));
    beside.count() >= MIN_LINES
}

/// Number of list items and sub-headings.
fn count_items(lines: &[&PrintedLine]) -> usize {
    let begins = |line: &&&PrintedLine| {
        let (marker, text) = split_marker(&line.line.text);
        marker.is_some() || sub_heading(text).is_some()
    };
    lines.iter().filter(begins).count()
}

/// Sorts the rows of a band without spanning lines: left column, then right column. A table and all
/// rows after it keep their order.
fn split_columns(rows: Rows, gutter: f64) -> Rows {
    let table = (0..rows.len()).find(|at| starts_table(&rows, *at)).unwrap_or(rows.len());
    let mut rows = rows;
    let rest = rows.split_off(table);
    let mut out = Vec::new();
    let mut part: Rows = Vec::new();
    let cuts = spanning_headings(&rows, gutter);
    for (at, row) in rows.into_iter().enumerate() {
        if cuts.contains(&at) {
            out.extend(left_then_right(std::mem::take(&mut part), gutter));
        }
        part.push(row);
    }
    out.extend(left_then_right(part, gutter));
    out.extend(rest);
    out
}

/// Whether a table starts at row `at`: three cells side by side, or a header `원인 | 조치` without
/// other sub-headings below.
fn starts_table(rows: &Rows, at: usize) -> bool {
    let Some(row) = rows.get(at) else { return false };
    if row.len() >= 3 {
        return true;
    }
    let below = rows.iter().skip(at + 1).filter(|row| !is_cause_action_header(row));
    let mut kinds = below.flatten().filter_map(|line| sub_heading(&line.line.text));
    is_cause_action_header(row) && kinds.next().is_none()
}

/// Whether a row is the header `원인 | 조치`.
fn is_cause_action_header(row: &[PrintedLine]) -> bool {
    let kinds: Vec<StatementKind> =
        row.iter().filter_map(|line| sub_heading(&line.line.text)).map(|(kind, _)| kind).collect();
    kinds.contains(&StatementKind::Cause) && kinds.contains(&StatementKind::Action)
}

/// Rows of the left column that head both columns: the right column has a gap beside them.
fn spanning_headings(rows: &Rows, gutter: f64) -> Vec<usize> {
    let right: Vec<f64> = rows
        .iter()
        .filter(|row| row.iter().any(|line| line.left >= gutter))
        .filter_map(|row| row.first().map(|line| line.baseline))
        .collect();
    let mut pitches: Vec<f64> =
        right.windows(2).filter_map(|pair| Some(pair.last()? - pair.first()?)).collect();
    pitches.sort_by(f64::total_cmp);
    let Some(pitch) = pitches.get(pitches.len() / 2).copied() else { return Vec::new() };
    let mut cuts: Vec<usize> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let Some(baseline) = row.first().map(|line| line.baseline) else { continue };
        let above = right.iter().copied().filter(|y| *y <= baseline).fold(f64::NAN, f64::max);
        let below = right.iter().copied().filter(|y| *y > baseline).fold(f64::NAN, f64::min);
        let pauses = above < baseline && below - above >= HEADING_GAP_PITCHES * pitch;
        // Only the last line beside the gap: lines above may still belong to the left column.
        let next = rows.get(at + 1).and_then(|row| row.first());
        let is_last = next.is_some_and(|next| next.baseline >= below);
        if pauses && is_last && row.first().zip(next).is_some_and(|(a, b)| looks_like_heading(a, b))
        {
            cuts.push(at);
        }
    }
    cuts
}

/// Whether `line` looks like the heading of `next`.
fn looks_like_heading(line: &PrintedLine, next: &PrintedLine) -> bool {
    let larger = line.line.font_size_pt > next.line.font_size_pt * 1.08;
    let stands_out = larger || line.line.bold && !next.line.bold;
    split_marker(&line.line.text).0 != Some(ListMarker::Bullet)
        && (stands_out || sub_heading(&next.line.text).is_some())
}

/// The lines left of the gutter, then the lines right of it.
fn left_then_right(rows: Rows, gutter: f64) -> Rows {
    let (mut first, mut second): (Rows, Rows) = (Vec::new(), Vec::new());
    for row in rows {
        let (left, right): (Vec<_>, Vec<_>) = row.into_iter().partition(|line| line.left < gutter);
        first.push(left);
        second.push(right);
    }
    let edge = |rows: &Rows| rows.iter().flatten().map(|line| line.left).fold(f64::NAN, f64::min);
    let (first_left, second_left) = (edge(&first), edge(&second));
    for (column, shift) in [(&mut first, 0.0), (&mut second, second_left - first_left)] {
        let right = column.iter().flatten().map(|line| line.right).fold(f64::NAN, f64::max);
        let shift = if f64::is_finite(shift) { shift } else { 0.0 };
        column.iter_mut().flatten().for_each(|line| line.column = Some(Column { shift, right }));
    }
    first.into_iter().chain(second).filter(|row| !row.is_empty()).collect()
}
