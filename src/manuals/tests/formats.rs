//! The same manual in every format, and tables of every shape.

use std::path::Path;

use proptest::prelude::*;

use super::reading::{assert_nothing_is_lost, outline};
use crate::{ManualsError, parse};
use fettle_domain::{DefectType, ManualFormat, ManualText, OtherDocument};
use fettle_testing::data::shared;
use fettle_testing::documents::{defect, docx, paragraph, zipped};

fn defects() -> Vec<DefectType> {
    vec![defect("scratch", "긁힘", "scratch", "scratch"), defect("dent", "찍힘", "dent", "dent")]
}

fn read(name: &str, bytes: &[u8]) -> Result<ManualText, ManualsError> {
    let manual = parse(Path::new(name), bytes, &defects())?;
    assert_nothing_is_lost(Path::new(name), bytes, &manual);
    Ok(manual)
}

/// Causes and actions of `scratch` and `dent`.
fn statements(manual: &ManualText) -> Vec<String> {
    let mut out = Vec::new();
    for code in ["scratch", "dent"] {
        for section in manual
            .sections
            .iter()
            .filter(|s| s.defect.as_ref().is_some_and(|defect| defect.as_str() == code))
        {
            let kinds = [('c', &section.causes), ('a', &section.actions)];
            for (letter, statements) in kinds {
                out.extend(statements.iter().map(|one| format!("{code} {letter} {}", one.text)));
            }
        }
    }
    out
}

const RIGHT: [&str; 7] = [
    "scratch c 레일 마모",
    "scratch c 바닥의 이물",
    "scratch a 레일 교체",
    "scratch a 트레이 청소",
    "dent c 낙하 높이 과다",
    "dent a 높이를 50 mm 이하로",
    "dent a 완충 패드 부착",
];

const MARKDOWN: &str = "---\ntitle: 매뉴얼\n---\n# 품질 매뉴얼\n\n## 긁힘 (scratch)\n\n### 추정 원인\n\n\
    1. 레일 마모\n2. 바닥의 이물\n\n### 시정 조치\n\n- 레일 교체\n- 트레이 청소\n\n### 재발 방지\n\n- 점검\n\n\
    ## 찍힘\n\n**왜 생기나요?**\n\n낙하 높이 과다\n\n**조치**\n\n* 높이를 50 mm 이하로\n* 완충 패드 부착\n";

const HTML: &str = "<html><head><title>원인</title><meta charset=utf-8><style>p{}</style></head><body>\
    <nav><ul><li>조치</li></ul></nav><main><h1>매뉴얼</h1><h2>긁힘</h2><dl><dt>발생 요인</dt><dd>레일 마모</dd>\
    <dd>바닥의 이물</dd><dt>대책</dt><dd>레일 교체</dd><dd>트레이 청소</dd></dl>\
    <h2>찍힘</h2><p><b>원인:</b> 낙하 높이 과다<p><strong>조치</strong></p>\
    <ul><li>높이를 <em>50 mm</em> 이하로<li>완충 패드 부착</ul><p hidden>조치: 숨은 글</p></main>\
    <footer>원인: 꼬리말</footer><script>var a = '조치';</script></body></html>";

/// A table with merged cells in HTML: the defect's name over two rows.
const TABLE: &str = "<table><tr><th>No</th><th>불량 유형</th><th>현상</th><th>추정 원인</th><th>대책</th></tr>\
    <tr><td>1</td><td rowspan=2>긁힘</td><td rowspan=2>선</td><td>레일 마모</td><td>레일 교체</td></tr>\
    <tr><td>2</td><td>바닥의 이물</td><td>트레이 청소</td></tr>\
    <tr><td>3</td><td>찍힘</td><td>눌림</td><td>낙하 높이 과다</td>\
    <td><ul><li>높이를 50 mm 이하로</li><li>완충 패드 부착</li></ul></td></tr></table>";

/// The same as separated values; an empty first cell goes on with the defect above.
const CSV: &str = "품질 조치표,,,\n\n불량 유형,현상,발생 원인,조치\n긁힘,선,레일 마모,레일 교체\n,,바닥의 이물,트레이 청소\n\
    찍힘,눌림,낙하 높이 과다,\"높이를 50 mm 이하로\n완충 패드 부착\"\n";

