//! Errors of reading manuals.

use std::path::{Path, PathBuf};

use fettle_domain::OtherDocument;

use super::damage::ManualDamage;

/// An error while a manual is read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManualsError {
    /// A file named `.pdf` with other content.
    #[error("{path}: not a PDF file")]
    NotAPdf {
        /// The file.
        path: PathBuf,
    },
    /// A file of no known format.
    #[error(
        "{path}: not a PDF, a document of Office or Hangul (.hwpx), HTML, Markdown, CSV or text"
    )]
    OtherFormat {
        /// The file.
        path: PathBuf,
    },
    /// A known format that is not read: `.doc`, `.hwp` and the like.
    #[error("{path}: a {document:?} document; save it as .docx, .hwpx or PDF first")]
    OtherDocument {
        /// The file.
        path: PathBuf,
        /// The format.
        document: OtherDocument,
    },
    /// A file that has pages of no kind, and no text.
    #[error("{path}: empty")]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A file with no record of a corrective action.
    #[error("{path}: neither a list of corrective actions nor an 8D report")]
    NoActionRecords {
        /// The file.
        path: PathBuf,
    },
    /// The file needs a password, or its encryption scheme is not supported.
    #[error("{path}: encrypted; save it without a password first")]
    Encrypted {
        /// The file.
        path: PathBuf,
    },
    /// Neither text nor pictures.
    #[error("{path}: no text on any of its {pages} page(s)")]
    NoText {
        /// The file.
        path: PathBuf,
        /// Number of pages.
        pages: u32,
    },
    /// No page has text, and there are pictures: the pages are scanned.
    #[error("{path}: no text on any of its {pages} page(s), only pictures; it must be OCR'd first")]
    Scan {
        /// The file.
        path: PathBuf,
        /// Number of pages.
        pages: u32,
    },
    /// There are letters, and nothing in the file says which.
    #[error("{path}: its fonts do not say which letters its {letters} codes stand for")]
    UnreadableLetters {
        /// The file.
        path: PathBuf,
        /// Number of letters.
        letters: u32,
    },
    /// The file is cut short or contradicts the format.
    #[error("{path}: damaged: {why}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The reason.
        why: ManualDamage,
    },
    /// The file has no such page.
    #[error("{path}: no page {page}: it has {pages}")]
    NoPage {
        /// The file.
        path: PathBuf,
        /// The page, from 1.
        page: u32,
        /// Number of pages.
        pages: u32,
    },
    /// The file has no such picture.
    #[error("{path}: no such picture")]
    NoFigure {
        /// The file.
        path: PathBuf,
    },
    /// A scanned manual, on a machine without `tesseract` (feature `ocr`).
    #[error("{path}: scanned, and tesseract is not installed")]
    NoTesseract {
        /// The file.
        path: PathBuf,
    },
    /// `tesseract` failed (feature `ocr`).
    #[error("{path}: its pages could not be read: {why}")]
    Tesseract {
        /// The file.
        path: PathBuf,
        /// The reason.
        why: String,
    },
    /// The caller cancelled the job (feature `ocr`).
    #[error("cancelled")]
    Cancelled,
    /// The file exceeds a size limit.
    #[error("{path}: {bytes} bytes is more than the {limit} that a manual may have")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Size in bytes.
        bytes: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The file could not be read.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: std::io::Error,
    },
}

impl ManualsError {
    pub(crate) fn damaged(path: &Path, why: ManualDamage) -> Self {
        Self::Damaged { path: path.to_owned(), why }
    }
}

/// Result of reading a manual.
pub type Result<T, E = ManualsError> = std::result::Result<T, E>;
