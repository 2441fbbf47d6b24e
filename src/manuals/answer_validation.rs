//! Validation of a model's answer: length, repetition, broken characters.

use std::collections::{HashMap, HashSet};

use super::words::words;

/// A reason why an answer is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerProblem {
    /// Nothing but white space.
    #[error("the model said nothing")]
    Empty,
    /// The answer is far longer than the prompt asks for.
    #[error("the model's answer is far too long")]
    TooLong,
    /// The answer repeats the same words again and again.
    #[error("the model repeats itself")]
    Looping,
    /// The answer has bytes that are no UTF-8.
    #[error("the model's answer is not text")]
    Broken,
    /// No line has the form that the prompt asks for.
    #[error("the model's answer does not have the asked form")]
    Unreadable,
}

const MAX_ANSWER_CHARS: usize = 3_000;
/// Number of words in a phrase whose repetition is counted.
const PHRASE_WORDS: usize = 4;
/// The most times that an answer may have the same phrase; more is a loop.
const MAX_REPEATS: usize = 3;
/// An answer also loops if up to [`MAX_PERIOD_CHARS`] characters repeat at its end: at least
/// [`MIN_PERIODS`] times, in a run of at least [`MIN_RUN_CHARS`] characters.
const MAX_PERIOD_CHARS: usize = 8;
const MIN_PERIODS: usize = 6;
const MIN_RUN_CHARS: usize = 24;
/// The most replacement characters of a valid answer.
const MAX_BROKEN: usize = 2;

/// An answer without the reasoning before it and the chat markup after it.
pub(super) fn without_markup(answer: &str) -> &str {
    let answer = answer.rsplit("</think>").next().unwrap_or_default();
    answer.split("<|").next().unwrap_or_default().trim()
}

/// Validates an answer, or the part of an answer that was generated so far.
pub(super) fn validate(answer: &str) -> Result<(), AnswerProblem> {
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
    let words = words(answer);
    let mut counts = HashMap::new();
    let repeats_words = words.windows(PHRASE_WORDS).any(|window| {
        let count = counts.entry(window).or_insert(0_usize);
        *count += 1;
        *count > MAX_REPEATS
    });
    repeats_words || ends_in_repetition(answer)
}

/// Whether the same phrase of four words occurs twice in a sentence.
pub(super) fn repeats_phrase(sentence: &str) -> bool {
    let words = words(sentence);
    let mut phrases = HashSet::new();
    !words.windows(PHRASE_WORDS).all(|phrase| phrases.insert(phrase))
}

/// Whether the answer ends in a few characters that repeat: `ㅋㅋㅋㅋ`, `-=-=-=`.
fn ends_in_repetition(answer: &str) -> bool {
    let reversed: Vec<char> = answer.chars().rev().take(MAX_PERIOD_CHARS * MIN_PERIODS).collect();
    (1..=MAX_PERIOD_CHARS).any(|period| {
        let run = reversed.get(..period * MIN_PERIODS.max(MIN_RUN_CHARS / period));
        run.is_some_and(|run| run.iter().zip(run.iter().skip(period)).all(|(a, b)| a == b))
    })
}
