//! Bullets and numbers of list items.

/// The marker at the start of a list item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListMarker {
    /// `•`, `-`, `※` …
    Bullet,
    /// `1.`, `(2)`, `③`, `가.` …
    Number,
}

/// Bullets with or without a space after them.
const BULLETS: &str = "•●○◦⦁∙▪▫■□◆◇◈◎▶▷►▸▹‣✓✔✅❍❖➔➜➢➤☞★☆※";
/// Bullets only with a space after them, because numbers and words start with them too.
const SPACED_BULLETS: &str = "·ㆍ・-–—−*+ㅇo";
/// Hangul syllables in the order of numbering: `가.`, `나.` …
const HANGUL_ORDER: &str = "가나다라마바사아자차카타파하";

/// Splits a line into its marker, if any, and the text after the marker.
pub(super) fn split_marker(text: &str) -> (Option<ListMarker>, &str) {
    let text = text.trim();
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return (None, text) };
    let rest = chars.as_str();
    if BULLETS.contains(first) {
        return (Some(ListMarker::Bullet), rest.trim_start());
    }
    if SPACED_BULLETS.contains(first) && rest.chars().next().is_none_or(char::is_whitespace) {
        return (Some(ListMarker::Bullet), rest.trim_start());
    }
    // ① ⑴ ⒈, ❶ ➀ ➊, ㉠ ㉮.
    if matches!(first, '\u{2460}'..='\u{249B}' | '\u{2776}'..='\u{2793}' | '\u{3260}'..='\u{327B}')
    {
        return (Some(ListMarker::Number), rest.trim_start());
    }
    match strip_number(text) {
        Some(rest) => (Some(ListMarker::Number), rest),
        None => (None, text),
    }
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
