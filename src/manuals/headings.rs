//! Sub-headings such as 발생 원인 and 조치 가이드, and the title of the summary table.

use fettle_domain::StatementKind;

/// Sub-headings of causes, as [`compact`] gives them.
const CAUSES: [&str; 22] = [
    "발생원인",
    "원인",
    "원인분석",
    "주요원인",
    "불량원인",
    "불량발생원인",
    "추정원인",
    "발생요인",
    "요인",
    "원인및요인",
    "발생원인분석",
    "cause",
    "causes",
    "rootcause",
    "rootcauses",
    "possiblecauses",
    "possiblecause",
    "probablecauses",
    "probablecause",
    "likelycauses",
    "causeanalysis",
    "whyithappens",
];
/// Sub-headings of actions, as [`compact`] gives them.
const ACTIONS: [&str; 40] = [
    "조치가이드",
    "조치",
    "조치방법",
    "조치사항",
    "조치방안",
    "조치및대책",
    "대책",
    "개선대책",
    "개선방안",
    "대응",
    "대응방안",
    "대응방법",
    "해결방안",
    "해결방법",
    "해결책",
    "현장조치",
    "시정조치",
    "재발방지",
    "재발방지대책",
    "예방",
    "예방조치",
    "예방대책",
    "예방방안",
    "actions",
    "action",
    "actionguide",
    "correctiveactions",
    "correctiveaction",
    "countermeasures",
    "countermeasure",
    "remedies",
    "remedy",
    "solutions",
    "solution",
    "measures",
    "recommendedactions",
    "preventiveactions",
    "prevention",
    "whattodo",
    "fixes",
];

/// The kind of a sub-heading and the text after its colon, or `None` if `text` is no sub-heading.
pub(super) fn sub_heading(text: &str) -> Option<(StatementKind, Option<&str>)> {
    if let Some(kind) = kind(text) {
        return Some((kind, None));
    }
    let (head, rest) = text.split_once([':', '：'])?;
    let kind = kind(head)?;
    let rest = rest.trim();
    Some((kind, (!rest.is_empty()).then_some(rest)))
}

fn kind(text: &str) -> Option<StatementKind> {
    if let Some(kind) = plain_kind(text) {
        return Some(kind);
    }
    // Two languages: `발생 원인 (Causes)`, `원인 / Cause`.
    let mut parts = text.split(['(', ')', '/', '[', ']', '|']).filter(|p| !compact(p).is_empty());
    let first = plain_kind(parts.next()?)?;
    parts.all(|part| plain_kind(part) == Some(first)).then_some(first)
}

fn plain_kind(text: &str) -> Option<StatementKind> {
    let title = compact(text);
    if CAUSES.contains(&title.as_str()) {
        Some(StatementKind::Cause)
    } else if ACTIONS.contains(&title.as_str()) {
        Some(StatementKind::Action)
    } else {
        None
    }
}

/// Whether `text` is the title of the summary table that closes a manual.
pub(super) fn is_summary_title(text: &str) -> bool {
    let title = compact(text);
    let korean = title.contains("요약")
        && ["요약", "표", "테이블", "매핑", "summary"].iter().any(|word| title.ends_with(word));
    let english = title == "summary" || (title.starts_with("summary") && title.contains("table"));
    title.chars().count() <= 24 && (korean || english)
}

/// Whether the cells are the header of a summary table: at least three, with one for causes and one
/// for actions.
pub(super) fn is_table_header<'a>(cells: impl Iterator<Item = &'a str>) -> bool {
    let (mut count, mut causes, mut actions) = (0, false, false);
    for cell in cells {
        let cell = compact(cell);
        count += 1;
        causes |= cell.chars().count() <= 20 && (cell.contains("원인") || cell.contains("cause"));
        actions |= cell.chars().count() <= 20
            && ["조치", "대책", "대응", "action", "measure", "remed"]
                .iter()
                .any(|w| cell.contains(w));
    }
    count >= 3 && causes && actions
}

/// The letters and digits of `text` in lower case, without spaces and punctuation.
fn compact(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use StatementKind::{Action, Cause};

    #[test]
    fn sub_headings_in_two_languages() {
        for (text, expected) in [
            ("발생 원인", Some((Cause, None))),
            ("【원인】", Some((Cause, None))),
            ("조치 가이드:", Some((Action, None))),
            ("Corrective Actions", Some((Action, None))),
            ("발생 원인 (Causes)", Some((Cause, None))),
            ("대책 / Countermeasures", Some((Action, None))),
            ("원인: 탈기 불량", Some((Cause, Some("탈기 불량")))),
            ("원인 불명의 기공", None),
            ("조치 / 원인", None),
            ("비율: 3", None),
        ] {
            assert_eq!(sub_heading(text), expected, "{text}");
        }
    }

    #[test]
    fn summaries_are_recognised_by_title_or_header() {
        assert!(is_summary_title("요약 매핑 테이블") && is_summary_title("Summary table"));
        assert!(!is_summary_title("요약하면 표면을 세척한다는 내용의 긴 문장입니다 표 참고"));
        assert!(is_table_header(["Class", "주요 원인", "현장 조치"].into_iter()));
        assert!(!is_table_header(["원인", "조치"].into_iter()));
    }
}
