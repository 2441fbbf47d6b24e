//! What a manual says, and where it says it.

use serde::{Deserialize, Serialize};

use super::{DefectCode, RectPt};

/// One printed line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ManualLine {
    /// Page, from 1; see [`LineSpan::page`].
    pub page: u32,
    /// Where on the page; see [`LineSpan::rect`].
    pub rect: RectPt,
    /// Its text, NFC, bullets as `•`.
    pub text: String,
    /// Size of most of its characters, in points.
    pub font_size_pt: f32,
    /// Whether most of its characters are bold.
    pub bold: bool,
}

/// Where a statement stands: one entry a printed line it covers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LineSpan {
    /// Page, from 1. In a file without pages the paragraph or line that it is
    /// ([`super::ManualFormat`] says which), as wherever else a page is given here.
    pub page: u32,
    /// Where on the page; all zero in a file without pages.
    pub rect: RectPt,
}

/// Whether a statement says why, or what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementKind {
    /// 발생 원인.
    Cause,
    /// 조치 가이드.
    Action,
}

/// One bullet of a section, its wrapped lines joined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// Unique within the manual and stable for the same file: `hole.c1`, `hole.a2`.
    pub id: String,
    /// Cause or action.
    pub kind: StatementKind,
    /// The text without its bullet.
    pub text: String,
    /// Where it stands, in reading order; never empty.
    pub spans: Vec<LineSpan>,
}

impl Statement {
    /// The page it begins on, from 1.
    pub fn page(&self) -> u32 {
        self.spans.first().map_or(1, |span| span.page)
    }
}

/// What a manual says about one defect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// The heading as printed, e.g. `hole (기공)`.
    pub heading: String,
    /// The product's defect type that the heading names, when it names one.
    pub defect: Option<DefectCode>,
    /// Page of the heading, from 1.
    pub page: u32,
    /// Causes, in printed order.
    pub causes: Vec<Statement>,
    /// Actions, in printed order.
    pub actions: Vec<Statement>,
}

impl Section {
    /// Causes, then actions.
    pub fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.causes.iter().chain(&self.actions)
    }
}

/// One row of the table that closes a manual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SummaryRow {
    /// Page, from 1.
    pub page: u32,
    /// Cells from left to right, wrapped lines joined.
    pub cells: Vec<String>,
}

/// Everything read from one manual file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ManualText {
    /// How many pages (or paragraphs, or lines) the file has.
    pub page_count: u32,
    /// Sections in printed order.
    pub sections: Vec<Section>,
    /// The closing summary table, heading row first; empty if there is none.
    pub summary: Vec<SummaryRow>,
    /// What could not be placed.
    pub warnings: Vec<ManualWarning>,
}

/// Something in a manual that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "warning")]
pub enum ManualWarning {
    /// A line under no section.
    Unplaced {
        /// Page, from 1.
        page: u32,
        /// The line.
        text: String,
    },
    /// A section without causes or without actions.
    Incomplete {
        /// Its heading.
        heading: String,
    },
    /// A defect type of the product that no section names.
    NoSection {
        /// The defect.
        defect: DefectCode,
    },
    /// A page that was read from its picture: letters may be wrong.
    Recognised {
        /// Page, from 1.
        page: u32,
    },
    /// A page without any text.
    EmptyPage {
        /// Page, from 1.
        page: u32,
    },
}
