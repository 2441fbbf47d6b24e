//! Layout of pages from top to bottom. Nothing is drawn beyond the margins; text that does not fit
//! continues on the next page.

use super::font_family::FontFamily;
use super::line_breaking::break_lines;
use super::page::{
    BOTTOM, Colour, INK, LEFT, Mark, Page, PlacedMark, RIGHT, RULE, Role, Style, TOP,
};

/// The pages laid out so far, and the position of the next element.
pub(super) struct PageLayout {
    pub(super) fonts: FontFamily,
    pub(super) pages: Vec<Page>,
    /// Structure elements in reading order; marks refer to them by index.
    pub(super) elements: Vec<Role>,
    /// Top of the free space on the last page, in points.
    pub(super) y: f32,
    /// Page header of new pages.
    subject: String,
    /// Number of tables so far.
    pub(super) tables: usize,
}

impl PageLayout {
    pub(super) fn new(fonts: FontFamily) -> Self {
        Self {
            fonts,
            pages: Vec::new(),
            elements: Vec::new(),
            y: BOTTOM,
            subject: String::new(),
            tables: 0,
        }
    }

    /// Starts a page with the page header `subject` and returns its index.
    pub(super) fn start_page(&mut self, subject: &str) -> usize {
        subject.clone_into(&mut self.subject);
        self.new_page();
        self.pages.len() - 1
    }

    pub(super) fn new_page(&mut self) {
        self.pages.push(Page { subject: self.subject.clone(), marks: Vec::new() });
        self.y = TOP;
    }

    /// Starts a new page unless `height` points are free on the last one.
    pub(super) fn reserve(&mut self, height: f32) {
        if self.pages.is_empty() || (self.y + height > BOTTOM && self.y > TOP) {
            self.new_page();
        }
    }

    /// Adds a structure element and returns its index.
    pub(super) fn add_element(&mut self, role: Role) -> Option<usize> {
        self.elements.push(role);
        Some(self.elements.len() - 1)
    }

    /// Draws a mark on the last page.
    pub(super) fn put(&mut self, mark: Mark, element: Option<usize>) {
        if let Some(page) = self.pages.last_mut() {
            page.marks.push(PlacedMark { mark, element });
        }
    }

    /// Draws a thin line.
    pub(super) fn rule(&mut self, from: (f32, f32), to: (f32, f32), colour: Colour) {
        let points = vec![from, to];
        self.put(Mark::Line { points, closed: false, width: 0.6, colour }, None);
    }

    /// The printable form of `text` in lines no wider than `width` points.
    pub(super) fn break_lines(&self, text: &str, style: Style, width: f32) -> Vec<String> {
        let measure = |text: &str| self.fonts.width(text, style.bold, style.size);
        break_lines(&self.fonts.printable(text), width, measure)
    }

    /// Draws one line of [`Self::break_lines`] with its top at `y`.
    pub(super) fn draw_line(
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

    /// Draws text from `x` to the right margin, over several pages if necessary. Returns the right end
    /// of the last line.
    pub(super) fn draw_text(
        &mut self,
        x: f32,
        style: Style,
        text: &str,
        element: Option<usize>,
    ) -> f32 {
        let mut end = x;
        for text in self.break_lines(text, style, RIGHT - x) {
            self.reserve(style.line_height());
            let y = self.y;
            end = x + self.fonts.width(&text, style.bold, style.size);
            self.draw_line((x, y), style, text, element);
            self.y += style.line_height();
        }
        end
    }

    /// Draws a remark after text that ends at `end`, on the same line if there is room, else below.
    pub(super) fn draw_remark(
        &mut self,
        x: f32,
        end: f32,
        (above, style): (Style, Style),
        text: &str,
        element: Option<usize>,
    ) {
        let start = end + 6.0;
        match self.break_lines(text, style, RIGHT - start).as_slice() {
            [line] => {
                let y = self.y - above.line_height() + above.baseline();
                let text = line.clone();
                self.put(Mark::Text { x: start, y, style, text }, element);
            }
            _ => {
                self.draw_text(x, style, text, element);
            }
        }
    }

    /// Draws a paragraph of the full width.
    pub(super) fn paragraph(&mut self, style: Style, text: &str) {
        let element = self.add_element(Role::Paragraph);
        self.draw_text(LEFT, style, text, element);
    }

    /// Draws a heading. The page has room for the first lines below the heading.
    pub(super) fn heading(&mut self, text: &str) {
        let style = Style::of(11.5, true, INK);
        self.reserve(60.0);
        self.y += 10.0;
        let element = self.add_element(Role::Heading { level: 2, text: text.to_owned() });
        self.draw_text(LEFT, style, text, element);
        let y = self.y + 1.5;
        self.rule((LEFT, y), (RIGHT, y), RULE);
        self.y += 6.0;
    }
}
