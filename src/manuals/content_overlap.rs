//! Content of a sentence for comparison with another: terms without function words, numbers,
//! negation.

use std::collections::HashSet;

use fettle_domain::english;
use fettle_domain::hangul::{is_syllable, without_particle, without_verb_ending};

use super::words::words;

/// The fewest letters of a stemmed English word.
const SHORTEST_STEM: usize = 4;

/// Words without content of their own.
const STOP_WORDS: [&str; 58] = [
    "원인은",
    "원인",
    "원인이",
    "원인으로",
    "조치",
    "조치로",
    "조치는",
    "예방",
    "예방을",
    "위해",
    "위해서",
    "위한",
    "통해",
    "때문",
    "때문에",
    "때문입니다",
    "인해",
    "인한",
    "및",
    "또는",
    "그리고",
    "등",
    "등이",
    "등을",
    "것입니다",
    "있습니다",
    "합니다",
    "됩니다",
    "입니다",
    "한다",
    "된다",
    "이다",
    "해야",
    "수",
    "있다",
    "하고",
    "하며",
    "발생",
    "발생합니다",
    "발생한다",
    "발생할",
    "불량",
    "불량이",
    "the",
    "a",
    "an",
    "and",
    "or",
    "of",
    "to",
    "in",
    "is",
    "are",
    "be",
    "by",
    "for",
    "with",
    "that",
];

/// The terms of a text: pairs of neighbouring Hangul syllables, and stems of other words.
pub(super) fn content_terms(text: &str) -> HashSet<String> {
    let mut out = HashSet::new();
    for word in words(text) {
        if STOP_WORDS.contains(&word.as_str()) {
            continue;
        }
        let word = without_verb_ending(&word);
        let chars: Vec<char> = word.chars().collect();
        if chars.iter().all(|c| is_syllable(*c)) {
            let chars = without_particle(&chars);
            out.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>()));
        } else {
            out.insert(english::stem(word, SHORTEST_STEM).to_owned());
        }
    }
    out
}

/// The numbers in a text, as printed.
pub(super) fn numbers(text: &str) -> Vec<String> {
    let runs = text.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    runs.map(|run| run.trim_matches('.').to_owned()).filter(|run| !run.is_empty()).collect()
}

/// Whether a text has a negation.
pub(super) fn is_negated(text: &str) -> bool {
    const ENGLISH: [&str; 6] = ["not", "never", "no", "without", "don't", "cannot"];
    const KOREAN: [&str; 9] =
        ["않", "마십시오", "마세요", "말아", "금지", "없", "아니", "아닙", "불필요"];
    KOREAN.iter().any(|word| text.contains(word))
        || words(text).iter().any(|word| ENGLISH.contains(&word.as_str()))
        || text.to_lowercase().contains("n't")
}
