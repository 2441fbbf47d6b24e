use std::path::PathBuf;

/// What can go wrong while a result is written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A file or directory could not be written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A picture could not be encoded.
    #[error("{path}: {source}")]
    Picture {
        /// The file.
        path: PathBuf,
        /// The encoder's reason.
        source: image::ImageError,
    },
    /// The program's own font cannot be read.
    #[error("the built-in font is damaged")]
    Font,
    /// A PDF could not be put together.
    #[error("PDF: {0}")]
    Pdf(String),
    /// The result could not be put into JSON.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// The room's result.
pub type Result<T, E = ReportError> = std::result::Result<T, E>;
