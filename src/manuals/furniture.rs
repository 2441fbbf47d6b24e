//! What stands in a document and says nothing of a defect: its title, numbers and dates of its version, who
//! wrote and approved it, its table of contents. Search finds such lines; they are nothing to check.

use std::collections::{HashMap, HashSet};

use fettle_domain::{ManualWarning, Section};

use super::document_look::is_sentence;
use super::headings::compact;
use super::list_marker::split_marker;
use super::rows::Row;
use super::section_headings::has_title_word;

/// The most lines of a title.
const TITLE_LINES: usize = 3;
/// The longest title, in letters.
const MAX_TITLE: usize = 60;
/// The longest line about the document, in letters.
const MAX_DATA_LINE: usize = 60;
/// The fewest dots that lead to the number of a page.
const LEADER_DOTS: usize = 3;

/// What the lines about a document begin with, as [`compact`] gives them. A number, a day or a colon stands
/// behind it: `승인 없이 2호기 가동 금지` is a rule of the plant.
const DATA: [&str; 82] = [
    "문서번호",
    "문서명",
    "문서등급",
    "관리번호",
    "표준번호",
    "개정번호",
    "개정일",
    "개정일자",
    "개정이력",
    "개정사유",
    "개정",
    "제정일",
    "제정일자",
    "제정",
    "버전",
    "판번호",
    "작성일",
    "작성일자",
    "작성자",
    "작성부서",
    "작성",
    "검토자",
    "검토일",
    "검토일자",
    "검토부서",
    "검토",
    "승인자",
    "승인일",
    "승인일자",
    "승인부서",
    "승인",
    "시행일",
    "시행일자",
    "배포일",
    "배포처",
    "적용일",
    "적용제품",
    "대상제품",
    "페이지",
    "쪽",
    "대외비",
    "documentno",
    "documentnumber",
    "docno",
    "docid",
    "revision",
    "revisionno",
    "revisionnumber",
    "revisiondate",
    "revisionhistory",
    "rev",
    "revno",
    "version",
    "versionno",
    "ver",
    "issueno",
    "issuedate",
    "issued",
    "issuedby",
    "issuedon",
    "effectivedate",
    "date",
    "dateofissue",
    "author",
    "preparedby",
    "approvedby",
    "reviewedby",
    "writtenby",
    "page",
    "pageno",
    "copyright",
    "copyrightc",
    "confidential",
    "internaluse",
    "internaluseonly",
    "lastupdate",
    "lastupdated",
    "lastupdatedon",
    "updated",
    "updatedon",
    "최종수정",
    "최종개정",
];
/// Those of them behind which a name of letters and digits may stand as well: `문서 번호 QM-17`.
const NUMBERS: [&str; 9] = [
    "문서번호",
    "관리번호",
    "표준번호",
    "개정번호",
    "documentno",
    "documentnumber",
    "docno",
    "docid",
    "issueno",
];
/// Those of them behind which the letter of a version may stand: *Rev. B*.
const REVISIONS: [&str; 8] =
    ["개정", "버전", "revision", "revisionno", "rev", "revno", "version", "ver"];
/// Titles of tables of contents.
const CONTENTS: [&str; 6] = ["목차", "차례", "내용", "contents", "tableofcontents", "index"];

/// `warnings` without those about lines that are only furniture of the document.
pub(super) fn without_furniture(
    warnings: Vec<ManualWarning>,
    rows: &[Row],
    sections: &[Section],
) -> Vec<ManualWarning> {
    let furniture = Furniture::new(rows, sections);
    let is_kept = |warning: &ManualWarning| match warning {
        ManualWarning::Unplaced { page, text } => !furniture.has(*page, text),
        _ => true,
    };
    warnings.into_iter().filter(is_kept).collect()
}

struct Furniture<'a> {
    rows: &'a [Row],
    /// The first row of a page with a text.
    places: HashMap<(u32, &'a str), usize>,
    /// Indices of the rows with headings of sections.
    headings: HashSet<usize>,
    /// The first of them.
    first: usize,
    /// The largest letters of those rows, in points.
    heading_size: f64,
    /// The row with the title of a table of contents.
    contents: Option<usize>,
    /// The headings, as [`compact`] gives them.
    names: Vec<String>,
}

