//! Jobs that did not come to their end: written down when they begin, crossed out when they end,
//! unless they were put off. What is left by a process that is gone can be asked for again.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::jobs::{BuildIndex, FitBank, RegisterDefect, RegisterImages};

const ENDING: &str = "json";

/// A request that is worth asking for again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "job", content = "request")]
pub enum Repeatable {
    /// A bank was being fitted.
    FitBank(FitBank),
    /// Images were being registered.
    RegisterImages(RegisterImages),
    /// A defect was being registered and indexed.
    RegisterDefect(RegisterDefect),
    /// The index was being built.
    BuildIndex(BuildIndex),
}

/// A job that was cut off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnfinishedJob {
    /// RFC 3339.
    pub begun_at: String,
    /// What was asked for.
    #[serde(flatten)]
    pub job: Repeatable,
    /// The note that says so.
    #[serde(skip)]
    pub(super) note: PathBuf,
}

/// The note of a job under way. It is locked as long as this lives: the lock goes with the
/// process, however it ends. Dropping it crosses the job out.
pub(super) struct Note {
    path: PathBuf,
    is_left: bool,
    _locked: File,
}

impl Note {
    /// Writes `job` down in the folder `dir`.
    pub(super) fn write(dir: &Path, job: Repeatable) -> std::io::Result<Self> {
        std::fs::create_dir_all(dir)?;
        let mut file = tempfile::Builder::new().prefix("job-").suffix(".part").tempfile_in(dir)?;
        // Locked before it has its name, so that nobody takes it for one left over.
        file.as_file().lock()?;
        let begun_at = Timestamp::now().to_string();
        let unfinished = UnfinishedJob { begun_at, job, note: PathBuf::new() };
        file.write_all(&serde_json::to_vec(&unfinished)?)?;
        file.as_file().sync_all()?;
        let path = file.path().with_extension(ENDING);
        let locked = file.persist_noclobber(&path).map_err(|error| error.error)?;
        Ok(Self { path, is_left: false, _locked: locked })
    }

    /// Does not cross the job out: it is to be asked for again.
    pub(super) fn leave(mut self) {
        self.is_left = true;
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        if !self.is_left {
            cross_out(&self.path);
        }
    }
}

/// Removes a note.
pub(super) fn cross_out(path: &Path) {
    if let Err(error) = std::fs::remove_file(path) {
        tracing::warn!(path = %path.display(), %error, "a job's note stays");
    }
}

/// The jobs of `dir` whose process is gone, the oldest first. What cannot be read is no job.
pub(super) fn left_over(dir: &Path) -> Vec<UnfinishedJob> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let is_note = |path: &PathBuf| path.extension().is_some_and(|ending| ending == ENDING);
    let read = |note: PathBuf| {
        let file = File::open(&note).ok()?;
        file.try_lock().ok()?;
        let read: serde_json::Result<UnfinishedJob> =
            serde_json::from_reader(std::io::BufReader::new(file));
        match read {
            Ok(job) => Some(UnfinishedJob { note, ..job }),
            Err(error) => {
                tracing::warn!(path = %note.display(), %error, "no note of a job");
                None
            }
        }
    };
    let mut jobs: Vec<UnfinishedJob> =
        entries.map(|entry| entry.path()).filter(is_note).filter_map(read).collect();
    jobs.sort_by(|a, b| a.begun_at.cmp(&b.begun_at));
    jobs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_left_over_only_where_its_process_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let fit = Repeatable::FitBank(FitBank::new("casting".parse().unwrap()));
        let note = Note::write(dir.path(), fit.clone()).unwrap();
        // Under way: locked by this process, through a file of its own.
        assert_eq!(left_over(dir.path()), []);
        // A crash: nothing is crossed out, and the lock goes.
        let Note { path, .. } = &note;
        std::fs::copy(path, dir.path().join("job-crashed.json")).unwrap();
        std::fs::write(dir.path().join("job-half.json"), r#"{"begun_at""#).unwrap();
        std::fs::write(dir.path().join("job-half.part"), "").unwrap();
        let left = left_over(dir.path());
        assert_eq!(left.len(), 1, "{left:?}");
        assert_eq!(left[0].job, fit);
        // It ended.
        let path = path.clone();
        drop(note);
        assert!(!path.exists());
        cross_out(&left[0].note);
        assert_eq!(left_over(dir.path()), []);
        assert_eq!(left_over(&dir.path().join("absent")), []);
        // It was put off.
        Note::write(dir.path(), fit.clone()).unwrap().leave();
        assert_eq!(left_over(dir.path()).iter().map(|left| &left.job).collect::<Vec<_>>(), [&fit]);
    }
}
