//! Stops a model that has gone astray while it is still writing.

use super::babble::{AnswerProblem, check};

/// Characters between two looks for a loop: looking costs time, and a loop is long.
const LOOK_EVERY_CHARS: usize = 24;

/// Follows an answer piece by piece.
#[derive(Debug, Default)]
pub struct AnswerWatch {
    text: String,
    unseen: usize,
}

impl AnswerWatch {
    /// Takes the next piece. An answer that is too long, that repeats itself, or that is not
    /// text need not be waited for: nothing of it will be used.
    ///
    /// # Errors
    /// [`AnswerProblem`]: why to stop.
    pub fn push(&mut self, piece: &str) -> Result<(), AnswerProblem> {
        self.text.push_str(piece);
        self.unseen += piece.chars().count();
        if self.unseen < LOOK_EVERY_CHARS {
            return Ok(());
        }
        self.unseen = 0;
        check(&self.text)
    }

    /// Looks at all of it once more: a loop may have begun since.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub fn finish(&self) -> Result<(), AnswerProblem> {
        check(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many pieces it is stopped, and why.
    fn stopped(pieces: impl Iterator<Item = String>) -> Option<(usize, AnswerProblem)> {
        let mut watch = AnswerWatch::default();
        let mut pieces = (1..).zip(pieces);
        pieces.find_map(|(count, piece)| watch.push(&piece).err().map(|why| (count, why)))
    }

    #[test]
    fn a_model_gone_astray_is_stopped_early() {
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
    fn an_answer_is_left_alone() {
        let answer = "원인: 용탕 내 가스가 배출되지 않아 생깁니다. [c1]\n\
                      조치: 탈기 장치를 점검하고, 배출 통로를 청소합니다. [a1] [a3]\n\
                      예방: 탈기 장치를 정기 점검합니다. [a1]\n----\n\n";
        assert_eq!(stopped(answer.chars().map(String::from)), None);
    }
}
