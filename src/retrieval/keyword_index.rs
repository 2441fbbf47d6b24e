//! Which texts share words with a question: Okapi BM25 (Robertson and Zaragoza, "The
//! Probabilistic Relevance Framework: BM25 and Beyond", 2009) over parts of words.
//!
//! A manual has some dozens of statements, so the index is made anew for each question, in
//! a millisecond or two, and kept nowhere. For that size a search engine (`tantivy`) brings
//! segments and files to look after, and the crate `bm25` cuts Korean by spaces only.

use std::collections::BTreeMap;

use super::{terms, vocabulary};

/// How soon a term's repetition stops to count.
const K1: f32 = 1.2;
/// How much a long text is held against itself.
const B: f32 = 0.75;
/// What another word for the same thing weighs beside the word that was asked.
///
/// From 0.3 to 0.7 the questions to tune with (`docs/retrieval.md`) are answered alike.
const SYNONYM: f32 = 0.5;

/// The terms of some texts.
#[derive(Debug)]
pub struct KeywordIndex {
    /// Of each term, in which texts it stands and how often.
    postings: BTreeMap<String, Vec<(usize, f32)>>,
    /// How many terms each text has.
    lengths: Vec<f32>,
    mean_length: f32,
}

impl KeywordIndex {
    /// An index of `texts`, which are known by their position.
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut postings: BTreeMap<String, Vec<(usize, f32)>> = BTreeMap::new();
        let mut lengths = Vec::new();
        for (text, words) in texts.into_iter().enumerate() {
            let mut counts: BTreeMap<String, f32> = BTreeMap::new();
            for term in terms::of(words) {
                *counts.entry(term).or_default() += 1.0;
            }
            lengths.push(counts.values().sum());
            for (term, count) in counts {
                postings.entry(term).or_default().push((text, count));
            }
        }
        let mean_length = lengths.iter().sum::<f32>() / lengths.len().max(1) as f32;
        Self { postings, lengths, mean_length }
    }

    /// The texts that share a term with `question`, or with another word for what it names, by
    /// position, best first, each with its BM25 score, above 0. Equal ones keep their order.
    pub fn search(&self, question: &str) -> Vec<(usize, f32)> {
        let mut scores = vec![0.0; self.lengths.len()];
        for (term, weight) in weighted(question) {
            let Some(postings) = self.postings.get(&term) else { continue };
            let rarity = self.rarity(postings.len());
            for (text, count) in postings {
                if let (Some(score), Some(length)) =
                    (scores.get_mut(*text), self.lengths.get(*text))
                {
                    let long = 1.0 - B + B * length / self.mean_length;
                    *score += weight * rarity * count * (K1 + 1.0) / (count + K1 * long);
                }
            }
        }
        let mut found: Vec<_> =
            scores.into_iter().enumerate().filter(|(_, score)| *score > 0.0).collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1));
        found
    }

    /// The inverse document frequency of a term that stands in `texts` texts, above 0.
    fn rarity(&self, texts: usize) -> f32 {
        let (all, texts) = (self.lengths.len() as f32, texts as f32);
        (1.0 + (all - texts + 0.5) / (texts + 0.5)).ln()
    }
}

/// The question's own terms, each as often as it stands there, and those of the other words
/// for what it names.
fn weighted(question: &str) -> BTreeMap<String, f32> {
    let mut own: BTreeMap<String, f32> = BTreeMap::new();
    for term in terms::of(question) {
        *own.entry(term).or_default() += 1.0;
    }
    for word in vocabulary::other_words(question) {
        for term in terms::of(word) {
            own.entry(term).or_insert(SYNONYM);
        }
    }
    own
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    const TEXTS: [&str; 6] = [
        "hole (기공) - 조치: 탈기(De-gassing) 장치 점검 및 아르곤 탈기 공정 강화",
        "burr (날개 버) - 조치: 클램프 압력 및 위치 보정",
        "Scratch (긁힘) - 발생 원인: 후공정 이송 중 충돌, 취급 불량",
        "Cut Defect (절상) - 조치: 절단 장비 칼날 점검 및 주기적 교체",
        "Thread Defect - 발생 원인: 섬유/머리카락 혼입",
        "Glue Defect (접착제 오염) - 조치: 노즐 헤드 청소 주기 강화",
    ];

    fn best(question: &str) -> Option<usize> {
        KeywordIndex::new(TEXTS).search(question).first().map(|(text, _)| *text)
    }

    #[test]
    fn words_are_found_however_they_are_written() {
        for (question, expected) in [
            ("탈기 장치 점검", 0),
            // Without spaces, with too many, with a particle.
            ("탈기장치점검은", 0),
            ("탈 기 장 치", 0),
            // Mistyped: a final consonant, a vowel, a look-alike.
            ("크램프 압력", 1),
            ("절딴 장비 칼랄", 3),
            ("머리카락이", 4),
            ("degassing", 0),
            ("nozzles", 5),
            // Other words for the same thing.
            ("기스", 2),
            ("porosity", 0),
            ("blow hole", 0),
            ("뽄드", 5),
        ] {
            assert_eq!(best(question), Some(expected), "{question}");
        }
    }

    #[test]
    fn what_shares_nothing_is_not_found() {
        for question in ["", "   ", "?!…", "ㅋㅋ", "12", "xyz"] {
            assert_eq!(best(question), None, "{question}");
        }
        assert!(KeywordIndex::new([]).search("기공").is_empty());
        assert!(KeywordIndex::new([""]).search("기공").is_empty());
    }

    /// Two texts of a length: the rarity of a term in one of two is ln 2, and a term that stands
    /// once in a text of mean length counts once.
    #[test]
    fn the_score_is_that_of_the_paper() {
        let index = KeywordIndex::new(["7", "8"]);
        let found = index.search("7 9");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, 0);
        assert!((found[0].1 - 2_f32.ln()).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn composed_and_decomposed_letters_are_one() {
        let decomposed: String = "탈기".nfd().collect();
        assert_eq!(best(&decomposed), Some(0));
    }

    proptest! {
        #[test]
        fn any_question_gets_sane_scores(question in ".{0,40}", text in ".{0,40}") {
            let index = KeywordIndex::new([text.as_str(), TEXTS[0]]);
            let found = index.search(&question);
            prop_assert!(found.iter().all(|(text, score)| *text < 2 && score.is_finite() && *score > 0.0));
            prop_assert!(found.windows(2).all(|pair| pair[0].1 >= pair[1].1));
        }
    }
}
