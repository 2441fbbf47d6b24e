//! The text of a manual and the positions of its statements.

use serde::{Deserialize, Serialize};

use super::{DefectCode, Figure, FigureFault, RectPt};

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

/// What a part of a section says of the defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementKind {
    /// 발생 원인.
    Cause,
    /// 조치 가이드, immediate and corrective.
    Action,
    /// 예방, 재발 방지.
    Prevention,
    /// 점검, 확인.
    Inspection,
    /// 증상, 현상, 외관.
    Symptom,
    /// Anything else, such as a note, and what stands under a label that nobody knows.
    Other,
}

impl StatementKind {
    /// All kinds, in the order in which a section is shown.
    pub const ALL: [Self; 6] =
        [Self::Symptom, Self::Cause, Self::Action, Self::Prevention, Self::Inspection, Self::Other];

    /// Id of the message that names the kind.
    pub fn message_id(self) -> &'static str {
        match self {
            Self::Cause => "manual-causes",
            Self::Action => "manual-actions",
            Self::Prevention => "manual-prevention",
            Self::Inspection => "manual-inspection",
            Self::Symptom => "manual-symptoms",
            Self::Other => "manual-other",
        }
    }
}

/// A bullet of a section, its wrapped lines joined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// Unique within the manual and stable for the same file: `hole.c1`, `hole.a2`.
    pub id: String,
    /// What it says of the defect.
    pub kind: StatementKind,
    /// The text without its bullet.
    pub text: String,
    /// Positions of its lines in reading order; never empty.
    pub spans: Vec<LineSpan>,
    /// Pictures that stand below or beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<Figure>,
}

impl Statement {
    /// Page of the first line, from 1.
    pub fn page(&self) -> u32 {
        self.spans.first().map_or(1, |span| span.page)
    }
}

/// A part of a section that is neither causes nor actions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SectionPart {
    /// The label as printed, e.g. `재발 방지`.
    pub label: String,
    /// What the label stands for; [`StatementKind::Other`] where it is unknown.
    pub kind: StatementKind,
    /// Page of the label, from 1.
    pub page: u32,
    /// What stands under the label, in printed order.
    pub statements: Vec<Statement>,
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
    /// The other parts, in printed order.
    #[serde(default)]
    pub parts: Vec<SectionPart>,
    /// Pictures of the section as a whole: below its heading, or beside statements of several kinds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<Figure>,
}

impl Section {
    /// Causes, followed by actions.
    pub fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.causes.iter().chain(&self.actions)
    }

    /// The statements of all parts: causes, actions, then the others as printed.
    pub fn all_statements(&self) -> impl Iterator<Item = &Statement> {
        self.statements().chain(self.parts.iter().flat_map(|part| &part.statements))
    }

    /// The pictures of the section and of its statements.
    pub fn all_figures(&self) -> impl Iterator<Item = &Figure> {
        self.figures_by_statement().map(|(_, figure)| figure)
    }

    /// The same, each with the statement that it shows; `None` where it shows the section.
    pub fn figures_by_statement(&self) -> impl Iterator<Item = (Option<&Statement>, &Figure)> {
        let own = self.all_statements().flat_map(|statement| {
            statement.figures.iter().map(move |figure| (Some(statement), figure))
        });
        self.figures.iter().map(|figure| (None, figure)).chain(own)
    }
}

