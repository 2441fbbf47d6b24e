//! What a place that carries models' files has to do.

use std::path::{Path, PathBuf};

use super::hash::CopyError;
use crate::ModelsError;
use crate::manifest::{ModelEntry, ModelFile};
use fettle_domain::{Cancelled, ProgressSink};

/// A file to fetch.
pub(super) struct Wanted<'a> {
    /// Its model.
    pub(super) entry: &'a ModelEntry,
    /// The file.
    pub(super) file: &'a ModelFile,
    /// A directory for what is not finished yet. It outlives an interruption.
    pub(super) partial: &'a Path,
}

impl Wanted<'_> {
    /// Where a place writes the file before it has been checked.
    pub(super) fn part(&self) -> PathBuf {
        self.partial.join(format!("{}.part", self.file.name))
    }

    /// Whether a file of this size and hash is the wanted one. Says what is wrong.
    pub(super) fn accepts(&self, bytes: u64, sha256: &str) -> Result<(), String> {
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

/// A file that a place gave.
pub(super) struct Fetched {
    /// Where it lies, on the disk of the store.
    pub(super) path: PathBuf,
    /// The SHA-256 of its bytes.
    pub(super) sha256: String,
    /// The SHA-256 that the place itself publishes, if it does.
    pub(super) published: Option<String>,
}

/// Why a place did not give a file.
#[derive(Debug)]
pub(super) enum PlaceError {
    /// It has it not, cannot be reached, or gave something else: try the next.
    Refused(String),
    /// Nothing can be fetched at all: cancelled, or the disk is full.
    Stop(ModelsError),
}

impl From<ModelsError> for PlaceError {
    fn from(error: ModelsError) -> Self {
        Self::Stop(error)
    }
}

impl From<Cancelled> for PlaceError {
    fn from(cancelled: Cancelled) -> Self {
        Self::Stop(cancelled.into())
    }
}

impl From<CopyError> for PlaceError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Source(why) => Self::Refused(why),
            CopyError::Stop(error) => Self::Stop(error),
        }
    }
}

/// A place that may carry a file.
pub(super) trait Place {
    /// What to call it in a message.
    fn name(&self) -> String;
    /// Fetches the file to the disk of the store.
    fn fetch(&self, wanted: &Wanted<'_>, sink: &dyn ProgressSink) -> Result<Fetched, PlaceError>;
    /// Throws away what [`Self::fetch`] keeps for a resume: what it gave was wrong.
    fn forget(&self, wanted: &Wanted<'_>);
}