impl<'a> Furniture<'a> {
    fn new(rows: &'a [Row], sections: &[Section]) -> Self {
        let mut names: HashMap<u32, Vec<String>> = HashMap::new();
        for section in sections {
            names.entry(section.page).or_default().push(compact(&section.heading));
        }
        let is_heading = |row: &Row| {
            let Some(names) = names.get(&row.page) else { return false };
            let text = compact(&row.text);
            let begins = |name: &String| {
                !name.is_empty() && (text.starts_with(name.as_str()) || name.starts_with(&text))
            };
            // A table names its defects in cells.
            let is_cell = |name: &String| {
                row.segments.len() > 1
                    && row.segments.iter().any(|cell| compact(&cell.line.text) == *name)
            };
            !text.is_empty() && names.iter().any(|name| begins(name) || is_cell(name))
        };
        let found = rows.iter().enumerate().filter(|(_, row)| is_heading(row));
        let headings: Vec<usize> = found.map(|(at, _)| at).collect();
        let first = headings.first().copied().unwrap_or(0);
        let sizes = headings.iter().filter_map(|at| rows.get(*at)).map(|row| row.size);
        let mut places = HashMap::new();
        for (at, row) in rows.iter().enumerate() {
            places.entry((row.page, row.text.as_str())).or_insert(at);
        }
        let mut above = rows.iter().take(first);
        Self {
            rows,
            places,
            first,
            heading_size: sizes.fold(0.0, f64::max),
            headings: headings.into_iter().collect(),
            contents: above.position(|row| CONTENTS.contains(&compact(&row.text).as_str())),
            names: names.into_values().flatten().collect(),
        }
    }

    fn has(&self, page: u32, text: &str) -> bool {
        let at = self.places.get(&(page, text)).copied();
        is_about_document(text)
            || is_in_contents(text)
            || at.is_some_and(|at| self.is_title(at) || self.is_contents_entry(at))
    }

    /// Whether a row above the first section is a title.
    fn is_title(&self, at: usize) -> bool {
        let Some(row) = self.rows.get(at) else { return false };
        let (marker, text) = split_marker(&row.text);
        let is_title_like = marker.is_none()
            && row.segments.len() == 1
            && text.chars().count() <= MAX_TITLE
            && !is_sentence(text)
            && !text.contains([':', '：']);
        // A chapter stands right above a section, in larger letters than headings of sections.
        let is_above = (at + 1..=at + TITLE_LINES).any(|below| self.headings.contains(&below));
        let is_chapter = is_above && row.size > self.heading_size;
        is_title_like && (is_chapter || at < self.first && (at == 0 || has_title_word(text)))
    }

    /// Whether a row above the first section is its entry in a table of contents.
    fn is_contents_entry(&self, at: usize) -> bool {
        let is_below = self.contents.is_some_and(|title| title < at && at < self.first);
        let Some(row) = self.rows.get(at).filter(|_| is_below) else { return false };
        let plain = compact(split_marker(&row.text).1);
        let plain = plain.trim_end_matches(|c: char| c.is_ascii_digit());
        plain.is_empty() || self.names.iter().any(|name| name.starts_with(plain))
    }
}

/// Whether a line states a number, a date or a person of the document: `개정 7판`, *Rev. 3*, `작성자: 김`.
fn is_about_document(text: &str) -> bool {
    let text = split_marker(text).1;
    let letters = compact(text);
    letters.chars().count() <= MAX_DATA_LINE
        && !is_sentence(text)
        && (CONTENTS.contains(&letters.as_str())
            || DATA.iter().any(|word| letters.starts_with(word) && states(text, word)))
}

