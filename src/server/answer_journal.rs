//! What a server remembers of requests with an idempotency key beyond its end: a line as such a request begins,
//! and one with its answer before the answer goes out. Lines are only added; a file that is full takes
//! the place of the one before it, so that both are bounded.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A caller's name and its key.
pub(crate) type Key = (String, String);

/// Bytes of a file, after which the next one is begun.
const MOST_BYTES: u64 = 16_000_000;
const NAMES: [&str; 2] = ["answers.1.jsonl", "answers.jsonl"];

/// What is known of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Whose key it is.
    who: String,
    key: String,
    /// Method, path and query.
    pub(crate) asked: String,
    /// When it began, or was answered.
    pub(crate) at: Timestamp,
    /// Its answer; `None`: it began, and nobody was told more.
    pub(crate) answer: Option<WrittenAnswer>,
}

impl Entry {
    pub(crate) fn new((who, key): &Key, asked: &str, answer: Option<WrittenAnswer>) -> Self {
        let (who, key, asked) = (who.clone(), key.clone(), asked.to_owned());
        Self { who, key, asked, at: Timestamp::now(), answer }
    }
}

/// An answer as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WrittenAnswer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// The files of a workspace that keep them. They are made with the first line.
#[derive(Debug)]
pub(crate) struct AnswerJournal {
    folder: PathBuf,
    open: Mutex<Option<File>>,
    most_bytes: u64,
}

impl AnswerJournal {
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), open: Mutex::default(), most_bytes: MOST_BYTES }
    }

    /// What was written within the last `kept`: the last line of each key. A line that a kill cut off, or that a
    /// newer program wrote otherwise, is passed over.
    pub(crate) fn read(&self, kept: Duration) -> HashMap<Key, Entry> {
        let mut found = HashMap::new();
        let now = Timestamp::now();
        for name in NAMES {
            let text = match fettle_engine::read_own_file(&self.folder.join(name), 2 * MOST_BYTES) {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => {
                    tracing::warn!(%error, name, "kept answers cannot be read");
                    continue;
                }
            };
            for line in text.lines() {
                let Ok(entry) = serde_json::from_str::<Entry>(line) else { continue };
                if Duration::try_from(now.duration_since(entry.at)).is_ok_and(|age| age < kept) {
                    found.insert((entry.who.clone(), entry.key.clone()), entry);
                }
            }
        }
        found
    }

    /// Adds an entry, on the disk once this returns where it is an answer.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn write(&self, entry: &Entry) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = match open.take() {
            Some(file) => file,
            None => self.begin()?,
        };
        let bytes = file.metadata()?.len();
        if bytes > 0 && bytes + line.len() as u64 > self.most_bytes {
            drop(file);
            std::fs::rename(self.path(1), self.path(0))?;
            file = self.begin()?;
        }
        file.write_all(&line)?;
        if entry.answer.is_some() {
            file.sync_data()?;
        }
        *open = Some(file);
        Ok(())
    }

    fn path(&self, index: usize) -> PathBuf {
        self.folder.join(NAMES[index])
    }

    /// Opens the file that is written. What a kill cut off of its last line becomes a line of its own.
    fn begin(&self) -> io::Result<File> {
        std::fs::create_dir_all(&self.folder)?;
        let mut file = OpenOptions::new().create(true).append(true).open(self.path(1))?;
        if file.metadata()?.len() > 0 {
            file.write_all(b"\n")?;
        }
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn key(number: usize) -> Key {
        ("kim".to_owned(), format!("k-{number}"))
    }

    fn answered(number: usize) -> Entry {
        let headers = vec![("location".to_owned(), format!("/api/v1/inspections/{number}"))];
        let body = format!("{{\"id\": {number}, \"name\": \"부품\"}}");
        let answer = WrittenAnswer { status: 201, headers, body };
        Entry::new(&key(number), "POST /api/v1/inspections", Some(answer))
    }

    #[test]
    fn what_was_written_is_read_though_a_kill_cut_the_last_line_off() {
        let folder = tempfile::tempdir().unwrap();
        let journal = AnswerJournal::new(folder.path());
        assert!(journal.read(DAY).is_empty());
        let begun = Entry::new(&key(1), "POST /a", None);
        journal.write(&begun).unwrap();
        assert_eq!(journal.read(DAY), HashMap::from([(key(1), begun)]));
        let (first, second) = (answered(1), answered(2));
        journal.write(&first).unwrap();
        journal.write(&second).unwrap();
        let path = folder.path().join("answers.jsonl");
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 9]).unwrap();
        let next = AnswerJournal::new(folder.path());
        assert_eq!(next.read(DAY), HashMap::from([(key(1), first.clone())]));
        next.write(&second).unwrap();
        let both = HashMap::from([(key(1), first), (key(2), second)]);
        assert_eq!(next.read(DAY), both);
        assert!(next.read(Duration::ZERO).is_empty(), "what is old is kept");
    }

    #[test]
    fn the_files_are_bounded_and_the_newest_answers_stay() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = AnswerJournal::new(folder.path());
        journal.most_bytes = 2000;
        for number in 0..100 {
            journal.write(&answered(number)).unwrap();
        }
        let found = journal.read(DAY);
        assert!(found.len() >= 10 && found.len() < 100, "{}", found.len());
        assert!((90..100).all(|number| found.contains_key(&key(number))));
        let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(files.len(), 2);
        assert!(files.into_iter().all(|file| file.unwrap().metadata().unwrap().len() <= 2000));
    }
}
