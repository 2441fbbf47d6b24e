//! Layout of tables.

use std::ops::Range;

use super::page::{
    Area, BOTTOM, Cell, Column, HeaderScope, LEFT, Mark, QUIET, RULE, Role, SHADE, Style, TOP,
};
use super::page_layout::PageLayout;
use super::verdict_mark::{draw_mark, verdict_colour};

/// Distance between text and cell border.
const CELL_PADDING: f32 = 3.0;

/// Width of a verdict's mark and its distance to the word.
fn mark_room(style: Style) -> f32 {
    1.4 * style.size
}

/// A cell with its text broken into lines.
struct CellLayout<'a> {
    cell: &'a Cell,
    x: f32,
    right: f32,
    column: &'a Column,
    lines: Vec<String>,
    style: Style,
    element: Option<usize>,
}

impl PageLayout {
    /// Draws rows of a label and a value in a table of `width` points. `label` is the share of the first
    /// column.
    pub(super) fn pairs(&mut self, width: f32, label: f32, rows: Vec<(String, Cell)>) {
        let columns = [
            Column { title: String::new(), share: label, right_aligned: false },
            Column { title: String::new(), share: 1.0 - label, right_aligned: false },
        ];
        let quiet = Style { colour: QUIET, ..Style::BODY };
        let rows = rows.into_iter().map(|(label, value)| vec![Cell::Text(label, quiet), value]);
        self.table(width, &columns, rows.collect());
    }

    /// Draws a table of `width` points. A row that does not fit continues on the next page, where the
    /// headers are repeated.
    pub(super) fn table(&mut self, width: f32, columns: &[Column], rows: Vec<Vec<Cell>>) {
        self.tables += 1;
        let table = self.tables;
        let titles: Vec<Cell> = columns
            .iter()
            .map(|column| Cell::Text(column.title.clone(), Style { bold: true, ..Style::SMALL }))
            .collect();
        let has_header = columns.iter().any(|column| !column.title.is_empty());
        if has_header {
            self.reserve(3.0 * Style::BODY.line_height() + 4.0 * CELL_PADDING);
            self.draw_row(width, columns, &titles, (table, 0, HeaderScope::Column), None);
        }
        for (number, cells) in rows.iter().enumerate() {
            let (scope, repeated) = if has_header {
                (HeaderScope::None, Some(titles.as_slice()))
            } else {
                (HeaderScope::Row, None)
            };
            self.draw_row(width, columns, cells, (table, number + 1, scope), repeated);
        }
    }

    fn draw_row(
        &mut self,
        width: f32,
        columns: &[Column],
        cells: &[Cell],
        (table, row, scope): (usize, usize, HeaderScope),
        titles: Option<&[Cell]>,
    ) {
        let mut left = LEFT;
        let mut laid = Vec::new();
        for (place, (cell, column)) in cells.iter().zip(columns).enumerate() {
            let scope =
                if scope == HeaderScope::Row && place > 0 { HeaderScope::None } else { scope };
            let element = self.add_element(Role::Cell { table, row, scope });
            let (x, wide) = (left + CELL_PADDING, column.share * width - 2.0 * CELL_PADDING);
            left += column.share * width;
            let (lines, style) = match cell {
                Cell::Text(text, style) => (self.break_lines(text, *style, wide), *style),
                Cell::Verdict(verdict, word) => {
                    let style = Style { colour: verdict_colour(*verdict), ..Style::STRONG };
                    let wide = wide - mark_room(style);
                    (self.break_lines(word, style, wide), style)
                }
                Cell::PageNumber(_) => (vec![String::new()], Style::BODY),
            };
            laid.push(CellLayout { cell, x, right: x + wide, column, lines, style, element });
        }
        let height = laid.iter().map(|laid| laid.style.line_height()).fold(0.0, f32::max);
        let count = laid.iter().map(|laid| laid.lines.len()).max().unwrap_or(0);
        let mut done = 0;
        while done < count {
            // A row is split only if a whole page would not hold it.
            let rest = (count - done) as f32 * height + 2.0 * CELL_PADDING;
            if self.y + rest > BOTTOM {
                self.continue_on_next_page(width, columns, titles, rest);
            }
            let free = ((BOTTOM - self.y - 2.0 * CELL_PADDING) / height) as usize;
            let now = free.clamp(1, count - done);
            let top = self.y + CELL_PADDING;
            let end = top + now as f32 * height + CELL_PADDING;
            if scope == HeaderScope::Column {
                let area = Area { x: LEFT, y: self.y, width, height: end - self.y };
                self.put(Mark::Fill { area, colour: SHADE }, None);
            }
            for cell in &laid {
                self.draw_cell(cell, top, done..done + now);
            }
            self.rule((LEFT, end), (LEFT + width, end), RULE);
            self.y = end;
            done += now;
        }
    }

    /// Draws the lines `range` of a cell, the first with its top at `top`.
    fn draw_cell(&mut self, laid: &CellLayout<'_>, top: f32, range: Range<usize>) {
        let CellLayout { cell, x, right, column, lines, style, element } = laid;
        if let (Cell::PageNumber(part), 0) = (cell, range.start) {
            let y = top + style.baseline();
            self.put(Mark::PageNumber { right: *right, y, style: *style, part: *part }, *element);
        }
        let mut x = *x;
        if let Cell::Verdict(verdict, _) = cell {
            if range.start == 0 {
                let side = style.size;
                draw_mark(self, (x, top + 0.5 * (style.line_height() - side)), side, *verdict);
            }
            x += mark_room(*style);
        }
        for (place, text) in lines.iter().skip(range.start).take(range.len()).enumerate() {
            let y = top + place as f32 * style.line_height();
            let wide = self.fonts.width(text, style.bold, style.size);
            let x = if column.right_aligned { right - wide } else { x };
            self.draw_line((x, y), *style, text.clone(), *element);
        }
    }

    /// Continues a table on a new page, with its headers repeated. `rest` is the height of what remains
    /// of the row.
    fn continue_on_next_page(
        &mut self,
        width: f32,
        columns: &[Column],
        titles: Option<&[Cell]>,
        rest: f32,
    ) {
        let whole_page = BOTTOM - TOP;
        let little_left = self.y > BOTTOM - 4.0 * Style::BODY.line_height();
        if self.y <= TOP || (rest > whole_page && !little_left) {
            return;
        }
        self.new_page();
        if let Some(titles) = titles {
            // Repeated headers are ornaments: screen readers know the headers from the first page.
            let elements = self.elements.len();
            self.draw_row(width, columns, titles, (0, 0, HeaderScope::Column), None);
            self.elements.truncate(elements);
            if let Some(page) = self.pages.last_mut() {
                for placed in &mut page.marks {
                    placed.element = None;
                }
            }
        }
    }
}
