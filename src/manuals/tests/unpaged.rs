//! Manuals without pages: Word documents and plain text.

use std::path::Path;

use encoding_rs::EUC_KR;
use proptest::prelude::*;

use super::reading::{assert_nothing_is_lost, outline};
use crate::{ManualsError, parse};
use fettle_domain::{DefectType, ManualText};
use fettle_testing::documents::{SPACE, defect, docx, paragraph, zipped};

fn defects() -> Vec<DefectType> {
    vec![defect("hole", "기공", "hole", "hole"), defect("scratch", "긁힘", "scratch", "Scratch")]
}

fn read(name: &str, bytes: &[u8]) -> Result<ManualText, ManualsError> {
    let manual = parse(Path::new(name), bytes, &defects())?;
    assert_nothing_is_lost(Path::new(name), bytes, &manual);
    Ok(manual)
}

fn error(name: &str, bytes: &[u8]) -> ManualsError {
    read(name, bytes).unwrap_err()
}

const NOTE: &str = "# 주조 매뉴얼\n\n1. 기공 불량\n   발생 원인\n   - 용탕 내 가스가\n     남음\n   - 습기\n\
                    \t조치 가이드\r\n   ① 탈기 강화\n==========\n긁힘\n원인:     이송 중 충돌\n대책:     고무패드\n";
const NOTE_READ: [&str; 7] = [
    "hole p3: 기공 불량",
    "hole.c1 [5, 6] 용탕 내 가스가 남음",
    "hole.c2 [7] 습기",
    "hole.a1 [9] 탈기 강화",
    "scratch p11: 긁힘",
    "scratch.c1 [12] 이송 중 충돌",
    "scratch.a1 [13] 고무패드",
];

#[test]
fn text_is_read_in_every_encoding() {
    let wide = |bytes: fn(u16) -> [u8; 2], mark: bool| -> Vec<u8> {
        let mark = mark.then_some(0xFEFF);
        mark.into_iter().chain(NOTE.encode_utf16()).flat_map(bytes).collect()
    };
    for (way, bytes) in [
        ("UTF-8", NOTE.as_bytes().to_vec()),
        ("UTF-8 with a mark", [b"\xEF\xBB\xBF", NOTE.as_bytes()].concat()),
        ("UTF-16LE", wide(u16::to_le_bytes, true)),
        ("UTF-16BE", wide(u16::to_be_bytes, true)),
        ("UTF-16LE without a mark", wide(u16::to_le_bytes, false)),
        ("CP949", EUC_KR.encode(NOTE).0.into_owned()),
    ] {
        let manual = read("note.txt", &bytes).unwrap();
        assert_eq!(outline(&manual), NOTE_READ, "{way}");
        assert_eq!(manual.page_count, 13, "{way}");
    }
}

#[test]
fn hard_wrapped_lines_are_joined_and_long_ones_are_not() {
    let wide = "기공이 생기는 까닭을 아주 길게 적은 첫째 문장은 여기에서 줄이 바뀌고";
    let broken = format!("기공\n원인\n{wide}\n다음 줄에서 끝납니다\n\n습기\n조치\n탈기\n");
    let manual = read("a.txt", broken.as_bytes()).unwrap();
    let cause = format!("hole.c1 [3, 4] {wide} 다음 줄에서 끝납니다");
    assert_eq!(outline(&manual)[..3], ["hole p1: 기공", &cause, "hole.c2 [6] 습기"]);
    let long = wide.repeat(3);
    let paragraphs = format!("기공\n원인\n{long}\n다음 원인입니다\n조치\n탈기\n");
    let manual = read("a.txt", paragraphs.as_bytes()).unwrap();
    assert_eq!(outline(&manual)[2], "hole.c2 [4] 다음 원인입니다");
}

#[test]
fn files_that_are_no_manual_are_refused() {
    for (name, bytes, expected) in [
        ("a.hwp", &b"\xD0\xCF\x11\xE0"[..], "OtherDocument"),
        ("a.doc", b"\xD0\xCF\x11\xE0", "OtherDocument"),
        ("a.docx", b"{\\rtf1 hole}", "OtherDocument"),
        ("a.png", b"hole", "OtherFormat"),
        ("a.docx", b"\xD0\xCF\x11\xE0", "Encrypted"),
        ("a.docx", b"hole", "Damaged"),
        ("a.docx", b"PK\x03\x04 cut", "Damaged"),
        ("a.txt", b"", "Empty"),
        ("a.txt", b" \n\t\n", "Empty"),
        ("a.txt", b"\x81\xFF\xFF", "Damaged"),
        ("a.txt", b"\0\0\0\0hole", "Damaged"),
        ("a.pdf", b"hole", "NotAPdf"),
    ] {
        let said = format!("{:?}", error(name, bytes));
        assert!(said.starts_with(expected), "{name}: {said}");
    }
}

fn item(level: u8, text: &str) -> String {
    format!(
        "<w:p><w:pPr><w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='1'/></w:numPr></w:pPr>\
         <w:r><w:t>{text}</w:t></w:r></w:p>"
    )
}

