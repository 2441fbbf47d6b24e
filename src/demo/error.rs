//! Errors of rendering the demo world.

use std::path::PathBuf;

use fettle_domain::Cancelled;

/// An error of rendering the demo world.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// No font of this machine has Hangul, which the manuals need.
    #[error("no font on this machine has Korean letters: run `apt-get install fonts-nanum`")]
    NoKoreanFont,
    /// The folder to write to is not empty.
    #[error("{0}: not empty, and the demo never overwrites: choose another folder")]
    NotEmpty(PathBuf),
    /// The built-in recipe is inconsistent.
    #[error("demo recipe: {0}")]
    BadRecipe(String),
    /// A file or folder cannot be written.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// A picture cannot be encoded.
    #[error("{path}: cannot encode the picture: {source}")]
    Encode {
        /// The picture.
        path: PathBuf,
        /// The encoder's error.
        source: image::ImageError,
    },
    /// A manual cannot be rendered.
    #[error("manual '{title}': {why}")]
    Manual {
        /// The manual's title.
        title: String,
        /// What is wrong.
        why: String,
    },
    /// The work was cancelled.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// A result with [`DemoError`].
pub type Result<T, E = DemoError> = std::result::Result<T, E>;
