//! Whether a manual probably answers a question: a logistic rule over a few signs, with
//! coefficients fitted to written questions (`docs/retrieval.md`).

use super::known_words::{KnownWords, WantedWords};
use super::other_subjects::OtherSubjects;

/// Probability below which a question is declined: of the 200 answerable questions fitted to one
/// lies below it (by words alone three), of the 174 unanswerable ones 170 (171).
pub const LIMIT: f32 = 0.5;

/// A cosine's difference is of the size of 0.05 where it says much.
const COSINE: f32 = 20.0;
/// Number of shared things from which on more say nothing.
const MOST_SHARED: usize = 3;

/// The signs of a question's answer in some manuals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signs {
    /// Share of the question's words that the manuals know, 0 to 1.
    pub known: f32,
    /// Likeness of its other words to other subjects, 0 to 1.
    pub outside: f32,
    /// Things of the vocabulary that the question and the manuals name, up to 3, of 3.
    pub shared: f32,
    /// Share of the question's words that the best passage knows, 0 to 1.
    pub covered: f32,
    /// Cosine of the nearest passage less that of the nearest other subject, times 20; `None`
    /// without a text encoder.
    pub nearer: Option<f32>,
}

impl Signs {
    /// The signs that words give.
    pub fn of_words(
        asked: &WantedWords,
        things: usize,
        covered: f32,
        known: &KnownWords,
        others: &OtherSubjects,
    ) -> Self {
        Self {
            known: known.share(asked),
            outside: others.likeness(asked, known),
            shared: things.min(MOST_SHARED) as f32 / MOST_SHARED as f32,
            covered,
            nearer: None,
        }
    }

    /// With the cosines of the nearest passage and of the nearest other subject.
    pub fn with_meaning(self, passage: f32, other: f32) -> Self {
        Self { nearer: Some(COSINE * (passage - other)), ..self }
    }

    /// Probability that the manuals answer the question, 0 to 1.
    pub fn probability(self) -> f32 {
        let Self { known, outside, shared, covered, nearer } = self;
        let rule = if nearer.is_some() { WITH_MEANING } else { BY_WORDS };
        let sum = rule.constant
            + rule.known * known
            + rule.outside * outside
            + rule.shared * shared
            + rule.covered * covered
            + rule.nearer * nearer.unwrap_or_default();
        1.0 / (1.0 + (-sum).exp())
    }
}

/// Coefficients of the rule; the constant is moved so that [`LIMIT`] is where it declines.
struct Rule {
    constant: f32,
    known: f32,
    outside: f32,
    shared: f32,
    covered: f32,
    nearer: f32,
}

const WITH_MEANING: Rule =
    Rule { constant: -0.3, known: 2.05, outside: -3.82, shared: 1.14, covered: 1.87, nearer: 3.21 };
const BY_WORDS: Rule =
    Rule { constant: -0.1, known: 2.46, outside: -4.13, shared: 3.08, covered: 2.88, nearer: 0.0 };

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question_words::question_words;
    use crate::vocabulary::{Vocabulary, things};

    #[test]
    fn what_the_manual_knows_is_more_probable() {
        let known = KnownWords::new(["금형 접합면의 틈새로 용탕이 새어나옴", "클램프 압력 보정"]);
        let others = OtherSubjects::of(&known);
        let signs = |question: &str| {
            let wanted = WantedWords::new(&question_words(question), &Vocabulary::general());
            let covered = known.share(&wanted);
            Signs::of_words(&wanted, things(question).len(), covered, &known, &others)
        };
        let (said, not_said) = (signs("클램프 압력"), signs("점심 메뉴"));
        assert!(said.probability() > LIMIT && not_said.probability() < LIMIT);
        // Meaning speaks against words, and for them.
        assert!(not_said.with_meaning(0.9, 0.7).probability() > not_said.probability());
        assert!(said.with_meaning(0.7, 0.9).probability() < LIMIT);
    }
}
