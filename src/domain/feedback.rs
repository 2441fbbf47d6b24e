//! What people say of answers and reports: whether they helped, and what would have been right.

use serde::{Deserialize, Serialize};

use super::{DefectCode, InspectionId, ProductCode, normal_form};

/// A section of a product's manuals, by its heading. It outlives versions of the manual, whose rows
/// and statements change.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ProductSection {
    /// The product.
    pub product: ProductCode,
    /// Heading, as printed.
    pub heading: String,
    /// The defect type that the heading names.
    #[serde(default)]
    pub defect: Option<DefectCode>,
}

impl ProductSection {
    /// Whether this is the section of `product` with a heading and defect type: the same heading, or
    /// the same defect type where a new version words the heading anew.
    pub fn is(&self, product: &ProductCode, heading: &str, defect: Option<&DefectCode>) -> bool {
        let same_defect = self.defect.is_some() && self.defect.as_ref() == defect;
        self.product == *product && (self.heading == heading || same_defect)
    }
}

/// What feedback is about. Of a subject the newest feedback counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum FeedbackSubject {
    /// The answer to a question to the manuals.
    Answer {
        /// The question, in the normal form and with single spaces.
        question: String,
        /// The only product that it was put to.
        #[serde(default)]
        product: Option<ProductCode>,
        /// The only defect type that it was put to.
        #[serde(default)]
        defect: Option<DefectCode>,
    },
    /// The report of an inspection.
    Report {
        /// The inspection.
        inspection: InspectionId,
    },
}

impl FeedbackSubject {
    /// The answer to `question`, however it is spaced and encoded.
    pub fn answer(
        question: &str,
        product: Option<ProductCode>,
        defect: Option<DefectCode>,
    ) -> Self {
        let words: Vec<&str> = question.split_whitespace().collect();
        Self::Answer { question: normal_form(&words.join(" ")), product, defect }
    }
}

/// The kind of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyKind {
    /// Passages.
    Found,
    /// Passages grouped by section.
    Grouped,
    /// A question back.
    Clarify,
    /// That the manuals probably do not say.
    NotSaid,
}

impl ReplyKind {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Grouped => "grouped",
            Self::Clarify => "clarify",
            Self::NotSaid => "not_said",
        }
    }
}

/// What an answer showed when feedback was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownAnswer {
    /// Its kind.
    pub kind: ReplyKind,
    /// Its sections, best first.
    #[serde(default)]
    pub sections: Vec<ProductSection>,
    /// Ids of its statements, best first.
    #[serde(default)]
    pub statements: Vec<String>,
}

/// Whether an answer or a report helped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    /// It helped.
    Good,
    /// It did not.
    Bad,
}

impl Rating {
    /// Both ratings.
    pub const ALL: [Self; 2] = [Self::Good, Self::Bad];

    /// Its name in files and in the library's database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
        }
    }

    /// Id of the message that names it.
    pub fn message_id(self) -> &'static str {
        match self {
            Self::Good => "feedback-good",
            Self::Bad => "feedback-bad",
        }
    }
}

/// What a person says of a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedbackOpinion {
    /// Whether it helped.
    pub rating: Rating,
    /// A remark in the person's own words.
    #[serde(default)]
    pub note: String,
    /// The section that would have been right.
    #[serde(default)]
    pub right: Option<ProductSection>,
}

/// An opinion with its subject, author and time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    /// What it is about.
    pub subject: FeedbackSubject,
    /// What the answer showed; `None` for a report.
    #[serde(default)]
    pub shown: Option<ShownAnswer>,
    /// The opinion.
    pub opinion: FeedbackOpinion,
    /// The user's name on this machine.
    pub by: String,
    /// RFC 3339 in UTC.
    pub at: String,
}

impl Feedback {
    /// The section that the question should find: the one that the person chose, or the first one
    /// shown where the answer helped.
    pub fn right_section(&self) -> Option<&ProductSection> {
        let shown = || self.shown.as_ref().filter(|shown| shown.kind == ReplyKind::Found);
        match (&self.opinion.right, self.opinion.rating) {
            (Some(right), _) => Some(right),
            (None, Rating::Good) => shown()?.sections.first(),
            (None, Rating::Bad) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_and_encoding_do_not_make_another_question() {
        let plain = FeedbackSubject::answer("곰보가 났어요", None, None);
        for written in [" 곰보가  났어요\n", "\u{1100}\u{1169}\u{11B7}보가 났어요"] {
            assert_eq!(FeedbackSubject::answer(written, None, None), plain, "{written}");
        }
    }

    #[test]
    fn the_right_section_is_the_chosen_one_or_the_first_of_a_good_answer() {
        let section = |heading: &str| ProductSection {
            product: ProductCode::new("part").unwrap(),
            heading: heading.to_owned(),
            defect: None,
        };
        for (kind, rating, right, expected) in [
            (ReplyKind::Found, Rating::Good, None, Some("first")),
            (ReplyKind::NotSaid, Rating::Good, None, None),
            (ReplyKind::Found, Rating::Bad, None, None),
            (ReplyKind::NotSaid, Rating::Bad, Some("other"), Some("other")),
            (ReplyKind::Found, Rating::Good, Some("other"), Some("other")),
        ] {
            let sections = vec![section("first"), section("second")];
            let feedback = Feedback {
                subject: FeedbackSubject::answer("?", None, None),
                shown: Some(ShownAnswer { kind, sections, statements: Vec::new() }),
                opinion: FeedbackOpinion { rating, note: String::new(), right: right.map(section) },
                by: "kim".to_owned(),
                at: "2026-11-30T10:00:00Z".to_owned(),
            };
            let found = feedback.right_section().map(|found| found.heading.as_str());
            assert_eq!(found, expected, "{kind:?} {rating:?}");
        }
    }
}
