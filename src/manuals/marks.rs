//! What a row is found to be by its words and its neighbours, before sections are read.

use fettle_domain::{DefectCode, StatementKind};

/// What a row is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    /// The name of what the labels behind it on the same printed line are about: `긁힘 - 원인: …`.
    Heading,
    /// The name of a defect in a list of defects.
    DefectName,
    /// A line behind a list of defects, which is about none of them.
    BehindList,
    /// The answer to a question, or the first line of it.
    Answer,
    /// The label of a part, perhaps with its first statement.
    Part(PartMark),
}

/// The label of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PartMark {
    pub(super) kind: StatementKind,
    /// The label as printed.
    pub(super) label: String,
    /// What stands behind it on its line.
    pub(super) rest: Option<String>,
    /// The only defect that the row names.
    pub(super) defect: Option<DefectCode>,
    /// Where the label belongs.
    pub(super) origin: Origin,
}

/// The kind of document that a label belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// One of several labels on a line.
    Line,
    /// A question; its answer is the part.
    Question,
    /// A discipline of an 8D report, D1 to D8.
    Discipline(u8),
}
