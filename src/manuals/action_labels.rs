//! Labels of what records of corrective actions say: heads of columns (불량, 발생일, 원인, 대책, 담당,
//! 완료일, 유효성) and the parts of an 8D report (D1 to D8).

use super::discipline_number::{DisciplineNumber, discipline_number};
use super::headings::compact;

/// What a column or part of a record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ActionField {
    Product,
    Defect,
    Problem,
    Containment,
    RootCause,
    Action,
    Prevention,
    Owner,
    Note,
    Opened,
    Due,
    Done,
    Verified,
    Effect,
    /// Whether it is done or closed, without a day.
    Status,
    /// Something that is kept with its label.
    Remark,
}

/// The most letters of a label.
const MAX_LABEL: usize = 28;

/// Words that a label has, the telling ones first: a 완료 예정일 is no 완료일, a 유효성 확인일 no 유효성, a
/// 불량 내용 no 불량.
const WORDS: [(ActionField, &[&str]); 17] = [
    (
        ActionField::Due,
        &[
            "예정일",
            "완료예정",
            "기한",
            "납기",
            "목표일",
            "계획일",
            "일정",
            "due",
            "target",
            "planneddate",
            "schedule",
        ],
    ),
    (
        ActionField::Remark,
        &[
            "검증방법",
            "확인방법",
            "평가방법",
            "개선효과",
            "기대효과",
            "예상효과",
            "효과금액",
            "verificationmethod",
            "methodofverification",
            "costbenefit",
        ],
    ),
    (
        ActionField::Status,
        &["완료여부", "종결여부", "조치여부", "진행상태", "진행상황", "조치상태", "status"],
    ),
    (
        ActionField::Verified,
        &[
            "검증일",
            "확인일",
            "평가일",
            "verifieddate",
            "verificationdate",
            "verifiedon",
            "dateverified",
        ],
    ),
    (
        ActionField::Done,
        &[
            "완료일",
            "조치일",
            "시행일",
            "실시일",
            "종결일",
            "조치완료",
            "completed",
            "completion",
            "closed",
            "closingdate",
            "implementeddate",
            "implementationdate",
            "dateimplemented",
            "implementedon",
            "doneon",
            "donedate",
        ],
    ),
    (ActionField::Effect, &["유효성", "효과", "검증", "verif", "effective"]),
    (
        ActionField::Opened,
        &[
            "발생일",
            "접수일",
            "발견일",
            "등록일",
            "발행일",
            "발생시점",
            "opened",
            "reportedon",
            "datereported",
            "occurrencedate",
            "dateofoccurrence",
            "issuedate",
            "dateofissue",
            "raised",
        ],
    ),
    (ActionField::Prevention, &["재발방지", "예방", "수평전개", "prevent"]),
    (
        ActionField::Containment,
        &["임시", "봉쇄", "즉시", "응급", "초동", "contain", "interim", "immediate"],
    ),
    (ActionField::RootCause, &["원인", "cause"]),
    (
        ActionField::Owner,
        &[
            "담당",
            "책임자",
            "조치자",
            "작성자",
            "owner",
            "responsib",
            "assignee",
            "champion",
            "팀구성",
            "team",
        ],
    ),
    (
        ActionField::Problem,
        &[
            "불량내용",
            "불량현상",
            "결함내용",
            "부적합내용",
            "발생내용",
            "문제",
            "현상",
            "problem",
            "symptom",
            "description",
        ],
    ),
    (ActionField::Action, &["대책", "조치", "시정", "개선", "action", "measure", "remed"]),
    (
        ActionField::Defect,
        &["불량", "결함", "하자", "부적합", "defect", "failuremode", "nonconform"],
    ),
    (
        ActionField::Product,
        &["제품", "품명", "품번", "품목", "모델", "product", "partn", "item", "model"],
    ),
    (
        ActionField::Note,
        &["비고", "메모", "특이사항", "종결", "note", "remark", "comment", "closure"],
    ),
    (ActionField::Owner, &["부서"]),
];

/// Labels that are too short to be looked for within another.
const WHOLE: [(ActionField, &[&str]); 5] = [
    (ActionField::Opened, &["일자", "날짜", "date"]),
    (ActionField::Done, &["완료", "done"]),
    (ActionField::Owner, &["pic", "by", "who", "팀"]),
    (ActionField::Product, &["part", "부품"]),
    (ActionField::Problem, &["내용", "issue"]),
];

/// What the label `text` heads; `None` where it is no label.
pub(super) fn action_field(text: &str) -> Option<ActionField> {
    let (number, rest) = split_discipline(text);
    let label = compact(rest);
    if label.chars().count() > MAX_LABEL {
        return None;
    }
    // The eight disciplines are numbered alike whatever they are called.
    if let Some(field) = number.and_then(field_of_discipline) {
        return Some(field);
    }
    field_of_words(&label)
}

/// What the words of a label, in lower case without spaces, say.
fn field_of_words(label: &str) -> Option<ActionField> {
    field_of_day(label).or_else(|| field_of_any(label))
}

