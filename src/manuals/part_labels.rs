//! What a label such as 추정 원인, 왜 생기나 or *Remedies* stands for, by the stems of its words.
//!
//! Labels are an open set: factories word them in hundreds of ways. A label is *covered* if it
//! consists of known stems and of words that only qualify them; such a text is a label however it
//! looks. Any other label has to look like one (`label_look`), and its last stem says its kind. What
//! denies the causes or measures that a label names makes it a label of other things: 금지 조치. A
//! second opinion on labels without a stem (the text encoder's) has its place in [`by_stem`].

use fettle_domain::StatementKind;

use super::label_denial::{Denial, denial, is_prohibition};
use super::label_stems::{is_korean, is_telling, kind_of, stems_of};
use super::label_words::Stem::{self, Never, Unfit};
use super::words::words;

/// The longest label, in letters without spaces.
const MAX_LETTERS: usize = 40;
/// The same of a label of two parts, in bytes.
const MAX_MIXED_BYTES: usize = 160;
/// The longest text that is looked at, in bytes.
const MAX_TEXT_BYTES: usize = 300;
/// The most words of a label.
const MAX_WORDS: usize = 9;
/// The words at the end of a longer line, such as *Porosity is often caused by*, that tell its kind.
const LAST_WORDS: usize = 5;

/// The kind of a text that is a label by its words alone; `None` for any other text. Two languages
/// (`발생 원인 (Causes)`, `원인 / Cause`) have to say the same.
pub(super) fn covered(text: &str) -> Option<StatementKind> {
    if is_mixed(text) {
        return Some(StatementKind::Other);
    }
    if let Some(kind) = covered_in_one(text) {
        return Some(kind);
    }
    let mut parts = halves(text);
    let first = covered_in_one(parts.next()?)?;
    parts.all(|part| covered_in_one(part) == Some(first)).then_some(first)
}

/// The texts between slashes and brackets.
fn halves(text: &str) -> impl Iterator<Item = &str> {
    let has_letters = |part: &&str| part.chars().any(char::is_alphanumeric);
    let marks = ['(', ')', '/', '[', ']', '|', '（', '）', '【', '】', '<', '>', '〈', '〉'];
    text.split(marks).filter(has_letters)
}

/// Whether a text is a label of causes and of another part at once: 원인 및 대책, *Cause / remedy*. Which of
/// its statements are causes, nobody can tell.
pub(super) fn is_mixed(text: &str) -> bool {
    if text.len() > MAX_MIXED_BYTES {
        return false;
    }
    let joined = text.replace([',', '·', 'ㆍ', '&', '+', '-', '→'], "/");
    let joined = [" 및 ", " and ", "과 ", "와 ", " or ", " 또는 "]
        .iter()
        .fold(joined.to_lowercase(), |text, word| text.replace(word, "/"));
    let kinds: Option<Vec<StatementKind>> = halves(&joined).map(covered_in_one).collect();
    kinds.is_some_and(|kinds| {
        kinds.contains(&StatementKind::Cause)
            && kinds.iter().any(|kind| {
                !matches!(kind, StatementKind::Cause | StatementKind::Other)
            })
            // Two languages: 원인 (Cause).
            && kinds.len() >= 2
    })
}

fn covered_in_one(text: &str) -> Option<StatementKind> {
    let is_marked = text.trim_end().ends_with([':', '：', ']', '】', '>', '〉', '》']);
    let is_prohibition = is_prohibition(&words(text)) || is_marked && is_bare_prohibition(text);
    if is_prohibition && stems(text, true)?.iter().all(Option::is_some) {
        return Some(StatementKind::Other);
    }
    let stems = stems(text, true)?.into_iter().collect::<Option<Vec<Stem>>>()?;
    let kind = kind_of(&stems)?;
    let is_main =
        matches!(kind, StatementKind::Cause | StatementKind::Action | StatementKind::Prevention);
    // 점검 미실시 is no label of inspections.
    if !is_main && stems.iter().any(|stem| matches!(stem, Never | Unfit)) {
        return None;
    }
    match denial_of(text, kind) {
        None => Some(kind),
        Some(Denial::Label) => Some(StatementKind::Other),
        Some(Denial::Perhaps) => None,
    }
}

