//! Bullets and numbers of list items.
//!
//! Bullets are recognised by what they are in Unicode, not by a list: factories use any symbol that
//! their word processor offers.

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
    if matches!(first, '\u{2460}'..='\u{249B}' | '\u{24B6}'..='\u{24FF}' | '\u{2776}'..='\u{2793}' | '\u{3260}'..='\u{327B}')
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

/// The style of a line's marker, the same for all items of a list: `9.`, `(가)`, `①`, `■`. `None`
/// without a marker.
pub(super) fn marker_style(text: &str) -> Option<String> {
    let text = text.trim();
    let (Some(_), rest) = split_marker(text) else { return None };
    let marker = text.strip_suffix(rest).unwrap_or(text).trim();
    let style = marker.chars().map(|c| match c {
        '0'..='9' => '9',
        'a'..='z' | 'A'..='Z' => 'a',
        '\u{2460}'..='\u{249B}' | '\u{24B6}'..='\u{24FF}' | '\u{2776}'..='\u{2793}' => '①',
        '\u{3260}'..='\u{327B}' => '㉠',
        _ if HANGUL_ORDER.contains(c) => '가',
        _ => c,
    });
    let mut style: Vec<char> = style.collect();
    style.dedup();
    Some(style.into_iter().collect())
}

/// The number of a list item that starts with digits: 12 of `12. 점검`, 3 of `(3) 점검`.
pub(super) fn list_number(text: &str) -> Option<u32> {
    let text = text.trim();
    split_marker(text).0.filter(|marker| *marker == ListMarker::Number)?;
    let digits = text.trim_start_matches('(').split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// The items that stand in one line: `① 가 ② 나`, `가; 나`. The text alone where there is one.
pub(super) fn split_items(text: &str) -> Vec<&str> {
    let circled: Vec<usize> = text
        .char_indices()
        .filter(|(_, c)| matches!(c, '\u{2460}'..='\u{2473}'))
        .map(|(at, _)| at)
        .collect();
    let mut items: Vec<&str> = if circled.first() == Some(&0) && circled.len() >= 2 {
        let ends = circled.iter().skip(1).copied().chain([text.len()]);
        circled.iter().zip(ends).filter_map(|(from, to)| text.get(*from..to)).collect()
    } else {
        text.split([';', '；']).collect()
    };
    items.iter_mut().for_each(|item| *item = item.trim());
    items.retain(|item| item.chars().any(char::is_alphanumeric));
    items
}

/// The text behind the number of an outline: `1.1 …`, `1-2. …`, `Ⅱ. …`, `제3절 …`. The whole text where
/// there is none.
pub(super) fn without_outline_number(text: &str) -> &str {
    let text = text.trim();
    let is_chapter = text.strip_prefix('제').map(str::trim_start).and_then(|rest| {
        let behind = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let behind = (behind.len() < rest.len()).then(|| behind.trim_start())?;
        behind.strip_prefix(['장', '절', '항', '편', '부'])
    });
    let behind = is_chapter.unwrap_or_else(|| {
        text.trim_start_matches(|c: char| c.is_numeric() || matches!(c, '.' | '-'))
    });
    let rest = behind.trim_start_matches(['.', ')']);
    let is_number = rest.len() < text.len() && rest.starts_with(char::is_whitespace);
    if is_number { rest.trim_start() } else { text }
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
            ("－5 ℃", (None, "－5 ℃")),
            ("∘ 점검", (Some(Bullet), "점검")),
            ("\u{F0B7} 점검", (Some(Bullet), "점검")),
            ("⮚점검", (Some(Bullet), "점검")),
            ("OK 판정", (None, "OK 판정")),
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
        for (text, style) in [
            ("12. 점검", Some("9.")),
            ("(나) 점검", Some("(가)")),
            ("③ 점검", Some("①")),
            ("점검", None),
        ] {
            assert_eq!(marker_style(text).as_deref(), style, "{text}");
        }
        for (text, items) in [
            ("① 레일 교체 ② 청소", &["① 레일 교체", "② 청소"][..]),
            ("레일 교체; 청소 ;", &["레일 교체", "청소"]),
            ("레일 ① 교체", &["레일 ① 교체"]),
        ] {
            assert_eq!(split_items(text), items);
        }
        for (text, expected) in [
            ("1.1 원인", "원인"),
            ("1-2. 원인", "원인"),
            ("Ⅱ. 원인", "원인"),
            ("제3절 원인", "원인"),
            ("제 2 장. 원인", "원인"),
            ("제1공정 원인", "제1공정 원인"),
            ("-5℃ 이하", "-5℃ 이하"),
            ("원인", "원인"),
        ] {
            assert_eq!(without_outline_number(text), expected, "{text}");
        }
        assert!(is_lone_marker("•") && is_lone_marker("1.") && !is_lone_marker("공극"));
    }
}
