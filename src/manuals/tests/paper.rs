//! Writes small manuals with krilla, so that layouts can be tried one by one.

use std::path::Path;

use fontdb::{Database, Family, Query, Weight};
use krilla::Document;
use krilla::geom::{Point, Transform};
use krilla::page::PageSettings;
use krilla::text::{Font, TextDirection};

use crate::domain::{DefectType, ManualText};
use crate::manuals::file::read_bytes;
use crate::manuals::sections::structure;

/// A text at (x, baseline) in points from the page's upper left corner.
#[derive(Clone)]
pub(crate) struct Put {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) size: f32,
    pub(crate) bold: bool,
    pub(crate) text: String,
}

pub(crate) fn put(x: f32, y: f32, text: &str) -> Put {
    Put { x, y, size: 10.0, bold: false, text: text.to_owned() }
}

/// Lines below each other, 20 points apart: `#` begins a heading (larger and bold),
/// two spaces set a line in, so that it stands under a bullet's text.
pub(crate) fn page(lines: &[&str]) -> Vec<Put> {
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

pub(crate) struct Fonts {
    regular: Font,
    bold: Font,
}

/// A Korean font of this machine; says so and gives `None` where there is none.
#[allow(clippy::print_stderr)]
pub(crate) fn fonts() -> Option<Fonts> {
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
        eprintln!("skipped: no Korean font on this machine");
    }
    fonts.map(|(regular, bold)| Fonts { regular, bold })
}

/// The program's own Korean fonts, which are the same on every machine.
pub(crate) fn own_fonts() -> Fonts {
    let load = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/fonts").join(name);
        Font::new(std::fs::read(path).unwrap().into(), 0).unwrap()
    };
    Fonts { regular: load("FettleGothic-Regular.ttf"), bold: load("FettleGothic-Bold.ttf") }
}

/// An A4 file of these pages. `turned` pages are drawn sideways, reading upwards.
pub(crate) fn pdf(fonts: &Fonts, pages: &[Vec<Put>], turned: bool) -> Vec<u8> {
    let mut document = Document::new();
    for lines in pages {
        let (width, height) = (595.0, 842.0);
        let mut page = document.start_page_with(PageSettings::from_wh(width, height).unwrap());
        let mut surface = page.surface();
        if turned {
            surface.push_transform(&Transform::from_row(0.0, -1.0, 1.0, 0.0, 0.0, height));
        }
        for line in lines {
            let font = if line.bold { fonts.bold.clone() } else { fonts.regular.clone() };
            surface.draw_text(
                Point::from_xy(line.x, line.y),
                font,
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

/// The same pages as a scanner would make a file of: their pictures.
#[cfg(feature = "ocr")]
pub(crate) fn scanned(bytes: &[u8]) -> Vec<u8> {
    use std::io::Cursor;

    use krilla::geom::Size;
    use krilla::image::Image;

    use crate::manuals::{page_picture, page_sizes};

    let path = Path::new("printed.pdf");
    let pages = page_sizes(path, bytes.to_vec()).unwrap().len();
    let mut document = Document::new();
    for number in (1..).take(pages) {
        let drawn = page_picture(path, bytes.to_vec(), number, 2479, &[]).unwrap();
        let mut png = Cursor::new(Vec::new());
        drawn.pixels.write_to(&mut png, image::ImageFormat::Png).unwrap();
        let picture = Image::from_png(png.into_inner().into(), true).unwrap();
        let mut page = document.start_page_with(PageSettings::from_wh(595.0, 842.0).unwrap());
        let mut surface = page.surface();
        surface.draw_image(picture, Size::from_wh(595.0, 842.0).unwrap());
        surface.finish();
        page.finish();
    }
    document.finish().unwrap()
}

/// The same file with `/Rotate` on its first pages.
pub(super) fn rotated(bytes: &[u8], degrees: &[i64]) -> Vec<u8> {
    let mut document = lopdf::Document::load_mem(bytes).unwrap();
    let pages: Vec<_> = document.page_iter().collect();
    for (page, degrees) in pages.into_iter().zip(degrees) {
        document.get_dictionary_mut(page).unwrap().set("Rotate", *degrees);
    }
    let mut out = Vec::new();
    document.save_to(&mut out).unwrap();
    out
}

pub(super) fn read(bytes: &[u8], defects: &[DefectType]) -> ManualText {
    structure(read_bytes(Path::new("made.pdf"), bytes).unwrap(), defects)
}

/// The manual as plain text, for comparison.
pub(super) fn outline(manual: &ManualText) -> Vec<String> {
    let mut out = Vec::new();
    for section in &manual.sections {
        let defect = section.defect.as_ref().map_or("?", |code| code.as_str());
        out.push(format!("{defect} p{}: {}", section.page, section.heading));
        for statement in section.statements() {
            let pages: Vec<u32> = statement.spans.iter().map(|span| span.page).collect();
            out.push(format!("{} {pages:?} {}", statement.id, statement.text));
        }
    }
    for row in &manual.summary {
        out.push(format!("| p{} {}", row.page, row.cells.join(" | ")));
    }
    for warning in &manual.warnings {
        out.push(format!("! {warning:?}"));
    }
    out
}
