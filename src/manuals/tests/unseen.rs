//! Struck-out and invisible text is no statement; numbers keep what is raised, lowered or formatted.

use std::path::Path;

use super::reading::{assert_nothing_is_lost, outline};
use crate::parse;
use fettle_domain::{DefectType, ManualWarning};
use fettle_testing::documents::{SPACE, defect, docx, zipped};

fn defects() -> Vec<DefectType> {
    vec![defect("scratch", "긁힘", "scratch", "scratch")]
}

/// The statements of a manual and the warnings of what is left out.
fn read(name: &str, bytes: &[u8]) -> Vec<String> {
    let manual = parse(Path::new(name), bytes, &defects()).unwrap();
    assert_nothing_is_lost(Path::new(name), bytes, &manual);
    let mut out: Vec<String> = manual
        .sections
        .iter()
        .flat_map(|section| &section.actions)
        .map(|one| one.text.clone())
        .collect();
    let is_left_out =
        |line: &String| line.starts_with("! StruckOut") || line.starts_with("! HiddenText");
    out.extend(outline(&manual).into_iter().filter(is_left_out));
    out
}

fn struck(page: u32, text: &str) -> String {
    format!("! StruckOut {{ page: {page}, text: {text:?} }}")
}

fn hidden(page: u32, text: &str) -> String {
    format!("! HiddenText {{ page: {page}, text: {text:?} }}")
}

/// A page with `style` whose section has the actions `items`.
fn html(style: &str, items: &str) -> Vec<u8> {
    format!(
        "<style>{style}</style><h2>긁힘</h2><h3>원인</h3><ul><li>레일 마모</ul>\
         <h3>조치</h3><ul>{items}</ul>"
    )
    .into_bytes()
}

#[test]
fn what_a_page_strikes_out_or_hides_is_no_action() {
    const CSS: &str = "/* .plain{display:none} */ @media print { .plain { display: none } } \
                       .gone, p.none { display:none !important } #one{visibility:hidden} \
                       .head {background:#036} .head .white{color:#fff} .white{color:#FFF}";
    let left = |item: &str| read("a.html", &html(CSS, &format!("<li>레일 교체</li>{item}")));
    for item in [
        "<li><s>덮개 열기</s></li>",
        "<li><del>덮개 <b>열기</b></del></li>",
        "<strike><li>덮개 열기</li></strike>",
        "<li>3. <s>덮개 열기</s></li>",
        "<li style='text-decoration: line-through red'>덮개 열기</li>",
    ] {
        assert_eq!(left(item), ["레일 교체".to_owned(), struck(5, "덮개 열기")], "{item}");
    }
    for item in [
        "<li style='display: none'>덮개 열기</li>",
        "<li style='Visibility:Hidden'>덮개 열기</li>",
        "<li><span style='opacity:0.0'>덮개 열기</span></li>",
        "<li><span style='color:red;font-size:0px'>덮개 열기</span></li>",
        "<li style='font-size:1pt'>덮개 열기</li>",
        "<li style='color:#fff'>덮개 열기</li>",
        "<li style='color: rgb(255, 255, 255)'>덮개 열기</li>",
        "<li style='color:white'>덮개 열기</li>",
        "<li><font color='#FFFFFF'>덮개 열기</font></li>",
        "<li class='note gone'>덮개 열기</li>",
        "<li id=one>덮개 열기</li>",
        "<li class=white>덮개 열기</li>",
        "<li hidden>덮개 열기</li>",
        "<table><tr><td>주의</td><td style='display:none'>덮개 열기</td></tr></table>",
    ] {
        let found = left(item);
        let warning = hidden(if item.contains("<table>") { 6 } else { 5 }, "덮개 열기");
        assert!(found.contains(&warning), "{item}: {found:?}");
        assert!(!found.iter().any(|one| one != &warning && one.contains("덮개")), "{found:?}");
    }
    for item in [
        "<li class=plain>덮개 열기</li>",
        "<li class=none>덮개 열기</li>",
        "<li style='opacity:0.5;font-size:12px'>덮개 열기</li>",
        "<li style='background:navy;color:white'>덮개 열기</li>",
        "<li class=head><span class=white>덮개 열기</span></li>",
        "<li bgcolor=black style='color:#fff'>덮개 열기</li>",
        "<li style='color:#fff'><b style='color:#000'>덮개 열기</b></li>",
    ] {
        assert_eq!(left(item), ["레일 교체", "덮개 열기"], "{item}");
    }
    let part = left("<li>압력을 <del>5 bar</del> 3 bar로</li>");
    assert_eq!(part, ["레일 교체".to_owned(), "압력을 3 bar로".to_owned(), struck(6, "5 bar")]);
}

