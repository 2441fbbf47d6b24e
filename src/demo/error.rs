use std::path::PathBuf;

use fettle_domain::Cancelled;

/// What can go wrong while the demo world is made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// No font of this machine has Hangul, so the manuals cannot be printed.
    #[error("no font on this machine has Korean letters: run `apt-get install fonts-nanum`")]
    NoKoreanFont,
    /// The folder to write to already holds something.
    #[error("{0}: not empty, and the demo never overwrites: choose another folder")]
    NotEmpty(PathBuf),
    /// The built-in recipe contradicts itself.
    #[error("demo recipe: {0}")]
    BadRecipe(String),
    /// A file or folder could not be written.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A picture could not be encoded.
    #[error("{path}: cannot encode the picture: {source}")]
    Encode {
        /// The picture.
        path: PathBuf,
        /// The encoder's reason.
        source: image::ImageError,
    },
    /// A manual could not be laid out or embedded its font.
    #[error("manual '{title}': {why}")]
    Manual {
        /// The manual's title.
        title: String,
        /// What is wrong.
        why: String,
    },
    /// Somebody cancelled.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// The room's result.
pub type Result<T, E = DemoError> = std::result::Result<T, E>;
