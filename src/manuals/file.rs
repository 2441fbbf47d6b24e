//! File → lines, by format.

use std::io::Read;
use std::path::Path;

use fettle_domain::{ManualFormat, ManualLine, OtherDocument};

use super::csv_file::parse_csv;
use super::damage::ManualDamage;
use super::document_lines::DocumentLines;
use super::docx::parse_docx;
use super::error::{ManualsError, Result};
use super::html::parse_html;
use super::hwpx::parse_hwpx;
use super::markdown::parse_markdown;
use super::pdf::parse_pdf;
use super::pptx::parse_pptx;
use super::text_file::parse_text;
use super::xlsx::parse_xlsx;

/// The largest file that is read, in bytes. A manual with photographs stays well below.
const MAX_FILE_BYTES: u64 = 200 << 20;
/// Signature of a compound file (MS-CFB 2.2): an encrypted `.docx`, if it is
/// nothing else.
const COMPOUND_FILE_SIGNATURE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0];

/// Reads the lines of the file at `path`, in reading order. Each cell of a table is a line.
///
/// # Errors
/// See [`ManualsError`]; a file without text is [`ManualsError::NoText`].
pub fn read_lines(path: &Path) -> Result<Vec<ManualLine>> {
    parse_lines(path, &read_file(path)?)
}

/// The lines of a file with content `bytes`; see [`read_lines`]. The name of `path` states the
/// format.
///
/// # Errors
/// As [`read_lines`].
pub fn parse_lines(path: &Path, bytes: &[u8]) -> Result<Vec<ManualLine>> {
    Ok(parse_document(path, bytes)?.lines.into_iter().map(|printed| printed.line).collect())
}

/// Reads the file at `path`, up to 200 MiB.
///
/// # Errors
/// [`ManualsError::TooLarge`], [`ManualsError::Io`].
pub fn read_file(path: &Path) -> Result<Vec<u8>> {
    let io = |source| ManualsError::Io { path: path.to_owned(), source };
    let file = fettle_system::open(path).map_err(io)?;
    let too_large =
        |bytes| ManualsError::TooLarge { path: path.to_owned(), bytes, limit: MAX_FILE_BYTES };
    let length = file.metadata().map_err(io)?.len();
    if length > MAX_FILE_BYTES {
        return Err(too_large(length));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    // The file may grow while it is read.
    let read = file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(io)? as u64;
    if read > MAX_FILE_BYTES { Err(too_large(read)) } else { Ok(bytes) }
}

/// The lines of a file with content `bytes`. The name of `path` states the format.
pub(super) fn parse_document(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    let document = parse_document_or_scan(path, bytes)?;
    if !document.lines.is_empty() {
        return Ok(document);
    }
    Err(match document.format {
        ManualFormat::Pdf => document.no_text(path),
        _ => ManualsError::Empty { path: path.to_owned() },
    })
}

/// As [`parse_document`]; a PDF without text, such as a scan, gives no lines instead of an error.
pub(super) fn parse_document_or_scan(path: &Path, bytes: &[u8]) -> Result<DocumentLines> {
    let name = path.to_string_lossy();
    match ManualFormat::detect(&name, bytes) {
        Some(ManualFormat::Pdf) => parse_pdf(path, bytes),
        Some(ManualFormat::Docx) => parse_docx(path, bytes),
        Some(ManualFormat::Xlsx) => parse_xlsx(path, bytes),
        Some(ManualFormat::Pptx) => parse_pptx(path, bytes),
        Some(ManualFormat::Hwpx) => parse_hwpx(path, bytes),
        Some(ManualFormat::Html) => parse_html(path, bytes),
        Some(ManualFormat::Markdown) => parse_markdown(path, bytes),
        Some(ManualFormat::Csv) => parse_csv(path, bytes),
        Some(ManualFormat::Text) => parse_text(path, bytes),
        None => Err(refused(path, &name, bytes)),
    }
}

/// Why a file of no readable format is refused: what it is comes before what its name says.
fn refused(path: &Path, name: &str, bytes: &[u8]) -> ManualsError {
    let path = path.to_owned();
    match OtherDocument::sniff(bytes) {
        Some(OtherDocument::Encrypted) => return ManualsError::Encrypted { path },
        Some(document) => return ManualsError::OtherDocument { path, document },
        None => {}
    }
    match ManualFormat::from_name(name) {
        Some(ManualFormat::Pdf) => ManualsError::NotAPdf { path },
        Some(_) if bytes.is_empty() => ManualsError::Empty { path },
        Some(ManualFormat::Docx | ManualFormat::Xlsx | ManualFormat::Pptx)
            if bytes.starts_with(COMPOUND_FILE_SIGNATURE) =>
        {
            ManualsError::Encrypted { path }
        }
        Some(format) => ManualsError::damaged(&path, ManualDamage::OtherContent(format)),
        None => match OtherDocument::from_name(name) {
            Some(document) => ManualsError::OtherDocument { path, document },
            None => ManualsError::OtherFormat { path },
        },
    }
}
