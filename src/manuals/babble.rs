//! What is no answer: too long, a loop, a stutter, bytes that are no text.

use std::collections::{HashMap, HashSet};

use super::names::words;

/// Why an answer was not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerProblem {
    /// Nothing but white space.
    #[error("the model said nothing")]
    Empty,
    /// It goes on far longer than it was asked to.
    #[error("the model's answer is far too long")]
    TooLong,
    /// It says the same again and again.
    #[error("the model repeats itself")]
    Looping,
    /// Bytes that are no characters.
    #[error("the model's answer is not text")]
    Broken,
    /// No line has the asked form.
    #[error("the model's answer does not have the asked form")]
    Unreadable,
}

const MAX_ANSWER_CHARS: usize = 3_000;
/// A run of this many words said more often than [`MAX_REPEATS`] is a loop.
const LOOP_WORDS: usize = 4;
const MAX_REPEATS: usize = 3;
/// A run of this many words said twice in one sentence makes no sentence.
const STUTTER_WORDS: usize = 4;
/// So few characters, so often, and so many of them together, are a loop too.
const BEAT_CHARS: usize = 8;
const BEATS: usize = 6;
const LEAST_RUN_CHARS: usize = 24;
/// More bytes that are no characters than this are no slip.
const MAX_BROKEN: usize = 2;

/// Whether an answer, or what there is of it, may still be one.
pub(super) fn check(answer: &str) -> Result<(), AnswerProblem> {
    if answer.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count() > MAX_BROKEN {
        return Err(AnswerProblem::Broken);
    }
    if is_looping(answer) {
        return Err(AnswerProblem::Looping);
    }
    if answer.chars().count() > MAX_ANSWER_CHARS {
        return Err(AnswerProblem::TooLong);
    }
    Ok(())
}

fn is_looping(answer: &str) -> bool {
    let said = words(answer);
    let mut counts = HashMap::new();
    let in_words = said.windows(LOOP_WORDS).any(|window| {
        let count = counts.entry(window).or_insert(0_usize);
        *count += 1;
        *count > MAX_REPEATS
    });
    in_words || ends_in_a_beat(answer)
}

/// Whether one sentence says four words running twice.
pub(super) fn stutters(sentence: &str) -> bool {
    let said = words(sentence);
    let mut runs = HashSet::new();
    !said.windows(STUTTER_WORDS).all(|run| runs.insert(run))
}

/// Whether it ends in a few characters again and again: `ㅋㅋㅋㅋ`, `-=-=-=`.
fn ends_in_a_beat(answer: &str) -> bool {
    let back: Vec<char> = answer.chars().rev().take(BEAT_CHARS * BEATS).collect();
    (1..=BEAT_CHARS).any(|beat| {
        let run = back.get(..beat * BEATS.max(LEAST_RUN_CHARS / beat));
        run.is_some_and(|run| run.iter().zip(run.iter().skip(beat)).all(|(a, b)| a == b))
    })
}
