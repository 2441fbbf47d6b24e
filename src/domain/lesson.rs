//! What a site's feedback teaches, once an engineer accepts it.

use serde::{Deserialize, Serialize};

use super::{DefectCode, ProductCode, ProductSection};

/// Something that feedback proposes to learn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Lesson {
    /// A word of the site means what the manual calls by other words.
    Word {
        /// The product in whose questions the word was used.
        product: ProductCode,
        /// The word.
        word: String,
        /// Words of the manual.
        meanings: Vec<String>,
    },
    /// Questions like this one are answered by a section.
    Question {
        /// The question.
        question: String,
        /// The section.
        section: ProductSection,
    },
    /// Reports about a defect of a product quote a section.
    Report {
        /// The product.
        product: ProductCode,
        /// The defect.
        defect: DefectCode,
        /// The section.
        section: ProductSection,
    },
}

impl Lesson {
    /// The product whose questions or reports it is about.
    pub fn product(&self) -> &ProductCode {
        match self {
            Self::Word { product, .. } | Self::Report { product, .. } => product,
            Self::Question { section, .. } => &section.product,
        }
    }
}

/// What an engineer decided about a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LessonDecision {
    /// It counts.
    Accepted,
    /// It does not, and is not proposed again.
    Refused,
}

impl LessonDecision {
    /// Both decisions.
    pub const ALL: [Self; 2] = [Self::Accepted, Self::Refused];

    /// Its name in the library's database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
        }
    }

    /// Id of the message that names it.
    pub fn message_id(self) -> &'static str {
        match self {
            Self::Accepted => "lesson-accepted",
            Self::Refused => "lesson-refused",
        }
    }
}

/// A lesson with the decision that counts, its author and time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecidedLesson {
    /// The lesson.
    pub lesson: Lesson,
    /// The decision.
    pub decision: LessonDecision,
    /// The user's name on this machine.
    pub by: String,
    /// RFC 3339 in UTC.
    pub at: String,
}
