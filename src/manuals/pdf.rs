//! PDF file → pages → printed lines.
//!
//! lopdf parses the objects; the operators are run by [`super::content`]. (pdf-extract
//! would hand over characters too, but without their font, so no bold; it panics on any
//! composite font that is not Identity, runs pictures as operators, and follows a form
//! that shows itself until the stack is gone.)

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId};

use fettle_domain::{ManualFormat, SizePt};

use super::content::{Interpreter, Matrix};
use super::error::{ManualsError, Result};
use super::file::{Pages, damaged};
use super::lines::lines;

/// What any one object stream may unpack to, in bytes.
const MAX_UNPACKED_BYTES: usize = 64 << 20;
/// Manuals are tens of pages; this bounds the work a hostile page tree can ask for.
const MAX_PAGES: usize = 5_000;
/// Where the file says nothing: 210 × 297 mm in points.
const A4: [f64; 4] = [0.0, 0.0, 210.0 / 25.4 * 72.0, 297.0 / 25.4 * 72.0];
/// How far up the page tree an inherited entry is looked for; the tree may be a ring.
const MAX_TREE_DEPTH: usize = 32;

/// The lines of a PDF, page by page, in reading order; `path` is for messages only.
pub(super) fn read_bytes(path: &Path, bytes: &[u8]) -> Result<Pages> {
    // The parser is not ours and the bytes are anybody's: a panic in it is a damaged file.
    let parsed = catch_unwind(AssertUnwindSafe(|| parse(path, bytes)));
    parsed.unwrap_or_else(|_| Err(damaged(path, "its structure contradicts itself")))
}

fn failed(path: &Path, error: &lopdf::Error) -> ManualsError {
    match error {
        lopdf::Error::Decryption(_)
        | lopdf::Error::InvalidPassword
        | lopdf::Error::UnsupportedSecurityHandler(_) => {
            ManualsError::Encrypted { path: path.to_owned() }
        }
        other => damaged(path, other),
    }
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Pages> {
    let options = LoadOptions::with_max_decompressed_size(MAX_UNPACKED_BYTES);
    let document =
        Document::load_mem_with_options(bytes, options).map_err(|error| failed(path, &error))?;
    if document.is_encrypted() {
        return Err(ManualsError::Encrypted { path: path.to_owned() });
    }
    let pages: Vec<ObjectId> = document.page_iter().take(MAX_PAGES + 1).collect();
    if pages.is_empty() {
        return Err(damaged(path, "it has no pages"));
    }
    if pages.len() > MAX_PAGES {
        return Err(damaged(path, format!("it claims more than {MAX_PAGES} pages")));
    }
    let nothing = Dictionary::new();
    let mut interpreter = Interpreter::new(&document);
    let mut out = Vec::new();
    for (number, page) in (1_u32..).zip(&pages) {
        let resources = inherited(&document, *page, b"Resources")
            .and_then(|object| object.as_dict().ok())
            .unwrap_or(&nothing);
        let (matrix, size) = page_matrix(&document, *page);
        let glyphs = interpreter
            .page(*page, resources, matrix)
            .map_err(|error| damaged(path, format!("page {number}: {error}")))?;
        out.extend(lines(number, size, &glyphs));
    }
    let page_count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    Ok(Pages { format: ManualFormat::Pdf, page_count, lines: out })
}

/// An entry of the page or of the nearest ancestor that has it (ISO 32000-1, 7.7.3.4).
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

/// User space → points from the upper left corner of the page as a reader shows it; how
/// large it is then.
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
    // A reader shows what both have.
    let [left, lower] = [crop[0].max(media[0]), crop[1].max(media[1])];
    let [right, upper] = [crop[2].min(media[2]), crop[3].min(media[3])];
    let turns = inherited(document, page, b"Rotate")
        .and_then(|object| object.as_i64().ok())
        .unwrap_or(0)
        .rem_euclid(360);
    let matrix = match turns {
        90 => Matrix([0.0, 1.0, 1.0, 0.0, -lower, -left]),
        180 => Matrix([-1.0, 0.0, 0.0, 1.0, right, -lower]),
        270 => Matrix([0.0, -1.0, -1.0, 0.0, upper, right]),
        _ => Matrix([1.0, 0.0, 0.0, -1.0, -left, upper]),
    };
    let (width, height) = ((right - left) as f32, (upper - lower) as f32);
    let lies = turns == 90 || turns == 270;
    let (width, height) = if lies { (height, width) } else { (width, height) };
    (matrix, SizePt { width, height })
}
