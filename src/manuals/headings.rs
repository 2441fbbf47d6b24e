//! A label and what follows its colon, the title of the summary table, the heads of tables.

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

    #[test]
    fn summaries_are_recognised_by_title_or_header() {
        assert!(is_summary_title("요약 매핑 테이블") && is_summary_title("Summary table"));
        assert!(!is_summary_title("요약하면 표면을 세척한다는 내용의 긴 문장입니다 표 참고"));
        assert!(is_table_header(["Class", "주요 원인", "현장 조치"].into_iter()));
        assert!(!is_table_header(["원인", "조치"].into_iter()));
    }
}
