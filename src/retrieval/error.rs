use std::path::PathBuf;

use fettle_domain::ModelId;

/// Errors of indexes and their files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RetrievalError {
    /// An index file is cut short, damaged, or not an index.
    #[error("{path}: not a usable index: {why}")]
    BadIndex {
        /// The file.
        path: PathBuf,
        /// The damage found.
        why: String,
    },
    /// An index was made by another model than the one in use.
    #[error("{path}: made with model '{found}', but '{expected}' is in use")]
    WrongModel {
        /// The file.
        path: PathBuf,
        /// The model in use.
        expected: ModelId,
        /// The model that made the index.
        found: ModelId,
    },
    /// A vector has another dimension than the index, or vectors and ids differ in number.
    #[error("{what}: expected {expected}, got {got}")]
    Size {
        /// The thing measured, such as "values of the query".
        what: &'static str,
        /// The size that fits the index.
        expected: usize,
        /// The size found.
        got: usize,
    },
    /// A dimension that is 0 or above FAISS's limit of 2³¹ − 1.
    #[error("an index cannot hold vectors of {0} values")]
    BadDimension(usize),
    /// A vector is not of unit length, so that inner products are no cosine similarities.
    #[error("vector {position} has length {length}, not 1")]
    NotNormalised {
        /// Position of the vector in the call, from 0.
        position: usize,
        /// Length of the vector.
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
        /// The reason given by the system.
        source: std::io::Error,
    },
    /// FAISS failed.
    #[error("FAISS: {0}")]
    Faiss(#[from] faiss::error::Error),
}

/// Result of this crate.
pub type Result<T, E = RetrievalError> = std::result::Result<T, E>;
