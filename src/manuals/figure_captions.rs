//! What is printed below or above a picture: `그림 1. 벤트의 위치`, `<사진 2> 기공`, *Figure 3: the vent*.

use super::document_look::is_sentence;
use super::headings::compact;
use super::list_marker::split_marker;

/// The longest caption, in letters with spaces.
const MAX_CHARS: usize = 120;
/// What a caption begins with, before its number.
const NAMES: [&str; 11] = [
    "그림",
    "사진",
    "도면",
    "이미지",
    "figure",
    "fig.",
    "fig",
    "photo",
    "picture",
    "image",
    "pic.",
];
/// Words that name a picture.
const PICTURES: [&str; 14] = [
    "그림",
    "사진",
    "도면",
    "이미지",
    "예시",
    "figure",
    "figures",
    "photo",
    "photos",
    "picture",
    "pictures",
    "image",
    "images",
    "example",
];
/// What else stands in a line that only announces pictures: 불량 사진, *Reference photos*.
const ANNOUNCING: [&str; 13] = [
    "참고",
    "불량",
    "양품",
    "실물",
    "현장",
    "부위",
    "상세",
    "examples",
    "reference",
    "sample",
    "samples",
    "defect",
    "the",
];

/// Whether a line beside a picture is its caption.
pub(super) fn is_caption(text: &str) -> bool {
    let text = text.trim();
    // An arrow points at the picture; any other marker makes an item of a list.
    let is_item = split_marker(text).0.is_some() && !text.starts_with(['▲', '△', '▼', '▽']);
    if text.chars().count() > MAX_CHARS || is_item {
        return false;
    }
    announces_pictures(text) || is_numbered(text)
}

/// Whether a line says nothing but that pictures follow.
pub(super) fn announces_pictures(text: &str) -> bool {
    let compacted = compact(text);
    let mut rest = compacted.as_str();
    let mut names_picture = false;
    while !rest.is_empty() {
        let words = PICTURES.iter().chain(&ANNOUNCING);
        let word = words.filter(|word| rest.starts_with(**word));
        let Some(word) = word.max_by_key(|word| word.len()) else { return false };
        names_picture |= PICTURES.contains(word);
        rest = rest.strip_prefix(word).unwrap_or_default();
    }
    names_picture
}

/// Whether a text begins with the name of a picture and its number or a colon. `그림 1과 같이` goes on
/// with a particle, and is an instruction.
fn is_numbered(text: &str) -> bool {
    let open = ['<', '[', '(', '【', '〈', '《', '「', '『', '（', '▲', '▼', '△', '▽', '※', ' '];
    let text = text.trim_start_matches(open);
    let lower = text.to_lowercase();
    let behind = NAMES.iter().find_map(|name| lower.strip_prefix(name));
    let Some(behind) = behind.map(str::trim_start) else { return false };
    if behind.starts_with([':', '：']) {
        return true;
    }
    let number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '.' | '–' | '①'..='⑳');
    let rest = behind.trim_start_matches(number);
    let has_number = behind.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '①'..='⑳'));
    if !has_number {
        return false;
    }
    // `그림 1. 벤트를 연다.` stands below its picture; `Figure 1 shows …` is a sentence about it.
    let is_parted =
        behind.strip_suffix(rest).is_some_and(|number| number.ends_with(['.', '-', '–']));
    let ends =
        rest.starts_with([')', ']', '>', '】', '〉', '》', '」', '』', '）', ':', '：', '|', ',']);
    rest.is_empty() || is_parted || ends || rest.starts_with(' ') && !is_sentence(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_are_told_from_instructions_that_name_a_picture() {
        for text in [
            "그림 1",
            "그림 1. 금형의 벤트",
            "그림1 벤트 위치",
            "<그림 2-1> 탈기 장치",
            "[사진 3] 기공이 난 부위",
            "사진: 배출 통로",
            "▲ 사진 2",
            "Figure 3: the vent",
            "Fig. 2 Degassing unit",
            "FIGURE 4",
            "불량 사진",
            "참고 사진",
            "예시:",
            "Photo 1. The vent is opened.",
        ] {
            assert!(is_caption(text), "{text}");
        }
        for text in [
            "그림 1과 같이 벤트를 연다",
            "그림 1 을 보고 벤트를 연다",
            "Figure 3 shows the vent.",
            "• 그림 1. 벤트",
            "1. 사진을 찍는다",
            "사진을 남긴다",
            "불량",
            "탈기 불량",
            "Picture the flow and correct it.",
            "",
        ] {
            assert!(!is_caption(text), "{text}");
        }
    }
}
