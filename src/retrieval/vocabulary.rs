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

/// Words for one thing.
type Group = Vec<Entry>;

/// A word of a group.
struct Entry {
    /// As it is written.
    written: &'static str,
    /// Its parts.
    words: Vec<Word>,
    /// Whether it is the stem of a verb or an adjective, which begins a word: `뚫~`.
    is_stem: bool,
}

impl Entry {
    fn new(written: &'static str) -> Self {
        let (plain, is_stem) = match written.strip_suffix('~') {
            Some(stem) => (stem, true),
            None => (written, false),
        };
        Self { written: plain, words: words(plain), is_stem }
    }

    fn is_korean(&self) -> bool {
        matches!(self.words.first(), Some(Word::Hangul(_)))
    }
}

static GROUPS: LazyLock<Vec<Group>> = LazyLock::new(|| {
    include_str!("../../assets/vocabulary.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split(',').map(str::trim).map(Entry::new).collect())
        .collect()
});

/// Numbers of the groups of which `text` has a word. Two texts that share one name the same thing.
pub fn things(text: &str) -> Vec<usize> {
    let text = Text::new(text);
    let named = GROUPS.iter().enumerate().filter(|(_, group)| text.has_any(group));
    named.map(|(number, _)| number).collect()
}

/// The words of every group of which `text` has one. Stems, which are no words, are left out.
pub(super) fn other_words(text: &str) -> impl Iterator<Item = &'static str> {
    let text = Text::new(text);
    let groups = GROUPS.iter().filter(move |group| text.has_any(group));
    groups.flatten().filter(|entry| !entry.is_stem).map(|entry| entry.written)
}

/// `question`, and in brackets a word of `language` for each thing that it names in other words:
/// what a text encoder does not know (slang, a loan word, the other language) it knows by those.
pub fn explained(question: &str, language: Language) -> String {
    let text = Text::new(question);
    let mut said: Vec<&str> = Vec::new();
    for group in GROUPS.iter().filter(|group| text.has_any(group)) {
        let mut words = group
            .iter()
            .filter(|entry| !entry.is_stem && entry.is_korean() == (language == Language::Ko));
        said.extend(words.find(|entry| !text.has(entry)).map(|entry| entry.written));
    }
    if said.is_empty() { question.to_owned() } else { format!("{question} ({})", said.join(", ")) }
}

struct Text {
    /// Runs of Hangul words with nothing but spaces between them.
    runs: Vec<Vec<String>>,
    /// Stems of the words of other scripts.
    stems: Vec<String>,
}

impl Text {
    fn new(text: &str) -> Self {
        let (mut runs, mut stems): (Vec<Vec<String>>, Vec<String>) = (vec![Vec::new()], Vec::new());
        for word in words(text) {
            match (word, runs.last_mut()) {
                (Word::Hangul(word), Some(run)) => run.push(word),
                (Word::Letters(word), _) => {
                    runs.push(Vec::new());
                    stems.push(stem(&word).to_owned());
                }
                _ => runs.push(Vec::new()),
            }
        }
        Self { runs, stems }
    }

    fn has_any(&self, group: &[Entry]) -> bool {
        group.iter().any(|entry| self.has(entry))
    }

    fn has(&self, entry: &Entry) -> bool {
        let mut hangul = String::new();
        let mut stems = Vec::new();
        for part in &entry.words {
            match part {
                Word::Hangul(part) => hangul.push_str(part),
                Word::Letters(part) => stems.push(stem(part)),
                Word::Number(_) => {}
            }
        }
        if hangul.is_empty() {
            return !stems.is_empty() && self.stems.windows(stems.len()).any(|run| run == stems);
        }
        let mut all = self.runs.iter().flatten();
        if !entry.is_stem && hangul.chars().count() == 1 {
            // One syllable is a part of many words that have nothing to do with it.
            return all.any(|word| {
                word.strip_prefix(hangul.as_str())
                    .is_some_and(|rest| rest.is_empty() || is_particle(rest))
            });
        }
        // Inside a word (a compound), or over spaces from the start of a word: `송송` after
        // `구멍이` holds no `이송`.
        let inside = !entry.is_stem && all.any(|word| word.contains(hangul.as_str()));
        inside || self.runs.iter().any(|run| starts_at_a_word(run, &hangul))
    }
}

/// Whether `wanted` stands in the joined words of `run` from the start of one of them.
fn starts_at_a_word(run: &[String], wanted: &str) -> bool {
    (0..run.len()).any(|start| {
        let mut rest = wanted;
        for word in run.iter().skip(start) {
            if word.starts_with(rest) {
                return true;
            }
            match rest.strip_prefix(word.as_str()) {
                Some(more) => rest = more,
                None => return false,
            }
        }
        false
    })
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
            ("원단이 뻥 뚫렸어요", "천공", true),
            ("구멍이 송송", "이송", false),
            ("금 형", "몰드", true),
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
    fn texts_that_name_one_thing_share_a_number() {
        let share = |a: &str, b: &str| {
            let b = things(b);
            things(a).iter().any(|thing| b.contains(thing))
        };
        for (a, b, expected) in [
            ("찢어진 거", "절상·찢김", true),
            ("porosity", "hole (기공)", true),
            ("휘어진 거", "휨·압흔", true),
            ("기공", "날개 버", false),
            ("", "", false),
        ] {
            assert_eq!(share(a, b), expected, "{a} / {b}");
        }
    }

    #[test]
    fn the_table_is_whole() {
        assert!(GROUPS.len() > 50);
        for group in GROUPS.iter() {
            let written: Vec<_> = group.iter().map(|e| (e.written, e.is_stem)).collect();
            let unique: BTreeSet<_> = written.iter().collect();
            assert!(group.len() > 1, "{written:?}");
            assert_eq!(unique.len(), group.len(), "{written:?}");
            assert!(group.iter().all(|entry| !entry.words.is_empty()), "{written:?}");
        }
    }
}