/// What a day is of, where a word of it would be taken for the whole: the day of a containment is not
/// that of the action, and the one on which a defect was seen not that of a verification.
fn field_of_day(label: &str) -> Option<ActionField> {
    let ends = ["일", "일자", "일시", "날짜", "일정", "기한", "납기", "date"];
    if !ends.iter().any(|end| label.ends_with(end)) {
        return None;
    }
    let has = |words: &[&str]| words.iter().any(|word| label.contains(word));
    match field_of_any(label)? {
        // A due day of a containment, a verified day of a cause.
        ActionField::Due | ActionField::Verified | ActionField::Done | ActionField::Opened
            if has(&[
                "임시",
                "봉쇄",
                "즉시",
                "응급",
                "초동",
                "contain",
                "interim",
                "immediate",
            ]) || has(&["원인", "cause", "수립일", "승인일", "작성일"]) =>
        {
            Some(ActionField::Remark)
        }
        ActionField::Verified
            if has(&["불량", "결함", "하자", "이상", "문제", "부적합", "defect", "problem"]) =>
        {
            Some(ActionField::Opened)
        }
        // A text has no day for its label.
        ActionField::Containment
        | ActionField::RootCause
        | ActionField::Action
        | ActionField::Prevention
        | ActionField::Problem
        | ActionField::Product
        | ActionField::Owner => Some(ActionField::Remark),
        ActionField::Defect => Some(ActionField::Opened),
        _ => None,
    }
}

/// Whether the day under a label is that of the completion, not of something done on the way.
pub(super) fn is_closing(label: &str) -> bool {
    let label = compact(label);
    ["완료", "종결", "completed", "completion", "closed", "closing", "closure", "done"]
        .iter()
        .any(|word| label.contains(word))
}

fn field_of_any(label: &str) -> Option<ActionField> {
    let has = |words: &[&str]| words.iter().any(|word| label.contains(word));
    let whole = WHOLE.iter().find(|(_, words)| words.contains(&label));
    let within = || WORDS.iter().find(|(_, words)| has(words));
    whole.or_else(within).map(|(field, _)| *field)
}

/// The number of the discipline that begins `text` (`D4`, `4D 원인`), and what follows it.
pub(super) fn split_discipline(text: &str) -> (Option<u8>, &str) {
    // 3D 측정 is no discipline.
    let is_part =
        |one: &DisciplineNumber<'_>| !one.is_turned || field_of_words(&compact(one.rest)).is_some();
    match discipline_number(text).filter(is_part) {
        Some(DisciplineNumber { number, rest, .. }) => (Some(number), rest),
        None => (None, text),
    }
}

fn field_of_discipline(number: u8) -> Option<ActionField> {
    Some(match number {
        1 => ActionField::Owner,
        2 => ActionField::Problem,
        3 => ActionField::Containment,
        4 => ActionField::RootCause,
        5 | 6 => ActionField::Action,
        7 => ActionField::Prevention,
        8 => ActionField::Note,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_known_in_two_languages() {
        use ActionField as F;
        for (text, expected) in [
            ("불량 유형", Some(F::Defect)),
            ("Defect", Some(F::Defect)),
            ("불량 내용", Some(F::Problem)),
            ("발생 일자", Some(F::Opened)),
            ("발생일", Some(F::Opened)),
            ("근본 원인(Root cause)", Some(F::RootCause)),
            ("시정 조치", Some(F::Action)),
            ("대책", Some(F::Action)),
            ("Corrective Action", Some(F::Action)),
            ("임시 조치", Some(F::Containment)),
            ("재발 방지 대책", Some(F::Prevention)),
            ("Preventive action", Some(F::Prevention)),
            ("담당자", Some(F::Owner)),
            ("Owner", Some(F::Owner)),
            ("완료 예정일", Some(F::Due)),
            ("완료일", Some(F::Done)),
            ("조치 완료일", Some(F::Done)),
            ("Date closed", Some(F::Done)),
            ("유효성 확인", Some(F::Effect)),
            ("유효성 확인일", Some(F::Verified)),
            ("Verification", Some(F::Effect)),
            ("Verification method", Some(F::Remark)),
            ("개선효과(만원)", Some(F::Remark)),
            ("불량확인일", Some(F::Opened)),
            ("임시조치일", Some(F::Remark)),
            ("임시조치 완료일", Some(F::Remark)),
            ("임시조치 기한", Some(F::Remark)),
            ("불량 일자", Some(F::Opened)),
            ("원인 분석일", Some(F::Remark)),
            ("대책 수립일", Some(F::Remark)),
            ("시정조치일정", Some(F::Due)),
            ("시정조치일", Some(F::Done)),
            ("Target closing date", Some(F::Due)),
            ("종결 여부", Some(F::Status)),
            ("제품", Some(F::Product)),
            ("Part No.", Some(F::Product)),
            ("비고", Some(F::Note)),
            ("D4. 근본 원인 분석", Some(F::RootCause)),
            ("D5", Some(F::Action)),
            ("6D 시행 및 검증", Some(F::Action)),
            ("D8 팀 격려", Some(F::Note)),
            ("No.", None),
            ("D10", None),
            ("2026-11-30", None),
            ("", None),
            ("용탕 온도를 700℃로 낮추고 탈기 시간을 3분에서 5분으로 늘려 조치함", None),
        ] {
            assert_eq!(action_field(text), expected, "{text}");
        }
    }

    #[test]
    fn a_digit_before_its_letter_is_a_discipline_where_a_label_follows() {
        for (text, expected) in [
            ("4D 원인", (Some(4), "원인")),
            ("3D 측정", (None, "3D 측정")),
            ("D2 Problem", (Some(2), "Problem")),
        ] {
            assert_eq!(split_discipline(text), expected, "{text}");
        }
    }
}
