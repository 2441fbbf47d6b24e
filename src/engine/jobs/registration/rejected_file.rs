//! A file that a job could not take, with the reason.

use std::path::PathBuf;

use crate::error::EngineError;

/// A file that a job could not take.
#[derive(Debug)]
pub struct RejectedFile {
    /// Path of the file, as given.
    pub path: PathBuf,
    /// Reason of the rejection.
    pub error: EngineError,
}
