//! Small documents of each format with a picture that belongs to a statement.

use base64::Engine as _;
use fettle_testing::documents::{own_fonts, page, put};
use fettle_testing::pictured::{
    PutPicture, docx_with_pictures, paragraphs, pdf_with_pictures, picture_paragraph,
    picture_relations, png, zipped_bytes,
};

fn red() -> Vec<u8> {
    png(40, 40, [200, 30, 30])
}

/// A picture below a statement, and one beside another.
pub(super) fn pdfs() -> Vec<Vec<u8>> {
    let mut lines = page(&["# 긁힘 (scratch)", "원인", "• 레일 마모", "• 이물"]);
    lines.extend([put(50.0, 360.0, "조치"), put(50.0, 400.0, "• 레일 교체")]);
    let picture = |x: f32, y: f32| PutPicture { x, y, width: 100.0, height: 80.0, png: red() };
    let pictures = vec![picture(50.0, 255.0), picture(300.0, 385.0)];
    let written = pdf_with_pictures(&own_fonts(), &[(lines, pictures)]);
    let mut unpacked = lopdf::Document::load_mem(&written).unwrap();
    unpacked.decompress();
    let mut bytes = Vec::new();
    unpacked.save_to(&mut bytes).unwrap();
    vec![bytes, written]
}

pub(super) fn docxs() -> Vec<Vec<u8>> {
    let body = [
        paragraphs(&["긁힘 (scratch)", "원인", "레일 마모"]),
        picture_paragraph("r9"),
        paragraphs(&["그림 1: 레일", "조치", "레일 교체"]),
    ];
    vec![docx_with_pictures(&body.concat(), &[("r9", "media/a.png", &red())])]
}

pub(super) fn pptxs() -> Vec<Vec<u8>> {
    let shape = |text: &&str| {
        format!("<p:sp><p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>")
    };
    let shapes: String =
        ["긁힘 (scratch)", "원인", "마모", "조치", "교체"].iter().map(shape).collect();
    let slide = format!(
        "<p:sld xmlns:p='p' xmlns:a='a' xmlns:r='r'><p:pic><a:blip r:embed='r1'/><p:spPr><a:xfrm>\
         <a:ext cx='1270000' cy='900000'/></a:xfrm></p:spPr></p:pic>{shapes}</p:sld>"
    );
    let relations = picture_relations(&[("r1", "../media/a.png")]);
    vec![zipped_bytes(&[
        ("ppt/presentation.xml", b"<p/>"),
        ("ppt/slides/slide1.xml", slide.as_bytes()),
        ("ppt/slides/_rels/slide1.xml.rels", relations.as_bytes()),
        ("ppt/media/a.png", &red()),
    ])]
}

pub(super) fn xlsxs() -> Vec<Vec<u8>> {
    let main = "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'";
    let kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relation = |kind: &str, target: &str| {
        format!(
            "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>\
             <Relationship Id='r1' Type='{kinds}/{kind}' Target='{target}'/></Relationships>"
        )
    };
    let row = |number: u32, texts: [&str; 3]| {
        let cell = |(column, text): (&str, &str)| {
            format!("<c r='{column}{number}' t='inlineStr'><is><t>{text}</t></is></c>")
        };
        let cells: String = ["A", "B", "C"].into_iter().zip(texts).map(cell).collect();
        format!("<row r='{number}'>{cells}</row>")
    };
    let rows = [row(1, ["불량", "원인", "조치"]), row(2, ["긁힘 (scratch)", "충돌", "고무패드"])];
    let book = format!(
        "<workbook {main} xmlns:r='{kinds}'><sheets><sheet name='조치' sheetId='1' r:id='r1'/></sheets></workbook>"
    );
    let sheet = format!("<worksheet {main}><sheetData>{}</sheetData></worksheet>", rows.concat());
    let anchor = "<xdr:wsDr xmlns:xdr='xdr' xmlns:a='a' xmlns:r='r'><xdr:oneCellAnchor><xdr:from><xdr:col>4</xdr:col>\
                  <xdr:row>1</xdr:row></xdr:from><xdr:pic><a:blip r:embed='r1'/></xdr:pic></xdr:oneCellAnchor></xdr:wsDr>";
    let image = picture_relations(&[("r1", "../media/a.png")]);
    vec![zipped_bytes(&[
        ("_rels/.rels", relation("officeDocument", "xl/workbook.xml").as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relation("worksheet", "worksheets/sheet1.xml").as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        (
            "xl/worksheets/_rels/sheet1.xml.rels",
            relation("drawing", "../drawings/drawing1.xml").as_bytes(),
        ),
        ("xl/drawings/drawing1.xml", anchor.as_bytes()),
        ("xl/drawings/_rels/drawing1.xml.rels", image.as_bytes()),
        ("xl/media/a.png", &red()),
    ])]
}

pub(super) fn hwpxs() -> Vec<Vec<u8>> {
    let line = |text: &&str| format!("<hp:p><hp:run><hp:t>{text}</hp:t></hp:run></hp:p>");
    let lines = |texts: &[&str]| texts.iter().map(line).collect::<String>();
    let section = format!(
        "<hs:sec xmlns:hs='hs' xmlns:hp='hp' xmlns:hc='hc'>{}<hp:p><hp:run><hp:pic><hp:sz width='20000' \
         height='10000'/><hc:img binaryItemIDRef='image1'/></hp:pic></hp:run></hp:p>{}</hs:sec>",
        lines(&["긁힘 (scratch)", "원인", "마모"]),
        lines(&["조치", "교체"])
    );
    vec![zipped_bytes(&[
        ("mimetype", b"application/hwp+zip"),
        (
            "Contents/content.hpf",
            b"<o:package xmlns:o='o'><o:item id='image1' href='BinData/image1.png'/></o:package>",
        ),
        ("Contents/section0.xml", section.as_bytes()),
        ("BinData/image1.png", &red()),
    ])]
}

fn data_address() -> String {
    let engine = base64::engine::general_purpose::STANDARD;
    format!("data:image/png;base64,{}", engine.encode(red()))
}

pub(super) fn htmls() -> Vec<Vec<u8>> {
    let data = data_address();
    let page = format!(
        "<meta charset='utf-8'><h1>긁힘 (scratch)</h1><h2>원인</h2><ul><li>마모<br><img src='{data}'></ul>\
         <h2>조치</h2><p>교체</p><figure><img src='{data}'><figcaption>그림 1</figcaption></figure>"
    );
    vec![page.into_bytes()]
}

pub(super) fn markdowns() -> Vec<Vec<u8>> {
    let data = data_address();
    let page = format!(
        "# 긁힘 (scratch)\n\n## 원인\n\n- 마모\n\n![그림 1]({data})\n\n## 조치\n\n- 교체\n"
    );
    vec![page.into_bytes()]
}
