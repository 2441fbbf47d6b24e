//! The text of a manual and the positions of its statements.

use serde::{Deserialize, Serialize};

use super::{DefectCode, RectPt};

/// A printed line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ManualLine {
    /// Page, from 1; see [`LineSpan::page`].
    pub page: u32,
    /// Position on the page; see [`LineSpan::rect`].
    pub rect: RectPt,
    /// Text in Unicode normalisation form C, bullets as `•`.
    pub text: String,
    /// Font size of most characters, in points.
    pub font_size_pt: f32,
    /// Whether most characters are bold.
    pub bold: bool,
}

/// The position of one printed line of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LineSpan {
    /// Page, from 1. In a file without pages the number of the paragraph or line instead
    /// ([`super::ManualFormat`] says which), here and in every other `page` of this module.
    pub page: u32,
    /// Position on the page; all zero in a file without pages.
    pub rect: RectPt,
}

/// Whether a statement is a cause or an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementKind {
    /// 발생 원인.
    Cause,
    /// 조치 가이드.
    Action,
}

/// A bullet of a section, its wrapped lines joined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// Unique within the manual and stable for the same file: `hole.c1`, `hole.a2`.
    pub id: String,
    /// Cause or action.
    pub kind: StatementKind,
    /// The text without its bullet.
    pub text: String,
    /// Positions of its lines in reading order; never empty.
    pub spans: Vec<LineSpan>,
}

impl Statement {
    /// Page of the first line, from 1.
    pub fn page(&self) -> u32 {
        self.spans.first().map_or(1, |span| span.page)
    }
}

/// A section of a manual, about one defect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// The heading as printed, e.g. `hole (기공)`.
    pub heading: String,
    /// The product's defect type named by the heading, if any.
    pub defect: Option<DefectCode>,
    /// Page of the heading, from 1.
    pub page: u32,
    /// Causes, in printed order.
    pub causes: Vec<Statement>,
    /// Actions, in printed order.
    pub actions: Vec<Statement>,
}

impl Section {
    /// Causes, followed by actions.
    pub fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.causes.iter().chain(&self.actions)
    }
}

/// A row of the summary table at the end of a manual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SummaryRow {
    /// Page, from 1.
    pub page: u32,
    /// Cells from left to right, wrapped lines joined.
    pub cells: Vec<String>,
}

/// The text read from one manual file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ManualText {
    /// Number of pages (or paragraphs, or lines) of the file.
    pub page_count: u32,
    /// Sections in printed order.
    pub sections: Vec<Section>,
    /// The summary table, heading row first; empty if there is none.
    pub summary: Vec<SummaryRow>,
    /// Findings that a person should check.
    pub warnings: Vec<ManualWarning>,
}

/// Something in a manual that a person should check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "warning")]
pub enum ManualWarning {
    /// A line that belongs to no section.
    Unplaced {
        /// Page, from 1.
        page: u32,
        /// The line.
        text: String,
    },
    /// A section without causes or without actions.
    Incomplete {
        /// Heading of the section.
        heading: String,
    },
    /// A defect type of the product without a section.
    NoSection {
        /// The defect.
        defect: DefectCode,
    },
    /// A page read by optical character recognition: letters may be wrong.
    Recognised {
        /// Page, from 1.
        page: u32,
    },
    /// A page without text.
    EmptyPage {
        /// Page, from 1.
        page: u32,
    },
    /// A page whose content is damaged: text may be missing.
    PartlyRead {
        /// Page, from 1.
        page: u32,
    },
    /// Letters whose meaning their font does not say.
    UnreadableLetters {
        /// Page, from 1.
        page: u32,
        /// Number of letters.
        letters: u32,
    },
    /// Text in the file that no reader of the page sees; it was left out.
    HiddenText {
        /// Page, from 1.
        page: u32,
        /// The text.
        text: String,
    },
    /// Text beside what the page says, such as a watermark or print along the spine; it was left out.
    Aside {
        /// The first page with it, from 1.
        page: u32,
        /// The text.
        text: String,
    },
    /// Text that a reviewer struck out without a word.
    StruckOut {
        /// Page, from 1.
        page: u32,
        /// The text.
        text: String,
    },
    /// A page of which most is a picture with words that were not read, as of a scan with a printed
    /// page number.
    PicturePage {
        /// Page, from 1.
        page: u32,
    },
    /// A file that states more pages than it has.
    PagesMissing {
        /// Number of pages read.
        read: u32,
        /// Number of pages stated.
        stated: u32,
    },
    /// A file without its end: pages may be missing.
    CutShort,
    /// A reviewer's note on the page, which may correct what the page says.
    Note {
        /// Page, from 1.
        page: u32,
        /// The note.
        text: String,
    },
}
