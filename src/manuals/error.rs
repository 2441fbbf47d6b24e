use std::path::PathBuf;

/// What can go wrong while reading a manual.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManualsError {
    /// The file is something else.
    #[error("{path}: not a PDF file")]
    NotAPdf {
        /// The file.
        path: PathBuf,
    },
    /// No format that is read here: `.doc`, `.hwp` and the like.
    #[error("{path}: not a PDF, Word (.docx) or text (.txt) file; save it as PDF or .docx first")]
    OtherFormat {
        /// The file.
        path: PathBuf,
    },
    /// The file wants a password, or is protected by a scheme that nothing here reads.
    #[error("{path}: encrypted; save it without a password first")]
    Encrypted {
        /// The file.
        path: PathBuf,
    },
    /// No page carries text: the file holds scanned pictures.
    #[error("{path}: no text on any of its {pages} page(s); a scanned manual must be OCR'd first")]
    NoText {
        /// The file.
        path: PathBuf,
        /// How many pages it has.
        pages: u32,
    },
    /// The file is cut short or contradicts the format.
    #[error("{path}: damaged: {why}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The file has no such page.
    #[error("{path}: no page {page}: it has {pages}")]
    NoPage {
        /// The file.
        path: PathBuf,
        /// The page, from 1.
        page: u32,
        /// How many it has.
        pages: u32,
    },
    /// A scanned manual, and nothing here that reads pictures (feature `ocr`).
    #[error("{path}: scanned, and tesseract is not installed")]
    NoTesseract {
        /// The file.
        path: PathBuf,
    },
    /// The program that reads pictures failed (feature `ocr`).
    #[error("{path}: its pages could not be read: {why}")]
    Tesseract {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Nobody wants it any more (feature `ocr`).
    #[error("cancelled")]
    Cancelled,
    /// The file is larger than a manual may be.
    #[error("{path}: {bytes} bytes is more than the {limit} that a manual may have")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        bytes: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The file could not be read.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}

/// The room's result.
pub type Result<T, E = ManualsError> = std::result::Result<T, E>;
