//! Statements as passages for retrieval.

use serde::{Deserialize, Serialize};

use fettle_domain::hangul::is_syllable;
use fettle_domain::{DefectCode, ManualText, Section, SectionPart, Statement, StatementKind};

use super::part_labels::forbids;

/// A passage of a manual: one statement, or a line that was assigned to none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Id of the statement, such as `hole.c1`; of a line that was assigned to none `line.7`.
    pub statement: String,
    /// The defect type that the heading of the section names.
    pub defect: Option<DefectCode>,
    /// Heading of the section, as printed; empty outside of all sections.
    pub heading: String,
    /// What the statement says of the defect.
    pub kind: StatementKind,
    /// Text of the statement.
    pub words: String,
    /// Text of the statement after heading and kind, which give it context.
    pub text: String,
    /// Page on which the statement starts, from 1.
    pub page: u32,
    /// Whether it was understood which part of a section the text belongs to. What was not is to be
    /// shown after what was, as *not assigned*.
    pub assigned: bool,
}

/// The text of a `statement` of `part`, with the label before it where that forbids or denies: without
/// its *Do not*, `Use sandpaper` would say the opposite.
pub fn words_with_label(part: &SectionPart, statement: &Statement) -> String {
    match forbidding_label(part) {
        Some(label) => labelled(label, &statement.text),
        None => statement.text.clone(),
    }
}

/// The label of a part that says that what stands under it is not so, or is not to be done.
pub(super) fn forbidding_label(part: &SectionPart) -> Option<&str> {
    let label = part.label.trim_end_matches([':', '：', ' ']);
    forbids(label).then_some(label)
}

/// A text with the label that it stands under.
pub(super) fn labelled(label: &str, text: &str) -> String {
    format!("{label}: {text}")
}

/// One chunk a statement, in printed order, then one for each line that was assigned to none.
pub fn chunks(manual: &ManualText) -> Vec<Chunk> {
    let mut out = Vec::new();
    for section in &manual.sections {
        for statement in section.statements() {
            out.push(chunk(section, statement, usual_label(statement.kind, &statement.text)));
        }
        for part in &section.parts {
            out.extend(part.statements.iter().map(|one| Chunk {
                words: words_with_label(part, one),
                ..chunk(section, one, &part.label)
            }));
        }
    }
    for (number, passage) in (1..).zip(&manual.passages) {
        let heading = passage.heading.clone().unwrap_or_default();
        let section = manual.sections.iter().find(|section| section.heading == heading);
        let text = if heading.is_empty() {
            passage.text.clone()
        } else {
            format!("{heading} - {}", passage.text)
        };
        out.push(Chunk {
            statement: format!("line.{number}"),
            defect: section.and_then(|section| section.defect.clone()),
            heading,
            kind: StatementKind::Other,
            words: passage.text.clone(),
            text,
            page: passage.span.page,
            assigned: false,
        });
    }
    out
}

/// The usual label of causes, or else of actions, in the language of `text`.
pub(super) fn usual_label(kind: StatementKind, text: &str) -> &'static str {
    match (kind, text.chars().any(is_syllable)) {
        (StatementKind::Cause, true) => "발생 원인",
        (StatementKind::Cause, false) => "Cause",
        (_, true) => "조치",
        (_, false) => "Action",
    }
}

fn chunk(section: &Section, statement: &Statement, label: &str) -> Chunk {
    Chunk {
        statement: statement.id.clone(),
        defect: section.defect.clone(),
        heading: section.heading.clone(),
        kind: statement.kind,
        words: statement.text.clone(),
        text: format!("{} - {label}: {}", section.heading, statement.text),
        page: statement.page(),
        assigned: statement.kind != StatementKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_testing::documents::section;

    #[test]
    fn a_chunk_carries_its_heading() {
        let manual = ManualText {
            page_count: 1,
            sections: vec![section("hole", "hole (기공)")],
            summary: Vec::new(),
            passages: Vec::new(),
            warnings: Vec::new(),
        };
        let chunks = chunks(&manual);
        assert_eq!(chunks.len(), 5);
        assert_eq!(chunks[0].statement, "hole.c1");
        assert_eq!(chunks[0].words, "용탕 내 가스가 배출되지 않음");
        assert_eq!(chunks[0].defect, DefectCode::new("hole").ok());
        assert_eq!(chunks[0].text, "hole (기공) - 발생 원인: 용탕 내 가스가 배출되지 않음");
    }
}