/// A form for each defect.
const FORMS: &str = "<table><tr><td>불량명</td><td>긁힘</td></tr><tr><td>현상</td><td>선</td></tr>\
    <tr><td>근본 원인</td><td>레일 마모<br>바닥의 이물</td></tr><tr><td>임시 조치</td><td>레일 교체</td></tr>\
    <tr><td>시정 조치</td><td>트레이 청소</td></tr><tr><td>재발 방지</td><td>교육</td></tr>\
    <tr><td>작성자</td><td>홍길동</td></tr></table>\
    <table><tr><td>불량명</td><td>찍힘</td></tr><tr><td>원인</td><td>낙하 높이 과다</td></tr>\
    <tr><td>조치</td><td>높이를 50 mm 이하로<br>완충 패드 부착</td></tr></table>";

/// A table below the heading of each defect.
const TABLE_EACH: &str = "<h2>긁힘</h2><table><tr><th>원인</th><th>조치</th><th>담당</th></tr>\
    <tr><td>레일 마모</td><td>레일 교체</td><td>가</td></tr><tr><td>바닥의 이물</td><td>트레이 청소</td>\
    <td>나</td></tr></table><h2>찍힘</h2><table><tr><th>원인</th><th>조치</th><th>담당</th></tr>\
    <tr><td>낙하 높이 과다</td><td>높이를 50 mm 이하로</td><td>다</td></tr>\
    <tr><td></td><td>완충 패드 부착</td><td></td></tr></table>";

const FMEA: &str = "No,공정명,잠재적 고장형태,잠재적 고장영향,심각도,잠재적 고장원인,현 공정관리(검출),권고 조치사항\n\
    1,사출,긁힘,외관,5,레일 마모,육안 검사,레일 교체\n,,,,,바닥의 이물,,트레이 청소\n\
    2,취출,찍힘,치수,6,낙하 높이 과다,치수 검사,높이를 50 mm 이하로\n,,,,,,,완충 패드 부착\n";

const TREE: &str = "Problem;Possible cause;Remedy\nscratch;레일 마모;레일 교체\n;바닥의 이물;트레이 청소\n\
    dent;낙하 높이 과다;높이를 50 mm 이하로\n;;완충 패드 부착\n";

fn hwpx() -> Vec<u8> {
    let p = |text: &str| {
        format!("<hp:p paraPrIDRef='0'><hp:run charPrIDRef='0'><hp:t>{text}</hp:t></hp:run></hp:p>")
    };
    let label = |text: &str| p(text).replace("charPrIDRef='0'", "charPrIDRef='7'");
    let item = |text: &str| p(text).replace("paraPrIDRef='0'", "paraPrIDRef='3'");
    let cell = |at: usize, text: &str| {
        format!(
            "<hp:tc><hp:subList>{}</hp:subList><hp:cellAddr colAddr='{at}' rowAddr='0'/>\
             <hp:cellSpan colSpan='1' rowSpan='1'/></hp:tc>",
            text.split('|').map(p).collect::<String>()
        )
    };
    let row = |cells: [&str; 2]| {
        let cells: String = (0..).zip(cells).map(|(at, text)| cell(at, text)).collect();
        format!("<hp:tr>{cells}</hp:tr>")
    };
    let section = [
        label("긁힘 (scratch)"),
        label("추정 원인"),
        item("레일 마모"),
        item("바닥의 이물"),
        label("처리"),
        item("레일 교체"),
        item("트레이 청소"),
        label("찍힘"),
        format!(
            "<hp:p><hp:run><hp:tbl>{}{}</hp:tbl></hp:run></hp:p>",
            row(["원인", "조치"]),
            row(["낙하 높이 과다", "높이를 50 mm 이하로|완충 패드 부착"])
        ),
    ];
    let space = "xmlns:hs='http://www.hancom.co.kr/hwpml/2011/section' \
                 xmlns:hp='http://www.hancom.co.kr/hwpml/2011/paragraph'";
    let header = "<hh:head xmlns:hh='http://www.hancom.co.kr/hwpml/2011/head'>\
                  <hh:charPr id='0' height='1000'/><hh:charPr id='7' height='1000'><hh:bold/></hh:charPr>\
                  <hh:paraPr id='3'><hh:heading type='BULLET' idRef='1' level='0'/></hh:paraPr></hh:head>";
    zipped(&[
        ("mimetype", "application/hwp+zip"),
        ("Contents/header.xml", header),
        ("Contents/section0.xml", &format!("<hs:sec {space}>{}</hs:sec>", section.concat())),
    ])
}

/// A workbook with one sheet of these rows, and merged cells.
pub(super) fn xlsx(name: &str, rows: &[&[&str]], merged: &[&str]) -> Vec<u8> {
    xlsx_of(name, rows, merged, &[], "worksheets/sheet1.xml")
}

