//! The store itself: state, lookup and verification of models. [`super::pull`] adds the download.

use std::fs;
use std::path::{Path, PathBuf};

use super::{checksums, hash};
use crate::manifest::{Manifest, ModelEntry, ModelFile};
use crate::{ModelsError, Result};
use fettle_domain::{ContentHash, ModelId, ProgressSink};

/// The models directory with the manifest of its files.
#[derive(Debug, Clone)]
pub struct ModelStore {
    dir: PathBuf,
    manifest: Manifest,
}

/// State of a model on this machine, by the sizes of its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelState {
    /// All files are present.
    Present,
    /// Files are missing.
    Missing {
        /// Names of the missing files.
        files: Vec<String>,
    },
    /// Files are missing, and an interrupted pull left parts of them.
    Partial {
        /// Names of the missing files.
        files: Vec<String>,
        /// Bytes that need not be fetched again, roughly.
        bytes: u64,
    },
    /// A file has another size than the manifest says.
    WrongSize {
        /// Name of the file.
        file: String,
        /// Size on disk.
        bytes: u64,
        /// Size in the manifest.
        expected: u64,
    },
}

/// Files of a model whose files are all present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFiles {
    /// Entry of the model in the manifest.
    pub entry: ModelEntry,
    /// Directory of the files.
    pub dir: PathBuf,
}

/// Result of [`ModelStore::verify`] for one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileCheck {
    /// Path of the file.
    pub path: PathBuf,
    /// SHA-256 of the file.
    pub sha256: ContentHash,
    /// Comparison with the expected hash.
    pub verdict: Verdict,
}

/// Comparison of the hash of a file with the expected one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The hash equals that of the manifest.
    Official,
    /// The manifest has no hash; the file is unchanged since it was fetched.
    AsFetched,
    /// The manifest has no hash, and Fettle did not fetch the file.
    Unknown,
    /// The hash should be this one.
    Differs(ContentHash),
}

impl ModelStore {
    /// The store in `models_dir`, which need not exist yet, with the built-in manifest.
    ///
    /// # Errors
    /// Those of [`Manifest::built_in`].
    pub fn new(models_dir: impl Into<PathBuf>) -> Result<Self> {
        Ok(Self::with_manifest(models_dir, Manifest::built_in()?))
    }

    /// The store in `models_dir` with another manifest.
    pub(super) fn with_manifest(models_dir: impl Into<PathBuf>, manifest: Manifest) -> Self {
        Self { dir: models_dir.into(), manifest }
    }

    /// The manifest of the known models.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The models directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// State of a model. Compares sizes only.
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

    /// Finds the files of a model. Compares sizes only.
    ///
    /// # Errors
    /// [`ModelsError::Unknown`]; [`ModelsError::Missing`] for the first missing file;
    /// [`ModelsError::BadWeights`] for the first file of another size.
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

    /// Hashes every file of a model and compares the hashes with the expected ones.
    ///
    /// # Errors
    /// Those of [`Self::find`]; an unreadable file; cancelled. A wrong hash is a
    /// [`Verdict::Differs`], not an error.
    pub fn verify(&self, id: &ModelId, sink: &dyn ProgressSink) -> Result<Vec<FileCheck>> {
        let files = self.find(id)?;
        let sums = checksums::read(&files.dir);
        let check = |file: &ModelFile| {
            let path = files.dir.join(&file.name);
            let sha256 = hash::sha256_of(&path, &file.name, sink)?;
            let recorded = checksums::find(&sums, &file.name);
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

    /// Size of a file that is present and not empty.
    pub(super) fn size(&self, entry: &ModelEntry, file: &ModelFile) -> Option<u64> {
        let path = self.dir.join(&entry.id.0).join(&file.name);
        fs::metadata(path).ok().filter(|m| m.is_file() && m.len() > 0).map(|m| m.len())
    }

    /// Whether a file is present with the right size.
    pub(super) fn has(&self, entry: &ModelEntry, file: &ModelFile) -> bool {
        self.size(entry, file).is_some_and(|size| file.bytes.is_none_or(|bytes| bytes == size))
    }

    /// Directory for the unfinished downloads of a model.
    pub(super) fn partial(&self, id: &ModelId) -> PathBuf {
        self.dir.join(".partial").join(&id.0)
    }
}

impl ModelFiles {
    /// Paths of all files, in the order of the manifest.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.entry.files.iter().map(|f| self.dir.join(&f.name)).collect()
    }
}
