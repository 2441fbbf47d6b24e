//! Small documents of each format, written on the spot.

use std::io::{Cursor, Write};

use fettle_testing::documents::{docx, docx_of, own_fonts, page, paragraph, pdf, zipped};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Text in all kinds of a manual's lines.
pub(super) const MARKDOWN: &str = "# 긁힘 (scratch)\n\n## 원인\n\n- 레일 마모\n- 바닥의 이물\n\n\
    ## 조치\n\n1. 레일을 교체한다.\n2. 트레이를 청소한다.\n\n경고: 전원을 차단한다.\n\n\
    | 불량 | 원인 | 조치 |\n|---|---|---|\n| 찍힘 (dent) | 낙하 높이 과다 | 50 mm 이하로 |\n";

/// A zip file of these entries.
pub(super) fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// As written, and with its streams unpacked, where changes reach what is in them.
pub(super) fn pdfs() -> Vec<Vec<u8>> {
    let lines = ["# 긁힘 (scratch)", "원인", "• 레일 마모", "조치", "1. 레일을 교체한다."];
    let written = pdf(&own_fonts(), &[page(&lines), page(&["# Dent", "Cause: a fall"])], false);
    let mut unpacked = lopdf::Document::load_mem(&written).unwrap();
    unpacked.decompress();
    let mut bytes = Vec::new();
    unpacked.save_to(&mut bytes).unwrap();
    vec![bytes, written, own_letters()]
}

/// A PDF by hand without fonts in it, short, so that most changes reach its structure.
fn own_letters() -> Vec<u8> {
    let content = "BT /F 14 Tf 50 780 Td (Scratch) Tj 0 -20 Td [(Cause: ) -200 (worn rail)] TJ ET q 1 0 0 1 \
                   9 9 cm 0 0 90 90 re f Q /I Do";
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Rotate 0/Contents 4 0 R/Resources<</Font<</F 5 0 R>>\
         /XObject<</I 6 0 R>>>>>>"
            .to_owned(),
        format!("<</Length {}>>stream\n{content}\nendstream", content.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_owned(),
        "<</Type/XObject/Subtype/Image/Width 2/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray/Length 4>>\
         stream\nabcd\nendstream"
            .to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut places = String::new();
    for (number, object) in (1..).zip(&objects) {
        places.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let count = objects.len() + 1;
    let at = file.len();
    file.push_str(&format!(
        "xref\n0 {count}\n0000000000 65535 f \n{places}trailer<</Size {count}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF"
    ));
    file.into_bytes()
}

pub(super) fn docxs() -> Vec<Vec<u8>> {
    let cell =
        |text: &str| format!("<w:tc><w:tcPr><w:vMerge/></w:tcPr>{}</w:tc>", paragraph("R", text));
    let row = |cells: [&str; 3]| format!("<w:tr>{}</w:tr>", cells.map(cell).concat());
    let table = [row(["불량", "원인", "조치"]), row(["긁힘", "레일 마모", "레일 교체"])].concat();
    let body = [
        paragraph("1", "긁힘 (scratch)"),
        paragraph("L", "레일 마모"),
        format!("<w:tbl>{table}</w:tbl>"),
    ];
    vec![docx(&body.concat()), docx_of(&["긁힘", "원인: 레일 마모", "조치: 레일 교체"])]
}

pub(super) fn xlsxs() -> Vec<Vec<u8>> {
    let cell = |place: &str, text: &str| {
        format!("<c r='{place}' t='inlineStr'><is><t>{text}</t></is></c>")
    };
    let data = [
        format!(
            "<row r='1'>{}{}{}</row>",
            cell("A1", "불량"),
            cell("B1", "원인"),
            cell("C1", "조치")
        ),
        format!(
            "<row r='2'>{}{}{}</row>",
            cell("A2", "긁힘"),
            cell("B2", "마모"),
            cell("C2", "교체")
        ),
        "<row r='3'><c r='B3'><v>45000.5</v></c><c r='C3' t='s'><v>0</v></c></row>".to_owned(),
    ];
    let main = "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let relation = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id='{id}' Type='{relations}/{kind}' Target='{target}'/>")
    };
    vec![zipped(&[
        (
            "_rels/.rels",
            &format!(
                "<Relationships xmlns='{package}'>{}</Relationships>",
                relation("r1", "officeDocument", "xl/workbook.xml")
            ),
        ),
        (
            "xl/workbook.xml",
            &format!(
                "<workbook {main} xmlns:r='{relations}'><sheets><sheet name='조치' sheetId='1' r:id='r1'/>\
                 </sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            &format!(
                "<Relationships xmlns='{package}'>{}{}</Relationships>",
                relation("r1", "worksheet", "worksheets/sheet1.xml"),
                relation("r2", "sharedStrings", "sharedStrings.xml")
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            &format!(
                "<worksheet {main}><sheetData>{}</sheetData><mergeCells><mergeCell ref='A2:A3'/></mergeCells>\
                 </worksheet>",
                data.concat()
            ),
        ),
        ("xl/sharedStrings.xml", &format!("<sst {main}><si><t>세척</t></si></sst>")),
    ])]
}

pub(super) fn pptxs() -> Vec<Vec<u8>> {
    let run = |text: &str| format!("<a:p><a:r><a:rPr b='1'/><a:t>{text}</a:t></a:r></a:p>");
    let shape = |text: &str| {
        format!(
            "<p:sp><p:nvPr><p:ph type='title'/></p:nvPr><p:txBody>{}</p:txBody></p:sp>",
            run(text)
        )
    };
    let cell = |text: &str| format!("<a:tc><a:txBody>{}</a:txBody></a:tc>", run(text));
    let table = format!(
        "<p:graphicFrame><a:tbl><a:tr>{}{}</a:tr></a:tbl></p:graphicFrame>",
        cell("낙하"),
        cell("완충 패드")
    );
    let slide = format!(
        "<p:sld xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main' \
         xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'>{}{}{table}</p:sld>",
        shape("긁힘"),
        shape("원인: 레일 마모")
    );
    vec![zipped(&[("ppt/presentation.xml", "<p/>"), ("ppt/slides/slide1.xml", &slide)])]
}

pub(super) fn hwpxs() -> Vec<Vec<u8>> {
    let line = |text: &str| {
        format!("<hp:p paraPrIDRef='3'><hp:run charPrIDRef='7'><hp:t>{text}</hp:t></hp:run></hp:p>")
    };
    let table = format!(
        "<hp:p><hp:run><hp:tbl><hp:tr><hp:tc><hp:subList>{}</hp:subList><hp:cellAddr colAddr='0' rowAddr='0'/>\
         <hp:cellSpan colSpan='1' rowSpan='1'/></hp:tc></hp:tr></hp:tbl></hp:run></hp:p>",
        line("낙하 높이 과다")
    );
    let section = format!(
        "<hs:sec xmlns:hs='http://www.hancom.co.kr/hwpml/2011/section' \
         xmlns:hp='http://www.hancom.co.kr/hwpml/2011/paragraph'>{}{}{table}</hs:sec>",
        line("긁힘 (scratch)"),
        line("원인: 레일 마모")
    );
    let header = "<hh:head xmlns:hh='http://www.hancom.co.kr/hwpml/2011/head'>\
        <hh:charPr id='7' height='1000'><hh:bold/></hh:charPr><hh:paraPr id='3'>\
        <hh:heading type='BULLET' idRef='1' level='0'/></hh:paraPr></hh:head>";
    vec![zipped(&[
        ("mimetype", "application/hwp+zip"),
        ("Contents/header.xml", header),
        ("Contents/section0.xml", &section),
    ])]
}
