//! Validation of an answer while the model still generates it.

use super::answer_validation::{AnswerProblem, validate};

/// Characters between two validations. Validation takes time, and a loop is longer than this.
const INTERVAL_CHARS: usize = 24;

/// Validates an answer piece by piece, so that generation can stop early.
#[derive(Debug, Default)]
pub struct StreamGuard {
    text: String,
    /// Characters since the last validation.
    pending_chars: usize,
}

impl StreamGuard {
    /// Appends the next piece. Generation may stop at the first error, since nothing of an invalid
    /// answer is used.
    ///
    /// # Errors
    /// [`AnswerProblem`] if the answer is too long, repeats itself or is no text.
    pub fn push(&mut self, piece: &str) -> Result<(), AnswerProblem> {
        self.text.push_str(piece);
        self.pending_chars += piece.chars().count();
        if self.pending_chars < INTERVAL_CHARS {
            return Ok(());
        }
        self.pending_chars = 0;
        validate(&self.text)
    }

    /// Validates the whole answer, with the characters since the last validation.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub fn finish(&self) -> Result<(), AnswerProblem> {
        validate(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of pieces after which the answer is stopped, and the reason.
    fn stopped(pieces: impl Iterator<Item = String>) -> Option<(usize, AnswerProblem)> {
        let mut guard = StreamGuard::default();
        let mut pieces = (1..).zip(pieces);
        pieces.find_map(|(count, piece)| guard.push(&piece).err().map(|why| (count, why)))
    }

    #[test]
    fn an_invalid_answer_is_stopped_early() {
        let words = |word: &str| vec![word.to_owned(); 5_000].into_iter();
        let (count, why) = stopped(words("가스가 배출되지 않음 ")).unwrap();
        assert!(why == AnswerProblem::Looping && count < 20, "{count} {why:?}");
        for unit in ["ㅋ", ".", "가나", "\n", "-=", "원인: "] {
            let (count, why) = stopped(words(unit)).unwrap();
            assert!(why == AnswerProblem::Looping && count < 100, "{unit:?}: {count} {why:?}");
        }
        let (count, why) = stopped(words("원인\u{FFFD}")).unwrap();
        assert!(why == AnswerProblem::Broken && count < 20, "{count} {why:?}");
        let (_, why) = stopped((0..5_000).map(|n| format!("{n} 번째 말. "))).unwrap();
        assert_eq!(why, AnswerProblem::TooLong);
    }

    #[test]
    fn a_valid_answer_is_not_stopped() {
        let answer = "원인: 용탕 내 가스가 배출되지 않아 생깁니다. [c1]\n\
                      조치: 탈기 장치를 점검하고, 배출 통로를 청소합니다. [a1] [a3]\n\
                      예방: 탈기 장치를 정기 점검합니다. [a1]\n----\n\n";
        assert_eq!(stopped(answer.chars().map(String::from)), None);
    }
}
