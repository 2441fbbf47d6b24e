//! Page numbers and running headers and footers.

use std::collections::{HashMap, HashSet};

use super::cause_action_table::is_header;
use super::label_forms::sub_heading;
use super::list_marker::{ListMarker, split_marker};
use super::rows::Row;
use super::table_header::is_defect_table_header;

/// The fewest pages on which a header or footer repeats. In a file of two pages it stands on both,
/// without any change.
const MIN_REPEATS: usize = 3;
/// The most header or footer lines of a page.
const MAX_LINES: usize = 3;

/// Removes page numbers and running headers and footers.
pub(super) fn strip_headers_footers(mut rows: Vec<Row>) -> Vec<Row> {
    for _ in 0..MAX_LINES {
        let before = rows.len();
        rows = strip_edges(rows);
        if rows.len() == before {
            break;
        }
    }
    rows
}

/// Text and baseline of a line, rounded to points.
type Key = (String, i64);

/// Removes the outermost header and footer lines of each sheet.
fn strip_edges(rows: Vec<Row>) -> Vec<Row> {
    let edges = edge_rows(&rows);
    let sheets = rows.iter().map(|row| row.sheet).collect::<HashSet<_>>().len();
    let place = |row: &Row| row.baseline.round() as i64;
    // Digits are left out, since page numbers differ from page to page.
    let plain = |row: &Row| -> Key {
        let text = row.text.chars().filter(|c| !c.is_ascii_digit() && !c.is_whitespace());
        (text.collect(), place(row))
    };
    let exact = |row: &Row| -> Key { (row.text.clone(), place(row)) };
    let mut seen: HashMap<Key, usize> = HashMap::new();
    let mut same: HashMap<Key, usize> = HashMap::new();
    let mut headings: HashSet<Key> = HashSet::new();
    for (at, row) in rows.iter().enumerate().filter(|(at, _)| edges.contains(at)) {
        let count = seen.entry(plain(row)).or_default();
        *count += 1;
        // A line right above causes or actions is their heading where it occurs first.
        let next = rows.get(at + 1).is_some_and(|next| sub_heading(&next.text).is_some());
        if *count == 1 && next {
            headings.insert(plain(row));
        }
        *same.entry(exact(row)).or_default() += 1;
    }
    let is_running = |row: &Row| {
        let (marker, text) = split_marker(&row.text);
        let times = |seen: &HashMap<Key, usize>, key| seen.get(&key).copied().unwrap_or(0);
        let often = times(&seen, plain(row)) >= MIN_REPEATS
            || sheets == 2 && times(&same, exact(row)) == sheets;
        often
            && marker != Some(ListMarker::Bullet)
            && sub_heading(text).is_none()
            // The head of a table is repeated on each page that the table goes on to.
            && !is_defect_table_header(row)
            && !is_header(row)
            && !headings.contains(&plain(row))
    };
    let is_removed = |at: usize, row: &Row| {
        edges.contains(&at) && (is_page_number(&row.text) || is_running(row))
    };
    let removed: Vec<bool> = rows.iter().enumerate().map(|(at, row)| is_removed(at, row)).collect();
    rows.into_iter().zip(removed).filter(|(_, removed)| !removed).map(|(row, _)| row).collect()
}

/// Indices of the first, last, uppermost and lowest row of each sheet.
fn edge_rows(rows: &[Row]) -> HashSet<usize> {
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

/// Whether a line is a page number: `3`, `- 3 -`, `3 / 12`, `Page 3 of 12`, `3쪽`.
pub(super) fn is_page_number(text: &str) -> bool {
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
    fn page_numbers_are_recognised() {
        for text in ["3", "- 3 -", "3 / 12", "Page 3 of 12", "3쪽"] {
            assert!(is_page_number(text), "{text}");
        }
        for text in ["3.", "1. 점검", "hole", "-", "5℃"] {
            assert!(!is_page_number(text), "{text}");
        }
    }
}
