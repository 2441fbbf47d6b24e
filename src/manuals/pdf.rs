//! PDF file → printed lines.
//!
//! lopdf parses the objects; [`super::content_stream`] runs the operators. (pdf-extract gives
//! characters too, but without font, so without weight. It panics on composite fonts other than
//! Identity, runs images as operators, and follows a form that shows itself until the stack
//! overflows.)

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId};

use fettle_domain::{ManualFormat, SizePt};

use super::content_stream::Interpreter;
use super::document_lines::DocumentLines;
use super::error::{ManualsError, Result};
use super::geometry::Matrix;
use super::line_grouping::group_into_lines;

/// The most bytes that one object stream may unpack to.
const MAX_UNPACKED_BYTES: usize = 64 << 20;
/// Manuals have tens of pages; the limit is for hostile page trees.
const MAX_PAGES: usize = 5_000;
/// Page size of a file that states none: 210 × 297 mm in points.
const A4: [f64; 4] = [0.0, 0.0, 210.0 / 25.4 * 72.0, 297.0 / 25.4 * 72.0];
/// Levels of the page tree in which an inherited entry is looked for; a hostile tree is a ring.
const MAX_TREE_DEPTH: usize = 32;

/// The lines of a PDF, page by page, in reading order. `path` is for messages only.
pub(super) fn parse_pdf(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    // A panic of the third-party parser means a damaged file.
    let parsed = catch_unwind(AssertUnwindSafe(|| parse(path, bytes)));
    parsed.unwrap_or_else(|_| Err(ManualsError::damaged(path, "its structure contradicts itself")))
}

fn convert_error(path: &Path, error: &lopdf::Error) -> ManualsError {
    match error {
        lopdf::Error::Decryption(_)
        | lopdf::Error::InvalidPassword
        | lopdf::Error::UnsupportedSecurityHandler(_) => {
            ManualsError::Encrypted { path: path.to_owned() }
        }
        other => ManualsError::damaged(path, other),
    }
}

fn parse(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    let options = LoadOptions::with_max_decompressed_size(MAX_UNPACKED_BYTES);
    let document = Document::load_mem_with_options(bytes, options)
        .map_err(|error| convert_error(path, &error))?;
    if document.is_encrypted() {
        return Err(ManualsError::Encrypted { path: path.to_owned() });
    }
    let pages: Vec<ObjectId> = document.page_iter().take(MAX_PAGES + 1).collect();
    if pages.is_empty() {
        return Err(ManualsError::damaged(path, "it has no pages"));
    }
    if pages.len() > MAX_PAGES {
        return Err(ManualsError::damaged(path, format!("it claims more than {MAX_PAGES} pages")));
    }
    let no_resources = Dictionary::new();
    let mut interpreter = Interpreter::new(&document);
    let mut lines = Vec::new();
    for (number, page) in (1_u32..).zip(&pages) {
        let resources = inherited(&document, *page, b"Resources")
            .and_then(|object| object.as_dict().ok())
            .unwrap_or(&no_resources);
        let (matrix, size) = page_matrix(&document, *page);
        let glyphs = interpreter
            .page_glyphs(*page, resources, matrix)
            .map_err(|error| ManualsError::damaged(path, format!("page {number}: {error}")))?;
        lines.extend(group_into_lines(number, size, &glyphs));
    }
    let page_count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    Ok(DocumentLines { format: ManualFormat::Pdf, page_count, lines })
}

/// An entry of the page or of the nearest ancestor with that entry (ISO 32000-1, 7.7.3.4).
fn inherited<'a>(document: &'a Document, page: ObjectId, key: &[u8]) -> Option<&'a Object> {
    let mut node = document.get_dictionary(page).ok()?;
    for _ in 0..MAX_TREE_DEPTH {
        if let Ok(object) = node.get_deref(key, document) {
            return Some(object);
        }
        node = node.get_deref(b"Parent", document).ok()?.as_dict().ok()?;
    }
    None
}

/// The map from user space to points from the upper left corner of the page as viewers show it,
/// and the size of that page.
fn page_matrix(document: &Document, page: ObjectId) -> (Matrix, SizePt) {
    let rectangle = |key: &[u8]| {
        let array = inherited(document, page, key)?.as_array().ok()?;
        let number = |i: usize| {
            let (_, object) = document.dereference(array.get(i)?).ok()?;
            object.as_float().ok().map(f64::from)
        };
        let (a, b, c, d) = (number(0)?, number(1)?, number(2)?, number(3)?);
        let rectangle = [a.min(c), b.min(d), a.max(c), b.max(d)];
        (rectangle[0] < rectangle[2] && rectangle[1] < rectangle[3]).then_some(rectangle)
    };
    let media = rectangle(b"MediaBox").unwrap_or(A4);
    let crop = rectangle(b"CropBox").unwrap_or(media);
    // Viewers show the intersection of both boxes.
    let [left, lower] = [crop[0].max(media[0]), crop[1].max(media[1])];
    let [right, upper] = [crop[2].min(media[2]), crop[3].min(media[3])];
    let rotation = inherited(document, page, b"Rotate")
        .and_then(|object| object.as_i64().ok())
        .unwrap_or(0)
        .rem_euclid(360);
    let matrix = match rotation {
        90 => Matrix([0.0, 1.0, 1.0, 0.0, -lower, -left]),
        180 => Matrix([-1.0, 0.0, 0.0, 1.0, right, -lower]),
        270 => Matrix([0.0, -1.0, -1.0, 0.0, upper, right]),
        _ => Matrix([1.0, 0.0, 0.0, -1.0, -left, upper]),
    };
    let (width, height) = ((right - left) as f32, (upper - lower) as f32);
    let is_sideways = rotation == 90 || rotation == 270;
    let (width, height) = if is_sideways { (height, width) } else { (width, height) };
    (matrix, SizePt { width, height })
}
