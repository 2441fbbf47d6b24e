//! Keyword index: Okapi BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25
//! and Beyond", 2009) over n-grams of letters.
//!
//! A manual has some dozens of statements, so the index is built anew for each question, in
//! a millisecond or two, and not stored. For that size a search engine (`tantivy`) would add
//! segments and files to maintain, and the crate `bm25` splits Korean at spaces only.

use std::collections::BTreeMap;

use super::terms;
use super::vocabulary::Vocabulary;

/// BM25's k1: saturation of the term frequency.
const K1: f32 = 1.2;
/// BM25's b: normalisation by the length of the text.
const B: f32 = 0.75;
/// Weight of a synonym; a word of the question weighs 1.
///
/// From 0.3 to 0.7 the tuning questions (`docs/retrieval.md`) are answered alike.
const SYNONYM: f32 = 0.5;

/// BM25 index of a few texts.
#[derive(Debug)]
pub struct KeywordIndex {
    /// For each term the texts that contain it, and how often.
    postings: BTreeMap<String, Vec<(usize, f32)>>,
    /// Number of terms of each text.
    lengths: Vec<f32>,
    mean_length: f32,
}

impl KeywordIndex {
    /// An index of `texts`, which are identified by their position.
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

    /// Texts that share a term with `question` or with a synonym of its words in `vocabulary`:
    /// position and BM25 score, above 0, best first. Ties keep their order.
    pub fn search(&self, question: &str, vocabulary: &Vocabulary) -> Vec<(usize, f32)> {
        let mut scores = vec![0.0; self.lengths.len()];
        for (term, weight) in query_terms(question, vocabulary) {
            let Some(postings) = self.postings.get(&term) else { continue };
            let idf = self.idf(postings.len());
            for (text, count) in postings {
                if let (Some(score), Some(length)) =
                    (scores.get_mut(*text), self.lengths.get(*text))
                {
                    let long = 1.0 - B + B * length / self.mean_length;
                    *score += weight * idf * count * (K1 + 1.0) / (count + K1 * long);
                }
            }
        }
        let mut found: Vec<_> =
            scores.into_iter().enumerate().filter(|(_, score)| *score > 0.0).collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1));
        found
    }

    /// Inverse document frequency of a term that `texts` texts contain, above 0.
    fn idf(&self, texts: usize) -> f32 {
        let (all, texts) = (self.lengths.len() as f32, texts as f32);
        (1.0 + (all - texts + 0.5) / (texts + 0.5)).ln()
    }
}

/// Terms of the question weighted by their number, and terms of synonyms weighted by [`SYNONYM`].
fn query_terms(question: &str, vocabulary: &Vocabulary) -> BTreeMap<String, f32> {
    let mut own: BTreeMap<String, f32> = BTreeMap::new();
    for term in terms::of(question) {
        *own.entry(term).or_default() += 1.0;
    }
    for word in vocabulary.other_words(question) {
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

    fn search(index: &KeywordIndex, question: &str) -> Vec<(usize, f32)> {
        index.search(question, &Vocabulary::general())
    }

    fn best(question: &str) -> Option<usize> {
        search(&KeywordIndex::new(TEXTS), question).first().map(|(text, _)| *text)
    }

    #[test]
    fn words_are_found_in_every_spelling() {
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
            // Synonyms.
            ("기스", 2),
            ("porosity", 0),
            ("blow hole", 0),
            ("뽄드", 5),
        ] {
            assert_eq!(best(question), Some(expected), "{question}");
        }
    }

    #[test]
    fn texts_that_share_no_term_are_not_found() {
        for question in ["", "   ", "?!…", "ㅋㅋ", "12", "xyz"] {
            assert_eq!(best(question), None, "{question}");
        }
        assert!(search(&KeywordIndex::new([]), "기공").is_empty());
        assert!(search(&KeywordIndex::new([""]), "기공").is_empty());
    }

    /// Two texts of one length: the idf of a term in one of two texts is ln 2, and a term that
    /// occurs once in a text of mean length counts once.
    #[test]
    fn the_score_is_that_of_the_paper() {
        let index = KeywordIndex::new(["7", "8"]);
        let found = search(&index, "7 9");
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
            let found = search(&index, &question);
            prop_assert!(found.iter().all(|(text, score)| *text < 2 && score.is_finite() && *score > 0.0));
            prop_assert!(found.windows(2).all(|pair| pair[0].1 >= pair[1].1));
        }
    }
}
