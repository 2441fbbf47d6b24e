//! A4 sheets filled from top to bottom: what is drawn where, and what it is to a reader who does
//! not see it. Nothing is drawn past the margins; what does not fit goes on over the page.

use std::ops::Range;

use krilla::image::Image;

use super::typeface::Family;
use super::wrap::wrapped;

// All in points.
pub(super) const PAGE_WIDTH: f32 = 595.28;
pub(super) const PAGE_HEIGHT: f32 = 841.89;
pub(super) const LEFT: f32 = 45.0;
pub(super) const RIGHT: f32 = PAGE_WIDTH - 45.0;
pub(super) const TOP: f32 = 62.0;
pub(super) const BOTTOM: f32 = PAGE_HEIGHT - 56.0;
pub(super) const WIDTH: f32 = RIGHT - LEFT;
/// Distance of baselines, in font sizes.
const LEADING: f32 = 1.45;
const CELL_PADDING: f32 = 3.0;

/// Red, green, blue.
pub(super) type Colour = [u8; 3];
pub(super) const INK: Colour = [28, 32, 38];
pub(super) const QUIET: Colour = [88, 96, 106];
pub(super) const RULE: Colour = [208, 213, 220];
pub(super) const SHADE: Colour = [243, 245, 248];
pub(super) const WHITE: Colour = [255, 255, 255];

/// Where something lies on a page; y downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

/// How letters look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    pub(super) size: f32,
    pub(super) bold: bool,
    pub(super) colour: Colour,
}

impl Style {
    pub(super) const BODY: Self = Self { size: 9.5, bold: false, colour: INK };
    pub(super) const STRONG: Self = Self { bold: true, ..Self::BODY };
    pub(super) const SMALL: Self = Self { size: 8.0, bold: false, colour: QUIET };

    pub(super) const fn of(size: f32, bold: bool, colour: Colour) -> Self {
        Self { size, bold, colour }
    }

    /// The height of a line.
    pub(super) fn line(self) -> f32 {
        self.size * LEADING
    }

    /// From the top of a line to its baseline, so that its letters stand in the line's middle.
    pub(super) fn baseline(self) -> f32 {
        self.size * (0.5 * LEADING + 0.36)
    }
}

/// One thing on a page.
#[derive(Clone)]
pub(super) enum Mark {
    /// Text that begins at x, its baseline at y.
    Text { x: f32, y: f32, style: Style, text: String },
    /// The number of the page on which a part begins, which ends at `right`.
    PageOf { right: f32, y: f32, style: Style, part: usize },
    /// A line through points, closed where it goes round something.
    Line { points: Vec<(f32, f32)>, closed: bool, width: f32, colour: Colour },
    /// A filled rectangle.
    Fill { area: Area, colour: Colour },
    /// A picture.
    Picture { area: Area, image: Image },
}

/// What a mark belongs to: the elements that a screen reader tells apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Role {
    Heading { level: u16, text: String },
    Paragraph,
    Item,
    Figure { alt: String },
    Cell { table: usize, row: usize, head: Head },
}

/// Whether a cell names others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    None,
    Column,
    Row,
}

/// A mark and its element; `None`: an ornament.
pub(super) struct Placed {
    pub(super) mark: Mark,
    pub(super) element: Option<usize>,
}

/// One page.
pub(super) struct Page {
    /// What its head says.
    pub(super) subject: String,
    pub(super) marks: Vec<Placed>,
}

/// What stands in a cell.
#[derive(Clone)]
pub(super) enum Cell {
    Text(String, Style),
    PageOf(usize),
}

impl Cell {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::Text(text.into(), Style::BODY)
    }
}

/// A column of a table.
pub(super) struct Column {
    /// Its heading; of a table without one, empty.
    pub(super) title: String,
    /// Its share of the width.
    pub(super) share: f32,
    /// Whether it is numbers, which end in line.
    pub(super) numbers: bool,
}

/// A cell in lines.
struct LaidCell<'a> {
    cell: &'a Cell,
    x: f32,
    right: f32,
    column: &'a Column,
    lines: Vec<String>,
    style: Style,
    element: Option<usize>,
}

/// The pages so far, and where the next thing goes.
pub(super) struct Sheets {
    pub(super) family: Family,
    pub(super) pages: Vec<Page>,
    pub(super) elements: Vec<Role>,
    /// Top of the free space on the last page.
    pub(super) y: f32,
    subject: String,
    tables: usize,
}

