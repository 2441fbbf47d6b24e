//! Places in manuals that a report or an answer cites.

use fettle_domain::{LineSpan, ManualFinding, ManualId, OtherSection, Statement};

/// Where a manual says something.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Citation {
    /// The version of the manual.
    pub(crate) manual: ManualId,
    /// The heading of the section, where it is known.
    pub(crate) heading: Option<String>,
    /// The statement's id; `None` where the whole section is cited.
    pub(crate) statement: Option<String>,
    /// The page on which the section or statement begins, from 1.
    pub(crate) page: u32,
    /// The cited lines as they were read when the citation was made; empty: as they are read now.
    pub(crate) lines: Vec<LineSpan>,
}

impl Citation {
    /// The whole section of `finding`.
    pub(crate) fn section(finding: &ManualFinding) -> Self {
        Self {
            manual: finding.manual,
            heading: Some(finding.section.heading.clone()),
            statement: None,
            page: finding.section.page,
            lines: Vec::new(),
        }
    }

    /// A section of another manual about the same defect.
    pub(crate) fn other(other: &OtherSection) -> Self {
        Self {
            manual: other.manual,
            heading: Some(other.heading.clone()),
            statement: None,
            page: other.page,
            lines: Vec::new(),
        }
    }

    /// One statement of the section of `finding`.
    pub(crate) fn statement(finding: &ManualFinding, statement: &Statement) -> Self {
        Self {
            statement: Some(statement.id.clone()),
            page: statement.page(),
            lines: statement.spans.clone(),
            ..Self::section(finding)
        }
    }
}
