//! Labels of parts such as 발생 원인 and 조치 가이드, the title of the summary table, the heads of
//! tables.

use fettle_domain::StatementKind;

use super::part_labels::covered;

/// The kind of a label and the text after its colon, or `None` if `text` is no label by its words
/// alone.
pub(super) fn sub_heading(text: &str) -> Option<(StatementKind, Option<&str>)> {
    if let Some((head, rest)) = split_colon(text).filter(|(_, rest)| !rest.is_empty())
        && let Some(kind) = covered(head)
    {
        return Some((kind, Some(rest)));
    }
    covered(text).map(|kind| (kind, None))
}

/// The texts before and after the first colon, or after the bracket that closes a label: `【원인】 …`.
pub(super) fn split_colon(text: &str) -> Option<(&str, &str)> {
    let bracketed = text.trim_start().strip_prefix(['【', '[', '<', '〈', '「', '《', '〔']);
    let split = match bracketed {
        Some(inner) => inner.split_once(['】', ']', '>', '〉', '」', '》', '〕'])?,
        None => text.split_once([':', '：'])?,
    };
    Some((split.0.trim(), split.1.trim_start_matches([':', '：', ' ']).trim()))
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
pub(super) fn compact(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use StatementKind::{Action, Cause, Prevention};

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