impl Sheets {
    pub(super) fn new(family: Family) -> Self {
        Self {
            family,
            pages: Vec::new(),
            elements: Vec::new(),
            y: BOTTOM,
            subject: String::new(),
            tables: 0,
        }
    }

    /// Begins a page about `subject`; its index.
    pub(super) fn begin(&mut self, subject: &str) -> usize {
        subject.clone_into(&mut self.subject);
        self.new_page();
        self.pages.len() - 1
    }

    fn new_page(&mut self) {
        self.pages.push(Page { subject: self.subject.clone(), marks: Vec::new() });
        self.y = TOP;
    }

    /// A new page unless `height` is still free on this one.
    pub(super) fn keep(&mut self, height: f32) {
        if self.pages.is_empty() || (self.y + height > BOTTOM && self.y > TOP) {
            self.new_page();
        }
    }

    /// A new element.
    pub(super) fn element(&mut self, role: Role) -> Option<usize> {
        self.elements.push(role);
        Some(self.elements.len() - 1)
    }

    pub(super) fn put(&mut self, mark: Mark, element: Option<usize>) {
        if let Some(page) = self.pages.last_mut() {
            page.marks.push(Placed { mark, element });
        }
    }

    pub(super) fn rule(&mut self, from: (f32, f32), to: (f32, f32), colour: Colour) {
        let points = vec![from, to];
        self.put(Mark::Line { points, closed: false, width: 0.6, colour }, None);
    }

    /// `text`, which can be printed, in lines no wider than `width`.
    pub(super) fn lines(&self, text: &str, style: Style, width: f32) -> Vec<String> {
        let face = self.family.face(style.bold);
        wrapped(&self.family.printable(text), width, |text| face.width(text, style.size))
    }

    /// One line that was made by [`Self::lines`], its top at `y`.
    pub(super) fn line(
        &mut self,
        (x, y): (f32, f32),
        style: Style,
        text: String,
        element: Option<usize>,
    ) {
        if !text.is_empty() {
            self.put(Mark::Text { x, y: y + style.baseline(), style, text }, element);
        }
    }

    /// Text in lines from x to the right margin, over pages; where its last line ends.
    pub(super) fn text(&mut self, x: f32, style: Style, text: &str, element: Option<usize>) -> f32 {
        let mut end = x;
        for text in self.lines(text, style, RIGHT - x) {
            self.keep(style.line());
            let y = self.y;
            end = x + self.family.face(style.bold).width(&text, style.size);
            self.line((x, y), style, text, element);
            self.y += style.line();
        }
        end
    }

    /// A remark after text that ended at `end`: on the same line where there is room, else below.
    pub(super) fn remark(
        &mut self,
        x: f32,
        end: f32,
        (above, style): (Style, Style),
        text: &str,
        element: Option<usize>,
    ) {
        let start = end + 6.0;
        match self.lines(text, style, RIGHT - start).as_slice() {
            [line] => {
                let y = self.y - above.line() + above.baseline();
                let text = line.clone();
                self.put(Mark::Text { x: start, y, style, text }, element);
            }
            _ => {
                self.text(x, style, text, element);
            }
        }
    }

    pub(super) fn paragraph(&mut self, style: Style, text: &str) {
        let element = self.element(Role::Paragraph);
        self.text(LEFT, style, text, element);
    }

    /// A heading, with room for what follows it.
    pub(super) fn heading(&mut self, text: &str) {
        let style = Style::of(11.5, true, INK);
        self.keep(60.0);
        self.y += 10.0;
        let element = self.element(Role::Heading { level: 2, text: text.to_owned() });
        self.text(LEFT, style, text, element);
        let y = self.y + 1.5;
        self.rule((LEFT, y), (RIGHT, y), RULE);
        self.y += 6.0;
    }

    /// Rows of a label and its value, from the left margin to `width`.
    pub(super) fn pairs(&mut self, width: f32, label: f32, rows: Vec<(String, Cell)>) {
        let columns = [
            Column { title: String::new(), share: label, numbers: false },
            Column { title: String::new(), share: 1.0 - label, numbers: false },
        ];
        let quiet = Style { colour: QUIET, ..Style::BODY };
        let rows = rows.into_iter().map(|(label, value)| vec![Cell::Text(label, quiet), value]);
        self.table(width, &columns, rows.collect());
    }

