//! Detection of misspelt words of the manual in a model's sentence.

use std::collections::HashSet;

use fettle_domain::hangul::{is_syllable, without_particle, without_verb_ending};

use super::words::words;

/// The fewest syllables or letters of a misspelt word. Shorter words that differ in one character are
/// mostly different words.
const MIN_SYLLABLES: usize = 3;
const MIN_LETTERS: usize = 6;
/// Syllables of light verbs, which differ without a typo: `발생하는` and `발생되는`.
const LIGHT_VERBS: &str = "하되한된할될함됨해돼했됐시";

/// The first misspelt word of a text, or `None`.
///
/// A word is misspelt if the sources lack the word but have one of the same length that differs in
/// one character before the last (`샴프트` for `샤프트`). Comparison by pairs of characters tolerates
/// such a word, but a report must not attribute it to the manual.
pub(super) fn find_typo<'a>(text: &str, sources: impl Iterator<Item = &'a str>) -> Option<String> {
    let known: HashSet<Vec<char>> =
        sources.flat_map(words).map(|word| uninflected(&word)).collect();
    words(text).into_iter().find(|word| {
        let word = uninflected(word);
        let shortest =
            if word.iter().all(|c| is_syllable(*c)) { MIN_SYLLABLES } else { MIN_LETTERS };
        word.len() >= shortest && !known.contains(&word) && known.iter().any(|k| is_typo(&word, k))
    })
}

fn is_typo(word: &[char], known: &[char]) -> bool {
    let mut other = word.iter().zip(known).enumerate().filter(|(_, (a, b))| a != b);
    let (Some((at, (a, b))), None) = (other.next(), other.next()) else { return false };
    // A difference in the last character is an inflection.
    word.len() == known.len()
        && at + 1 < word.len()
        && !(LIGHT_VERBS.contains(*a) && LIGHT_VERBS.contains(*b))
        && !(a.is_ascii_digit() || b.is_ascii_digit())
}

/// A word without particle or verb ending.
fn uninflected(word: &str) -> Vec<char> {
    let word = without_verb_ending(word);
    let chars: Vec<char> = word.chars().collect();
    if chars.iter().all(|c| is_syllable(*c)) { without_particle(&chars).to_vec() } else { chars }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_of_the_source_is_found() {
        let source =
            "직조 장비 바늘 및 샤프트 등 부품의 정기 점검 및 교체, 재발생하는 nozzle wear 방지";
        for (text, expected) in [
            ("직조 장비 바늘 및 샴프트 등 부품의 정기 점검", Some("샴프트")),
            ("샴프트를 교체합니다", Some("샴프트를")),
            ("Replace worn nozzel tips", None),
            ("Replace worn nizzle tips", Some("nizzle")),
            // Unchanged, inflected, or a different word.
            ("샤프트를 점검하고 샤프트의 마모를 봅니다", None),
            ("재발생되는", None),
            ("컨베이어 속도", None),
            // Too short to tell a typo from another word.
            ("바눌 장미", None),
            ("", None),
        ] {
            assert_eq!(find_typo(text, [source].into_iter()).as_deref(), expected, "{text}");
        }
    }
}
