//! Questions whose section an engineer confirmed, and how like them a new question is.

use super::known_words::{KnownWords, WantedWords};
use super::question_words::question_words;
use super::vocabulary::Vocabulary;

/// Likeness up to which two questions have nothing to do with each other.
const UNLIKE: f32 = 0.5;

/// Questions that are remembered.
#[derive(Debug)]
pub struct RememberedQuestions<'a> {
    vocabulary: &'a Vocabulary,
    questions: Vec<(KnownWords, WantedWords)>,
}

impl<'a> RememberedQuestions<'a> {
    /// `questions`, which are identified by their position.
    pub fn new<'q>(
        questions: impl IntoIterator<Item = &'q str>,
        vocabulary: &'a Vocabulary,
    ) -> Self {
        let questions = questions.into_iter().map(|question| {
            let words = question_words(question);
            let known = KnownWords::new(words.iter().map(String::as_str));
            (known, WantedWords::new(&words, vocabulary))
        });
        Self { vocabulary, questions: questions.collect() }
    }

    /// How like each of them a question of these words is, 0 to 1: the share of its words that the
    /// other has, both ways (the smaller), above what any two questions share.
    pub fn likeness(&self, words: &[String]) -> Vec<f32> {
        let known = KnownWords::new(words.iter().map(String::as_str));
        let wanted = WantedWords::new(words, self.vocabulary);
        self.questions
            .iter()
            .map(|(other_known, other_wanted)| {
                let both = other_known.share(&wanted).min(known.share(other_wanted));
                ((both - UNLIKE) / (1.0 - UNLIKE)).max(0.0)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_like_those_of_the_same_words() {
        let general = Vocabulary::general();
        let remembered = RememberedQuestions::new(
            ["꼬마차가 물건을 쳐서 상처가 나요", "고무 패드는 몇 미리로 깔아요?"],
            &general,
        );
        for (question, at_least, at_most) in [
            // Spaced, with other particles.
            ("꼬마차 가 물건 쳐서 상처가 났어요", [0.5, 0.0], [1.0, 0.0]),
            // Three of four words: the other is mistyped.
            ("꼬마차가 물건을 처서 상처", [0.5, 0.0], [0.5, 0.0]),
            // One word of several.
            ("꼬마차는 누가 운전해요?", [0.0, 0.0], [0.0, 0.0]),
            ("상처 연고는 어디 있나요", [0.0, 0.0], [0.2, 0.0]),
            ("고무패드 몇 미리로 깔아야 해요", [0.0, 0.4], [0.0, 1.0]),
            ("", [0.0, 0.0], [0.0, 0.0]),
        ] {
            let likeness = remembered.likeness(&question_words(question));
            let is_between =
                |(found, (low, high)): (&f32, (&f32, &f32))| (*low..=*high).contains(found);
            let limits = at_least.iter().zip(&at_most);
            assert!(likeness.iter().zip(limits).all(is_between), "{question}: {likeness:?}");
        }
    }
}