/// As [`xlsx`], with rows folded away (from 1), the sheet at `target` as seen from the workbook.
pub(super) fn xlsx_of(
    name: &str,
    rows: &[&[&str]],
    merged: &[&str],
    folded: &[usize],
    target: &str,
) -> Vec<u8> {
    let letter = |column: usize| char::from(b'A' + u8::try_from(column).unwrap());
    let cell = |row: usize, (column, text): (usize, &&str)| {
        let text = text.replace('\n', "&#10;");
        let place = format!("{}{}", letter(column), row + 1);
        format!("<c r='{place}' t='inlineStr'><is><t xml:space='preserve'>{text}</t></is></c>")
    };
    let row = |(at, cells): (usize, &&[&str])| {
        let filled = cells.iter().enumerate().filter(|(_, text)| !text.is_empty());
        let cells: String = filled.map(|one| cell(at, one)).collect();
        let hidden = if folded.contains(&(at + 1)) { " hidden='1'" } else { "" };
        format!("<row r='{}'{hidden}>{cells}</row>", at + 1)
    };
    let data: String = rows.iter().enumerate().map(row).collect();
    let merged: String = merged.iter().map(|at| format!("<mergeCell ref='{at}'/>")).collect();
    let merged =
        if merged.is_empty() { merged } else { format!("<mergeCells>{merged}</mergeCells>") };
    let main = "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    zipped(&[
        (
            "[Content_Types].xml",
            &format!(
                "<Types xmlns='{package}/content-types'>\
                 <Default Extension='xml' ContentType='application/xml'/>\
                 <Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>\
                 </Types>"
            ),
        ),
        (
            "_rels/.rels",
            &format!(
                "<Relationships xmlns='{package}/relationships'><Relationship Id='r1' \
                 Type='{relations}/officeDocument' Target='xl/workbook.xml'/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            &format!(
                "<workbook {main} xmlns:r='{relations}'><sheets>\
                 <sheet name='{name}' sheetId='1' r:id='r1'/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            &format!(
                "<Relationships xmlns='{package}/relationships'><Relationship Id='r1' \
                 Type='{relations}/worksheet' Target='{target}'/></Relationships>"
            ),
        ),
        (
            &format!("xl/{target}"),
            &format!("<worksheet {main}><sheetData>{data}</sheetData>{merged}</worksheet>"),
        ),
    ])
}

fn pptx() -> Vec<u8> {
    let run = |text: &str| format!("<a:p><a:r><a:t>{text}</a:t></a:r></a:p>");
    let shape = |role: &str, inner: String| {
        format!("<p:sp><p:nvPr><p:ph type='{role}'/></p:nvPr><p:txBody>{inner}</p:txBody></p:sp>")
    };
    let plain = |inner: String| format!("<p:sp><p:txBody>{inner}</p:txBody></p:sp>");
    let bold = |text: &str| format!("<a:p><a:r><a:rPr b='1'/><a:t>{text}</a:t></a:r></a:p>");
    let slide = |inner: String| {
        format!(
            "<p:sld xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main' \
             xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'>{inner}</p:sld>"
        )
    };
    let cell = |text: &str| {
        format!(
            "<a:tc><a:txBody>{}</a:txBody></a:tc>",
            text.split('|').map(run).collect::<String>()
        )
    };
    let row = |cells: [&str; 2]| format!("<a:tr>{}{}</a:tr>", cell(cells[0]), cell(cells[1]));
    let first = [
        shape("title", run("긁힘")),
        plain([bold("원인"), run("- 레일 마모"), run("- 바닥의 이물")].concat()),
        plain([bold("조치"), run("- 레일 교체"), run("- 트레이 청소")].concat()),
        shape("sldNum", run("1")),
    ];
    let second = [
        shape("title", run("찍힘")),
        format!(
            "<p:graphicFrame><a:tbl>{}{}</a:tbl></p:graphicFrame>",
            row(["원인", "조치"]),
            row(["낙하 높이 과다", "높이를 50 mm 이하로|완충 패드 부착"])
        ),
    ];
    zipped(&[
        ("ppt/presentation.xml", "<p/>"),
        ("ppt/slides/slide2.xml", &slide(second.concat())),
        ("ppt/slides/slide1.xml", &slide(first.concat())),
    ])
}

