//! Trait of the sources that deliver files of models.

use std::path::{Path, PathBuf};

use super::hash::CopyError;
use crate::ModelsError;
use crate::manifest::{ModelEntry, ModelFile};
use fettle_domain::{Cancelled, ProgressSink};

/// Request for one file of a model.
pub(super) struct FileRequest<'a> {
    /// Entry of the model.
    pub(super) entry: &'a ModelEntry,
    /// Entry of the file.
    pub(super) file: &'a ModelFile,
    /// Directory for unfinished downloads, which survives an interruption.
    pub(super) partial: &'a Path,
}

impl FileRequest<'_> {
    /// Path to which a source writes the file before its hash is checked.
    pub(super) fn part(&self) -> PathBuf {
        self.partial.join(format!("{}.part", self.file.name))
    }

    /// Compares size and hash of a delivered file with the requested ones.
    ///
    /// # Errors
    /// The difference, as a sentence.
    pub(super) fn check(&self, bytes: u64, sha256: &str) -> Result<(), String> {
        if let Some(expected) = self.file.bytes.filter(|expected| *expected != bytes) {
            return Err(format!("it has {bytes} bytes, not {expected}"));
        }
        match &self.file.sha256 {
            Some(expected) if expected.0 != sha256 => {
                Err(format!("its SHA-256 is {sha256}, not {expected}"))
            }
            _ => Ok(()),
        }
    }
}

/// File that a source delivered.
pub(super) struct FetchedFile {
    /// Path on the disk of the store.
    pub(super) path: PathBuf,
    /// SHA-256 of the bytes.
    pub(super) sha256: String,
    /// SHA-256 that the source publishes, if it does.
    pub(super) published: Option<String>,
}

/// Error of a source.
#[derive(Debug)]
pub(super) enum SourceError {
    /// The source lacks the file, cannot be reached, or delivered something else: try the next.
    Unavailable(String),
    /// Nothing can be fetched at all: cancelled, or the disk is full.
    Fatal(ModelsError),
}

impl From<ModelsError> for SourceError {
    fn from(error: ModelsError) -> Self {
        Self::Fatal(error)
    }
}

impl From<Cancelled> for SourceError {
    fn from(cancelled: Cancelled) -> Self {
        Self::Fatal(cancelled.into())
    }
}

impl From<CopyError> for SourceError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Source(why) => Self::Unavailable(why),
            CopyError::Fatal(error) => Self::Fatal(error),
        }
    }
}

/// Source that may have a file of a model.
pub(super) trait Source {
    /// Name of the source for messages.
    fn name(&self) -> String;
    /// Whether the file comes from another machine.
    fn is_remote(&self) -> bool {
        true
    }
    /// Fetches the file to the disk of the store.
    fn fetch(
        &self,
        request: &FileRequest<'_>,
        sink: &dyn ProgressSink,
    ) -> Result<FetchedFile, SourceError>;
    /// Removes what [`Self::fetch`] kept to resume a download: the delivered file was wrong.
    fn discard(&self, request: &FileRequest<'_>);
}
