//! What of a text is compared: runs of four Hangul letters (jamo), runs of three letters of
//! other scripts, numbers whole.
//!
//! Runs of jamo go over spaces, since writers space compounds as they like, and share most
//! of their length with a mistyped syllable (`칼랄`, `칼날`). Particles and endings need no
//! analysis: they are in all texts, so they weigh nothing. Morphemes (lindera with ko-dic)
//! measured no better and weigh 40 MB: `docs/retrieval.md`.

use fettle_domain::hangul::is_hangul;
use unicode_normalization::UnicodeNormalization;

/// Jamo a term.
const JAMO: usize = 4;
/// Letters of other scripts a term, the word's two ends counted.
const LETTERS: usize = 3;

/// A run of characters of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// Syllables, or single jamo.
    Hangul(String),
    /// Letters of any other script, lower case.
    Letters(String),
    /// Digits.
    Number(String),
}

/// The words of `text`, composed (NFC) and in lower case.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut goes_on = false;
    for c in text.nfc().flat_map(char::to_lowercase) {
        let new = if is_hangul(c) {
            Word::Hangul(c.into())
        } else if c.is_alphabetic() {
            Word::Letters(c.into())
        } else if c.is_numeric() {
            Word::Number(c.into())
        } else {
            goes_on = false;
            continue;
        };
        match (words.last_mut().filter(|_| goes_on), new) {
            (Some(Word::Hangul(word)), Word::Hangul(_))
            | (Some(Word::Letters(word)), Word::Letters(_))
            | (Some(Word::Number(word)), Word::Number(_)) => word.push(c),
            (_, new) => words.push(new),
        }
        goes_on = true;
    }
    words
}

/// The terms of `text`, each as often as it stands there.
pub(super) fn of(text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    let mut hangul = String::new();
    for word in words(text) {
        match word {
            Word::Hangul(word) => hangul.push_str(&word),
            Word::Letters(word) => {
                add_hangul(&mut terms, &std::mem::take(&mut hangul));
                add_runs(&mut terms, &format!("^{word}$"), LETTERS);
            }
            Word::Number(word) => {
                add_hangul(&mut terms, &std::mem::take(&mut hangul));
                terms.push(word);
            }
        }
    }
    add_hangul(&mut terms, &hangul);
    terms
}

/// A syllable that stands alone is a term of its own: it has no four jamo.
fn add_hangul(terms: &mut Vec<String>, hangul: &str) {
    if hangul.chars().count() == 1 {
        terms.push(hangul.to_owned());
    }
    add_runs(terms, &hangul.nfd().collect::<String>(), JAMO);
}

fn add_runs(terms: &mut Vec<String>, text: &str, length: usize) {
    let letters: Vec<char> = text.chars().collect();
    terms.extend(letters.windows(length).map(|run| run.iter().collect::<String>()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_terms() {
        // 금형 is ㄱㅡㅁㅎㅕㅇ.
        let mould = [
            "\u{1100}\u{1173}\u{11B7}\u{1112}",
            "\u{1173}\u{11B7}\u{1112}\u{1167}",
            "\u{11B7}\u{1112}\u{1167}\u{11BC}",
        ];
        for (text, expected) in [
            ("Pin", &["^pi", "pin", "in$"][..]),
            ("a", &["^a$"]),
            ("±5℃", &["5"]),
            ("금형", &mould),
            ("금 형", &mould),
        ] {
            assert_eq!(of(text), expected, "{text}");
        }
        assert!(of("버").contains(&"버".to_owned()));
    }

    #[test]
    fn words_are_runs_of_one_kind() {
        let words = words("TiN코팅 ±5℃, 3mm");
        let (hangul, letters) =
            (|w: &str| Word::Hangul(w.into()), |w: &str| Word::Letters(w.into()));
        let number = |w: &str| Word::Number(w.into());
        let expected = [letters("tin"), hangul("코팅"), number("5"), number("3"), letters("mm")];
        assert_eq!(words, expected);
    }
}
