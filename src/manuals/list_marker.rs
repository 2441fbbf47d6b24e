//! Bullets and numbers of list items.

use unicode_normalization::UnicodeNormalization as _;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

/// The marker at the start of a list item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListMarker {
    /// `•`, `-`, `※` …
    Bullet,
    /// `1.`, `(2)`, `③`, `가.` …
    Number,
}

/// Punctuation and operators that are bullets also without a space after them.
const BULLETS: &str = "•‣⁃※∙⦁";
/// Operators that begin a quantity: `± 5℃`.
const QUANTITY_SIGNS: &str = "±∓×÷=<>≤≥≦≧≒≈≠~|";
/// Hangul syllables in the order of numbering: `가.`, `나.` …
const HANGUL_ORDER: &str = "가나다라마바사아자차카타파하";

/// Splits a line into its marker, if any, and the text after the marker.
pub(super) fn split_marker(text: &str) -> (Option<ListMarker>, &str) {
    let text = text.trim();
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return (None, text) };
    let rest = chars.as_str();
    // ① ⑴ ⒈, ❶ ➀ ➊, ㉠ ㉮.
    if matches!(first, '\u{2460}'..='\u{249B}' | '\u{2776}'..='\u{2793}' | '\u{3260}'..='\u{327B}')
    {
        return (Some(ListMarker::Number), rest.trim_start());
    }
    if is_bullet(first, rest.chars().next()) {
        return (Some(ListMarker::Bullet), rest.trim_start());
    }
    match strip_number(text) {
        Some(rest) => (Some(ListMarker::Number), rest),
        None => (None, text),
    }
}

/// Whether the first character of a line, with `next` after it, is a bullet: by its general category
/// (Unicode Standard, 4.5), as documents use any sign that a font has.
fn is_bullet(first: char, next: Option<char>) -> bool {
    use GeneralCategory as Category;
    let is_set_apart = next.is_none_or(char::is_whitespace);
    if BULLETS.contains(first) {
        return true;
    }
    match first.general_category() {
        // Bullets of symbol fonts.
        Category::PrivateUse => true,
        Category::OtherSymbol if is_abbreviation(first) => false,
        Category::OtherSymbol => is_drawing(first) || is_set_apart,
        Category::MathSymbol => {
            is_drawing(first) || is_set_apart && !QUANTITY_SIGNS.contains(first)
        }
        // `-5℃` is a quantity; `-점검` is an item.
        Category::DashPunctuation => is_set_apart || next.is_some_and(is_hangul_syllable),
        Category::OtherPunctuation => is_set_apart && (first == '*' || !first.is_ascii()),
        // ㅇ, ㅁ, ㆍ: letters of Hangul that stand for a circle, a square and a dot.
        Category::OtherLetter => is_set_apart && ('\u{3131}'..='\u{318E}').contains(&first),
        _ => is_set_apart && first == 'o',
    }
}

/// Whether a symbol stands for letters: `℃`, `㎜`, `№`, `㈜`.
fn is_abbreviation(symbol: char) -> bool {
    std::iter::once(symbol).nfkd().any(char::is_alphanumeric)
}

/// Whether a symbol is an arrow, a geometric shape, a dingbat or a pictograph.
fn is_drawing(symbol: char) -> bool {
    matches!(
        symbol,
        '\u{2190}'..='\u{21FF}' | '\u{2300}'..='\u{23FF}' | '\u{25A0}'..='\u{27BF}'
            | '\u{27F0}'..='\u{27FF}' | '\u{2900}'..='\u{297F}' | '\u{2B00}'..='\u{2BFF}'
            | '\u{1F300}'..='\u{1FAFF}'
    )
}

fn is_hangul_syllable(letter: char) -> bool {
    ('가'..='힣').contains(&letter)
}

/// Whether the text is a marker and nothing else.
pub(super) fn is_lone_marker(text: &str) -> bool {
    matches!(split_marker(text), (Some(_), ""))
}

/// The text after a list number, or `None` if the text starts with no number.
fn strip_number(text: &str) -> Option<&str> {
    let (bracketed, body) = match text.strip_prefix('(') {
        Some(body) => (true, body),
        None => (false, text),
    };
    let label = body.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = body.len() - label.len();
    let after = if digits > 0 {
        (digits <= 2).then_some(label)?
    } else {
        let mut chars = body.chars();
        let letter = chars.next()?;
        (HANGUL_ORDER.contains(letter) || letter.is_ascii_alphabetic()).then_some(chars.as_str())?
    };
    if bracketed {
        return after.strip_prefix(')').map(str::trim_start);
    }
    let rest = after.strip_prefix(['.', ')'])?;
    // `1.5 mm` and `e.g.` are no list numbers; `1.점검` is one.
    let next = rest.chars().next();
    let ends = match next {
        None => true,
        Some(c) if digits > 0 => !c.is_ascii_digit(),
        Some(c) => c.is_whitespace(),
    };
    ends.then(|| rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_distinguished_from_text() {
        use ListMarker::{Bullet, Number};
        for (text, expected) in [
            ("• 탈기 불량", (Some(Bullet), "탈기 불량")),
            ("•탈기", (Some(Bullet), "탈기")),
            ("- 금형 마모", (Some(Bullet), "금형 마모")),
            ("-5℃ 이하", (None, "-5℃ 이하")),
            ("1. 점검", (Some(Number), "점검")),
            ("2)점검", (Some(Number), "점검")),
            ("(3) 점검", (Some(Number), "점검")),
            ("③ 점검", (Some(Number), "점검")),
            ("❷점검", (Some(Number), "점검")),
            ("ㅇ 점검", (Some(Bullet), "점검")),
            ("o 점검", (Some(Bullet), "점검")),
            ("oil 점검", (None, "oil 점검")),
            ("－ 점검", (Some(Bullet), "점검")),
            ("-점검", (Some(Bullet), "점검")),
            ("－5℃ 이하", (None, "－5℃ 이하")),
            ("■점검", (Some(Bullet), "점검")),
            ("⇒ 점검", (Some(Bullet), "점검")),
            ("▷점검", (Some(Bullet), "점검")),
            ("◉ 점검", (Some(Bullet), "점검")),
            ("⬛점검", (Some(Bullet), "점검")),
            ("￮ 점검", (Some(Bullet), "점검")),
            ("ㅁ 점검", (Some(Bullet), "점검")),
            ("․ 점검", (Some(Bullet), "점검")),
            ("\u{F0A7}점검", (Some(Bullet), "점검")),
            ("\u{F06C} 점검", (Some(Bullet), "점검")),
            ("👉 점검", (Some(Bullet), "점검")),
            ("℃ 단위", (None, "℃ 단위")),
            ("㎜ 이하", (None, "㎜ 이하")),
            ("㈜ 한국", (None, "㈜ 한국")),
            ("± 5℃", (None, "± 5℃")),
            ("≤ 3 mm", (None, "≤ 3 mm")),
            ("# 제목", (None, "# 제목")),
            ("% 이하", (None, "% 이하")),
            ("1) (2) 점검", (Some(Number), "(2) 점검")),
            ("가. 점검", (Some(Number), "점검")),
            ("a) check", (Some(Number), "check")),
            ("1.5 mm 이하", (None, "1.5 mm 이하")),
            ("2024. 점검", (None, "2024. 점검")),
            ("e.g. nozzle", (None, "e.g. nozzle")),
            ("가스 포획", (None, "가스 포획")),
            ("", (None, "")),
        ] {
            assert_eq!(split_marker(text), expected, "{text}");
        }
        assert!(is_lone_marker("•") && is_lone_marker("1.") && !is_lone_marker("공극"));
    }
}
