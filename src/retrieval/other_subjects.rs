//! What is asked but not answered by a manual about defects (`assets/other_subjects.txt`): prices,
//! laws, food, other machines. What a question is held against beside the manual.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::known_words::{KnownWords, WantedWords, runs};
use super::question_words::question_words;

/// Share of a subject's words from which on a manual speaks of it itself.
const OWN: f32 = 0.3;
/// How surely a manual spells a word that it has.
const SPELLED: f32 = 0.9;
/// Below this the manual does not know a word.
const UNKNOWN: f32 = 0.6;

static SUBJECTS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    include_str!("../../assets/other_subjects.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
});

/// All subjects, in the order in which [`OtherSubjects::numbers`] counts them.
pub fn subjects() -> &'static [&'static str] {
    &SUBJECTS
}

/// The subjects that some manuals do not speak of.
#[derive(Debug)]
pub struct OtherSubjects {
    numbers: Vec<usize>,
    /// Runs of letters of each of their words.
    words: Vec<BTreeSet<String>>,
}

impl OtherSubjects {
    /// The subjects that the manuals with the words `known` do not speak of.
    pub fn of(known: &KnownWords) -> Self {
        let (mut numbers, mut others) = (Vec::new(), Vec::new());
        for (number, subject) in SUBJECTS.iter().enumerate() {
            let said = question_words(subject);
            let own = said.iter().filter(|word| known.spelled(word) >= SPELLED).count();
            if own as f32 >= OWN * said.len() as f32 {
                continue;
            }
            numbers.push(number);
            others.extend(said.iter().map(|word| runs(word)));
        }
        Self { numbers, words: others }
    }

    /// Their positions among [`subjects`].
    pub fn numbers(&self) -> &[usize] {
        &self.numbers
    }

    /// How much the word of `asked` that is most like one of these subjects' is like it, 0 to 1
    /// (Dice's coefficient). Words that the manual knows do not count.
    pub fn likeness(&self, wanted: &WantedWords, known: &KnownWords) -> f32 {
        let unknown = wanted.iter().filter(|word| known.knows(word) < UNKNOWN);
        unknown
            .flat_map(|word| self.words.iter().map(|other| dice(&word.runs, other)))
            .fold(0.0, f32::max)
    }
}

fn dice(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f32 {
    let shared = a.intersection(b).count();
    2.0 * shared as f32 / (a.len() + b.len()).max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::Vocabulary;

    #[test]
    fn what_the_manual_does_not_speak_of_is_another_subject() {
        let known =
            KnownWords::new(["금형 접합면 점검", "Check the solder paste on the circuit board"]);
        let others = OtherSubjects::of(&known);
        let likeness = |question: &str| {
            others.likeness(
                &WantedWords::new(&question_words(question), &Vocabulary::general()),
                &known,
            )
        };
        assert!(likeness("점심 메뉴가 뭐야") > 0.9);
        assert!(likeness("How much does the lunch cost?") > 0.9);
        assert!(likeness("금형은 어떻게 점검하나요") < 0.5);
        let kept: Vec<_> = others.numbers().iter().filter_map(|at| subjects().get(*at)).collect();
        assert!(kept.iter().any(|subject| subject.contains("welding")));
        assert!(kept.iter().all(|subject| !subject.contains("soldering")), "it is its own");
    }
}