/// Whether a value stands right behind the words of `text` that make `start`: none does in *dates of …* or
/// `검토 후 5 ℃ 하향`.
fn states(text: &str, start: &str) -> bool {
    let behind = behind(text, start);
    if behind.starts_with(char::is_alphabetic) {
        return false;
    }
    let value = behind.trim_start_matches(|c: char| c.is_whitespace() || "()©.#-–—[]".contains(c));
    let next = value.split_whitespace().next().unwrap_or_default();
    let has_digit = |text: &str| text.contains(|c: char| c.is_ascii_digit());
    value.starts_with([':', '：', '|'])
        || value.starts_with(|c: char| c.is_ascii_digit())
        || value
            .strip_prefix('제')
            .is_some_and(|of| of.trim_start().starts_with(|c: char| c.is_ascii_digit()))
        || REVISIONS.contains(&start) && is_letter_of_revision(value)
        || NUMBERS.contains(&start) && has_digit(next)
}

/// Whether a value is the letter of a version, alone or with its day: `A`, *B, 2026-03-01*, *A date: …*.
fn is_letter_of_revision(value: &str) -> bool {
    let mut letters = value.chars();
    let is_letter = letters.next().is_some_and(|c| c.is_ascii_uppercase());
    let rest = letters.as_str();
    let day = rest.trim_start_matches([' ', ',', '(', ':', '/', '-', '|']);
    let is_apart = rest.is_empty() || day.len() < rest.len();
    let is_day = day.is_empty()
        || day.starts_with(|c: char| c.is_ascii_digit())
        || day.split([' ', ':', '：']).next().is_some_and(|word| word.eq_ignore_ascii_case("date"));
    is_letter && is_apart && is_day
}

/// What stands in `text` behind the letters that make `start`.
fn behind<'t>(text: &'t str, start: &str) -> &'t str {
    let mut left = start.chars().count();
    let mut letters = text.chars();
    while left > 0 {
        let Some(letter) = letters.next() else { break };
        left = left.saturating_sub(compact(letter.encode_utf8(&mut [0; 4])).chars().count());
    }
    letters.as_str()
}

/// Whether a line is an entry of a table of contents by its form: `기공 ........ 3`.
fn is_in_contents(text: &str) -> bool {
    let without_page = text.trim_end().trim_end_matches(|c: char| c.is_ascii_digit());
    let has_page = without_page.len() < text.trim_end().len();
    let dots = without_page
        .trim_end()
        .chars()
        .rev()
        .take_while(|c| matches!(c, '.' | '·' | '…' | '‥' | ' '))
        .filter(|c| *c != ' ')
        .map(|c| if matches!(c, '…') { LEADER_DOTS } else { 1 })
        .sum::<usize>();
    has_page && dots >= LEADER_DOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_about_the_document_are_told_from_statements() {
        for text in [
            "문서 번호 QM-17",
            "문서번호: QM-17",
            "개정 7판",
            "Rev. 3",
            "개정 제2판",
            "개정 제 3 판 (2026-03)",
            "Rev. A",
            "Rev. B 2026-03-01",
            "Rev. A date: 2026-03-01",
            "Revision C (2026-03-01)",
            "Rev. A date",
            "Version 1.2",
            "작성자: 김철수",
            "Date: 2026-11-30",
            "승인: 품질팀장",
            "작성 | 검토 | 승인",
            "작성 일자: 2026-03-01",
            "Rev. No. 3",
            "Date of issue: 1 March",
            "Copyright (c) 2026",
            "Copyright © 2026",
            "Page 3 of 12",
            "Copyright 2026",
            "목차",
            "Table of contents",
            "1. 기공 ........ 3",
            "Porosity … 12",
        ] {
            assert!(is_about_document(text) || is_in_contents(text), "{text}");
        }
        for text in [
            "개정된 절차를 따른다",
            "Rev. A parts are to be reworked",
            "Rev. A dated stock goes first 2 days",
            "개정 제2판의 절차를 따른다",
            "Version control of recipes",
            "작성 요령을 익힌다",
            "Reverse the flow in 2 minutes",
            "Dates of delivery: check 2 of them",
            "승인 없이 가동하지 않음",
            "승인 없이 2호기 가동 금지",
            "검토 후 5 ℃ 하향",
            "승인자 서명 없이 2호기 가동 금지",
            "개정번호 확인 후 2호기 가동",
            "작성된 표 3 확인",
            "온도 3",
            "버전",
            "3.5 mm",
        ] {
            assert!(!is_about_document(text) && !is_in_contents(text), "{text}");
        }
    }
}
