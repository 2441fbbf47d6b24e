//! The corrective-action report: four sections, each line with its source.

use serde::{Deserialize, Serialize};

/// The language of the window and of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// 한국어.
    #[default]
    Ko,
    /// English.
    En,
}

/// The sections of a report, in order. The first four are always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportPart {
    /// 불량 현황.
    Situation,
    /// 원인 분석.
    Causes,
    /// 대응 방안.
    Actions,
    /// 예방 조치.
    Prevention,
    /// 언어 모델의 설명: a language model's own sentences, each of which restates statements. Only where a
    /// person asked for it.
    Remarks,
}

impl ReportPart {
    /// Id of the message that names the section.
    pub fn message_id(self) -> &'static str {
        match self {
            Self::Situation => "report-situation",
            Self::Causes => "report-causes",
            Self::Actions => "report-actions",
            Self::Prevention => "report-prevention",
            Self::Remarks => "report-remarks",
        }
    }

    /// What stands before line `number` (from 1) in text: actions are numbered, so that prevention
    /// can refer to them.
    pub fn list_mark(self, number: usize) -> String {
        match self {
            Self::Actions => format!("{number}."),
            _ => "-".to_owned(),
        }
    }
}

/// The source of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "source")]
pub enum Support {
    /// Printed in the manual, word for word; in quotation marks where it looks like an order to the
    /// reader.
    Manual {
        /// Ids of the [`super::Statement`]s.
        statements: Vec<String>,
    },
    /// Printed in the manual but for particles and verb endings, which code set by rule.
    Composed {
        /// Ids of the [`super::Statement`]s.
        statements: Vec<String>,
    },
    /// Refers to statements by their numbers in [`ReportPart::Actions`] instead of repeating them.
    Reference {
        /// Ids of the [`super::Statement`]s.
        statements: Vec<String>,
    },
    /// The language model's sentence, which says what the statements say and no more. Shown as the
    /// model's words. (Reports recorded before 2026-12 were checked less strictly; those before
    /// 2026-11-23 have [`Self::Manual`] here.)
    Paraphrase {
        /// Ids of the [`super::Statement`]s.
        statements: Vec<String>,
    },
    /// Measured in this inspection, or taken from the library.
    Measured,
    /// Claimed by the language model alone. Shown as such, never as the manual's word. Only reports
    /// recorded before 2026-12 have such lines; what the manual does not say is left out since.
    Unsupported,
}

impl Support {
    /// The ids of the statements that support a line.
    pub fn statements(&self) -> &[String] {
        match self {
            Self::Manual { statements }
            | Self::Composed { statements }
            | Self::Reference { statements }
            | Self::Paraphrase { statements } => statements,
            Self::Measured | Self::Unsupported => &[],
        }
    }
}

/// A sentence or bullet of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportLine {
    /// The text.
    pub text: String,
    /// The source.
    pub support: Support,
}

/// A section of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportSection {
    /// Which section.
    pub part: ReportPart,
    /// The lines.
    pub lines: Vec<ReportLine>,
}

/// The author of the report's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum Author {
    /// Composed by code from the manual's statements, in printed order.
    Evidence,
    /// Composed by code from the manual's statements, in the order that a language model chose. (Of
    /// reports recorded before 2026-12: with sentences of the model among them.)
    Model {
        /// The model.
        model: super::ModelId,
    },
}

/// A machine translation of a statement, shown beside the original.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Translation {
    /// Id of the [`super::Statement`].
    pub statement: String,
    /// The statement in the language of the report.
    pub text: String,
}

/// A corrective-action report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Language of the text.
    pub language: Language,
    /// The author.
    pub author: Author,
    /// The sections, in order.
    pub sections: Vec<ReportSection>,
    /// Translations of statements, where the manual is in another language and a model translated
    /// it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub translations: Vec<Translation>,
}

impl Report {
    /// The translation of a line that quotes a statement.
    pub fn translation(&self, line: &ReportLine) -> Option<&str> {
        let Support::Manual { statements } = &line.support else { return None };
        let found = self.translations.iter().find(|one| statements.contains(&one.statement));
        found.map(|one| one.text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_recorded_before_still_open() {
        // As written in November 2026.
        let old = r#"{"language": "ko", "author": {"by": "model", "model": "writer"}, "sections": [
            {"part": "situation", "lines": [{"text": "점수 3.2", "support": {"source": "measured"}}]},
            {"part": "causes", "lines": [
                {"text": "마모", "support": {"source": "manual", "statements": ["hole.c1"]}},
                {"text": "마모입니다.", "support": {"source": "paraphrase", "statements": ["hole.c1"]}},
                {"text": "외계인", "support": {"source": "unsupported"}}]},
            {"part": "actions", "lines": []}, {"part": "prevention", "lines": []}]}"#;
        let report: Report = serde_json::from_str(old).unwrap();
        assert_eq!((report.sections.len(), report.translations.len()), (4, 0));
        assert_eq!(report.sections[1].lines[2].support, Support::Unsupported);
        let again: Report = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
        assert_eq!(again, report);
    }
}
