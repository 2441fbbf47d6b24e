//! Labels that name causes or measures and turn out to be about something else: 금지 조치, 조치 결과.

use super::label_words::Stem::{
    self, Action, Aspect, Cause, Close, Inspection, Never, Outcome, OwnAction, Prevention, Record,
    Unfit,
};

/// Words that make a text a label although it denies what it names, as 효과 없는 대책 does; 부적절한 보수
/// may well be a cause.
const NOUNS: [&str; 20] = [
    "조치",
    "대책",
    "대응책",
    "해결책",
    "방안",
    "처방",
    "시정",
    "개선",
    "원인",
    "요인",
    "action",
    "measure",
    "remed",
    "solution",
    "cause",
    "reason",
    "notdo",
    "todo",
    "fix",
    "correction",
];
/// Words of labels that ask why something was not so, which are causes: *Why was it not detected?*
const WHY_NOT: [&str; 7] = ["왜", "검출", "감지", "발견", "why", "detect", "escape"];
/// Ends of labels of what is to be avoided, and of who acts.
const ENDS: [[&str; 2]; 6] = [
    ["to", "avoid"],
    ["be", "avoided"],
    ["action", "by"],
    ["actions", "by"],
    ["taken", "by"],
    ["done", "by"],
];

/// Prohibitions that are labels without naming measures. A line such as 하지 말 것 may be the end of a
/// wrapped statement.
const PROHIBITIONS: [&str; 13] = [
    "금지사항",
    "금지항목",
    "금기사항",
    "말아야할것",
    "말아야할일",
    "안되는것",
    "안되는일",
    "피해야할것",
    "삼가야할것",
    "하지마십시오",
    "하지마시오",
    "하지마세요",
    "하면안됩니다",
];
const ENGLISH_PROHIBITIONS: [&str; 9] = [
    "donts",
    "donot",
    "donotdo",
    "neverdo",
    "never",
    "avoid",
    "prohibited",
    "mustnot",
    "youmustnot",
];

/// Whether the words are a label of what must not be done.
pub(super) fn is_prohibition(words: &[String]) -> bool {
    let text = words.concat();
    PROHIBITIONS.iter().any(|end| text.ends_with(end))
        || ENGLISH_PROHIBITIONS.contains(&text.as_str())
}

/// How a label that names causes or measures turns out to be no label of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denial {
    /// A label for certain.
    Label,
    /// A label only where it looks like one.
    Perhaps,
}

/// Whether a label of causes, or else of measures, is about something else: it negates, prohibits,
/// rejects, dates or owns them, or reports on them. `pieces` holds the stems of its halves, such as
/// those of `조치 / Action`.
pub(super) fn denial(
    is_cause: bool,
    words: &[String],
    pieces: &[Vec<Option<Stem>>],
) -> Option<Denial> {
    let is_main = |stem: &Option<Stem>| match stem {
        Some(Cause) => is_cause,
        Some(Action | OwnAction | Prevention) => !is_cause,
        _ => false,
    };
    let asks_why = WHY_NOT.iter().any(|why| words.iter().any(|word| word.starts_with(why)));
    let about = |piece: &Vec<Option<Stem>>| {
        let Some(last) = piece.iter().rposition(is_main) else { return false };
        let behind = || piece.iter().skip(last + 1).flatten();
        let found = |stem: Stem| behind().any(|one| *one == stem);
        found(Aspect)
            || behind().next() == Some(&Close) && piece.get(last + 1) == Some(&Some(Close))
            || piece.contains(&Some(Record))
            || !is_cause && piece.contains(&Some(Outcome))
            // 원인 조사 방법 says how, 원인 조사 결과 says which.
            || is_cause && found(Inspection) && !found(Outcome) && !asks_why
    };
    let ends = |end: &[&str; 2]| {
        let tail = words.iter().rev().take(2).rev().map(String::as_str);
        tail.eq(end.iter().copied()) && !words.iter().any(|word| word == "how")
    };
    if pieces.iter().any(about) || !is_cause && ENDS.iter().any(ends) {
        return Some(Denial::Label);
    }
    let never = || pieces.iter().flatten().any(|stem| *stem == Some(Never));
    let unfit = || pieces.iter().flatten().any(|stem| *stem == Some(Unfit));
    let denied = if is_cause { never() && !asks_why } else { never() || unfit() };
    denied.then(|| {
        let text = words.concat();
        let has_noun = NOUNS.iter().any(|noun| text.contains(noun));
        if has_noun { Denial::Label } else { Denial::Perhaps }
    })
}

