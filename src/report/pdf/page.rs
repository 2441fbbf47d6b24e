//! Vocabulary of pages: measures, colours, marks, and the structure that screen readers get.

use krilla::image::Image;

use fettle_domain::Verdict;

// Measures in points.
pub(super) const PAGE_WIDTH: f32 = 595.28;
pub(super) const PAGE_HEIGHT: f32 = 841.89;
pub(super) const LEFT: f32 = 45.0;
pub(super) const RIGHT: f32 = PAGE_WIDTH - 45.0;
pub(super) const TOP: f32 = 62.0;
pub(super) const BOTTOM: f32 = PAGE_HEIGHT - 56.0;
pub(super) const WIDTH: f32 = RIGHT - LEFT;
/// Distance of baselines in relation to the font size.
const LEADING: f32 = 1.45;

/// Red, green, blue from 0 to 255.
pub(super) type Colour = [u8; 3];
pub(super) const INK: Colour = [28, 32, 38];
pub(super) const QUIET: Colour = [88, 96, 106];
pub(super) const RULE: Colour = [208, 213, 220];
pub(super) const SHADE: Colour = [243, 245, 248];
pub(super) const WHITE: Colour = [255, 255, 255];

/// A rectangle on a page in points, y downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

/// Font size, weight and colour of text.
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

    /// Height of a line in points.
    pub(super) fn line_height(self) -> f32 {
        self.size * LEADING
    }

    /// Distance from the top of a line to its baseline, with letters vertically centred.
    pub(super) fn baseline(self) -> f32 {
        self.size * (0.5 * LEADING + 0.36)
    }
}

/// A drawing on a page.
#[derive(Clone)]
pub(super) enum Mark {
    /// Text that starts at `x`, with its baseline at `y`.
    Text { x: f32, y: f32, style: Style, text: String },
    /// Number of the page on which a part starts, right-aligned at `right`.
    PageNumber { right: f32, y: f32, style: Style, part: usize },
    /// A line through points; an outline if `closed`.
    Line { points: Vec<(f32, f32)>, closed: bool, width: f32, colour: Colour },
    /// A filled rectangle.
    Fill { area: Area, colour: Colour },
    /// A filled convex polygon.
    Polygon { points: Vec<(f32, f32)>, colour: Colour },
    /// An image.
    Picture { area: Area, image: Image },
}

/// Structure element of a tagged PDF, which screen readers announce.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Role {
    Heading { level: u16, text: String },
    Paragraph,
    ListItem,
    Figure { alt: String },
    Cell { table: usize, row: usize, scope: HeaderScope },
}

/// Whether a cell is the header of a column or row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeaderScope {
    None,
    Column,
    Row,
}

/// A mark and the index of its structure element. Ornaments have none.
pub(super) struct PlacedMark {
    pub(super) mark: Mark,
    pub(super) element: Option<usize>,
}

/// One page.
pub(super) struct Page {
    /// Text of the page header.
    pub(super) subject: String,
    pub(super) marks: Vec<PlacedMark>,
}

/// Content of a table cell.
#[derive(Clone)]
pub(super) enum Cell {
    Text(String, Style),
    /// A verdict's mark before its word.
    Verdict(Verdict, String),
    /// Number of the page on which the part of this index starts.
    PageNumber(usize),
}

impl Cell {
    /// Text in the body style.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::Text(text.into(), Style::BODY)
    }
}

/// A column of a table.
pub(super) struct Column {
    /// Header; empty in a table without headers.
    pub(super) title: String,
    /// Share of the table width, from 0 to 1.
    pub(super) share: f32,
    /// Whether cells are right-aligned, as numbers are.
    pub(super) right_aligned: bool,
}