/// A line that is neither statement nor heading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    /// Heading of the section in which the line stands; `None` outside of all sections.
    pub heading: Option<String>,
    /// The line.
    pub text: String,
    /// Where it stands.
    pub span: LineSpan,
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
    /// Lines that were assigned to no statement, in printed order, so that search finds them.
    #[serde(default)]
    pub passages: Vec<Passage>,
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
        /// Page of the heading, from 1; 0 in a text stored by an earlier version.
        #[serde(default)]
        page: u32,
        /// What is missing.
        #[serde(default = "cause")]
        missing: StatementKind,
    },
    /// A label whose meaning is unknown: what stands below it is neither cause nor action.
    UnknownPart {
        /// Heading of the section.
        heading: String,
        /// The label.
        label: String,
        /// Page of the label, from 1.
        page: u32,
    },
    /// A part with far more statements than others have: perhaps a label was missed.
    LongPart {
        /// Heading of the section.
        heading: String,
        /// The part.
        part: StatementKind,
        /// Page of its first statement, from 1.
        page: u32,
        /// The number of its statements.
        count: u32,
    },
    /// A further section of a defect that has one already.
    RepeatedSection {
        /// The defect.
        defect: DefectCode,
        /// Page of the first section's heading, from 1.
        first: u32,
        /// Page of this section's heading, from 1.
        page: u32,
    },
    /// Two statements about one defect that give different numbers for the same thing.
    Disagreement {
        /// The defect, or the heading where the defect is unknown.
        heading: String,
        /// What the numbers are about, as the first statement words it.
        subject: String,
        /// The number and unit of the first statement: `680 ℃`.
        first: String,
        /// Page of the first statement, from 1.
        first_page: u32,
        /// The number and unit of the second statement: `720 ℃`.
        second: String,
        /// Page of the second statement, from 1.
        page: u32,
    },
    /// A defect type of the product without a section.
    NoSection {
        /// The defect.
        defect: DefectCode,
    },
    /// The name of a defect, in a list or a table of defects, that is none of the product's: its section is
    /// kept under that name, and no report shows it.
    UnregisteredDefect {
        /// The name, as printed.
        name: String,
        /// Page of the name, from 1.
        page: u32,
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
    /// Text that is struck out: by a reviewer of a PDF, where it stays as it is printed, or in a document of
    /// another format, where it is left out.
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
    /// A person's correction that found nothing to correct in this version of the manual.
    CorrectionMissed {
        /// The text that it is about.
        text: String,
    },
    /// Text within too many elements, tables or boxes to be read.
    TooDeep {
        /// Page of the last line before it, from 1.
        page: u32,
    },
    /// A quotation mark in separated values that begins a cell and that nothing closes: it is passed over.
    UnclosedQuote {
        /// Line of the mark, from 1.
        page: u32,
    },
    /// A sheet whose formats could not be read: what is struck out or hidden there is unknown.
    FormatUnread {
        /// The first row of the sheet, from 1.
        page: u32,
    },
    /// A picture beside or below a statement that cannot be shown.
    Picture {
        /// Page of the picture, from 1.
        page: u32,
        /// Why.
        fault: FigureFault,
        /// How many pictures of the document cannot be shown for that reason, where they are said once.
        count: u32,
    },
    /// A reviewer's note on the page, which may correct what the page says.
    Note {
        /// Page, from 1.
        page: u32,
        /// The note.
        text: String,
    },
}

impl ManualWarning {
    /// The page (or paragraph, or line) to look at, from 1; `None` where the warning is about the whole
    /// manual.
    pub fn page(&self) -> Option<u32> {
        match self {
            Self::Unplaced { page, .. }
            | Self::Incomplete { page, .. }
            | Self::UnknownPart { page, .. }
            | Self::LongPart { page, .. }
            | Self::RepeatedSection { page, .. }
            | Self::Disagreement { page, .. }
            | Self::UnregisteredDefect { page, .. }
            | Self::Recognised { page }
            | Self::EmptyPage { page }
            | Self::PartlyRead { page }
            | Self::UnreadableLetters { page, .. }
            | Self::HiddenText { page, .. }
            | Self::Aside { page, .. }
            | Self::StruckOut { page, .. }
            | Self::PicturePage { page }
            | Self::TooDeep { page }
            | Self::UnclosedQuote { page }
            | Self::FormatUnread { page }
            | Self::Picture { page, .. }
            | Self::Note { page, .. } => Some(*page).filter(|page| *page > 0),
            Self::NoSection { .. }
            | Self::PagesMissing { .. }
            | Self::CutShort
            | Self::CorrectionMissed { .. } => None,
        }
    }

    /// Whether a person can settle the warning by saying how the manual is to be read.
    pub fn is_about_reading(&self) -> bool {
        matches!(
            self,
            Self::Incomplete { .. }
                | Self::UnknownPart { .. }
                | Self::LongPart { .. }
                | Self::CorrectionMissed { .. }
        )
    }
}

/// What is missing in a warning stored before the parts were told apart.
fn cause() -> StatementKind {
    StatementKind::Cause
}
