//! What words a text knows: as it writes them, mistyped, or by another word for the same thing.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

use super::terms::{Word, words};
use super::vocabulary::Vocabulary;

/// Letters or jamo that are compared at once.
const RUN: usize = 3;
/// Share of a word's runs below which it is not the word: what unlike words share by chance.
const CHANCE: f32 = 0.4;
/// What another word for the same thing counts, relative to the word itself.
const OTHER_WORD: f32 = 0.8;
/// Runs of a word from which on it may be a compound of several of the text's words.
const COMPOUND: usize = 9;

/// Words that are looked for, with the other words for the same things.
#[derive(Debug, Clone)]
pub struct WantedWords {
    words: Vec<WantedWord>,
}

#[derive(Debug, Clone)]
pub(super) struct WantedWord {
    pub(super) runs: BTreeSet<String>,
    others: Vec<BTreeSet<String>>,
}

impl WantedWords {
    /// `words`, ready to be looked for, also by their other words in `vocabulary`.
    pub fn new(words: &[String], vocabulary: &Vocabulary) -> Self {
        let others = |text: &str| vocabulary.other_words(text);
        let mut wanted: Vec<WantedWord> = words
            .iter()
            .map(|word| WantedWord {
                runs: runs(word),
                others: others(word).into_iter().map(runs).collect(),
            })
            .collect();
        // `molten metal` is a thing that neither of its words names.
        for (pair, both) in words.windows(2).zip(0..) {
            let [first, second] = pair else { continue };
            let alone = others(first).union(&others(second)).copied().collect::<BTreeSet<_>>();
            for other in others(&format!("{first} {second}")).difference(&alone) {
                for word in wanted.iter_mut().skip(both).take(2) {
                    word.others.push(runs(other));
                }
            }
        }
        Self { words: wanted }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &WantedWord> {
        self.words.iter()
    }
}

/// The words of some texts.
#[derive(Debug, Default, Clone)]
pub struct KnownWords {
    /// For each run of letters the words that have it, by number. Two words of Hangul that follow
    /// each other are a word, too: compounds are spaced in several ways.
    postings: BTreeMap<String, Vec<usize>>,
}

impl KnownWords {
    /// The words of `texts`.
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut distinct: BTreeSet<String> = BTreeSet::new();
        for text in texts {
            let mut before: Option<String> = None;
            for word in words(text) {
                let (Word::Hangul(written) | Word::Letters(written) | Word::Number(written)) =
                    &word;
                distinct.insert(written.clone());
                let is_hangul = matches!(word, Word::Hangul(_));
                if is_hangul && let Some(before) = before {
                    distinct.insert(format!("{before}{written}"));
                }
                before = is_hangul.then(|| written.clone());
            }
        }
        let mut postings: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (number, word) in distinct.iter().enumerate() {
            for run in runs(word) {
                postings.entry(run).or_default().push(number);
            }
        }
        Self { postings }
    }

    /// How surely the texts know a word, 0 to 1: 1 as it stands, at most 0.8 by another word for the
    /// same thing.
    pub(super) fn knows(&self, word: &WantedWord) -> f32 {
        let others = word.others.iter().map(|other| OTHER_WORD * self.has(other));
        others.fold(self.has(&word.runs), f32::max)
    }

    /// How surely the texts have `word` itself, 0 to 1; below 1 it is mistyped.
    pub fn spelled(&self, word: &str) -> f32 {
        self.has(&runs(word))
    }

    fn has(&self, wanted: &BTreeSet<String>) -> f32 {
        let mut by_word: BTreeMap<usize, usize> = BTreeMap::new();
        let mut in_any = 0;
        for run in wanted {
            let Some(numbers) = self.postings.get(run) else { continue };
            in_any += 1;
            for number in numbers {
                *by_word.entry(*number).or_default() += 1;
            }
        }
        let in_one = by_word.values().copied().max().unwrap_or_default();
        let there = if wanted.len() >= COMPOUND { in_any } else { in_one };
        let share = there as f32 / wanted.len().max(1) as f32;
        ((share - CHANCE) / (1.0 - CHANCE)).max(0.0)
    }

    /// How surely the texts know `wanted`, on average, 0 to 1; 0 where nothing is wanted.
    pub fn share(&self, wanted: &WantedWords) -> f32 {
        let known: f32 = wanted.iter().map(|word| self.knows(word)).sum();
        known / wanted.words.len().max(1) as f32
    }
}

/// Runs of the jamo, or of the letters, of a text's words. A word that is shorter is one run.
pub(super) fn runs(text: &str) -> BTreeSet<String> {
    words(text).iter().flat_map(runs_of).collect()
}

fn runs_of(word: &Word) -> Vec<String> {
    let (text, whole) = match word {
        Word::Hangul(word) => (word.nfd().collect::<String>(), word),
        Word::Letters(word) => (format!("^{word}$"), word),
        Word::Number(word) => return vec![word.clone()],
    };
    let letters: Vec<char> = text.chars().collect();
    if letters.len() < RUN {
        return vec![whole.clone()];
    }
    letters.windows(RUN).map(|run| run.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_as_spelled_mistyped_or_by_another_word() {
        let wanted = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            WantedWords::new(&words, &Vocabulary::general())
        };
        let known =
            KnownWords::new(["탈기 장치 점검 및 흡착패드 압력, 롤러", "오일", "Clean the nozzle"]);
        for (word, at_least, at_most) in [
            ("탈기", 1.0, 1.0),
            ("장치점검", 1.0, 1.0),
            ("탈기장치점검및흡착패드", 0.8, 1.0),
            ("흡착페드", 0.3, 0.95),
            ("진공패드", 0.8, 0.99),
            ("nozzles", 0.3, 0.99),
            ("점심", 0.0, 0.5),
            // Its parts stand in two words.
            ("보일러", 0.0, 0.5),
            ("lunch", 0.0, 0.0),
            ("", 0.0, 0.0),
        ] {
            let knows = known.share(&wanted(&[word]));
            assert!((at_least..=at_most).contains(&knows), "{word}: {knows}");
        }
        assert_eq!(known.share(&wanted(&[])), 0.0);
        let phrase = wanted(&["molten", "metal"]);
        assert!(KnownWords::new(["용탕"]).share(&phrase) >= 0.8);
        let two = wanted(&["탈기", "lunch"]);
        assert_eq!(known.share(&two), 0.5);
    }
}
