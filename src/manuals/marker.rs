//! Bullets and numbers that begin a list item.

/// What a line begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    /// `•`, `-`, `※` …
    Bullet,
    /// `1.`, `(2)`, `③`, `가.` …
    Number,
}

/// Bullets even without a space after them.
const BULLETS: &str = "•●○◦⦁∙▪▫■□◆◇◈◎▶▷►▸▹‣✓✔✅❍❖➔➜➢➤☞★☆※";
/// Bullets only with a space after them: they also begin numbers and words.
const SPACED_BULLETS: &str = "·ㆍ・-–—−*+ㅇo";
const HANGUL_ORDER: &str = "가나다라마바사아자차카타파하";

/// The marker, if there is one, and the text after it.
pub(super) fn split(text: &str) -> (Option<Marker>, &str) {
    let text = text.trim();
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return (None, text) };
    let rest = chars.as_str();
    if BULLETS.contains(first) {
        return (Some(Marker::Bullet), rest.trim_start());
    }
    if SPACED_BULLETS.contains(first) && rest.chars().next().is_none_or(char::is_whitespace) {
        return (Some(Marker::Bullet), rest.trim_start());
    }
    // ① ⑴ ⒈, ❶ ➀ ➊, ㉠ ㉮.
    if matches!(first, '\u{2460}'..='\u{249B}' | '\u{2776}'..='\u{2793}' | '\u{3260}'..='\u{327B}')
    {
        return (Some(Marker::Number), rest.trim_start());
    }
    match numbered(text) {
        Some(rest) => (Some(Marker::Number), rest),
        None => (None, text),
    }
}

/// Whether the text is a marker and nothing else.
pub(super) fn is_lone(text: &str) -> bool {
    matches!(split(text), (Some(_), ""))
}

fn numbered(text: &str) -> Option<&str> {
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
    fn markers_are_told_from_text() {
        use Marker::{Bullet, Number};
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
            assert_eq!(split(text), expected, "{text}");
        }
        assert!(is_lone("•") && is_lone("1.") && !is_lone("공극"));
    }
}
