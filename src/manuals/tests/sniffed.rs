//! Files that are not what their names say, and what stands beside the text of a document.

use std::path::Path;

use super::reading::{assert_nothing_is_lost, outline};
use crate::{ManualDamage, ManualsError, parse};
use fettle_domain::{DefectType, ManualFormat, ManualText, ManualWarning};
use fettle_testing::documents::{SPACE, defect, docx, own_fonts, page, paragraph, pdf, zipped};

fn defects() -> Vec<DefectType> {
    vec![defect("scratch", "긁힘", "scratch", "Scratch"), defect("dent", "찍힘", "dent", "Dent")]
}

fn read(name: &str, bytes: &[u8]) -> ManualText {
    let manual = parse(Path::new(name), bytes, &defects()).unwrap();
    assert_nothing_is_lost(Path::new(name), bytes, &manual);
    manual
}

fn statements(manual: &ManualText) -> Vec<String> {
    manual.sections.iter().flat_map(|s| s.statements()).map(|one| one.text.clone()).collect()
}

const LINES: [&str; 5] = ["긁힘", "원인", "레일 마모", "조치", "레일 교체"];

#[test]
fn a_file_is_read_as_what_it_is() {
    let html = "<!DOCTYPE html><html><h2>긁힘</h2><h3>원인</h3><p>레일 마모</p><h3>조치</h3><p>레일 교체</p>";
    let word = docx(&LINES.map(|line| paragraph("R", line)).concat());
    let printed = pdf(&own_fonts(), &[page(&LINES)], false);
    for (name, bytes, format) in [
        ("a.txt", html.as_bytes().to_vec(), ManualFormat::Html),
        ("a.md", html.as_bytes().to_vec(), ManualFormat::Html),
        ("a.csv", format!("\n  {html}").into_bytes(), ManualFormat::Html),
        ("a.xls", html.as_bytes().to_vec(), ManualFormat::Html),
        ("a.pdf", html.as_bytes().to_vec(), ManualFormat::Html),
        ("a.pdf", word.clone(), ManualFormat::Docx),
        ("a.txt", word.clone(), ManualFormat::Docx),
        ("a.xlsx", word, ManualFormat::Docx),
        ("a.docx", printed.clone(), ManualFormat::Pdf),
        ("a.txt", printed, ManualFormat::Pdf),
    ] {
        assert_eq!(ManualFormat::detect(name, &bytes), Some(format), "{name}");
        let manual = read(name, &bytes);
        assert_eq!(statements(&manual), ["레일 마모", "레일 교체"], "{name} {format:?}");
    }
    for (name, bytes, why) in [
        ("a.docx", &b"hole"[..], ManualDamage::OtherContent(ManualFormat::Docx)),
        ("a.xlsx", b"hole", ManualDamage::OtherContent(ManualFormat::Xlsx)),
        ("a.txt", b"\x81\xFF\xFF", ManualDamage::Encoding),
    ] {
        match parse(Path::new(name), bytes, &defects()) {
            Err(ManualsError::Damaged { why: found, .. }) => assert_eq!(found, why, "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn a_stray_zero_does_not_change_the_encoding() {
    let lines: String = LINES.map(|line| format!("{line}\n")).concat();
    for place in [0, lines.len() / 2, lines.len()] {
        let (before, after) = lines.split_at(lines.floor_char_boundary(place));
        let text = format!("{before}\0{after}");
        for bytes in [text.clone().into_bytes(), encoding_rs::EUC_KR.encode(&text).0.into_owned()] {
            let manual = parse(Path::new("a.txt"), &bytes, &defects()).unwrap();
            let joined = statements(&manual).concat().replace(' ', "");
            assert_eq!(joined, "레일마모레일교체", "{place}: {:#?}", outline(&manual));
        }
    }
}

#[test]
fn an_unclosed_quotation_mark_does_not_swallow_a_table() {
    let text = "불량,원인,조치\n긁힘,\"레일, 마모\",레일 교체\n찍힘,\"낙하 높이,높이 조정\n얼룩,기름,탈지\n";
    let manual = read("a.csv", text.as_bytes());
    let found = statements(&manual);
    for expected in ["레일, 마모", "레일 교체", "낙하 높이", "높이 조정", "기름", "탈지"]
    {
        assert!(found.iter().any(|one| one == expected), "{expected}: {:#?}", outline(&manual));
    }
    assert!(manual.warnings.contains(&ManualWarning::UnclosedQuote { page: 3 }));
    // Wherever it stands, and however many there are: each is named by its line.
    for (text, lines) in [
        (
            "불량,원인,조치\n긁힘,\"레일 마모,레일 교체\n찍힘,\"높이, 과다\",높이 조정\n얼룩,기름,탈지\n",
            &[2][..],
        ),
        (
            "불량,원인,조치\n긁힘,\"레일 마모,레일 교체\n찍힘,\"높이 과다,높이 조정\n얼룩,기름,탈지\n",
            &[2, 3],
        ),
        (
            "불량,원인,조치\n긁힘,5\" 레일 마모,레일 교체\n찍힘,\"높이\n과다\",높이 조정\n얼룩,기름,탈지\n",
            &[],
        ),
    ] {
        let manual = read("a.csv", text.as_bytes());
        let found = statements(&manual).join(" / ");
        for expected in ["레일 마모", "레일 교체", "높이", "과다", "높이 조정", "기름", "탈지"]
        {
            assert!(found.contains(expected), "{expected}: {:#?}", outline(&manual));
        }
        let named = manual.warnings.iter().filter_map(|warning| match warning {
            ManualWarning::UnclosedQuote { page } => Some(*page),
            _ => None,
        });
        assert_eq!(named.collect::<Vec<_>>(), lines, "{text}");
    }
    let closed = read("a.csv", text.replace("\"낙하", "낙하").as_bytes());
    let is_open = |warning: &ManualWarning| matches!(warning, ManualWarning::UnclosedQuote { .. });
    assert!(!closed.warnings.iter().any(is_open));
}

#[test]
fn comments_and_footnotes_of_word_are_kept() {
    let run = |text: &str| format!("<w:r><w:t>{text}</w:t></w:r>");
    let p = |inner: &str| format!("<w:p>{inner}</w:p>");
    let body = [
        p(&run("긁힘")),
        p(&run("원인")),
        p(&format!("{}<w:r><w:footnoteReference w:id='2'/></w:r>", run("레일 마모"))),
        p(&run("조치")),
        p(&format!("{}<w:r><w:commentReference w:id='7'/></w:r>", run("레일 교체"))),
    ];
    let document = format!("<w:document {SPACE}><w:body>{}</w:body></w:document>", body.concat());
    let comments = format!(
        "<w:comments {SPACE}><w:comment w:id='7'>{}</w:comment></w:comments>",
        p(&run("주기를 다시 정할 것"))
    );
    let footnotes = format!(
        "<w:footnotes {SPACE}><w:footnote w:id='0'>{}</w:footnote><w:footnote w:id='2'>{}</w:footnote>\
         </w:footnotes>",
        p("<w:r><w:separator/></w:r>"),
        p(&run("2024년 3월 조사"))
    );
    let bytes = zipped(&[
        ("word/document.xml", &document),
        ("word/comments.xml", &comments),
        ("word/footnotes.xml", &footnotes),
    ]);
    let manual = read("a.docx", &bytes);
    assert_eq!(statements(&manual), ["레일 마모", "레일 교체"]);
    let note = ManualWarning::Note { page: 5, text: "주기를 다시 정할 것".to_owned() };
    assert!(manual.warnings.contains(&note), "{:?}", manual.warnings);
    let passages: Vec<_> =
        manual.passages.iter().map(|one| (one.span.page, one.text.as_str())).collect();
    assert!(passages.contains(&(3, "2024년 3월 조사")), "{passages:?}");
}

/// The warnings of what is left out.
fn left_out(manual: &ManualText) -> Vec<String> {
    let is_left_out =
        |line: &String| line.starts_with("! StruckOut") || line.starts_with("! Hidden");
    let all = outline(manual).into_iter().filter(is_left_out);
    all.map(|line| line.split('"').nth(1).unwrap_or_default().to_owned()).collect()
}

#[test]
fn what_a_presentation_strikes_out_or_hides_is_no_action() {
    let p = |properties: &str, text: &str| {
        format!("<a:p><a:r><a:rPr {properties}/><a:t>{text}</a:t></a:r></a:p>")
    };
    let sp = |name: &str, inner: &str| {
        format!(
            "<p:sp><p:nvSpPr><p:cNvPr id='1' {name}/></p:nvSpPr><p:txBody>{inner}</p:txBody></p:sp>"
        )
    };
    let slide = |show: &str, inner: &str| {
        format!(
            "<p:sld {show} xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main' \
             xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'>{inner}</p:sld>"
        )
    };
    let text = [
        p("", "긁힘"),
        p("", "원인"),
        p("", "- 레일 마모"),
        p("", "조치"),
        p("", "- 레일 교체"),
        p("strike='sngStrike'", "- 덮개 열기"),
        p("strike='noStrike'", "- 레일 청소"),
    ];
    let cell = |text: &str| format!("<a:tc><a:txBody>{text}</a:txBody></a:tc>");
    let table = format!(
        "<p:graphicFrame><a:tbl><a:tr>{}{}</a:tr></a:tbl></p:graphicFrame>",
        cell(&p("", "조치")),
        cell(&format!("{}{}", p("", "나사 조임"), p("strike='dblStrike'", "옛 조치")))
    );
    let first =
        format!("{}{}{table}", sp("", &text.concat()), sp("hidden='1'", &p("", "숨은 상자")));
    let bytes = zipped(&[
        ("ppt/presentation.xml", "<p/>"),
        ("ppt/slides/slide1.xml", &slide("", &first)),
        ("ppt/slides/slide2.xml", &slide("show='0'", &sp("", &p("", "숨은 쪽")))),
    ]);
    let manual = read("a.pptx", &bytes);
    assert_eq!(statements(&manual), ["레일 마모", "레일 교체", "레일 청소", "나사 조임"]);
    let mut found = left_out(&manual);
    found.sort();
    assert_eq!(
        found,
        ["덮개 열기", "숨은 상자", "숨은 쪽", "옛 조치"].map(|t| {
            if t == "덮개 열기" { "- 덮개 열기".to_owned() } else { t.to_owned() }
        })
    );
}

#[test]
fn what_hangul_strikes_out_or_hides_is_no_action() {
    let run = |format: u32, text: &str| {
        format!("<hp:run charPrIDRef='{format}'><hp:t>{text}</hp:t></hp:run>")
    };
    let p = |inner: &str| format!("<hp:p paraPrIDRef='0'>{inner}</hp:p>");
    let remark = "<hp:run charPrIDRef='0'><hp:ctrl><hp:hiddenComment><hp:subList><hp:p><hp:run>\
                  <hp:t>숨은 설명</hp:t></hp:run></hp:p></hp:subList></hp:hiddenComment></hp:ctrl></hp:run>";
    let lines = [
        p(&run(0, "긁힘")),
        p(&run(0, "원인")),
        p(&run(0, "- 레일 마모")),
        p(&run(0, "조치")),
        p(&run(0, "- 레일 교체")),
        p(&run(1, "- 덮개 열기")),
        p(&run(2, "- 흰 조치")),
        p(&run(3, "- 작은 조치")),
        p(&format!("{}{remark}", run(4, "- 레일 청소"))),
    ];
    let header = "<hh:head xmlns:hh='h'>\
        <hh:charPr id='0' height='1000' textColor='#000000'><hh:strikeout shape='NONE'/></hh:charPr>\
        <hh:charPr id='1' height='1000'><hh:strikeout shape='SOLID'/></hh:charPr>\
        <hh:charPr id='2' height='1000' textColor='#FFFFFF' shadeColor='none'/>\
        <hh:charPr id='3' height='100'/>\
        <hh:charPr id='4' height='1000' textColor='#FFFFFF' shadeColor='#003366'/></hh:head>";
    let section = format!("<hs:sec xmlns:hs='s' xmlns:hp='p'>{}</hs:sec>", lines.concat());
    let bytes = zipped(&[
        ("mimetype", "application/hwp+zip"),
        ("Contents/header.xml", header),
        ("Contents/section0.xml", &section),
    ]);
    let manual = read("a.hwpx", &bytes);
    assert_eq!(statements(&manual), ["레일 마모", "레일 교체", "레일 청소"]);
    let expected = ["- 덮개 열기", "- 흰 조치", "- 작은 조치", "숨은 설명"];
    assert_eq!(left_out(&manual), expected, "{:#?}", outline(&manual));
}
