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

/// The four sections of a report, in order.
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
}

/// The source of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "source")]
pub enum Support {
    /// Printed in the manual, word for word.
    Manual {
        /// Ids of the [`super::Statement`]s.
        statements: Vec<String>,
    },
    /// The language model's paraphrase of the manual: the statements contain most of its content,
    /// its numbers and its negations. Shown as the model's words. (Reports recorded before
    /// 2026-11-23 have [`Self::Manual`] here.)
    Paraphrase {
        /// Ids of the [`super::Statement`]s.
        statements: Vec<String>,
    },
    /// Measured in this inspection, or taken from the library.
    Measured,
    /// Claimed by the language model alone. Shown as such, never as the manual's word.
    Unsupported,
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
    /// Composed by code from the manual's statements.
    Evidence,
    /// Written by a language model around the manual's statements.
    Model {
        /// The model.
        model: super::ModelId,
    },
}

/// A corrective-action report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Language of the text.
    pub language: Language,
    /// The author.
    pub author: Author,
    /// The four sections, in order.
    pub sections: Vec<ReportSection>,
}
