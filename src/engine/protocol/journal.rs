//! The journal of repeatable jobs: one file for each job under way, written as the job begins and
//! removed as it ends. The file of a job that was cut off, or deferred, stays; it says what to
//! repeat.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use fettle_system::AtomicFile;

const EXTENSION: &str = "json";

/// What the journal keeps of a job: its kind and its request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobRecord {
    /// The kind, e.g. `fit_bank`.
    pub(crate) job: String,
    pub(crate) request: Value,
}

/// The contents of an entry's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Begun {
    /// RFC 3339.
    pub(crate) begun_at: String,
    /// Who had the job done; entries of earlier versions do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
    #[serde(flatten)]
    pub(crate) record: JobRecord,
}

/// The entry of a job under way. Its file is locked as long as the value lives: the lock goes with
/// the process, however the process ends. Dropping the value removes the file.
pub(crate) struct JournalEntry {
    path: PathBuf,
    is_kept: bool,
    _locked: File,
}

impl JournalEntry {
    /// Writes an entry of the job that `by` has done into the folder `dir`, which is created where it is missing.
    pub(crate) fn write(dir: &Path, record: JobRecord, by: &str) -> std::io::Result<Self> {
        fettle_system::create_folders(dir)?;
        // Locked before it has its name, so that nobody takes it for one left over.
        let mut file = AtomicFile::unfinished_in(dir)?;
        let (begun_at, by) = (Timestamp::now().to_string(), Some(by.to_owned()));
        let begun = Begun { begun_at, by, record };
        file.write_all(&serde_json::to_vec(&begun)?)?;
        file.as_file().sync_all()?;
        let begun_ms = Timestamp::now().as_millisecond();
        let name = file.path().file_stem().unwrap_or_default().to_string_lossy();
        let path = dir.join(format!("job-{begun_ms}{name}.{EXTENSION}"));
        let locked = file.persist_noclobber(&path).map_err(|error| error.error)?;
        Ok(Self { path, is_kept: false, _locked: locked })
    }

    /// Keeps the file: the job is to be repeated.
    pub(crate) fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for JournalEntry {
    fn drop(&mut self) {
        if !self.is_kept {
            remove(&self.path);
        }
    }
}

/// Removes the entry's file at `path`.
pub(crate) fn remove(path: &Path) {
    if let Err(error) = std::fs::remove_file(path) {
        tracing::warn!(path = %path.display(), %error, "a journal entry stays");
    }
}

/// The entries in `dir` whose process is gone, the oldest first, each with its file. A file that
/// cannot be read as an entry is left out.
pub(crate) fn left_over(dir: &Path) -> Vec<(PathBuf, Begun)> {
    let files = std::fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let is_entry = |path: &PathBuf| path.extension().is_some_and(|ending| ending == EXTENSION);
    let read = |path: PathBuf| {
        let file = fettle_system::open(&path).ok()?;
        file.try_lock().ok()?;
        let read: serde_json::Result<Begun> =
            serde_json::from_reader(std::io::BufReader::new(file));
        match read {
            Ok(begun) => Some((path, begun)),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "not a journal entry");
                None
            }
        }
    };
    let mut entries: Vec<(PathBuf, Begun)> =
        files.map(|file| file.path()).filter(is_entry).filter_map(read).collect();
    entries.sort_by(|(_, a), (_, b)| a.begun_at.cmp(&b.begun_at));
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn records(dir: &Path) -> Vec<JobRecord> {
        left_over(dir).into_iter().map(|(_, begun)| begun.record).collect()
    }

    #[test]
    fn an_entry_is_left_over_only_where_its_process_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let fit = JobRecord { job: "fit_bank".into(), request: json!({ "product": "casting" }) };
        let entry = JournalEntry::write(dir.path(), fit.clone(), "kim").unwrap();
        // Under way: locked by this process, through a file of its own.
        assert_eq!(records(dir.path()), []);
        // A crash: the file is not removed, and the lock goes.
        let path = entry.path.clone();
        let crashed = dir.path().join("job-crashed.json");
        std::fs::copy(&path, &crashed).unwrap();
        std::fs::write(dir.path().join("job-half.json"), r#"{"begun_at""#).unwrap();
        std::fs::write(dir.path().join("job-half.part"), "").unwrap();
        let left = left_over(dir.path());
        assert_eq!(left.len(), 1, "{left:?}");
        assert_eq!((&left[0].0, &left[0].1.record), (&crashed, &fit));
        assert_eq!(left[0].1.by.as_deref(), Some("kim"));
        // The job ended.
        drop(entry);
        assert!(!path.exists());
        remove(&crashed);
        assert_eq!(records(dir.path()), []);
        assert_eq!(records(&dir.path().join("absent")), []);
        // The job was deferred.
        JournalEntry::write(dir.path(), fit.clone(), "kim").unwrap().keep();
        assert_eq!(records(dir.path()), [fit]);
    }
}