/// How a text that names causes or measures denies them.
fn denial_of(text: &str, kind: StatementKind) -> Option<Denial> {
    let is_cause = match kind {
        StatementKind::Cause => true,
        StatementKind::Action | StatementKind::Prevention => false,
        _ => return None,
    };
    let pieces: Vec<_> = halves(text).map(|half| stems_of(&words(half), false)).collect();
    denial(is_cause, &words(text), &pieces)
}

/// Whether a text names causes or measures and says that it is not about them: 금지 조치, 조치 결과,
/// *Not the cause*.
pub(super) fn is_denied(text: &str) -> bool {
    let known: Vec<Stem> = stems_of(&words(text), false).into_iter().flatten().collect();
    kind_of(&known).is_some_and(|kind| denial_of(text, kind).is_some())
        || is_prohibition(&words(text))
        || is_bare_prohibition(text)
}

/// Whether a text names causes or measures, and what stands under it is neither for certain: it denies
/// them ([`is_denied`]) or is a label of both ([`is_mixed`]).
pub(super) fn is_neither(text: &str) -> bool {
    is_mixed(text) || is_denied(text)
}

/// Whether the text is 하지 말 것, which ends many a wrapped statement.
fn is_bare_prohibition(text: &str) -> bool {
    words(text).concat() == "하지말것"
}

/// Whether a text has a word that negates or rejects, whatever else it says: 절대 하지 말 것.
pub(super) fn negates(text: &str) -> bool {
    let stems = stems_of(&words(text), false);
    stems.iter().any(|stem| matches!(stem, Some(Never | Unfit)))
}

/// Whether a label says that what stands under it is not so, or is not to be done.
pub(super) fn forbids(label: &str) -> bool {
    is_denied(label) || negates(label)
}

/// As [`covered`], of a text that may name the section's own defect, too: *Causes of porosity*, 기공의
/// 원인. `subject` holds the words of the section's heading and of its defect.
pub(super) fn covered_about(text: &str, subject: &[String]) -> Option<StatementKind> {
    // Of `Ghosting: how to fix it` only the name is the subject.
    let tells = |word: &String| {
        let stem = stems_of(std::slice::from_ref(word), true);
        matches!(stem.first(), Some(Some(stem)) if is_telling(*stem))
    };
    let own =
        |word: &String| (subject.contains(word) || is_plural_of(word, subject)) && !tells(word);
    let mut rest: Vec<String> = words(text).into_iter().filter(|word| !own(word)).collect();
    for word in rest.iter_mut().filter(|word| is_korean(word)) {
        for name in subject.iter().filter(|name| is_korean(name) && name.chars().count() >= 2) {
            *word = word.replace(name.as_str(), "");
        }
    }
    covered_in_one(&rest.join(" "))
}

fn is_plural_of(word: &str, subject: &[String]) -> bool {
    let singular = word.strip_suffix("es").or_else(|| word.strip_suffix('s'));
    subject.iter().any(|name| {
        singular == Some(name.as_str())
            || word.strip_suffix('s') == Some(name.as_str())
            || name.strip_suffix('s') == Some(word)
    })
}

/// The kind that the stems of a text that looks like a label say; [`StatementKind::Other`] where they
/// say none or contradict each other.
pub(super) fn by_stem(text: &str) -> StatementKind {
    let known: Vec<Stem> =
        stems(&last_words(text), false).unwrap_or_default().into_iter().flatten().collect();
    kind_of(&known).filter(|kind| denial_of(text, *kind).is_none()).unwrap_or(StatementKind::Other)
}