/// A Word table in which the defect's name spans two rows.
fn docx_table() -> Vec<u8> {
    let cell = |properties: &str, text: &str| {
        let paragraphs: String = text.split('|').map(|line| paragraph("R", line)).collect();
        format!("<w:tc><w:tcPr>{properties}</w:tcPr>{paragraphs}</w:tc>")
    };
    let row = |cells: [(&str, &str); 3]| {
        let cells: String = cells.iter().map(|(properties, text)| cell(properties, text)).collect();
        format!("<w:tr>{cells}</w:tr>")
    };
    let table = [
        row([("", "불량 유형"), ("", "원인"), ("", "조치")]),
        row([("<w:vMerge w:val='restart'/>", "긁힘"), ("", "레일 마모"), ("", "레일 교체")]),
        row([("<w:vMerge/>", ""), ("", "바닥의 이물"), ("", "트레이 청소")]),
        row([("", "찍힘"), ("", "낙하 높이 과다"), ("", "높이를 50 mm 이하로|완충 패드 부착")]),
    ];
    docx(&format!("<w:tbl>{}</w:tbl>{}", table.concat(), paragraph("R", "문서 끝")))
}

const ROWS: [&[&str]; 5] = [
    &["품질 조치표"],
    &["불량 유형", "원인", "조치"],
    &["긁힘", "레일 마모", "레일 교체"],
    &["", "바닥의 이물", "트레이 청소"],
    &["찍힘", "낙하 높이 과다", "높이를 50 mm 이하로\n완충 패드 부착"],
];

#[test]
fn the_same_manual_in_every_format_and_shape() {
    let page = |body: &str| format!("<!DOCTYPE html><html><body>{body}</body></html>").into_bytes();
    let markdown_table = "| 불량 | 원인 | 조치 |\n|---|---|---|\n| 긁힘 | 레일 마모<br>바닥의 이물 | 레일 교체<br>트레이 청소 |\n\
                          | 찍힘 | 낙하 높이 과다 | 높이를 50 mm 이하로<br>완충 패드 부착 |\n";
    for (name, bytes) in [
        ("a.md", MARKDOWN.as_bytes().to_vec()),
        ("table.md", markdown_table.as_bytes().to_vec()),
        ("a.html", HTML.as_bytes().to_vec()),
        ("euckr.html", encoding_rs::EUC_KR.encode(&HTML.replace("utf-8", "euc-kr")).0.into_owned()),
        ("table.html", page(TABLE)),
        ("forms.html", page(FORMS)),
        ("table_each.html", page(TABLE_EACH)),
        ("a.csv", CSV.as_bytes().to_vec()),
        ("cp949.csv", encoding_rs::EUC_KR.encode(CSV).0.into_owned()),
        ("fmea.csv", FMEA.as_bytes().to_vec()),
        ("tree.csv", TREE.as_bytes().to_vec()),
        ("a.tsv", CSV.replace(',', "\t").into_bytes()),
        ("a.hwpx", hwpx()),
        ("called.docx", hwpx()),
        ("a.xlsx", xlsx("조치표", &ROWS, &["A3:A4", "A1:C1"])),
        ("unmerged.xlsx", xlsx("Sheet1", &ROWS, &[])),
        ("a.pptx", pptx()),
        ("table.docx", docx_table()),
    ] {
        let manual = read(name, &bytes).unwrap();
        assert_eq!(statements(&manual), RIGHT, "{name}: {:#?}", outline(&manual));
        let unplaced = outline(&manual).into_iter().filter(|line| line.starts_with("! Incomplete"));
        assert_eq!(unplaced.count(), 0, "{name}");
    }
}

#[test]
fn positions_are_those_of_the_format() {
    for (name, bytes, format, pages) in [
        ("a.csv", CSV.as_bytes().to_vec(), ManualFormat::Csv, [4, 5, 4, 5, 6, 6, 6]),
        ("a.xlsx", xlsx("Sheet1", &ROWS, &[]), ManualFormat::Xlsx, [3, 4, 3, 4, 5, 5, 5]),
        ("a.pptx", pptx(), ManualFormat::Pptx, [1, 1, 1, 1, 2, 2, 2]),
    ] {
        assert_eq!(ManualFormat::detect(name, &bytes), Some(format));
        let manual = read(name, &bytes).unwrap();
        let all = manual.sections.iter().flat_map(|section| section.statements());
        assert_eq!(all.map(|one| one.page()).collect::<Vec<_>>(), pages, "{name}");
    }
}

#[test]
fn what_no_reader_reads_is_no_text() {
    let manual = read("a.html", HTML.as_bytes()).unwrap();
    let all = format!("{:?} {:?}", manual.sections, manual.passages);
    for hidden in ["숨은 글", "꼬리말", "var a"] {
        assert!(!all.contains(hidden), "{hidden}");
    }
}

