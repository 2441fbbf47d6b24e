use std::path::PathBuf;

use fettle_domain::ModelId;

/// What can go wrong with an index.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RetrievalError {
    /// An index file is cut short, damaged, or not an index.
    #[error("{path}: not a usable index: {why}; rebuild it with `fettle index build`")]
    BadIndex {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// An index was made by another model than the one in use.
    #[error(
        "{path}: made with model '{found}', but '{expected}' is in use; \
         rebuild it with `fettle index build`"
    )]
    WrongModel {
        /// The file.
        path: PathBuf,
        /// The model in use.
        expected: ModelId,
        /// The model that made the index.
        found: ModelId,
    },
    /// A vector has another length than the index's, or vectors and ids differ in number.
    #[error("{what}: expected {expected}, got {got}")]
    Size {
        /// Which thing.
        what: &'static str,
        /// The size that fits.
        expected: usize,
        /// The size it has.
        got: usize,
    },
    /// A vector is not of unit length, so its inner products are no cosine similarities.
    #[error("vector {position} has length {length}, not 1")]
    NotUnit {
        /// Which of the vectors given, from 0.
        position: usize,
        /// Its length.
        length: f32,
    },
    /// An id that cannot be indexed: negative, or given twice in one call.
    #[error("id {0} is negative or given twice")]
    BadId(i64),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// FAISS failed.
    #[error("FAISS: {0}")]
    Faiss(#[from] faiss::error::Error),
}

/// The room's result.
pub type Result<T, E = RetrievalError> = std::result::Result<T, E>;
