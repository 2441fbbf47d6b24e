//! What a sentence claims, so that it can be held against another: its content without the words
//! around it, its numbers, and whether it denies.

use std::collections::HashSet;

use super::names::words;

/// Words of a sentence's frame rather than of what it says.
const FRAME: [&str; 58] = [
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
/// Endings that turn a noun of the manual into a sentence.
const ENDINGS: [&str; 16] = [
    "되었습니다",
    "하였습니다",
    "했습니다",
    "하십시오",
    "합니다",
    "됩니다",
    "입니다",
    "습니다",
    "하세요",
    "해야",
    "하여",
    "한다",
    "된다",
    "이다",
    "하고",
    "하며",
];

/// What a text says: pairs of Hangul characters, other words whole and in lower case.
pub(super) fn content(text: &str) -> HashSet<String> {
    let mut out = HashSet::new();
    for word in words(text) {
        if FRAME.contains(&word.as_str()) {
            continue;
        }
        let word = ENDINGS.iter().find_map(|e| word.strip_suffix(e)).unwrap_or(&word);
        let chars: Vec<char> = word.chars().collect();
        if chars.iter().all(is_syllable) {
            let chars = without_particle(&chars);
            out.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>()));
        } else {
            out.insert(stem(word));
        }
    }
    out
}

/// `배출구가` → `배출구`: a particle says how a noun is used, not what.
fn without_particle(word: &[char]) -> &[char] {
    if let [noun @ .., '으', '로'] | [noun @ .., '에', '서'] = word
        && noun.len() >= 2
    {
        return noun;
    }
    match word.split_last() {
        Some((last, noun)) if noun.len() >= 2 && "은는이가을를의에로과와도".contains(*last) => {
            noun
        }
        _ => word,
    }
}

/// Syllables of the verbs that make one of a noun: `발생하는` and `발생되는` say the same.
const LIGHT_VERBS: &str = "하되한된할될함됨해돼했됐시";

/// The first word of a text that is none of the sources' but a slip of one: as long, and another
/// character before its end (`샴프트` for `샤프트`). Pairs of characters forgive it, a reader must
/// not be told that it is the manual's.
pub(super) fn slip<'a>(text: &str, sources: impl Iterator<Item = &'a str>) -> Option<String> {
    let known: HashSet<Vec<char>> = sources.flat_map(words).map(|word| bare(&word)).collect();
    words(text).into_iter().find(|word| {
        let word = bare(word);
        let least = if word.iter().all(is_syllable) { SLIP_SYLLABLES } else { SLIP_LETTERS };
        word.len() >= least && !known.contains(&word) && known.iter().any(|k| is_slip(&word, k))
    })
}

/// Shorter words that differ in one character are mostly other words.
const SLIP_SYLLABLES: usize = 3;
const SLIP_LETTERS: usize = 6;

fn is_slip(word: &[char], known: &[char]) -> bool {
    let mut other = word.iter().zip(known).enumerate().filter(|(_, (a, b))| a != b);
    let (Some((at, (a, b))), None) = (other.next(), other.next()) else { return false };
    // The last character is an ending's.
    word.len() == known.len()
        && at + 1 < word.len()
        && !(LIGHT_VERBS.contains(*a) && LIGHT_VERBS.contains(*b))
        && !(a.is_ascii_digit() || b.is_ascii_digit())
}

/// A word without what its use in a sentence adds.
fn bare(word: &str) -> Vec<char> {
    let word = ENDINGS.iter().find_map(|e| word.strip_suffix(e)).unwrap_or(word);
    let chars: Vec<char> = word.chars().collect();
    if chars.iter().all(is_syllable) { without_particle(&chars).to_vec() } else { chars }
}

fn is_syllable(c: &char) -> bool {
    matches!(c, '\u{AC00}'..='\u{D7A3}')
}

/// English inflection, roughly: enough to match `nozzles` with `nozzle`.
fn stem(word: &str) -> String {
    for ending in ["ing", "ies", "ed", "es", "s"] {
        if let Some(stem) = word.strip_suffix(ending)
            && stem.chars().count() >= 4
        {
            return stem.to_owned();
        }
    }
    word.strip_suffix('e').filter(|stem| stem.chars().count() >= 4).unwrap_or(word).to_owned()
}

/// Runs of digits, with their decimal point.
pub(super) fn numbers(text: &str) -> Vec<String> {
    let runs = text.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    runs.map(|run| run.trim_matches('.').to_owned()).filter(|run| !run.is_empty()).collect()
}

pub(super) fn is_denying(text: &str) -> bool {
    const WORDS: [&str; 6] = ["not", "never", "no", "without", "don't", "cannot"];
    const HANGUL: [&str; 9] =
        ["않", "마십시오", "마세요", "말아", "금지", "없", "아니", "아닙", "불필요"];
    HANGUL.iter().any(|word| text.contains(word))
        || words(text).iter().any(|word| WORDS.contains(&word.as_str()))
        || text.to_lowercase().contains("n't")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_a_source_word_is_found() {
        let source =
            "직조 장비 바늘 및 샤프트 등 부품의 정기 점검 및 교체, 재발생하는 nozzle wear 방지";
        for (text, expected) in [
            ("직조 장비 바늘 및 샴프트 등 부품의 정기 점검", Some("샴프트")),
            ("샴프트를 교체합니다", Some("샴프트를")),
            ("Replace worn nozzel tips", None),
            ("Replace worn nizzle tips", Some("nizzle")),
            // As it is, inflected, or another word altogether.
            ("샤프트를 점검하고 샤프트의 마모를 봅니다", None),
            ("재발생되는", None),
            ("컨베이어 속도", None),
            // Too short to tell a slip from another word.
            ("바눌 장미", None),
            ("", None),
        ] {
            assert_eq!(slip(text, [source].into_iter()).as_deref(), expected, "{text}");
        }
    }
}
