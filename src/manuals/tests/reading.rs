//! Helpers to parse generated manuals and compare the result.

use std::path::Path;

use fettle_domain::{DefectType, ManualText};

use crate::file::parse_document;
use crate::sections::parse_sections;

/// The same pages as a scanner makes them: pictures without text.
#[cfg(feature = "ocr")]
pub(crate) fn scanned(bytes: &[u8]) -> Vec<u8> {
    use std::io::Cursor;

    use krilla::Document;
    use krilla::geom::Size;
    use krilla::image::Image;
    use krilla::page::PageSettings;

    use crate::{page_picture, page_sizes};

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
    parse_sections(parse_document(Path::new("made.pdf"), bytes).unwrap(), defects)
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
