//! Words for one thing: standard Korean, borrowed words, field slang, English
//! (`assets/vocabulary.txt`).
//!
//! Of general use in foundries, textile mills and tanneries; a factory's own words are found in
//! its manual as they stand.

use std::sync::LazyLock;

use super::terms::{Word, words};
use fettle_domain::hangul::is_particle;
use fettle_domain::{Language, english};

/// Letters that stay of an English word without its ending.
const SHORTEST_STEM: usize = 3;

/// Words for one thing: each as it is written, and its parts.
type Group = Vec<(&'static str, Vec<Word>)>;

static GROUPS: LazyLock<Vec<Group>> = LazyLock::new(|| {
    include_str!("../../assets/vocabulary.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split(',').map(str::trim).map(|word| (word, words(word))).collect())
        .collect()
});

/// The words of every group of which `text` has one.
pub(super) fn other_words(text: &str) -> impl Iterator<Item = &'static str> {
    let text = Text::new(text);
    let groups = GROUPS.iter().filter(move |group| group.iter().any(|(_, word)| text.has(word)));
    groups.flatten().map(|(word, _)| *word)
}

/// `question`, and in brackets a word of `language` for each thing that it names in other words:
/// what a text encoder does not know (slang, a loan word, the other language) it knows by those.
pub fn explained(question: &str, language: Language) -> String {
    let text = Text::new(question);
    let is_korean = |(_, word): &&(&str, Vec<Word>)| matches!(word.first(), Some(Word::Hangul(_)));
    let mut said: Vec<&str> = Vec::new();
    for group in GROUPS.iter().filter(|group| group.iter().any(|(_, word)| text.has(word))) {
        let mut words = group.iter().filter(|word| is_korean(word) == (language == Language::Ko));
        said.extend(words.find(|(_, word)| !text.has(word)).map(|(word, _)| *word));
    }
    if said.is_empty() { question.to_owned() } else { format!("{question} ({})", said.join(", ")) }
}

struct Text {
    hangul: Vec<String>,
    /// Without its spaces; what is no Hangul parts it.
    joined: String,
    /// Stems of the words of other scripts.
    stems: Vec<String>,
}

impl Text {
    fn new(text: &str) -> Self {
        let (mut hangul, mut joined, mut stems) = (Vec::new(), String::new(), Vec::new());
        for word in words(text) {
            match word {
                Word::Hangul(word) => {
                    joined.push_str(&word);
                    hangul.push(word);
                }
                Word::Letters(word) => {
                    joined.push(' ');
                    stems.push(stem(&word).to_owned());
                }
                Word::Number(_) => joined.push(' '),
            }
        }
        Self { hangul, joined, stems }
    }

    fn has(&self, word: &[Word]) -> bool {
        let mut hangul = String::new();
        let mut stems = Vec::new();
        for part in word {
            match part {
                Word::Hangul(part) => hangul.push_str(part),
                Word::Letters(part) => stems.push(stem(part)),
                Word::Number(_) => {}
            }
        }
        match hangul.chars().count() {
            0 => !stems.is_empty() && self.stems.windows(stems.len()).any(|run| run == stems),
            // One syllable is a part of many words that have nothing to do with it.
            1 => self.hangul.iter().any(|word| {
                word.strip_prefix(hangul.as_str())
                    .is_some_and(|rest| rest.is_empty() || is_particle(rest))
            }),
            _ => self.joined.contains(&hangul),
        }
    }
}

fn stem(word: &str) -> &str {
    english::stem(word, SHORTEST_STEM)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_word_brings_the_others_of_its_group() {
        for (text, word, expected) in [
            ("기스가 났어요", "긁힘", true),
            ("scratches", "긁힘", true),
            ("blow holes in it", "기공", true),
            ("nozzles", "노즐", true),
            ("칼이 닳았다", "칼날", true),
            ("칼국수", "칼날", false),
            ("버튼", "burr", false),
            ("바리", "burr", true),
            ("wholesale", "구멍", false),
            ("", "burr", false),
        ] {
            let words: Vec<_> = other_words(text).collect();
            assert_eq!(words.contains(&word), expected, "{text}: {words:?}");
        }
    }

    #[test]
    fn a_question_is_explained_in_the_language_of_the_manual() {
        for (question, language, expected) in [
            ("기스가 났어요", Language::Ko, "기스가 났어요 (긁힘)"),
            ("porosity", Language::Ko, "porosity (기공)"),
            ("기공", Language::En, "기공 (porosity)"),
            ("왜 이래요?", Language::Ko, "왜 이래요?"),
        ] {
            assert_eq!(explained(question, language), expected);
        }
    }

    #[test]
    fn the_table_is_whole() {
        assert!(GROUPS.len() > 50);
        for group in GROUPS.iter() {
            let unique: BTreeSet<_> = group.iter().map(|(word, _)| word).collect();
            assert!(group.len() > 1 || group.iter().all(|(word, _)| !word.is_empty()), "{group:?}");
            assert_eq!(unique.len(), group.len(), "{group:?}");
            assert!(group.iter().all(|(_, words)| !words.is_empty()), "{group:?}");
        }
    }
}