#[cfg(test)]
mod tests {
    use super::super::part_labels::{by_stem, covered, is_denied};
    use fettle_domain::StatementKind::{self, Action, Cause, Other, Prevention};

    #[test]
    fn what_denies_causes_or_measures_is_no_label_of_them() {
        for label in [
            // Prohibited.
            "하지 말아야 할 조치",
            "금지 조치",
            "해서는 안 되는 조치",
            "조치하지 말 것",
            "임시조치 금지",
            "피해야 할 조치",
            "What not to do",
            "Actions to avoid",
            "Prohibited actions",
            // Wrong or useless.
            "오조치 사례",
            "잘못된 조치 사례",
            "불필요한 조치",
            "부적절한 조치",
            "효과 없는 대책",
            "효과 없었던 조치",
            "대책 실패 사례",
            "실패한 대책",
            "Wrong actions",
            "Incorrect remedy",
            "Ineffective countermeasures",
            // Rejected or pending.
            "기각된 대책",
            "보류된 대책",
            "미실시 대책",
            "검토 중인 대책",
            "검토했으나 채택하지 않은 대책",
            "Rejected actions",
            "Pending corrective actions",
            // Past.
            "이전 조치",
            "과거 조치",
            "기존 대책",
            "Previous action",
            "개선 전",
            // About measures.
            "조치 전 사진",
            "조치 후 결과",
            "조치 결과",
            "조치 결과 (Result)",
            "조치 효과",
            "조치 여부",
            "조치 요청 부서",
            "조치 담당",
            "조치 담당(자)",
            "조치 비용",
            "조치 완료일",
            "조치일",
            "조치 일자",
            "조치 기한",
            "조치 시 주의사항",
            "재발 방지 대책 담당자",
            "담당자",
            "Action owner",
            "Action date",
            "Date of corrective action",
            "Action taken by",
            "Due date",
            // No causes.
            "Not the cause",
            "Excluded causes",
            "배제된 원인",
            "원인이 아닌 것",
            "【원인이 아닌 것】",
            "Unlikely causes",
            "가능성 낮은 원인",
            "가능성이 낮은 원인",
            "원인 조사 방법",
            "원인 공정",
            "원인 부서",
        ] {
            assert_eq!(covered(label), Some(Other), "{label}");
            assert_eq!(by_stem(label), Other, "{label}");
        }
        for label in ["금지 사항", "하면 안 되는 것", "Don'ts", "Do not"] {
            assert_eq!(covered(label), Some(Other), "{label}");
            assert!(is_denied(label), "{label}");
        }
        for label in ["트레이 재질 변경 조치 금지", "조립 라인에서 금지된 조치"]
        {
            assert_eq!(by_stem(label), Other, "{label}");
            assert!(is_denied(label), "{label}");
        }
    }

    #[test]
    fn ordinary_labels_stay_labels() {
        let lists: [(StatementKind, &[&str]); 3] = [
            (
                Cause,
                &[
                    "추정 원인",
                    "근본 원인",
                    "D4 근본 원인",
                    "원인 분석",
                    "원인 분석 결과",
                    "원인 (공정)",
                    "가능성 있는 원인",
                    "왜 생기나",
                    "실패 원인",
                    "Possible causes",
                    "Root cause analysis",
                    "Why it was not detected",
                    "Cause analysis results",
                ],
            ),
            (
                Action,
                &[
                    "긴급 조치",
                    "영구 대책",
                    "조치 방법",
                    "조치 사항",
                    "조치 내용",
                    "조치 계획",
                    "조치 (담당자)",
                    "조치 사례",
                    "시정 조치",
                    "D5 시정 조치",
                    "개선 대책",
                    "개선 후",
                    "수리 전 조치",
                    "담당자 조치 사항",
                    "기타 조치",
                    "조치할 일",
                    "Corrective action",
                    "Immediate action",
                    "Interim containment actions",
                    "What to do",
                ],
            ),
            (Prevention, &["재발 방지 대책", "예방 조치", "How to avoid it", "Preventive actions"]),
        ];
        for (kind, labels) in lists {
            for label in labels {
                assert_eq!(by_stem(label), kind, "{label}");
                assert!(!is_denied(label), "{label}");
            }
        }
        // What may be a cause in a list is no label unless it looks like one.
        for text in [
            "부적절한 보수",
            "수리 미실시",
            "불필요한 재작업",
            "점검 미실시",
            "하지 말 것",
            "이상 없음",
        ] {
            assert_eq!(covered(text), None, "{text}");
        }
    }
}