#[test]
fn markdown_strikes_out_between_double_tildes_only() {
    let manual = "# 긁힘\n\n## 원인\n\n- 레일 마모\n\n## 조치\n\n- ~~덮개 열기~~\n- 온도를 680~700 ℃, \
                  시간을 10~20초로 유지\n- ~레일 교체~\n";
    let found = read("a.md", manual.as_bytes());
    let kept = "온도를 680~700 ℃, 시간을 10~20초로 유지".to_owned();
    assert_eq!(found, [kept, "~레일 교체~".to_owned(), struck(5, "덮개 열기")]);
}

#[test]
fn what_word_strikes_out_or_hides_is_no_action() {
    let run = |properties: &str, text: &str| {
        format!("<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>")
    };
    let p = |properties: &str, runs: &str| format!("<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>");
    let plain = |text: &str| p("", &run("", text));
    let left = |last: &str| {
        let first = ["긁힘", "원인", "- 레일 마모", "조치", "- 레일 교체"].map(plain).concat();
        read("a.docx", &docx(&format!("{first}{last}")))
    };
    let white = "<w:color w:val='FFFFFF'/>";
    let shaded = "<w:shd w:val='clear' w:color='auto' w:fill='1F3864'/>";
    for (properties, warning) in [
        ("<w:strike/>", struck(5, "덮개 열기")),
        ("<w:dstrike w:val='true'/>", struck(5, "덮개 열기")),
        ("<w:vanish/>", hidden(5, "덮개 열기")),
        (white, hidden(5, "덮개 열기")),
        ("<w:sz w:val='2'/>", hidden(5, "덮개 열기")),
    ] {
        // Word parts a text into runs as it likes.
        let runs = [run("", "- "), run(properties, "덮개 "), run(properties, "열기")].concat();
        assert_eq!(left(&p("", &runs)), ["레일 교체".to_owned(), warning], "{properties}");
    }
    for (paragraph, properties) in [
        ("", "<w:strike w:val='0'/>".to_owned()),
        ("", format!("{white}<w:highlight w:val='blue'/>")),
        ("", format!("{white}{shaded}")),
        (shaded, white.to_owned()),
        ("", "<w:sz w:val='20'/>".to_owned()),
    ] {
        let found = left(&p(paragraph, &run(&properties, "- 덮개 열기")));
        assert_eq!(found, ["레일 교체", "덮개 열기"], "{paragraph} {properties}");
    }
    let part =
        p("", &[run("", "- 압력을 "), run("<w:strike/>", "5"), run("", " 3 bar로")].concat());
    assert_eq!(left(&part), ["레일 교체".to_owned(), "압력을 3 bar로".to_owned(), struck(6, "5")]);
}

