//! The corrective-action report: four sections, every sentence with its source.

use serde::{Deserialize, Serialize};

/// The language a report is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// 한국어.
    #[default]
    Ko,
    /// English.
    En,
}

/// The four sections, in order.
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

/// What a sentence rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "source")]
pub enum Support {
    /// The manual says so, word for word.
    Manual {
        /// Ids of the [`super::Statement`]s.
        statements: Vec<String>,
    },
    /// The language model says so of the manual: these statements hold most of its content, its
    /// numbers and what it denies. Shown as the model's words. (In reports recorded before
    /// 2026-11-23 it is [`Self::Manual`].)
    Paraphrase {
        /// Ids of the [`super::Statement`]s.
        statements: Vec<String>,
    },
    /// Fettle measured it in this inspection, or has it in its records.
    Measured,
    /// Only the language model says so. Shown as such, never as the manual's word.
    Unsupported,
}

/// One sentence or bullet of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportLine {
    /// Its text.
    pub text: String,
    /// What it rests on.
    pub support: Support,
}

/// One section of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportSection {
    /// Which of the four.
    pub part: ReportPart,
    /// Its lines.
    pub lines: Vec<ReportLine>,
}

/// Who put the report into words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum Author {
    /// Composed by code from the manual's own statements.
    Evidence,
    /// A language model connected and explained them.
    Model {
        /// Which model.
        model: super::ModelId,
    },
}

/// A corrective-action report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Language of the text.
    pub language: Language,
    /// Who wrote it.
    pub author: Author,
    /// Always the four sections, in order.
    pub sections: Vec<ReportSection>,
}
