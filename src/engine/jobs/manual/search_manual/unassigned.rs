//! Lines of manuals that belong to no section, by words: nothing that is printed is lost to search.

use super::answer::FoundPassage;
use super::asked::Asked;
use super::corpus::Corpus;
use super::ranking::Ranking;
use fettle_manuals::Chunk;
use fettle_retrieval::keyword_index::KeywordIndex;
use fettle_retrieval::known_words::{KnownWords, WantedWords};

/// Number of lines at most.
const MOST: usize = 3;

/// The lines that have the question as it is written, then those that know as many of its words as
/// the best passage of a section does, best first.
pub(super) fn lines(corpus: &Corpus, asked: &Asked, ranking: &Ranking<'_>) -> Vec<FoundPassage> {
    let texts = corpus.unassigned.iter().map(|(_, line)| line.text.as_str());
    let found = KeywordIndex::new(texts).search(&asked.text, &corpus.vocabulary);
    let wanted = WantedWords::new(&asked.words, &corpus.vocabulary);
    let best = ranking.passages.iter().map(|one| one.covered).fold(0.0, f32::max);
    let is_as_good = |text: &str| {
        KnownWords::new(std::iter::once(text)).share(&wanted) >= best.max(f32::EPSILON)
    };
    let is_printed = |line: &Chunk| asked.lookup.stands_in(&line.words);
    let score = |at: usize| found.iter().find(|(found, _)| *found == at).map(|(_, score)| *score);
    let printed = (0..).zip(&corpus.unassigned).filter(|(_, (_, line))| is_printed(line));
    let by_words = found
        .iter()
        .filter_map(|(at, _)| Some((*at, corpus.unassigned.get(*at)?)))
        .filter(|(_, (_, line))| !is_printed(line) && is_as_good(&line.text));
    printed
        .chain(by_words)
        .filter(|(_, (_, line))| corpus.is_wanted(line))
        .take(MOST)
        .map(|(at, (manual, line))| FoundPassage {
            manual: manual.clone(),
            chunk: line.clone(),
            vector_score: None,
            keyword_score: score(at),
            fused_score: 0.0,
        })
        .collect()
}
