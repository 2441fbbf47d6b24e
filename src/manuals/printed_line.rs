//! Lines with their place in the layout.

use fettle_domain::{ManualLine, RectPt};

use super::geometry::Rect;
use super::letter_forms::fold_forms;

/// A printed line, or one table cell's share of a line, with layout facts beyond [`ManualLine`].
#[derive(Debug, Clone)]
pub(super) struct PrintedLine {
    pub(super) line: ManualLine,
    /// Whether the producer printed a space after the last character.
    pub(super) ends_in_space: bool,
    /// The sheet of paper, from 1: the page, or 1 for all lines of a file without pages.
    pub(super) sheet: u32,
    /// Number of the row, from 0 on each sheet; lines side by side share a row.
    pub(super) row: usize,
    /// Left end, right end and baseline in points from the upper left corner of the sheet, after
    /// the sheet is turned so that the line reads from left to right.
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) baseline: f64,
    /// The clipping rectangle, turned likewise. Word clips each table cell to its rectangle.
    pub(super) clip: Option<Rect>,
    /// The text column of the line, on a page set in columns.
    pub(super) column: Option<Column>,
}

/// A column of text on a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Column {
    /// Distance to the right of the page's first column, in points.
    pub(super) shift: f64,
    /// Right end of the longest line, in points.
    pub(super) right: f64,
}

impl PrintedLine {
    /// A line of a table's cell, in a file without pages. `row` is that of the line; `columns` and
    /// `rows` are the first of the cell and their number, rows counted as lines are.
    pub(super) fn in_cell(
        number: u32,
        row: usize,
        columns: (usize, usize),
        rows: (usize, usize),
        text: String,
    ) -> Self {
        /// Width of a column in points; wide enough that neighbouring cells stay apart.
        const COLUMN_PT: f64 = 100.0;
        let left = columns.0 as f64 * COLUMN_PT;
        let right = (columns.0 + columns.1) as f64 * COLUMN_PT;
        let (top, bottom) = (rows.0 as f64, (rows.0 + rows.1) as f64);
        let line = Self::unpaged(number, row, left + 1.0, text);
        Self { clip: Some(Rect { left, top, right, bottom }), ..line }
    }

    /// A line of a file without pages. `left` and `row` place the line for layout analysis; its
    /// rectangle is empty. `number` is that of the paragraph or line, from 1.
    pub(super) fn unpaged(number: u32, row: usize, left: f64, text: String) -> Self {
        const SIZE_PT: f32 = 10.0;
        /// Less than the distance that separates paragraphs.
        const PITCH_PT: f64 = 14.0;
        Self {
            line: ManualLine {
                page: number,
                rect: RectPt { x: 0.0, y: 0.0, width: 0.0, height: 0.0 },
                text: fold_forms(&text),
                font_size_pt: SIZE_PT,
                bold: false,
            },
            ends_in_space: false,
            sheet: 1,
            row,
            left,
            right: left + PITCH_PT,
            baseline: row as f64 * PITCH_PT,
            clip: None,
            // Without a right margin no line counts as full.
            column: Some(Column { shift: 0.0, right: f64::INFINITY }),
        }
    }
}
