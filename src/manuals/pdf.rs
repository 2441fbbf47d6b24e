//! PDF file → printed lines, and what of its pages could not be read or is no text of them.
//!
//! hayro reads the file and runs the content of its pages; `docs/manuals.md` compares it with an
//! interpreter of our own. lopdf decodes text strings and takes layers out of a file.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::{Dict, Number};

use fettle_domain::{ManualFormat, ManualWarning};

use super::damage::ManualDamage;
use super::document_lines::DocumentLines;
use super::error::{ManualsError, Result};
use super::hidden_layers::HiddenLayers;
use super::page_figures::document_figures;
use super::page_picture::{open, size};
use super::page_reader::PageReader;
use super::unpacked_size::has_bomb;

/// Manuals have tens of pages; the limit is for hostile page trees.
const MAX_PAGES: usize = 5_000;
/// The end of a file is looked for in so many bytes (ISO 32000-1, annex H, note 18).
const END_WITHIN: usize = 1024;

/// The lines of a PDF, page by page, in reading order. `path` is for messages only.
pub(super) fn parse_pdf(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    // A panic of the third-party parser means a damaged file.
    let parsed = catch_unwind(AssertUnwindSafe(|| parse(path, bytes)));
    parsed.unwrap_or_else(|_| Err(ManualsError::damaged(path, ManualDamage::structure("panic"))))
}

fn parse(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    let pdf = open(path, bytes.to_vec())?;
    let pages = pdf.pages();
    if pages.len() > MAX_PAGES {
        return Err(ManualsError::damaged(path, ManualDamage::TooMany(MAX_PAGES)));
    }
    if has_bomb(&pdf) {
        return Err(ManualsError::damaged(path, ManualDamage::Bomb));
    }
    let page_count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    let mut document = DocumentLines::new(ManualFormat::Pdf, page_count, Vec::new());
    document.warnings.extend(missing_pages(&pdf, page_count, bytes));
    let reader = PageReader::new(&pdf);
    let layers = HiddenLayers::of(&pdf, bytes);
    let mut figures = Vec::new();
    for (number, page) in (1_u32..).zip(pages.iter()) {
        let size = size(path, page)?;
        let mut read = reader.read(number, page, size);
        if let Some(layers) = &layers {
            read.findings.hidden.extend(layers.text(number, &read.drawn));
        }
        document.has_pictures |= read.has_pictures;
        document.lines.append(&mut read.lines);
        figures.push((number, size, read.figures));
        document.warnings.extend(read.findings.into_warnings(number));
    }
    document.figures = document_figures(figures);
    document.merge_repeated_warnings();
    Ok(document)
}

/// Whether pages are missing: the file states more than there are, or it has no end.
fn missing_pages(pdf: &Pdf, read: u32, bytes: &[u8]) -> Option<ManualWarning> {
    let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id());
    let stated = root
        .and_then(|root| root.get::<Dict<'_>>(b"Pages"))
        .and_then(|pages| pages.get::<Number>(b"Count"))
        .and_then(|count| u32::try_from(count.as_i64()).ok());
    if let Some(stated) = stated.filter(|stated| *stated > read) {
        return Some(ManualWarning::PagesMissing { read, stated });
    }
    let tail = bytes.get(bytes.len().saturating_sub(END_WITHIN)..).unwrap_or(bytes);
    let has_end = tail.windows(5).any(|window| window == b"%%EOF");
    (!has_end).then_some(ManualWarning::CutShort)
}
