//! Printed lines that stand side by side, as one row; page furniture taken out.

use std::collections::{HashMap, HashSet};

use fettle_domain::{LineSpan, RectPt};

use super::headings::sub_heading;
use super::lines::PrintedLine;
use super::marker;

/// Everything on one baseline of one sheet, or of one column of it.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// What a citation names: the page, in a file that has pages.
    pub(super) page: u32,
    /// What it stands on together with other rows.
    pub(super) sheet: u32,
    /// From left to right; more than one where cells part the row.
    pub(super) segments: Vec<PrintedLine>,
    pub(super) text: String,
    /// As if all columns stood where the first does.
    pub(super) left: f64,
    pub(super) right: f64,
    /// Where the lines of its column end at the most, where it stands in one.
    pub(super) margin: Option<f64>,
    pub(super) baseline: f64,
    /// Font size in points.
    pub(super) size: f64,
    pub(super) bold: bool,
}

impl Row {
    pub(super) fn span(&self) -> LineSpan {
        let rects = self.segments.iter().map(|segment| segment.line.rect);
        let rect = rects.reduce(RectPt::union);
        LineSpan {
            page: self.page,
            rect: rect.unwrap_or(RectPt { x: 0.0, y: 0.0, width: 0.0, height: 0.0 }),
        }
    }

    pub(super) fn ends_in_space(&self) -> bool {
        self.segments.last().is_some_and(|segment| segment.ends_in_space)
    }
}

/// Groups lines into rows.
pub(super) fn rows(lines: Vec<PrintedLine>) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut last = None;
    for line in lines {
        let key = (line.sheet, line.row);
        let shift = line.column.map_or(0.0, |column| column.shift);
        match rows.last_mut() {
            Some(row) if last == Some(key) => {
                row.text.push(' ');
                row.text.push_str(&line.line.text);
                row.right = row.right.max(line.right - shift);
                row.bold &= line.line.bold;
                row.segments.push(line);
            }
            _ => rows.push(Row {
                page: line.line.page,
                sheet: line.sheet,
                text: line.line.text.clone(),
                left: line.left - shift,
                right: line.right - shift,
                margin: line.column.map(|column| column.right - shift),
                baseline: line.baseline,
                size: f64::from(line.line.font_size_pt),
                bold: line.line.bold,
                segments: vec![line],
            }),
        }
        last = Some(key);
    }
    rows
}

/// A header or footer must repeat on this many pages to be taken for one, or on all pages
/// of a shorter file without any change.
const RUNNING_PAGES: usize = 3;
/// So many lines of a page's head or foot are looked for.
const FURNITURE_LINES: usize = 3;

/// Drops page numbers and running headers and footers.
pub(super) fn without_furniture(mut rows: Vec<Row>) -> Vec<Row> {
    for _ in 0..FURNITURE_LINES {
        let before = rows.len();
        rows = without_edges(rows);
        if rows.len() == before {
            break;
        }
    }
    rows
}

type Key = (String, i64);

fn without_edges(rows: Vec<Row>) -> Vec<Row> {
    let at_edge = at_edge(&rows);
    let sheets = rows.iter().map(|row| row.sheet).collect::<HashSet<_>>().len();
    // Page numbers differ from page to page; the rest of a running line does not.
    let place = |row: &Row| row.baseline.round() as i64;
    let plain = |row: &Row| -> Key {
        let text = row.text.chars().filter(|c| !c.is_ascii_digit() && !c.is_whitespace());
        (text.collect(), place(row))
    };
    let exact = |row: &Row| -> Key { (row.text.clone(), place(row)) };
    let mut seen: HashMap<Key, usize> = HashMap::new();
    let mut same: HashMap<Key, usize> = HashMap::new();
    let mut headings: HashSet<Key> = HashSet::new();
    for (at, row) in rows.iter().enumerate().filter(|(at, _)| at_edge.contains(at)) {
        let count = seen.entry(plain(row)).or_default();
        *count += 1;
        // What first stands right above causes or actions is their heading.
        let next = rows.get(at + 1).is_some_and(|next| sub_heading(&next.text).is_some());
        if *count == 1 && next {
            headings.insert(plain(row));
        }
        *same.entry(exact(row)).or_default() += 1;
    }
    let is_running = |row: &Row| {
        let (marker, text) = marker::split(&row.text);
        let times = |seen: &HashMap<Key, usize>, key| seen.get(&key).copied().unwrap_or(0);
        let often = times(&seen, plain(row)) >= RUNNING_PAGES
            || sheets == 2 && times(&same, exact(row)) == sheets;
        often
            && marker != Some(marker::Marker::Bullet)
            && sub_heading(text).is_none()
            && !headings.contains(&plain(row))
    };
    let goes = |at: usize, row: &Row| {
        at_edge.contains(&at) && (is_page_number(&row.text) || is_running(row))
    };
    let gone: Vec<bool> = rows.iter().enumerate().map(|(at, row)| goes(at, row)).collect();
    rows.into_iter().zip(gone).filter(|(_, gone)| !gone).map(|(row, _)| row).collect()
}

/// The first and last rows of each sheet, and the uppermost and lowest.
fn at_edge(rows: &[Row]) -> HashSet<usize> {
    let mut out = HashSet::new();
    let mut begin = 0;
    for sheet in rows.chunk_by(|a, b| a.sheet == b.sheet) {
        let height = |at: &usize| rows.get(*at).map_or(0.0, |row| row.baseline);
        let of_sheet = || begin..begin + sheet.len();
        out.extend([begin, begin + sheet.len() - 1]);
        out.extend(of_sheet().min_by(|a, b| height(a).total_cmp(&height(b))));
        out.extend(of_sheet().max_by(|a, b| height(a).total_cmp(&height(b))));
        begin += sheet.len();
    }
    out
}

/// `3`, `- 3 -`, `3 / 12`, `Page 3 of 12`, `3쪽`.
fn is_page_number(text: &str) -> bool {
    let mut has_digit = false;
    let mut words = String::new();
    for c in text.chars() {
        if c.is_ascii_digit() {
            has_digit = true;
        } else if c.is_alphabetic() {
            words.extend(c.to_lowercase());
        } else if !(c.is_whitespace() || "-–—/|[]()".contains(c)) {
            return false;
        }
    }
    let known = matches!(words.as_str(), "" | "page" | "pageof" | "of" | "p" | "쪽" | "페이지");
    has_digit && known && text.chars().count() <= 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_numbers_are_known() {
        for text in ["3", "- 3 -", "3 / 12", "Page 3 of 12", "3쪽"] {
            assert!(is_page_number(text), "{text}");
        }
        for text in ["3.", "1. 점검", "hole", "-", "5℃"] {
            assert!(!is_page_number(text), "{text}");
        }
    }
}
