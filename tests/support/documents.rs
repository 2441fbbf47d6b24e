//! Small manuals, written with krilla and by hand, so that layouts can be tried one by one.

use std::io::{Cursor, Write as _};

use fettle_domain::{
    DefectCode, DefectType, LineSpan, ProductCode, RectPt, Section, Statement, StatementKind,
};
use fontdb::{Database, Family, Query, Weight};
use krilla::Document;
use krilla::geom::{Point, Transform};
use krilla::page::PageSettings;
use krilla::text::{Font, TextDirection};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::data::{Skip, checkout, skipped};

/// A text at (x, baseline) in points from the page's upper left corner.
#[derive(Clone)]
pub struct Put {
    /// From the page's left edge.
    pub x: f32,
    /// Of the baseline, from the page's upper edge.
    pub y: f32,
    /// Of the letters.
    pub size: f32,
    /// Rather than regular.
    pub bold: bool,
    /// One line.
    pub text: String,
}

/// A regular text of 10 points.
pub fn put(x: f32, y: f32, text: &str) -> Put {
    Put { x, y, size: 10.0, bold: false, text: text.to_owned() }
}

/// Lines below each other, 20 points apart: `#` begins a heading (larger and bold),
/// two spaces set a line in, so that it stands under a bullet's text.
pub fn page(lines: &[&str]) -> Vec<Put> {
    let mut out = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let y = 60.0 + 20.0 * i as f32;
        if let Some(text) = line.strip_prefix("# ") {
            out.push(Put { size: 14.0, bold: true, ..put(50.0, y, text) });
        } else if let Some(text) = line.strip_prefix("  ") {
            out.push(put(62.0, y, text));
        } else if !line.is_empty() {
            out.push(put(50.0, y, line));
        }
    }
    out
}

/// A regular and a bold font.
pub struct Fonts {
    regular: Font,
    bold: Font,
}

impl Fonts {
    /// The bold font, or the regular one.
    pub fn of(&self, bold: bool) -> Font {
        if bold { self.bold.clone() } else { self.regular.clone() }
    }
}

/// A Korean font of this machine; says so and gives `None` where there is none.
pub fn fonts() -> Option<Fonts> {
    let mut database = Database::new();
    database.load_system_fonts();
    let load = |weight| {
        ["NanumGothic", "Noto Sans CJK KR", "NanumBarunGothic"].iter().find_map(|family| {
            let families = [Family::Name(family)];
            let id = database.query(&Query { families: &families, weight, ..Query::default() })?;
            database.with_face_data(id, |data, index| Font::new(data.to_vec().into(), index))?
        })
    };
    let fonts = load(Weight::NORMAL).zip(load(Weight::BOLD));
    if fonts.is_none() {
        skipped(Skip::Font, "Korean");
    }
    fonts.map(|(regular, bold)| Fonts { regular, bold })
}

/// The program's own Korean fonts, which are the same on every machine.
pub fn own_fonts() -> Fonts {
    let load = |name: &str| {
        let path = checkout().join("assets/fonts").join(name);
        Font::new(std::fs::read(path).unwrap().into(), 0).unwrap()
    };
    Fonts { regular: load("FettleGothic-Regular.ttf"), bold: load("FettleGothic-Bold.ttf") }
}

/// An A4 file of these pages. `turned` pages are drawn sideways, reading upwards, on square paper.
pub fn pdf(fonts: &Fonts, pages: &[Vec<Put>], turned: bool) -> Vec<u8> {
    let mut document = Document::new();
    for lines in pages {
        // What stands low on an upright page stands far to the right on one turned.
        let (width, height) = (if turned { 842.0 } else { 595.0 }, 842.0);
        let mut page = document.start_page_with(PageSettings::from_wh(width, height).unwrap());
        let mut surface = page.surface();
        if turned {
            surface.push_transform(&Transform::from_row(0.0, -1.0, 1.0, 0.0, 0.0, height));
        }
        for line in lines {
            surface.draw_text(
                Point::from_xy(line.x, line.y),
                fonts.of(line.bold),
                line.size,
                &line.text,
                false,
                TextDirection::LeftToRight,
            );
        }
        if turned {
            surface.pop();
        }
        surface.finish();
        page.finish();
    }
    document.finish().unwrap()
}

/// The XML namespace of Word's elements.
pub const SPACE: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";

/// A zip file of these entries.
pub fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A Word document with this XML as its body, and the styles `1`, `2`, `L` and `R`.
pub fn docx(body: &str) -> Vec<u8> {
    let styles = format!(
        "<w:styles {SPACE}>\
         <w:style w:styleId='1'><w:name w:val='heading 1'/><w:rPr><w:b/></w:rPr></w:style>\
         <w:style w:styleId='2'><w:name w:val='작은 제목'/><w:basedOn w:val='1'/></w:style>\
         <w:style w:styleId='L'><w:name w:val='List'/><w:pPr><w:numPr><w:numId w:val='3'/>\
         </w:numPr></w:pPr></w:style>\
         <w:style w:styleId='R'><w:basedOn w:val='R'/></w:style></w:styles>"
    );
    let document = format!("<w:document {SPACE}><w:body>{body}</w:body></w:document>");
    zipped(&[("word/document.xml", &document), ("word/styles.xml", &styles)])
}

/// A document of these paragraphs.
pub fn docx_of(paragraphs: &[&str]) -> Vec<u8> {
    docx(&paragraphs.iter().map(|text| paragraph("R", text)).collect::<String>())
}

/// A paragraph of a style.
pub fn paragraph(style: &str, text: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val='{style}'/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
}

/// A defect type of the product `part`.
pub fn defect(code: &str, name_ko: &str, name_en: &str, full_name: &str) -> DefectType {
    DefectType {
        product: ProductCode::new("part").unwrap(),
        code: DefectCode::new(code).unwrap(),
        name_ko: name_ko.to_owned(),
        name_en: name_en.to_owned(),
        full_name: full_name.to_owned(),
    }
}

/// A section with two causes and three actions.
pub fn section(code: &str, heading: &str) -> Section {
    let statement = |kind, letter: char, i: usize, text: &str| Statement {
        id: format!("{code}.{letter}{i}"),
        kind,
        text: text.to_owned(),
        spans: vec![LineSpan { page: 1, rect: RectPt { x: 0.0, y: 0.0, width: 1.0, height: 1.0 } }],
        figures: Vec::new(),
    };
    Section {
        heading: heading.to_owned(),
        defect: DefectCode::new(code).ok(),
        page: 1,
        causes: vec![
            statement(StatementKind::Cause, 'c', 1, "용탕 내 가스가 배출되지 않음"),
            statement(StatementKind::Cause, 'c', 2, "주형 배출구 막힘 또는 탈기 불량"),
        ],
        actions: vec![
            statement(StatementKind::Action, 'a', 1, "탈기 장치 점검"),
            statement(StatementKind::Action, 'a', 2, "용탕 온도를 ±5℃로 유지"),
            statement(StatementKind::Action, 'a', 3, "배출 통로 정기 청소"),
        ],
        parts: Vec::new(),
        figures: Vec::new(),
    }
}
