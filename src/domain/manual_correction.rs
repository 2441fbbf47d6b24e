//! Corrections of what was read from a manual: small edits that name what they touch by its text, not
//! by its position, so that they hold for the manual's next version too.

use serde::{Deserialize, Serialize};

use super::{DefectCode, StatementKind};

/// A section, by its heading.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SectionRef {
    /// The heading as printed; compared by [`super::same_text`].
    pub heading: String,
    /// Which of the sections with this heading, from 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub nth: u32,
}

/// A statement, or a line that was assigned to none, by its text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LineRef {
    /// The text; compared by [`super::same_text`].
    pub text: String,
    /// The section in which the line stands; `None` outside of all sections.
    pub section: Option<SectionRef>,
    /// Which of the lines with this text in that section, from 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub nth: u32,
}

/// What a label stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LabelRule {
    /// The label as printed, e.g. `현상 확인`; compared by [`super::same_text`].
    pub label: String,
    /// What stands below it.
    pub kind: StatementKind,
}

/// One edit of a manual's text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "edit")]
pub enum ManualEdit {
    /// A label stands for this, in all sections of the manual.
    NameLabel(LabelRule),
    /// A section is about this defect, or about none.
    NameHeading {
        /// The section.
        section: SectionRef,
        /// The defect.
        defect: Option<DefectCode>,
    },
    /// A line is a statement of this kind in this section.
    Place {
        /// The line.
        line: LineRef,
        /// The section that it belongs to.
        section: SectionRef,
        /// What it says of the defect.
        kind: StatementKind,
    },
    /// A statement is none: search finds it as a line without a part.
    Dismiss {
        /// The line.
        line: LineRef,
    },
    /// A line continues a statement.
    Merge {
        /// The line.
        line: LineRef,
        /// The statement that it continues.
        into: LineRef,
        /// Whether a space stands between the two.
        spaced: bool,
    },
    /// A statement is several.
    Split {
        /// The statement.
        line: LineRef,
        /// Their texts, which together are the text of the statement.
        pieces: Vec<String>,
    },
    /// A line is the label of a part, which nobody saw: what follows it in the part that it stands in
    /// is of this kind.
    StartPart {
        /// The label.
        line: LineRef,
        /// What stands below it.
        kind: StatementKind,
    },
    /// A line is the heading of a section, which nobody saw: what follows it in the section that it
    /// stands in belongs to the new one.
    StartSection {
        /// The heading.
        line: LineRef,
        /// The defect that it names.
        defect: Option<DefectCode>,
    },
    /// A heading is none: what stands below it belongs to the section before.
    JoinSection {
        /// The section.
        section: SectionRef,
    },
}

impl ManualEdit {
    /// The text that the edit names what it touches by.
    pub fn subject(&self) -> &str {
        match self {
            Self::NameLabel(rule) => &rule.label,
            Self::NameHeading { section, .. } | Self::JoinSection { section } => &section.heading,
            Self::Place { line, .. }
            | Self::Dismiss { line }
            | Self::Merge { line, .. }
            | Self::Split { line, .. }
            | Self::StartPart { line, .. }
            | Self::StartSection { line, .. } => &line.text,
        }
    }
}

/// The corrections of one manual.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManualCorrections {
    /// What labels stand for in all manuals of the workspace. An edit of the manual itself goes before.
    #[serde(default)]
    pub labels: Vec<LabelRule>,
    /// The edits, in the order in which they were made.
    #[serde(default)]
    pub edits: Vec<ManualEdit>,
}

impl ManualCorrections {
    /// Whether they change nothing.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.edits.is_empty()
    }
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_is_stored_as_plain_json() {
        let line = LineRef { text: "탈기 불량".into(), section: None, nth: 0 };
        let section = SectionRef { heading: "기공".into(), nth: 1 };
        let edits = vec![
            ManualEdit::NameLabel(LabelRule {
                label: "현상 확인".into(),
                kind: StatementKind::Inspection,
            }),
            ManualEdit::Place { line, section, kind: StatementKind::Cause },
        ];
        let json = serde_json::to_string(&edits).unwrap();
        assert_eq!(
            json,
            r#"[{"edit":"name_label","label":"현상 확인","kind":"inspection"},{"edit":"place","line":{"text":"탈기 불량","section":null},"section":{"heading":"기공","nth":1},"kind":"cause"}]"#
        );
        assert_eq!(serde_json::from_str::<Vec<ManualEdit>>(&json).unwrap(), edits);
    }
}