    /// A table of `width`. A row that does not fit goes on over the page; the headings are said
    /// again there.
    pub(super) fn table(&mut self, width: f32, columns: &[Column], rows: Vec<Vec<Cell>>) {
        self.tables += 1;
        let table = self.tables;
        let titles: Vec<Cell> = columns
            .iter()
            .map(|column| Cell::Text(column.title.clone(), Style { bold: true, ..Style::SMALL }))
            .collect();
        let titled = columns.iter().any(|column| !column.title.is_empty());
        if titled {
            self.keep(3.0 * Style::BODY.line() + 4.0 * CELL_PADDING);
            self.row(width, columns, &titles, (table, 0, Head::Column), None);
        }
        for (number, cells) in rows.iter().enumerate() {
            let (head, again) =
                if titled { (Head::None, Some(titles.as_slice())) } else { (Head::Row, None) };
            self.row(width, columns, cells, (table, number + 1, head), again);
        }
    }

    fn row(
        &mut self,
        width: f32,
        columns: &[Column],
        cells: &[Cell],
        (table, row, head): (usize, usize, Head),
        titles: Option<&[Cell]>,
    ) {
        let mut left = LEFT;
        let mut laid = Vec::new();
        for (place, (cell, column)) in cells.iter().zip(columns).enumerate() {
            let head = if head == Head::Row && place > 0 { Head::None } else { head };
            let element = self.element(Role::Cell { table, row, head });
            let (x, wide) = (left + CELL_PADDING, column.share * width - 2.0 * CELL_PADDING);
            left += column.share * width;
            let (lines, style) = match cell {
                Cell::Text(text, style) => (self.lines(text, *style, wide), *style),
                Cell::PageOf(_) => (vec![String::new()], Style::BODY),
            };
            laid.push(LaidCell { cell, x, right: x + wide, column, lines, style, element });
        }
        let height = laid.iter().map(|laid| laid.style.line()).fold(0.0, f32::max);
        let count = laid.iter().map(|laid| laid.lines.len()).max().unwrap_or(0);
        let mut done = 0;
        while done < count {
            // A row is cut only where a page of its own would not hold it.
            let rest = (count - done) as f32 * height + 2.0 * CELL_PADDING;
            if self.y + rest > BOTTOM {
                self.next_page_of_table(width, columns, titles, rest);
            }
            let free = ((BOTTOM - self.y - 2.0 * CELL_PADDING) / height) as usize;
            let now = free.clamp(1, count - done);
            let top = self.y + CELL_PADDING;
            let end = top + now as f32 * height + CELL_PADDING;
            if head == Head::Column {
                let area = Area { x: LEFT, y: self.y, width, height: end - self.y };
                self.put(Mark::Fill { area, colour: SHADE }, None);
            }
            for laid in &laid {
                self.cell(laid, top, done..done + now);
            }
            self.rule((LEFT, end), (LEFT + width, end), RULE);
            self.y = end;
            done += now;
        }
    }

    /// The lines of a cell that are seen here, the first of them with its top at `top`.
    fn cell(&mut self, laid: &LaidCell<'_>, top: f32, seen: Range<usize>) {
        let LaidCell { cell, x, right, column, lines, style, element } = laid;
        if let (Cell::PageOf(part), 0) = (cell, seen.start) {
            let y = top + style.baseline();
            self.put(Mark::PageOf { right: *right, y, style: *style, part: *part }, *element);
        }
        for (place, text) in lines.iter().skip(seen.start).take(seen.len()).enumerate() {
            let y = top + place as f32 * style.line();
            let wide = self.family.face(style.bold).width(text, style.size);
            let x = if column.numbers { right - wide } else { *x };
            self.line((x, y), *style, text.clone(), *element);
        }
    }

    fn next_page_of_table(
        &mut self,
        width: f32,
        columns: &[Column],
        titles: Option<&[Cell]>,
        rest: f32,
    ) {
        let whole_page = BOTTOM - TOP;
        let little_left = self.y > BOTTOM - 4.0 * Style::BODY.line();
        if self.y <= TOP || (rest > whole_page && !little_left) {
            return;
        }
        self.new_page();
        if let Some(titles) = titles {
            // Said again for the eye; a reader by ear knows them from the first time.
            let elements = self.elements.len();
            self.row(width, columns, titles, (0, 0, Head::Column), None);
            self.elements.truncate(elements);
            if let Some(page) = self.pages.last_mut() {
                for placed in &mut page.marks {
                    placed.element = None;
                }
            }
        }
    }
}
