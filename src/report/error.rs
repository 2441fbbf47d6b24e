//! Errors of writing reports.

use std::path::PathBuf;

/// An error while a report is written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A file or directory could not be written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// A picture could not be encoded.
    #[error("{path}: {source}")]
    Picture {
        /// The file.
        path: PathBuf,
        /// The encoder's error.
        source: image::ImageError,
    },
    /// An embedded font cannot be parsed.
    #[error("the built-in font is damaged")]
    Font,
    /// A PDF could not be built.
    #[error("PDF: {0}")]
    Pdf(String),
    /// The result could not be serialised as JSON.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Result of writing a report.
pub type Result<T, E = ReportError> = std::result::Result<T, E>;
