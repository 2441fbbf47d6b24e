//! Hangul letters in Unicode, and the particles and verb endings of Korean words.

use std::ops::RangeInclusive;

/// The composed syllables (Unicode block `Hangul Syllables`).
pub const SYLLABLES: RangeInclusive<char> = '가'..='힣';

/// Particles (조사) that may follow a noun: `칼이`, `실은`.
const PARTICLES: [&str; 27] = [
    "이", "가", "은", "는", "을", "를", "에", "의", "로", "와", "과", "도", "만", "랑", "이랑",
    "으로", "에서", "이나", "나", "부터", "하고", "말고", "보다", "까지", "처럼", "만을", "만이",
];

/// Endings that make a verb of a noun: `점검` → `점검합니다`.
const VERB_ENDINGS: [&str; 16] = [
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

/// Nouns and suffixes that a noun is compounded with and stays what it is: 곰보투성이, 곰보자국.
const COMPOUNDED: [&str; 14] = [
    "들",
    "투성이",
    "자국",
    "부위",
    "쪽",
    "불량",
    "결함",
    "문제",
    "때문",
    "발생",
    "현상",
    "제거",
    "방지",
    "류",
];

/// What makes a sentence of a noun: 곰보예요, 곰보인데.
const COPULAS: [&str; 26] = [
    "예요",
    "이에요",
    "에요",
    "네요",
    "이네요",
    "입니다",
    "입니까",
    "인가요",
    "인가",
    "인데",
    "인데요",
    "이라",
    "라서",
    "이라서",
    "라고",
    "이라고",
    "이다",
    "이죠",
    "죠",
    "이지",
    "인지",
    "면",
    "이면",
    "임",
    "였어요",
    "이었어요",
];

/// Whether a noun with `rest` behind it is still that noun: 우라가 is 우라, 우라늄 is not.
pub fn is_noun_ending(rest: &str) -> bool {
    let mut rest = rest;
    while let Some(after) = COMPOUNDED.iter().find_map(|noun| rest.strip_prefix(noun)) {
        rest = after;
    }
    let is_two_particles =
        || PARTICLES.iter().any(|particle| rest.strip_prefix(particle).is_some_and(is_particle));
    rest.is_empty() || is_particle(rest) || COPULAS.contains(&rest) || is_two_particles()
}

/// Whether `c` is a composed syllable.
pub fn is_syllable(c: char) -> bool {
    SYLLABLES.contains(&c)
}

/// Whether `c` is a syllable, a conjoining jamo (`ᄀ`, as decomposed text has) or a compatibility
/// jamo (`ㄱ`, as a keyboard types a single letter).
pub fn is_hangul(c: char) -> bool {
    is_syllable(c) || matches!(c, '\u{1100}'..='\u{11FF}' | '\u{3131}'..='\u{318E}')
}

/// The final consonants (받침) of syllables in the order of Unicode; the first is none.
const FINAL_CONSONANTS: [char; 28] = [
    '\0', 'ㄱ', 'ㄲ', 'ㄳ', 'ㄴ', 'ㄵ', 'ㄶ', 'ㄷ', 'ㄹ', 'ㄺ', 'ㄻ', 'ㄼ', 'ㄽ', 'ㄾ', 'ㄿ', 'ㅀ',
    'ㅁ', 'ㅂ', 'ㅄ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅊ', 'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ',
];

/// Place of a syllable's final consonant in [`FINAL_CONSONANTS`].
fn final_index(syllable: char) -> Option<u32> {
    is_syllable(syllable).then(|| (u32::from(syllable) - u32::from(*SYLLABLES.start())) % 28)
}

/// The final consonant (받침) of a syllable; `None` where it has none or `c` is no syllable.
pub fn final_consonant(c: char) -> Option<char> {
    let index = final_index(c).filter(|index| *index > 0)?;
    FINAL_CONSONANTS.get(usize::try_from(index).ok()?).copied()
}

/// A word whose last syllable has lost its final consonant: `높임` → `높이`.
pub fn without_final_consonant(word: &str) -> String {
    let mut chars: Vec<char> = word.chars().collect();
    if let Some(last) = chars.last_mut()
        && let Some(index) = final_index(*last)
    {
        *last = char::from_u32(u32::from(*last) - index).unwrap_or(*last);
    }
    chars.into_iter().collect()
}

/// Whether `text` is a particle and nothing else.
pub fn is_particle(text: &str) -> bool {
    PARTICLES.contains(&text)
}

/// A word without its particle: `배출구가` → `배출구`. At least two syllables remain. Particles in
/// which many nouns end are kept (`만` of `불만`, `나` of `하나`).
pub fn without_particle(word: &[char]) -> &[char] {
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

/// A word without the ending that makes a verb of a noun: `점검합니다` → `점검`.
pub fn without_verb_ending(word: &str) -> &str {
    VERB_ENDINGS.iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composed_and_single_letters_are_hangul() {
        for (c, syllable, hangul) in [
            ('가', true, true),
            ('힣', true, true),
            ('\u{1100}', false, true),
            ('ㄱ', false, true),
            ('ㅣ', false, true),
            ('a', false, false),
            ('漢', false, false),
            ('\u{D7A4}', false, false),
        ] {
            assert_eq!((is_syllable(c), is_hangul(c)), (syllable, hangul), "{c}");
        }
    }

    #[test]
    fn a_final_consonant_is_known_and_removed() {
        for (word, last, without) in [
            ("높임", Some('ㅁ'), "높이"),
            ("온도", None, "온도"),
            ("넓", Some('ㄼ'), "너"),
            ("mm", None, "mm"),
            ("", None, ""),
        ] {
            assert_eq!(word.chars().last().and_then(final_consonant), last);
            assert_eq!(without_final_consonant(word), without);
        }
    }

    #[test]
    fn particles_are_removed_from_nouns() {
        for (word, noun) in [
            ("배출구가", "배출구"),
            ("금형으로", "금형"),
            ("공정에서", "공정"),
            ("칼이", "칼이"),
            ("하나", "하나"),
            ("샤프트", "샤프트"),
            ("", ""),
        ] {
            let chars: Vec<char> = word.chars().collect();
            assert_eq!(without_particle(&chars).iter().collect::<String>(), noun, "{word}");
        }
        assert!(is_particle("부터") && !is_particle("국수") && !is_particle(""));
    }

    #[test]
    fn a_noun_stays_itself_before_particles() {
        for (rest, expected) in [
            ("", true),
            ("가", true),
            ("에서는", true),
            ("투성이네요", true),
            ("자국이", true),
            ("예요", true),
            ("늄", false),
            ("토", false),
        ] {
            assert_eq!(is_noun_ending(rest), expected, "{rest}");
        }
    }

    #[test]
    fn verb_endings_are_removed() {
        for (word, noun) in [("점검합니다", "점검"), ("청소하고", "청소"), ("마모", "마모")]
        {
            assert_eq!(without_verb_ending(word), noun);
        }
    }
}
