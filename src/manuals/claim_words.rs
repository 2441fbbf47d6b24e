//! The words of a claim: what remains of a sentence when nothing but harmless letters are left out.
//!
//! Two texts are compared word by word, so whatever is left out here could be a lie that passes.
//! Only listed punctuation and listed function words are left out. Every other sign is a word of
//! its own.

use unicode_normalization::UnicodeNormalization;

use super::korean_forms::{Form, forms};
use fettle_domain::hangul::is_hangul;

/// Signs that carry no content.
const PUNCTUATION: &str = ",.:;()[]\"“”‘’·ㆍ、。•";
/// Function words that carry no content: articles, and `and` in Korean.
const FUNCTION_WORDS: [&str; 6] = ["the", "a", "an", "및", "그리고", "또한"];
/// Numbers in words.
const NUMBER_WORDS: [&str; 13] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
];

/// A word, number, unit or sign of a claim.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ClaimWord {
    /// The word as written (NFKC), Latin letters in lower case unless they may be a unit.
    pub(super) text: String,
    /// What the word may be. A Korean word has several readings, any other exactly one.
    pub(super) forms: Vec<Form>,
    /// Whether a comma, `및` or an ending such as `고` follows, so that another clause may begin.
    pub(super) joint: bool,
}

impl ClaimWord {
    fn new(text: String, joint: bool) -> Self {
        let forms =
            if text.chars().all(is_hangul) { forms(&text) } else { vec![Form::bare(&text)] };
        let joint = joint || text.ends_with(['고', '며']) && text.chars().all(is_hangul);
        Self { text, forms, joint }
    }
}

/// The script of a run of letters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Run {
    Hangul,
    Digits,
    Letters,
}

fn run_of(c: char) -> Option<Run> {
    if is_hangul(c) {
        Some(Run::Hangul)
    } else if c.is_numeric() {
        Some(Run::Digits)
    } else {
        c.is_alphabetic().then_some(Run::Letters)
    }
}

/// The words of a text.
pub(super) fn claim_words(text: &str) -> Vec<ClaimWord> {
    let text = with_plain_letters(text);
    let text: String = text.chars().map(|c| if "−–—".contains(c) { '-' } else { c }).collect();
    let text = text.replace(['\'', '’'], "'").replace("n't ", " not ");
    let mut out: Vec<ClaimWord> = Vec::new();
    let mut word = String::new();
    let mut run = None;
    let mut chars = text.chars().peekable();
    // Whether a space stands before the character: `680 -5` is a sign, `De-gassing` a hyphen.
    let mut spaced = true;
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let kind = run_of(c);
        let decimal = run == Some(Run::Digits)
            && matches!(c, '.' | ',')
            && next.is_some_and(|next| next.is_ascii_digit());
        if decimal || (kind.is_some() && kind == run) {
            word.push(c);
            continue;
        }
        push_word(&mut out, &mut word, run);
        run = kind;
        if kind.is_some() {
            word.push(c);
        } else if c == '\'' {
            // `mould's`: the possessive is dropped.
            if next == Some('s') {
                chars.next();
            }
        } else if PUNCTUATION.contains(c) {
            if let Some(last) = out.last_mut().filter(|_| c == ',') {
                last.joint = true;
            }
        } else if !c.is_whitespace() && !is_hyphen(c, spaced, next) {
            out.push(ClaimWord::new(c.to_string(), false));
        }
        spaced = c.is_whitespace();
    }
    push_word(&mut out, &mut word, run);
    out
}

/// The text in compatible letters (NFKC), where what is raised, lowered, circled or a fraction stays apart
/// from the number beside it: 10⁻⁵ is not 10-5, 1½ not 11/2, ①5 not 15.
fn with_plain_letters(text: &str) -> String {
    const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ";
    const LOWERED: &str = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎";
    let mut out = String::with_capacity(text.len());
    let mut before: Option<char> = None;
    for letter in text.chars() {
        let is_raised = RAISED.contains(letter);
        let is_lowered = LOWERED.contains(letter);
        let sets_apart = |signs: &str| {
            // m² is m2, but 10² is not 102, and m⁻¹ not m-1.
            let after_number = before.is_some_and(|c| c.is_numeric() || c == ')');
            let is_sign = !std::iter::once(letter).nfkc().all(char::is_alphanumeric);
            (after_number || is_sign) && !before.is_some_and(|c| signs.contains(c))
        };
        if is_raised && sets_apart(RAISED) {
            out.push('^');
        } else if is_lowered && sets_apart(LOWERED) {
            out.push('_');
        }
        let is_figure = letter.is_numeric()
            && !is_raised
            && !is_lowered
            && !letter.is_ascii_digit()
            && !('０'..='９').contains(&letter);
        if is_figure {
            out.push(' ');
        }
        out.extend(std::iter::once(letter).nfkc());
        if is_figure {
            out.push(' ');
        }
        before = Some(letter);
    }
    // Letters that combine with those before them.
    out.nfc().collect()
}

/// Whether a `-` joins two words (`De-gassing`). Before a digit it is a sign or a range.
fn is_hyphen(c: char, spaced: bool, next: Option<char>) -> bool {
    c == '-'
        && !spaced
        && next.is_some_and(|next| run_of(next) == Some(Run::Letters) || is_hangul(next))
}

fn push_word(out: &mut Vec<ClaimWord>, word: &mut String, run: Option<Run>) {
    let word = std::mem::take(word);
    if word.is_empty() {
        return;
    }
    // The case of units counts: `mPa`, `MPa`, `5 N`.
    let after_number = out.last().is_some_and(|last| {
        last.text == "°" || last.text.chars().all(|c| c.is_ascii_digit() || ".,".contains(c))
    });
    let is_plain = word.chars().skip(1).all(char::is_lowercase) && !after_number;
    let text = if run == Some(Run::Letters) && is_plain { word.to_lowercase() } else { word };
    if FUNCTION_WORDS.contains(&text.as_str()) {
        if let Some(last) = out.last_mut().filter(|_| text.chars().all(is_hangul)) {
            last.joint = true;
        }
        return;
    }
    let text = match NUMBER_WORDS.iter().position(|number| *number == text) {
        Some(number) => number.to_string(),
        None => text,
    };
    out.push(ClaimWord::new(text, false));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_says_nothing_is_left_out() {
        for (text, expected) in [
            ("용탕 온도를 680±5℃로 유지", "용탕|온도를|680|±|5|°|C|로|유지"),
            ("-20 MPa 이하, 25.5 mm", "-|20|MPa|이하|25.5|mm"),
            ("5-10 mm와 De-gassing", "5|-|10|mm|와|de|gassing"),
            ("Don't open the mould's lid", "do|not|open|mould|lid"),
            ("Replace every three months.", "replace|every|3|months"),
            ("왜? <b>", "왜|?|<|b|>"),
            ("㎜, ％", "mm|%"),
            ("10⁻⁵ Pa", "10|^|-|5|Pa"),
            ("10^-5 Pa", "10|^|-|5|Pa"),
            ("10-5 Pa", "10|-|5|Pa"),
            ("10² 개", "10|^|2|개"),
            ("102 개", "102|개"),
            ("5 m²", "5|m|2"),
            ("1½ bar", "1|1|⁄|2|bar"),
            ("①5 mm", "1|5|mm"),
            ("⒈5 mm", "1|5|mm"),
            ("H₂O", "h|2|O"),
        ] {
            let words = claim_words(text);
            let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
            assert_eq!(texts.join("|"), expected);
        }
    }
}