#[test]
fn documents_of_other_formats_are_named() {
    let compound = |stream: &str| {
        let name = stream.encode_utf16().flat_map(u16::to_le_bytes);
        [0xD0, 0xCF, 0x11, 0xE0].into_iter().chain(name).collect::<Vec<u8>>()
    };
    for (name, bytes, expected) in [
        ("a.docx", compound("HwpSummaryInformation"), OtherDocument::Hwp),
        ("a.pdf", compound("FileHeader DocInfo"), OtherDocument::Hwp),
        ("a.docx", compound("WordDocument"), OtherDocument::Doc),
        ("a.xlsx", compound("Workbook"), OtherDocument::Xls),
        ("a.txt", b"{\\rtf1\\ansi}".to_vec(), OtherDocument::Rtf),
        ("a.odt", zipped(&[("content.xml", "<x/>")]), OtherDocument::OpenDocument),
    ] {
        match read(name, &bytes) {
            Err(ManualsError::OtherDocument { document, .. }) => {
                assert_eq!(document, expected, "{name}")
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    let encrypted = read("a.xlsx", &compound("EncryptedPackage"));
    assert!(matches!(encrypted, Err(ManualsError::Encrypted { .. })));
}

/// The cases of `shared/data/cases` that are about structure and formats.
#[test]
fn the_cases_are_read_as_their_readme_says() {
    let Some(folder) = shared("data/cases") else { return };
    let read = |path: &str| {
        let path = folder.join(path);
        parse(&path, &std::fs::read(&path).unwrap(), &defects())
    };
    let counts = |manual: &ManualText| -> Vec<(String, usize, usize)> {
        let count = |section: &fettle_domain::Section| {
            let code = section.defect.as_ref().map_or("?", |code| code.as_str());
            (code.to_owned(), section.causes.len(), section.actions.len())
        };
        manual.sections.iter().map(count).collect()
    };
    let expected = |scratch: (usize, usize), dent: (usize, usize)| {
        vec![("scratch".to_owned(), scratch.0, scratch.1), ("dent".to_owned(), dent.0, dent.1)]
    };
    for (path, scratch, dent) in [
        ("33-pdf-table/ruled_table_spanning_cell.pdf", (2, 2), (1, 1)),
        ("38-other-documents/hwpx_called.docx", (2, 2), (1, 2)),
        ("39-text-files/utf8_bom_cr_only.txt", (2, 2), (1, 2)),
        ("39-text-files/iso2022kr.txt", (2, 2), (1, 2)),
        ("39-text-files/table_with_tabs.txt", (1, 1), (1, 1)),
    ] {
        let manual = read(path).unwrap();
        assert_eq!(counts(&manual), expected(scratch, dent), "{path}: {:#?}", outline(&manual));
    }
    for (path, document) in [
        ("38-other-documents/hwp_called.docx", OtherDocument::Hwp),
        ("38-other-documents/hwp_called.pdf", OtherDocument::Hwp),
        ("38-other-documents/rtf_called.docx", OtherDocument::Rtf),
    ] {
        match read(path) {
            Err(ManualsError::OtherDocument { document: found, .. }) => {
                assert_eq!(found, document, "{path}");
            }
            other => panic!("{path}: {other:?}"),
        }
    }
    assert!(matches!(read("39-text-files/empty.txt"), Err(ManualsError::Empty { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn changed_bytes_are_an_error_or_a_text(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..16),
        cut in prop::option::of(any::<prop::sample::Index>()),
        which in 0..7_usize,
    ) {
        let (name, mut bytes) = match which {
            0 => ("a.xlsx", xlsx("조치표", &ROWS, &["A3:A4"])),
            1 => ("a.hwpx", hwpx()),
            2 => ("a.pptx", pptx()),
            3 => ("a.html", [HTML, TABLE, FORMS].concat().into_bytes()),
            4 => ("a.md", MARKDOWN.as_bytes().to_vec()),
            5 => ("a.csv", CSV.as_bytes().to_vec()),
            _ => ("a.docx", docx_table()),
        };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(manual) = read(name, &bytes) {
            let all = manual.sections.iter().flat_map(fettle_domain::Section::all_statements);
            for statement in all {
                prop_assert!(!statement.spans.is_empty() && !statement.text.is_empty());
                prop_assert!(statement.spans.iter().all(|span| span.page >= 1));
            }
        }
    }
}
