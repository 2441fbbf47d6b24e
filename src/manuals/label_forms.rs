//! The forms in which a label stands before what it is the label of: `원인: …`, `【원인】 …`, `(원인) …`,
//! `원인 - …`, `원인① …`, `■ 원인 ■ …`.

use fettle_domain::StatementKind;

use super::headings::split_colon;
use super::list_marker::without_outline_number;
use super::measures::starts_with_unit;
use super::part_labels::{covered, is_plain};

/// The longest label before a sign that is no colon, in letters with spaces.
const MAX_LABEL_CHARS: usize = 24;
/// Brackets that a label may stand in, beside those of [`split_colon`].
const BRACKETS: [(char, char); 5] =
    [('(', ')'), ('（', '）'), ('『', '』'), ('{', '}'), ('≪', '≫')];
/// Signs that part a label from its text without a space on either side.
const ARROWS: &str = "→⇒➔➜▶►▷;；|=";
/// The last words of labels that are known without a colon. 재작업 is an action in itself.
const NOUNS: [&str; 28] = [
    "원인",
    "요인",
    "이유",
    "조치",
    "대책",
    "방안",
    "대응책",
    "해결책",
    "방지",
    "예방",
    "방지책",
    "해결방법",
    "조치방법",
    "처리방법",
    "조치사항",
    "cause",
    "causes",
    "reason",
    "reasons",
    "action",
    "actions",
    "remedy",
    "remedies",
    "solution",
    "solutions",
    "prevention",
    "fix",
    "fixes",
];

/// The kind of a label and the text after it on its line, or `None` if `text` is no label by its words
/// alone.
pub(super) fn sub_heading(text: &str) -> Option<(StatementKind, Option<&str>)> {
    let text = without_outline_number(text);
    if let Some((head, rest)) = split_colon(text).filter(|(_, rest)| !rest.is_empty())
        && let Some(kind) = covered(head)
    {
        return Some((kind, Some(rest)));
    }
    if let Some(kind) = covered(text) {
        return Some((kind, None));
    }
    let (head, rest) = in_brackets(text)
        .or_else(|| before_sign(text).filter(|(head, _)| names_part(head)))
        .or_else(|| numbered(text))?;
    Some((covered(head)?, (!rest.is_empty()).then_some(rest)))
}

/// A label in brackets, and the text behind it.
fn in_brackets(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    BRACKETS.iter().find_map(|(open, close)| {
        let (head, rest) = text.strip_prefix(*open)?.split_once(*close)?;
        // 『원인』 alone is a label by its words.
        let rest = rest.trim_start_matches([':', '：', ' ', '-']);
        (head.chars().count() <= MAX_LABEL_CHARS && !rest.is_empty()).then_some((head.trim(), rest))
    })
}

/// The texts before and after the first sign that is neither letter nor bracket: `원인 - …`, `원인 → …`.
fn before_sign(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let is_sign =
        |c: char| !c.is_alphanumeric() && !c.is_whitespace() && !"()（）/·ㆍ&,.'’".contains(c);
    let (at, sign) = text.char_indices().find(|(_, c)| is_sign(*c))?;
    let (head, rest) = text.split_at_checked(at)?;
    let behind = rest.trim_start_matches(is_sign);
    let is_apart = head.ends_with(char::is_whitespace) || behind.starts_with(char::is_whitespace);
    let has_text = behind.chars().any(char::is_alphanumeric);
    let fits = head.chars().count() <= MAX_LABEL_CHARS && has_text;
    (fits && (is_apart || ARROWS.contains(sign))).then_some((head.trim(), behind.trim_start()))
}

/// Whether a text is a label of causes, actions or prevention that names them by a noun.
pub(super) fn names_part(text: &str) -> bool {
    use StatementKind::{Action, Cause, Prevention};
    let words = super::words::words(text);
    let joined = words.concat();
    let ends_in_noun = NOUNS.iter().any(|noun| {
        if noun.is_ascii() {
            words.last().is_some_and(|w| w == noun)
        } else {
            joined.ends_with(noun)
        }
    });
    (is_plain(text) || ends_in_noun) && matches!(covered(text), Some(Cause | Action | Prevention))
}

/// A label with a number, and the text behind it: `원인① …`, `원인(2) …`, `원인 1. …`, `원인 3 …`.
fn numbered(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let at = text.find(|c: char| c.is_numeric())?;
    let (head, rest) = text.split_at_checked(at)?;
    let head = head.trim_end_matches([' ', '(', '（', '-', '#', '.']);
    let behind = rest.trim_start_matches(char::is_numeric);
    let is_circled = rest.starts_with(|c: char| !c.is_ascii_digit());
    let after = behind.trim_start_matches([')', '）', '.', ':', '：', '-', ' ', ']']);
    // 조치 2 bar 이하, 원인 3가지.
    let is_number = is_circled
        || behind.starts_with([')', '）', '.', ':', '：', ']'])
        || behind.starts_with(char::is_whitespace) && !starts_with_unit(behind);
    let is_decimal = behind.starts_with('.') && after.starts_with(|c: char| c.is_ascii_digit());
    let has_text = after.chars().any(char::is_alphabetic);
    (names_part(head) && is_number && !is_decimal && has_text).then_some((head, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use StatementKind::{Action, Cause, Other, Prevention};

    #[test]
    fn sub_headings_in_two_languages() {
        for (text, expected) in [
            ("발생 원인", Some((Cause, None))),
            ("【원인】", Some((Cause, None))),
            ("【원인】 탈기 불량", Some((Cause, Some("탈기 불량")))),
            ("조치 가이드:", Some((Action, None))),
            ("Corrective Actions", Some((Action, None))),
            ("재발 방지：교육", Some((Prevention, Some("교육")))),
            ("원인: 탈기 불량", Some((Cause, Some("탈기 불량")))),
            ("원인 불명의 기공", None),
            ("조치 / 원인", Some((Other, None))),
            ("비율: 3", None),
        ] {
            assert_eq!(sub_heading(text), expected, "{text}");
        }
    }

    #[test]
    fn a_label_is_parted_from_its_text_in_many_ways() {
        for text in [
            "(원인) 탈기 불량",
            "『원인』 탈기 불량",
            "{원인} 탈기 불량",
            "원인 - 탈기 불량",
            "원인- 탈기 불량",
            "원인 – 탈기 불량",
            "원인 → 탈기 불량",
            "원인→탈기 불량",
            "원인 = 탈기 불량",
            "원인; 탈기 불량",
            "원인 ■ 탈기 불량",
            "== 원인 == 탈기 불량",
            "원인① 탈기 불량",
            "원인 ② 탈기 불량",
            "원인1. 탈기 불량",
            "원인 1) 탈기 불량",
            "원인(1) 탈기 불량",
            "원인-1 탈기 불량",
            "원인 1: 탈기 불량",
            "근본 원인 - 탈기 불량",
        ] {
            assert_eq!(sub_heading(text), Some((Cause, Some("탈기 불량"))), "{text}");
        }
        for text in ["원인①", "원인(1)", "(원인)", "Ⅰ. 원인", "<원인>", "원인 -"] {
            assert_eq!(sub_heading(text), Some((Cause, None)), "{text}");
        }
        for text in [
            "원인-규명 위원회",
            "조치 2 bar 이하",
            "원인 3가지 확인",
            "재작업 - 2회 실시",
            "점검 - 매일",
            "대책 1.5 mm 연마",
            "(원인 불명) 기공",
            "원인이 된 설비 - 교체",
        ] {
            assert_eq!(sub_heading(text), None, "{text}");
        }
    }
}
