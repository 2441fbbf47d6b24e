//! Helpers to parse generated manuals and compare the result.

use std::collections::HashSet;
use std::path::Path;

use fettle_domain::{DefectType, ManualText};

use crate::chunks;
use crate::file::parse_document;
use crate::list_marker::split_marker;
use crate::sections::parse_sections;
use crate::words::words;

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
    let manual = parse_sections(parse_document(Path::new("made.pdf"), bytes).unwrap(), defects);
    assert_nothing_is_lost(Path::new("made.pdf"), bytes, &manual);
    manual
}

/// Every word of every line of the file is in some chunk, or, where a line break parts it, its letters
/// are.
pub(super) fn assert_nothing_is_lost(path: &Path, bytes: &[u8], manual: &ManualText) {
    let letters = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let chunks = chunks(manual);
    let known: HashSet<String> = chunks.iter().flat_map(|chunk| words(&chunk.text)).collect();
    let joined: Vec<String> = chunks.iter().map(|chunk| letters(&chunk.text)).collect();
    for line in parse_document(path, bytes).unwrap().lines {
        let (_, text) = split_marker(&line.line.text);
        let found = words(text).iter().all(|word| known.contains(word))
            || joined.iter().any(|chunk| chunk.contains(&letters(text)));
        assert!(found, "{path:?}: {text:?} is in no chunk");
    }
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
        for part in &section.parts {
            out.push(format!("= {:?} p{}: {}", part.kind, part.page, part.label));
            for statement in &part.statements {
                let pages: Vec<u32> = statement.spans.iter().map(|span| span.page).collect();
                out.push(format!("{} {pages:?} {}", statement.id, statement.text));
            }
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
