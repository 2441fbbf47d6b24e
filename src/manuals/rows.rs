//! Printed lines that stand side by side, as one row; page furniture taken out.

use std::collections::HashMap;

use crate::domain::{LineSpan, RectPt};

use super::lines::PrintedLine;
use super::marker;

/// Everything on one baseline of one page.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) page: u32,
    /// From left to right; more than one where columns part the row.
    pub(super) segments: Vec<PrintedLine>,
    pub(super) text: String,
    pub(super) left: f64,
    pub(super) right: f64,
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

/// Groups lines into rows and drops page numbers and running headers and footers.
pub(super) fn rows(lines: Vec<PrintedLine>) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut last = None;
    for line in lines {
        let key = (line.line.page, line.row);
        match rows.last_mut() {
            Some(row) if last == Some(key) => {
                row.text.push(' ');
                row.text.push_str(&line.line.text);
                row.right = row.right.max(line.right);
                row.bold &= line.line.bold;
                row.segments.push(line);
            }
            _ => rows.push(Row {
                page: line.line.page,
                text: line.line.text.clone(),
                left: line.left,
                right: line.right,
                baseline: line.baseline,
                size: f64::from(line.line.font_size_pt),
                bold: line.line.bold,
                segments: vec![line],
            }),
        }
        last = Some(key);
    }
    without_furniture(rows)
}

/// A header or footer must repeat on this many pages to be taken for one.
const RUNNING_PAGES: usize = 3;

fn without_furniture(rows: Vec<Row>) -> Vec<Row> {
    let at_edge: Vec<bool> = (0..rows.len())
        .map(|i| {
            let page = |j: Option<usize>| j.and_then(|j| rows.get(j)).map(|row| row.page);
            let here = page(Some(i));
            page(i.checked_sub(1)) != here || page(Some(i + 1)) != here
        })
        .collect();
    // Page numbers differ from page to page; the rest of a running line does not.
    let key = |row: &Row| -> String {
        row.text.chars().filter(|c| !c.is_ascii_digit() && !c.is_whitespace()).collect()
    };
    let mut seen: HashMap<(String, i64), usize> = HashMap::new();
    for (row, _) in rows.iter().zip(&at_edge).filter(|(_, edge)| **edge) {
        *seen.entry((key(row), row.baseline.round() as i64)).or_default() += 1;
    }
    rows.iter()
        .zip(&at_edge)
        .filter(|(row, edge)| {
            let bulleted = marker::split(&row.text).0 == Some(marker::Marker::Bullet);
            let running = !bulleted
                && seen.get(&(key(row), row.baseline.round() as i64)).copied().unwrap_or(0)
                    >= RUNNING_PAGES;
            !(**edge && (running || is_page_number(&row.text)))
        })
        .map(|(row, _)| row.clone())
        .collect()
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