/// Whether a text is a label in any list, even behind a bullet: the bare words for causes and actions.
pub(super) fn is_plain(text: &str) -> bool {
    const PLAIN: [&str; 30] = [
        "비고",
        "참고",
        "협조사항",
        "note",
        "원인",
        "발생원인",
        "주요원인",
        "추정원인",
        "원인분석",
        "요인",
        "발생요인",
        "조치",
        "조치가이드",
        "조치사항",
        "조치방법",
        "대책",
        "개선대책",
        "시정조치",
        "해결방법",
        "재발방지",
        "예방",
        "예방대책",
        "cause",
        "causes",
        "rootcause",
        "action",
        "actions",
        "remedy",
        "remedies",
        "solution",
    ];
    PLAIN.contains(&words(text).concat().as_str())
}

/// Whether a text names a group within a part, such as the four Ms: 설비, 재료 측면, *Material*.
pub(super) fn is_group(text: &str) -> bool {
    const GROUPS: [&str; 40] = [
        "사람",
        "작업자",
        "인적",
        "인원",
        "설비",
        "장비",
        "기계",
        "재료",
        "자재",
        "소재",
        "원료",
        "원자재",
        "방법",
        "공법",
        "작업",
        "측정",
        "환경",
        "금형",
        "공정",
        "설계",
        "제품",
        "용접기",
        "man",
        "machine",
        "equipment",
        "material",
        "materials",
        "method",
        "methods",
        "measurement",
        "environment",
        "operator",
        "people",
        "process",
        "design",
        "machines",
        "tooling",
        "mould",
        "mold",
        "personnel",
    ];
    const AFTER: [&str; 12] = [
        "측면", "관련", "요인", "부문", "측", "적", "요소", "related", "factors", "factor", "side",
        "조건",
    ];
    let words = words(text);
    let joined = words.concat();
    let bare = AFTER.iter().find_map(|end| joined.strip_suffix(end)).unwrap_or(&joined);
    GROUPS.contains(&bare)
}

/// Whether the text ends in a stem, with nothing unknown after it: `금형 측 원인`, *Welder's remedies*.
pub(super) fn ends_in_stem(text: &str) -> bool {
    let stems = stems(&last_words(text), false).unwrap_or_default();
    stems.iter().rev().map_while(|stem| *stem).any(is_telling)
}

/// The last words of a text, all of them in a short one.
fn last_words(text: &str) -> String {
    let words = words(text);
    if words.len() <= MAX_WORDS {
        return text.to_owned();
    }
    words.iter().skip(words.len() - LAST_WORDS).cloned().collect::<Vec<_>>().join(" ")
}

