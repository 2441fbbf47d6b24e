//! A manual's file → its lines, whatever kind of file it is.

use std::io::Read;
use std::path::Path;

use fettle_domain::{ManualFormat, ManualLine, RectPt};

use super::error::{ManualsError, Result};
use super::lines::{Column, PrintedLine};
use super::{docx, pdf, text_file};

/// The largest file read, in bytes: a manual with photographs stays well below.
pub const MAX_FILE_BYTES: u64 = 200 << 20;
/// Older Word files, and documents that Word has encrypted, begin so (MS-CFB 2.2).
const COMPOUND_FILE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0];

/// Everything written in a file.
#[derive(Debug)]
pub(super) struct Pages {
    pub(super) format: ManualFormat,
    /// How many pages, paragraphs or lines it has.
    pub(super) page_count: u32,
    pub(super) lines: Vec<PrintedLine>,
}

/// The lines of the file at `path`, in reading order. Table cells that stand side by side
/// are lines of their own.
///
/// # Errors
/// See [`ManualsError`]; a file without any text is [`ManualsError::NoText`].
pub fn read_lines(path: &Path) -> Result<Vec<ManualLine>> {
    lines(path, &read_file(path)?)
}

/// As [`read_lines`], of a file that was read already.
///
/// # Errors
/// As [`read_lines`].
pub fn lines(path: &Path, bytes: &[u8]) -> Result<Vec<ManualLine>> {
    Ok(read_bytes(path, bytes)?.lines.into_iter().map(|printed| printed.line).collect())
}

pub(super) fn read_pages(path: &Path) -> Result<Pages> {
    read_bytes(path, &read_file(path)?)
}

/// The bytes of the file at `path`.
///
/// # Errors
/// [`ManualsError::TooLarge`], [`ManualsError::Io`].
pub fn read_file(path: &Path) -> Result<Vec<u8>> {
    let io = |source| ManualsError::Io { path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(io)?;
    let too_large =
        |bytes| ManualsError::TooLarge { path: path.to_owned(), bytes, limit: MAX_FILE_BYTES };
    let said = file.metadata().map_err(io)?.len();
    if said > MAX_FILE_BYTES {
        return Err(too_large(said));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(said).unwrap_or(0));
    // It may grow while it is read.
    let read = file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(io)? as u64;
    if read > MAX_FILE_BYTES { Err(too_large(read)) } else { Ok(bytes) }
}

/// As [`read_pages`], from memory; `path` says by its name what kind of file it is meant to
/// be, and is for messages.
pub(super) fn read_bytes(path: &Path, bytes: &[u8]) -> Result<Pages> {
    let pages = read_bytes_of_any(path, bytes)?;
    if pages.lines.is_empty() {
        return Err(ManualsError::NoText { path: path.to_owned(), pages: pages.page_count });
    }
    Ok(pages)
}

/// As [`read_bytes`], also of a file without text.
pub(super) fn read_bytes_of_any(path: &Path, bytes: &[u8]) -> Result<Pages> {
    let name = path.to_string_lossy();
    match ManualFormat::of(&name, bytes) {
        Some(ManualFormat::Pdf) => pdf::read_bytes(path, bytes),
        Some(ManualFormat::Docx) => docx::read_bytes(path, bytes),
        Some(ManualFormat::Text) => text_file::read_bytes(path, bytes),
        None => Err(match ManualFormat::named(&name) {
            Some(ManualFormat::Pdf) => ManualsError::NotAPdf { path: path.to_owned() },
            Some(ManualFormat::Docx) if bytes.starts_with(COMPOUND_FILE) => {
                ManualsError::Encrypted { path: path.to_owned() }
            }
            Some(ManualFormat::Docx) => damaged(path, "it is no Word document"),
            Some(ManualFormat::Text) => ManualsError::NoText { path: path.to_owned(), pages: 1 },
            None => ManualsError::OtherFormat { path: path.to_owned() },
        }),
    }
}

pub(super) fn damaged(path: &Path, why: impl ToString) -> ManualsError {
    ManualsError::Damaged { path: path.to_owned(), why: why.to_string() }
}

/// A line of a file without pages. It has a place among the others (`left`, `baseline`, in
/// points) for what reads the layout, and none on paper.
pub(super) fn unprinted(number: u32, row: usize, left: f64, text: String) -> PrintedLine {
    const SIZE: f32 = 10.0;
    /// Less than what parts paragraphs.
    const PITCH: f64 = 14.0;
    PrintedLine {
        line: fettle_domain::ManualLine {
            page: number,
            rect: RectPt { x: 0.0, y: 0.0, width: 0.0, height: 0.0 },
            text,
            font_size_pt: SIZE,
            bold: false,
        },
        ends_in_space: false,
        sheet: 1,
        row,
        left,
        right: left + PITCH,
        baseline: row as f64 * PITCH,
        clip: None,
        // No line ends because it is full.
        column: Some(Column { shift: 0.0, right: f64::INFINITY }),
    }
}
