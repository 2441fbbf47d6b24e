//! Statements as passages for retrieval.

use serde::{Deserialize, Serialize};

use fettle_domain::hangul::is_syllable;
use fettle_domain::{DefectCode, ManualText, StatementKind};

/// A passage of a manual: one statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Id of the statement, such as `hole.c1`.
    pub statement: String,
    /// The defect type that the heading of the section names.
    pub defect: Option<DefectCode>,
    /// Heading of the section, as printed.
    pub heading: String,
    /// Cause or action.
    pub kind: StatementKind,
    /// Text of the statement.
    pub words: String,
    /// Text of the statement after heading and kind, which give it context.
    pub text: String,
    /// Page on which the statement starts, from 1.
    pub page: u32,
}

/// One chunk a statement, in printed order.
pub fn chunks(manual: &ManualText) -> Vec<Chunk> {
    let mut out = Vec::new();
    for section in &manual.sections {
        for statement in section.statements() {
            let korean = statement.text.chars().any(is_syllable);
            let kind = match (statement.kind, korean) {
                (StatementKind::Cause, true) => "발생 원인",
                (StatementKind::Action, true) => "조치",
                (StatementKind::Cause, false) => "Cause",
                (StatementKind::Action, false) => "Action",
            };
            out.push(Chunk {
                statement: statement.id.clone(),
                defect: section.defect.clone(),
                heading: section.heading.clone(),
                kind: statement.kind,
                words: statement.text.clone(),
                text: format!("{} - {kind}: {}", section.heading, statement.text),
                page: statement.page(),
            });
        }
    }
    out
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
