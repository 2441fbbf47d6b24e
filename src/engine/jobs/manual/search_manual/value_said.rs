//! Whether the manuals state the value that a question asks for: a number with its unit, an interval, a
//! person, beside what the question is about. A line about the same thing without it is no answer.

use super::asked::Asked;
use super::corpus::Corpus;
use super::ranking::{RankedPassage, Ranking};
use fettle_retrieval::asked_value::AskedValue;
use fettle_retrieval::known_words::{KnownWords, WantedWords};
use fettle_retrieval::stated_value::states;

/// Share of what the question is about that a text with the value knows, from which on it is about that.
const ABOUT: f32 = 0.5;
/// The same for the passage that is most relevant of all.
const ABOUT_OF_BEST: f32 = 0.2;

/// Whether the question asks for a value that no passage states beside what it asks about.
pub(super) fn is_missing(corpus: &Corpus, asked: &Asked, ranking: &Ranking<'_>) -> bool {
    let Some(value) = &asked.value else { return false };
    let about: Vec<String> =
        asked.words.iter().filter(|word| !AskedValue::is_its_name(word)).cloned().collect();
    let wanted = WantedWords::new(&about, &corpus.vocabulary);
    let knows = |texts: &[&str]| KnownWords::new(texts.iter().copied()).share(&wanted);
    let best = ranking.passages.iter().map(|one| one.relevance).fold(f32::NEG_INFINITY, f32::max);
    let states_it = |one: &RankedPassage<'_>| {
        let chunk = one.passage.chunk;
        if !states(&chunk.words, value) {
            return false;
        }
        let share = knows(&[&chunk.text, &corpus.defect_names(&one.passage)]);
        let least = if one.relevance >= best { ABOUT_OF_BEST } else { ABOUT };
        share >= least || about.is_empty() && one.relevance >= best
    };
    let is_beside = || {
        corpus.unassigned.iter().any(|(_, line)| {
            states(&line.words, value) && !about.is_empty() && knows(&[&line.words]) >= ABOUT
        })
    };
    !ranking.passages.iter().any(states_it) && !is_beside()
}
