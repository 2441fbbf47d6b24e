//! Pages set in two columns: the left one is read before the right one, and what spans
//! both stands between what is above and below it.

use std::collections::HashMap;

use fettle_domain::StatementKind;

use super::headings::sub_heading;
use super::lines::{Column, PrintedLine};
use super::marker::{self, Marker};

/// A column has so many lines at least.
const FEWEST_LINES: usize = 3;
/// So many of both columns' lines begin an item or are sub-headings: cells of a table
/// rarely do.
const FEWEST_ITEMS: usize = 3;
/// Each column takes this share of the text's width at least.
const NARROWEST: f64 = 0.2;
/// Where the right column pauses for so many of its line pitches, a line of the left one
/// alone is the heading of what follows in both.
const PAUSE_PITCHES: f64 = 2.5;
/// Left edges that are tried as that of the right column.
const MOST_EDGES: usize = 16;

type Rows = Vec<Vec<PrintedLine>>;

/// Rows of one page, from top to bottom, each from left to right → in reading order.
pub(super) fn by_column(rows: Rows) -> Rows {
    let Some(gutter) = gutter(&rows) else { return rows };
    let mut out = Vec::new();
    let mut band: Rows = Vec::new();
    for row in rows {
        let spans = row.iter().any(|line| line.left < gutter && line.right > gutter);
        if spans {
            out.extend(split(std::mem::take(&mut band), gutter));
            out.push(row);
        } else {
            band.push(row);
        }
    }
    out.extend(split(band, gutter));
    out
}

/// Where the second column begins, on a page that has two.
fn gutter(rows: &Rows) -> Option<f64> {
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
        .filter(|(count, edge)| *count >= 2 && *edge as f64 > left + NARROWEST * (right - left))
        .collect();
    edges.sort_unstable_by(|a, b| b.cmp(a));
    let tried = edges.into_iter().take(MOST_EDGES).map(|(_, edge)| edge as f64 - 1.0);
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
        are_beside(&first, &second)
            && are_beside(&second, &first)
            && right - gutter >= NARROWEST * (right - left)
            && items(&first).min(items(&second)) >= 1
            && items(&first) + items(&second) >= FEWEST_ITEMS
            && spanning(*gutter) < first.len() + second.len()
    };
    tried.filter(fits).min_by_key(|gutter| spanning(*gutter))
}

/// Whether enough of `lines` stand at heights where `others` stand too.
fn are_beside(lines: &[&PrintedLine], others: &[&PrintedLine]) -> bool {
    let top = others.iter().map(|line| line.baseline).fold(f64::INFINITY, f64::min) - 1.0;
    let bottom = others.iter().map(|line| line.baseline).fold(f64::NEG_INFINITY, f64::max) + 1.0;
    let beside = lines.iter().filter(|line| (top..=bottom).contains(&line.baseline));
    beside.count() >= FEWEST_LINES
}

fn items(lines: &[&PrintedLine]) -> usize {
    let begins = |line: &&&PrintedLine| {
        let (marker, text) = marker::split(&line.line.text);
        marker.is_some() || sub_heading(text).is_some()
    };
    lines.iter().filter(begins).count()
}

/// The rows of a band that nothing spans: left column, then right column; tables and what
/// follows them stay as they are.
fn split(rows: Rows, gutter: f64) -> Rows {
    let table = (0..rows.len()).find(|at| begins_table(&rows, *at)).unwrap_or(rows.len());
    let mut rows = rows;
    let rest = rows.split_off(table);
    let mut out = Vec::new();
    let mut part: Rows = Vec::new();
    let cuts = headings_of_both(&rows, gutter);
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

/// Whether a table begins at this row: three cells side by side, or causes beside actions
/// with nothing but such rows below.
fn begins_table(rows: &Rows, at: usize) -> bool {
    let Some(row) = rows.get(at) else { return false };
    if row.len() >= 3 {
        return true;
    }
    let below = rows.iter().skip(at + 1).filter(|row| !is_pair(row));
    let mut kinds = below.flatten().filter_map(|line| sub_heading(&line.line.text));
    is_pair(row) && kinds.next().is_none()
}

/// `원인 | 조치` side by side.
fn is_pair(row: &[PrintedLine]) -> bool {
    let kinds: Vec<StatementKind> =
        row.iter().filter_map(|line| sub_heading(&line.line.text)).map(|(kind, _)| kind).collect();
    kinds.contains(&StatementKind::Cause) && kinds.contains(&StatementKind::Action)
}

/// Rows of the left column alone beside which the right column pauses.
fn headings_of_both(rows: &Rows, gutter: f64) -> Vec<usize> {
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
        let pauses = above < baseline && below - above >= PAUSE_PITCHES * pitch;
        // The last line in the pause: what is above it may end the left column's text.
        let next = rows.get(at + 1).and_then(|row| row.first());
        let is_last = next.is_some_and(|next| next.baseline >= below);
        if pauses && is_last && row.first().zip(next).is_some_and(|(a, b)| heads(a, b)) {
            cuts.push(at);
        }
    }
    cuts
}

/// Whether `line` looks like the heading of `next`.
fn heads(line: &PrintedLine, next: &PrintedLine) -> bool {
    let larger = line.line.font_size_pt > next.line.font_size_pt * 1.08;
    let stands_out = larger || line.line.bold && !next.line.bold;
    marker::split(&line.line.text).0 != Some(Marker::Bullet)
        && (stands_out || sub_heading(&next.line.text).is_some())
}

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