#[test]
fn styles_of_word_strike_out_and_hide_too() {
    let styles = format!(
        "<w:styles {SPACE}><w:style w:styleId='Old'><w:rPr><w:strike/></w:rPr></w:style>\
         <w:style w:styleId='None'><w:basedOn w:val='Old'/><w:rPr><w:vanish/></w:rPr></w:style>\
         <w:style w:styleId='Head'><w:tblStylePr w:type='firstRow'><w:tcPr><w:shd w:val='clear' \
         w:fill='4472C4'/></w:tcPr></w:tblStylePr></w:style></w:styles>"
    );
    let p = |style: &str, run: &str, text: &str| {
        format!(
            "<w:p><w:pPr><w:pStyle w:val='{style}'/></w:pPr>\
             <w:r><w:rPr>{run}</w:rPr><w:t>{text}</w:t></w:r></w:p>"
        )
    };
    let white = "<w:color w:val='FFFFFF'/>";
    let cell = |run: &str, text: &str| format!("<w:tc>{}</w:tc>", p("", run, text));
    let row = |run: &str, cells: [&str; 3]| {
        format!("<w:tr>{}</w:tr>", cells.map(|text| cell(run, text)).concat())
    };
    let table = [row(white, ["불량", "원인", "조치"]), row("", ["긁힘", "레일 마모", "레일 교체"])];
    let body = [
        format!("<w:tbl><w:tblPr><w:tblStyle w:val='Head'/></w:tblPr>{}</w:tbl>", table.concat()),
        p("Old", "", "옛 조치"),
        p("None", "", "숨은 조치"),
        p("", "<w:rStyle w:val='Old'/>", "지운 조치"),
    ];
    let document = format!("<w:document {SPACE}><w:body>{}</w:body></w:document>", body.concat());
    let bytes = zipped(&[("word/document.xml", &document), ("word/styles.xml", &styles)]);
    let found = read("a.docx", &bytes);
    let expected = [
        "레일 교체".to_owned(),
        struck(6, "옛 조치"),
        hidden(6, "숨은 조치"),
        struck(6, "지운 조치"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn raised_and_lowered_letters_stay_apart_from_the_number() {
    for (text, expected) in [
        ("진공을 10<sup>-5</sup> Pa로 유지", "진공을 10⁻⁵ Pa로 유지"),
        ("면적을 5 m<sup>2</sup> 이하로", "면적을 5 m² 이하로"),
        ("700℃<sup><a href='#n'>1</a></sup> 이하로", "700℃¹ 이하로"),
        ("CO<sub>2</sub> 압력을 x<sup>n</sup>로", "CO₂ 압력을 xⁿ로"),
        ("4<sup>th</sup> 롤러의 V<sub>max</sub> 점검", "4th 롤러의 Vmax 점검"),
        ("낙하 높이 <input value='30 mm'>이하로", "낙하 높이 30 mm 이하로"),
        ("<input type=hidden value=비밀><input type=checkbox value=on> 점검", "점검"),
        ("압력 <select><option>3 bar<option selected>5 bar</select> 유지", "압력 5 bar 유지"),
        ("압력 <textarea>7 bar</textarea> 유지", "압력 7 bar 유지"),
    ] {
        assert_eq!(read("a.html", &html("", &format!("<li>{text}</li>"))), [expected], "{text}");
        let table = format!(
            "<table><tr><th>불량<th>원인<th>조치<tr><td>긁힘<td>레일 마모<td>{text}</table>"
        );
        assert_eq!(read("a.html", table.as_bytes()), [expected], "{text}");
    }
    let run = |place: &str, text: &str| {
        format!("<w:r><w:rPr><w:vertAlign w:val='{place}'/></w:rPr><w:t>{text}</w:t></w:r>")
    };
    let p = |runs: String| format!("<w:p>{runs}</w:p>");
    let lines = ["긁힘", "원인", "- 레일 마모", "조치"].map(|text| p(run("baseline", text)));
    let last = [run("baseline", "- 10"), run("superscript", "-5"), run("baseline", " Pa, H")];
    let last = [last.concat(), run("subscript", "2"), run("baseline", "O 점검")].concat();
    let found = read("a.docx", &docx(&format!("{}{}", lines.concat(), p(last))));
    assert_eq!(found, ["10⁻⁵ Pa, H₂O 점검"]);
}

/// A workbook whose first sheet has the rows `data`, and a hidden second one. The styles of cells are
/// 1 date, 2 date and time, 3 struck out, 4 white, 5 white on blue, 6 duration, 7 time, 8 share.
fn workbook(columns: &str, data: &str) -> Vec<u8> {
    let main = "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let relation = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id='{id}' Type='{relations}/{kind}' Target='{target}'/>")
    };
    let all = |inner: String| format!("<Relationships xmlns='{package}'>{inner}</Relationships>");
    let sheet = |columns: &str, data: &str| {
        format!("<worksheet {main}>{columns}<sheetData>{data}</sheetData></worksheet>")
    };
    let format = |number: u32, font: u32, fill: u32| {
        format!(
            "<xf numFmtId='{number}' fontId='{font}' fillId='{fill}' applyFont='1' applyFill='1' applyNumberFormat='1'/>"
        )
    };
    let formats = [(0, 0, 0), (14, 0, 0), (22, 0, 0), (0, 1, 0), (0, 2, 0), (0, 2, 2), (46, 0, 0)];
    let formats = formats.map(|(number, font, fill)| format(number, font, fill)).concat();
    let styles = format!(
        "<styleSheet {main}><fonts><font><sz val='11'/></font><font><strike/><sz val='11'/></font>\
         <font><sz val='11'/><color rgb='FFFFFFFF'/></font></fonts><fills><fill><patternFill \
         patternType='none'/></fill><fill><patternFill patternType='gray125'/></fill><fill>\
         <patternFill patternType='solid'><fgColor rgb='FF003366'/></patternFill></fill></fills>\
         <cellXfs>{formats}{}</cellXfs></styleSheet>",
        [format(20, 0, 0), format(10, 0, 0)].concat()
    );
    let targets = [
        relation("r1", "worksheet", "worksheets/sheet1.xml"),
        relation("r2", "worksheet", "worksheets/sheet2.xml"),
        relation("r3", "styles", "styles.xml"),
    ];
    zipped(&[
        ("[Content_Types].xml", "<Types/>"),
        ("_rels/.rels", &all(relation("r1", "officeDocument", "xl/workbook.xml"))),
        (
            "xl/workbook.xml",
            &format!(
                "<workbook {main} xmlns:r='{relations}'><sheets><sheet name='Sheet1' sheetId='1' \
                 r:id='r1'/><sheet name='옛 조치표' sheetId='2' state='hidden' r:id='r2'/></sheets>\
                 </workbook>"
            ),
        ),
        ("xl/_rels/workbook.xml.rels", &all(targets.concat())),
        ("xl/styles.xml", &styles),
        ("xl/worksheets/sheet1.xml", &sheet(columns, data)),
        ("xl/worksheets/sheet2.xml", &sheet("", "")),
    ])
}

fn cell(place: &str, style: u32, text: &str) -> String {
    format!("<c r='{place}' s='{style}' t='inlineStr'><is><t>{text}</t></is></c>")
}

#[test]
fn hidden_sheets_rows_columns_and_struck_cells_are_left_out() {
    let row = |number: u32, properties: &str, style: u32, texts: [&str; 4]| {
        let cells: String = "ABCD"
            .chars()
            .zip(texts)
            .map(|(column, text)| {
                let style = if column == 'C' || number == 1 { style } else { 0 };
                cell(&format!("{column}{number}"), style, text)
            })
            .collect();
        format!("<row r='{number}' {properties}>{cells}</row>")
    };
    let data = [
        row(1, "", 5, ["불량", "원인", "조치", "메모"]),
        row(2, "", 0, ["긁힘", "레일 마모", "레일 교체", "비밀 가"]),
        row(3, "hidden='1'", 0, ["긁힘", "먼지", "덮개 열기", "비밀 나"]),
        row(4, "", 3, ["긁힘", "이물", "라인 정지", "비밀 다"]),
        row(5, "", 4, ["긁힘", "충돌", "전량 합격", "비밀 라"]),
    ];
    let found =
        read("a.xlsx", &workbook("<cols><col min='4' max='4' hidden='1'/></cols>", &data.concat()));
    let expected = [
        "레일 교체".to_owned(),
        hidden(1, "옛 조치표"),
        hidden(1, "메모"),
        hidden(2, "비밀 가"),
        hidden(3, "긁힘"),
        hidden(3, "먼지"),
        hidden(3, "덮개 열기"),
        hidden(3, "비밀 나"),
        struck(4, "라인 정지"),
        hidden(4, "비밀 다"),
        hidden(5, "전량 합격"),
        hidden(5, "비밀 라"),
    ];
    assert_eq!(found, expected);
}

/// The cells of a sheet are found by a name in other case than its part has, and what is hidden is not.
#[test]
fn a_sheet_whose_hidden_columns_cannot_be_told_is_a_warning() {
    let cells = |number: u32, texts: [&str; 3]| {
        let cells = ["A", "B", "C"].into_iter().zip(texts);
        let cells = cells.map(|(column, text)| cell(&format!("{column}{number}"), 0, text));
        format!("<row r='{number}'>{}</row>", cells.collect::<String>())
    };
    let data = [cells(1, ["불량", "원인", "조치"]), cells(2, ["긁힘", "레일 마모", "레일 교체"])];
    let whole = workbook("", &data.concat());
    let (part, other) = (b"xl/worksheets/sheet1.xml", b"xl/Worksheets/sheet1.xml");
    let mut renamed = whole.clone();
    for at in 0..renamed.len() - part.len() {
        if renamed[at..].starts_with(part) {
            renamed[at..at + part.len()].copy_from_slice(other);
        }
    }
    let unread = |bytes: &[u8]| {
        let manual = parse(Path::new("a.xlsx"), bytes, &defects()).unwrap();
        assert_eq!(manual.sections[0].actions[0].text, "레일 교체");
        let is_unread = |one: &&ManualWarning| matches!(one, ManualWarning::FormatUnread { .. });
        manual.warnings.iter().filter(is_unread).cloned().collect::<Vec<_>>()
    };
    assert_eq!(unread(&whole), []);
    assert_eq!(unread(&renamed), [ManualWarning::FormatUnread { page: 1 }]);
}

#[test]
fn dates_and_shares_of_a_workbook_are_shown_as_such() {
    for (style, serial, expected) in [
        (1, "45853", "2025-07-15"),
        (2, "45853.5625", "2025-07-15 13:30"),
        (6, "1.0625", "25:30:00"),
        (7, "0.5625", "13:30"),
        (0, "45853", "45853"),
        (8, "0.05", "5.00%"),
    ] {
        let head = [cell("A1", 0, "불량"), cell("B1", 0, "원인"), cell("C1", 0, "조치")].concat();
        let body = [cell("A2", 0, "긁힘"), cell("B2", 0, "레일 마모")].concat();
        let data = format!(
            "<row r='1'>{head}</row><row r='2'>{body}<c r='C2' s='{style}'><v>{serial}</v></c></row>"
        );
        let lines = crate::parse_lines(Path::new("a.xlsx"), &workbook("", &data)).unwrap();
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts.last(), Some(&expected), "{style} {texts:?}");
    }
}
