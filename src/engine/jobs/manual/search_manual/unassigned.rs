//! Lines of manuals that belong to no section, by words: nothing that is printed is lost to search.

use super::answer::FoundPassage;
use super::asked::Asked;
use super::corpus::Corpus;
use super::ranking::Ranking;
use fettle_retrieval::keyword_index::KeywordIndex;
use fettle_retrieval::known_words::{KnownWords, WantedWords};

/// Number of lines at most.
const MOST: usize = 3;

/// The lines that know as many of the question's words as the best passage of a section does, best
/// first.
pub(super) fn lines(corpus: &Corpus, asked: &Asked, ranking: &Ranking<'_>) -> Vec<FoundPassage> {
    let texts = corpus.unassigned.iter().map(|(_, line)| line.text.as_str());
    let found = KeywordIndex::new(texts).search(&asked.text, &corpus.vocabulary);
    let wanted = WantedWords::new(&asked.words, &corpus.vocabulary);
    let best = ranking.passages.iter().map(|one| one.covered).fold(0.0, f32::max);
    let is_as_good = |text: &str| {
        KnownWords::new(std::iter::once(text)).share(&wanted) >= best.max(f32::EPSILON)
    };
    found
        .into_iter()
        .filter_map(|(at, score)| Some((corpus.unassigned.get(at)?, score)))
        .filter(|((_, line), _)| corpus.is_wanted(line) && is_as_good(&line.text))
        .take(MOST)
        .map(|((manual, line), score)| FoundPassage {
            manual: manual.clone(),
            chunk: line.clone(),
            vector_score: None,
            keyword_score: Some(score),
            fused_score: 0.0,
        })
        .collect()
}