/// The stems of all words of a text, `None` for a word that is unknown; `None` for a text that is too
/// long for a label. With `whole`, nothing after the first unknown word is looked at.
fn stems(text: &str, whole: bool) -> Option<Vec<Option<Stem>>> {
    if text.len() > MAX_TEXT_BYTES {
        return None;
    }
    let words = words(text);
    let letters: usize = words.iter().map(|word| word.chars().count()).sum();
    let fits = !words.is_empty() && letters <= MAX_LETTERS && words.len() <= MAX_WORDS;
    fits.then(|| stems_of(&words, whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_known_by_their_stems() {
        use StatementKind::{Action, Cause, Inspection, Other, Prevention, Symptom};
        for (kind, labels) in [
            (
                Cause,
                &[
                    "원인",
                    "발생 원인",
                    "발생원인 분석",
                    "추정 원인",
                    "왜 생기나",
                    "왜 생기나요?",
                    "왜 발생하는가",
                    "발생 요인",
                    "주요 원인 및 요인",
                    "불량의 근본 원인",
                    "원인 1",
                    "Root cause",
                    "Root causes",
                    "Possible causes",
                    "Why it happens",
                    "Why does it happen?",
                    "What causes this defect?",
                    "Cause analysis",
                    "원인 / Cause",
                    "발생 원인 (Causes)",
                    "【원인】",
                    "Probable cause(s)",
                ][..],
            ),
            (
                Action,
                &[
                    "조치",
                    "조치 가이드",
                    "긴급 조치",
                    "즉시 조치 사항",
                    "시정 조치",
                    "대책",
                    "개선 대책",
                    "처리 방법",
                    "해결 방법",
                    "어떻게 해야 하나",
                    "현장 조치",
                    "조치 및 대책",
                    "점검 및 조치",
                    "시정 및 예방 조치",
                    "Remedy",
                    "Remedies",
                    "Corrective action",
                    "Corrective Actions",
                    "Countermeasure",
                    "What to do",
                    "How to fix it",
                    "Immediate action",
                    "Containment action",
                    "Recommended actions",
                    "Solutions",
                    "Corrective and preventive actions",
                    "대책 / Countermeasures",
                ],
            ),
            (
                Prevention,
                &[
                    "예방",
                    "재발 방지",
                    "재발 방지 대책",
                    "예방 조치",
                    "예방 방법",
                    "방지책",
                    "Prevention",
                    "How to prevent it",
                    "Preventive actions",
                    "How to avoid it",
                ],
            ),
            (
                Inspection,
                &[
                    "점검",
                    "점검 사항",
                    "확인 사항",
                    "검사 방법",
                    "체크 포인트",
                    "Inspection",
                    "Check points",
                    "Things to check".trim_start_matches("Things "),
                    "How to detect it",
                ],
            ),
            (
                Symptom,
                &[
                    "증상",
                    "현상",
                    "불량 현상",
                    "외관 특징",
                    "Symptoms",
                    "Appearance",
                    "Description",
                ],
            ),
            (Other, &["비고", "주의 사항", "참고", "담당 부서", "Notes", "Safety", "Remarks"]),
        ] {
            for label in labels {
                assert_eq!(covered(label), Some(kind), "{label}");
            }
        }
    }

    #[test]
    fn statements_are_no_labels() {
        for text in [
            "원인 불명의 기공",
            "원인 제거 및 재발 방지",
            "비율",
            "탈기 불량",
            "금형 점검",
            "온도를 확인한다",
            "Check the nozzle",
            "Gas trapped in the melt",
            "hole",
            "기공",
            "문제",
            "Inspect the die weekly",
            "이송 중 충돌",
            "",
        ] {
            assert_eq!(covered(text), None, "{text}");
        }
    }

    #[test]
    fn a_label_of_two_parts_is_one_of_neither() {
        for text in [
            "원인 및 대책",
            "조치 / 원인",
            "불량 원인과 조치",
            "원인·대책",
            "현상 및 원인",
            "발생원인/재발방지",
            "Cause and remedy",
            "Causes / Solutions",
            "Symptoms & causes",
        ] {
            assert!(is_mixed(text), "{text}");
            assert_eq!(covered(text), Some(StatementKind::Other), "{text}");
        }
        for text in [
            "주요 원인 및 요인",
            "원인 / Cause",
            "조치 및 대책",
            "시정 및 예방 조치",
            "원인 조사 및 조치",
            "원인",
        ] {
            assert!(!is_mixed(text), "{text}");
        }
    }

    #[test]
    fn the_stem_of_a_label_that_looks_like_one() {
        for (text, kind) in [
            ("금형 측 원인", StatementKind::Cause),
            ("용접기 조작 시 대책", StatementKind::Action),
            ("Welder related causes", StatementKind::Cause),
            ("원인과 대책", StatementKind::Other),
            ("알림판", StatementKind::Other),
        ] {
            assert_eq!(by_stem(text), kind, "{text}");
        }
        assert!(ends_in_stem("금형 측 원인") && ends_in_stem("Welder related causes"));
        assert!(!ends_in_stem("원인 불명의 기공") && !ends_in_stem("낡은 금형"));
    }
}