pub(super) fn table(rows: &[&[&str]]) -> String {
    let cell = |text: &&str| {
        let paragraphs: Vec<String> = text.split('\n').map(|line| paragraph("R", line)).collect();
        format!("<w:tc>{}</w:tc>", paragraphs.concat())
    };
    let row =
        |cells: &&[&str]| format!("<w:tr>{}</w:tr>", cells.iter().map(cell).collect::<String>());
    format!("<w:tbl>{}</w:tbl>", rows.iter().map(row).collect::<String>())
}

#[test]
fn a_word_document_is_read_by_its_styles_lists_and_tables() {
    let body = [
        paragraph("1", "기공 (hole)"),
        paragraph("2", "발생 원인"),
        item(0, "탈기 불량"),
        item(1, "필터 막힘"),
        "<w:p/>".to_owned(),
        paragraph("2", "조치 가이드"),
        // Two runs, a break, a deleted and a hidden word, an inserted one.
        "<w:p><w:pPr><w:pStyle w:val='L'/></w:pPr><w:r><w:t>탈기 </w:t></w:r><w:ins><w:r>\
         <w:t>장치</w:t><w:br/><w:t>점검</w:t></w:r></w:ins><w:del><w:r><w:delText>교체</w:delText>\
         </w:r></w:del><w:r><w:rPr><w:vanish/></w:rPr><w:t>비밀</w:t></w:r></w:p>"
            .to_owned(),
        "<w:sdt><w:sdtContent>".to_owned(),
        paragraph("1", "긁힘"),
        "</w:sdtContent></w:sdt>".to_owned(),
        table(&[&["원인", "조치"], &["이송 중 충돌", "고무패드\n이송 속도 &lt; 1 m/s"]]),
        paragraph("1", "요약표"),
        table(&[
            &["불량", "원인", "조치"],
            &["기공", "탈기\n불량", "탈기"],
            &["긁힘", "충돌", "패드"],
        ]),
    ];
    let manual = read("a.docx", &docx(&body.concat())).unwrap();
    assert_eq!(
        outline(&manual),
        [
            "hole p1: 기공 (hole)",
            "hole.c1 [3] 탈기 불량",
            "hole.c2 [4] 필터 막힘",
            "hole.a1 [6, 6] 탈기 장치 점검",
            "scratch p7: 긁힘",
            "scratch.c1 [10] 이송 중 충돌",
            "scratch.a1 [11] 고무패드",
            "scratch.a2 [12] 이송 속도 < 1 m/s",
            "| p14 불량 | 원인 | 조치",
            "| p17 기공 | 탈기 불량 | 탈기",
            "| p21 긁힘 | 충돌 | 패드",
            "! HiddenText { page: 6, text: \"비밀\" }",
        ]
    );
    assert_eq!(manual.page_count, 23);
}

#[test]
fn a_document_lies_where_the_package_says() {
    let document =
        format!("<w:document {SPACE}><w:body>{}</w:body></w:document>", paragraph("1", "기공"));
    let relations = "<Relationships><Relationship Type='http://x/officeDocument' \
                     Target='/word/document2.xml'/></Relationships>";
    let bytes = zipped(&[("_rels/.rels", relations), ("word/document2.xml", &document)]);
    assert_eq!(read("a.docx", &bytes).unwrap().page_count, 1);
}

#[test]
fn bombs_and_rings_are_refused_or_end() {
    let laughs = "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]><x>&b;</x>";
    let bomb = zipped(&[("word/document.xml", laughs)]);
    assert!(matches!(error("a.docx", &bomb), ManualsError::Damaged { .. }));
    let zeros = " ".repeat(65 << 20);
    let bomb = zipped(&[("word/document.xml", &zeros)]);
    assert!(bomb.len() < 1 << 20);
    assert!(matches!(error("a.docx", &bomb), ManualsError::TooLarge { .. }));
    for wrapper in ["w:sdt", "w:ins", "w:tbl", "w:p"] {
        let (begin, end) = (format!("<{wrapper}>"), format!("</{wrapper}>"));
        let deep = docx(&format!("{}{}", begin.repeat(20_000), end.repeat(20_000)));
        let said = error("a.docx", &deep);
        let expected = matches!(said, ManualsError::Empty { .. } | ManualsError::Damaged { .. });
        assert!(expected, "{wrapper}: {said}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn changed_bytes_are_an_error_or_a_text(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..16),
        cut in prop::option::of(any::<prop::sample::Index>()),
        which in 0..3_usize,
    ) {
        let body = [paragraph("1", "기공"), item(0, "원인"), table(&[&["원인", "조치"], &["가", "나"]])];
        let inner = format!("<w:document {SPACE}><w:body>{}</w:body></w:document>", body.concat());
        let (name, sample) = match which {
            0 => ("a.txt", EUC_KR.encode(NOTE).0.into_owned()),
            1 => ("a.docx", docx(&body.concat())),
            // Changes inside the XML rather than in the zip around it.
            _ => ("a.docx", inner.into_bytes()),
        };
        let mut bytes = sample;
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if which == 2 {
            let Ok(text) = String::from_utf8(bytes) else { return Ok(()) };
            bytes = zipped(&[("word/document.xml", &text)]);
        }
        if let Ok(manual) = read(name, &bytes) {
            for section in &manual.sections {
                for statement in section.statements() {
                    prop_assert!(!statement.spans.is_empty() && !statement.text.is_empty());
                    let pages = 1..=manual.page_count;
                    prop_assert!(statement.spans.iter().all(|span| pages.contains(&span.page)));
                }
            }
        }
    }
}
