//! Rows: printed lines side by side.

use fettle_domain::{LineSpan, RectPt};

use super::marks::Mark;
use super::printed_line::PrintedLine;

/// All lines on one baseline of a sheet, or of one column of a sheet.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Page, paragraph or line number that citations name.
    pub(super) page: u32,
    /// See [`PrintedLine::sheet`].
    pub(super) sheet: u32,
    /// The lines from left to right; several where the row has cells.
    pub(super) segments: Vec<PrintedLine>,
    /// The text of all segments, separated by spaces.
    pub(super) text: String,
    /// Left and right end in points, as if all columns stood at the place of the first.
    pub(super) left: f64,
    pub(super) right: f64,
    /// Right end of the text column, on a page set in columns.
    pub(super) margin: Option<f64>,
    pub(super) baseline: f64,
    /// Font size in points.
    pub(super) size: f64,
    pub(super) bold: bool,
    /// What the row was found to be before sections are read.
    pub(super) mark: Option<Mark>,
}

impl Row {
    /// The same row with a part of its text, as `mark`.
    pub(super) fn piece(&self, text: &str, mark: Option<Mark>) -> Self {
        let mut row = Self { text: text.to_owned(), mark, ..self.clone() };
        if let [only] = &mut row.segments[..] {
            only.line.text = text.to_owned();
        }
        row
    }

    /// The place that a citation of the row points at.
    pub(super) fn span(&self) -> LineSpan {
        let rects = self.segments.iter().map(|segment| segment.line.rect);
        let rect = rects.reduce(RectPt::union);
        LineSpan {
            page: self.page,
            rect: rect.unwrap_or(RectPt { x: 0.0, y: 0.0, width: 0.0, height: 0.0 }),
        }
    }

    /// Whether the row, of a file without pages, stands in no table while `other` does.
    pub(super) fn is_outside_of_tables(&self, other: &Self) -> bool {
        self.is_unpaged()
            && self.segments.iter().all(|segment| segment.clip.is_none())
            && other.segments.iter().all(|segment| segment.clip.is_some())
    }

    /// Whether the row, of a file without pages, begins another table than the one that ends in `last`:
    /// tables stand a row apart.
    pub(super) fn begins_another_table(&self, last: &Self) -> bool {
        let tops = self.segments.iter().filter_map(|segment| Some(segment.clip?.top));
        let top = tops.reduce(f64::min);
        let bottoms = last.segments.iter().filter_map(|segment| Some(segment.clip?.bottom));
        let bottom = bottoms.reduce(f64::max);
        self.is_unpaged() && top.zip(bottom).is_some_and(|(top, bottom)| top > bottom + 0.5)
    }

    /// Whether the row is of a file without pages.
    pub(super) fn is_unpaged(&self) -> bool {
        self.segments.iter().all(|segment| segment.line.rect.height <= 0.0)
    }

    /// Whether all cells of the row are those of a table, in a file that says so.
    pub(super) fn is_in_table(&self) -> bool {
        self.segments.len() >= 2 && self.segments.iter().all(|segment| segment.clip.is_some())
    }

    pub(super) fn ends_in_space(&self) -> bool {
        self.segments.last().is_some_and(|segment| segment.ends_in_space)
    }
}

/// Groups lines into rows.
pub(super) fn group_into_rows(lines: Vec<PrintedLine>) -> Vec<Row> {
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
                mark: None,
                segments: vec![line],
            }),
        }
        last = Some(key);
    }
    rows
}
