//! The heads of tables: which column names the defect, which holds causes, actions and other parts.

use fettle_domain::StatementKind;

use super::headings::{compact, split_colon};
use super::list_marker::split_marker;
use super::part_labels::{by_stem, covered, ends_in_stem, is_neither};
use super::rows::Row;

/// The longest text of a head, in letters.
const MAX_LETTERS: usize = 40;

/// What a column of a table, or a row of a form, holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Names of defects.
    Defect,
    /// What may name a defect, where no other column does: 현상, 구분, *Problem*.
    MaybeDefect,
    /// A part of a section.
    Part(StatementKind),
}

/// Words for the name of a defect, as [`compact`] gives them.
const DEFECT: [&str; 34] = [
    "불량",
    "불량명",
    "불량유형",
    "불량항목",
    "불량종류",
    "불량구분",
    "불량모드",
    "불량명칭",
    "결함",
    "결함명",
    "결함유형",
    "결함항목",
    "결함종류",
    "유형",
    "고장모드",
    "고장형태",
    "고장유형",
    "잠재고장형태",
    "잠재적고장형태",
    "잠재적고장모드",
    "부적합",
    "부적합유형",
    "class",
    "defect",
    "defects",
    "defectname",
    "defecttype",
    "typeofdefect",
    "failuremode",
    "potentialfailuremode",
    "failuremodes",
    "defectclass",
    "nonconformity",
    "failure",
];
/// Words for what may be the name of a defect.
const MAYBE_DEFECT: [&str; 24] = [
    "현상",
    "불량현상",
    "증상",
    "이상현상",
    "문제",
    "문제점",
    "문제현상",
    "고장",
    "고장현상",
    "구분",
    "항목",
    "명칭",
    "종류",
    "problem",
    "problems",
    "fault",
    "faults",
    "trouble",
    "symptom",
    "symptoms",
    "item",
    "type",
    "issue",
    "condition",
];

/// What a head says; `None` where it says nothing of a defect.
pub(super) fn role(text: &str) -> Option<Role> {
    let text = split_marker(text).1.trim_end_matches([':', '：']);
    let whole = compact(text);
    if whole.is_empty() || whole.chars().count() > MAX_LETTERS {
        return None;
    }
    let is_one_of = |list: &[&str]| {
        let halves = text.split(['(', '/', ')', '|']).map(compact).filter(|half| !half.is_empty());
        list.contains(&whole.as_str())
            || halves.clone().count() > 1
                && halves.clone().all(|half| list.contains(&half.as_str()) || half.is_ascii())
                && halves.clone().any(|half| list.contains(&half.as_str()))
    };
    if is_one_of(&DEFECT) {
        return Some(Role::Defect);
    }
    if is_one_of(&MAYBE_DEFECT) {
        return Some(Role::MaybeDefect);
    }
    if let Some(kind) = covered(text) {
        return Some(Role::Part(kind));
    }
    if is_neither(text) {
        return Some(Role::Part(StatementKind::Other));
    }
    let kind = by_stem(text);
    let by_stem =
        kind != StatementKind::Other && ends_in_stem(text.trim_end_matches([')', 's', '(']));
    by_stem.then_some(Role::Part(kind))
}

/// The cells of a row as heads. Empty where one of them is too long for a head.
fn roles(row: &Row) -> Vec<Option<Role>> {
    if row.segments.len() < 2 {
        return Vec::new();
    }
    let texts = || row.segments.iter().map(|segment| segment.line.text.as_str());
    if texts().any(|text| compact(text).chars().count() > MAX_LETTERS) {
        return Vec::new();
    }
    texts().map(role).collect()
}

/// Place of the cell that heads the defects' names.
pub(super) fn defect_column(row: &Row) -> Option<usize> {
    roles(row).iter().position(|role| *role == Some(Role::Defect))
}

/// Whether the row is the head of a table with a row for each defect: one cell heads the defects,
/// another causes or actions, or what denies them: 효과 없었던 조치.
pub(super) fn is_defect_table_header(row: &Row) -> bool {
    let roles = roles(row);
    let denied = || row.segments.iter().any(|segment| is_neither(&segment.line.text));
    let has = |wanted: &[Role]| roles.iter().flatten().any(|role| wanted.contains(role));
    has(&[Role::Defect, Role::MaybeDefect])
        && (has(&[Role::Part(StatementKind::Cause), Role::Part(StatementKind::Action)]) || denied())
}

/// As [`is_defect_table_header`], where only [`Role::MaybeDefect`] heads the defects.
pub(super) fn is_weak_header(row: &Row) -> bool {
    is_defect_table_header(row) && defect_column(row).is_none()
}

/// The defect's name in `불량명: 기공`, or in two cells side by side, which further fields may follow.
pub(super) fn defect_field(row: &Row) -> Option<&str> {
    let is_defect = |head: &str| role(head) == Some(Role::Defect);
    match &row.segments[..] {
        [head, name] | [head, name, _, _] | [head, name, _, _, _, _] => {
            is_defect(&head.line.text).then_some(name.line.text.as_str())
        }
        [only] => {
            let (head, name) = split_colon(split_marker(&only.line.text).1)?;
            (is_defect(head) && !name.is_empty()).then_some(name)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_say_what_their_column_holds() {
        use StatementKind::{Action, Cause, Inspection, Other, Prevention, Symptom};
        for (text, expected) in [
            ("불량 유형", Some(Role::Defect)),
            ("불량명 (Defect)", Some(Role::Defect)),
            ("Potential Failure Mode", Some(Role::Defect)),
            ("현상", Some(Role::MaybeDefect)),
            ("주요 원인", Some(Role::Part(Cause))),
            ("Potential Cause(s)", Some(Role::Part(Cause))),
            ("현장 조치", Some(Role::Part(Action))),
            ("Recommended Action", Some(Role::Part(Action))),
            ("재발 방지", Some(Role::Part(Prevention))),
            ("현 공정 관리 (검출)", Some(Role::Part(Inspection))),
            ("Potential effects of failure", Some(Role::Part(Symptom))),
            ("효과 없었던 조치", Some(Role::Part(Other))),
            ("조치일", Some(Role::Part(Other))),
            ("조치 결과", Some(Role::Part(Other))),
            ("담당자", Some(Role::Part(Other))),
            ("원인 부서", Some(Role::Part(Other))),
            ("임시조치 금지", Some(Role::Part(Other))),
            ("조치 완료일", Some(Role::Part(Other))),
            ("No.", None),
            ("공정명", None),
            ("긁힘", None),
        ] {
            assert_eq!(role(text), expected, "{text}");
        }
    }
}
