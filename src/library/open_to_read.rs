//! Opening a workspace without changing it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, MAIN_DB, OpenFlags};

use super::audit::AuditActor;
use super::layout::{DATABASE_PATH, LOCK_PATH, RESTORE_MARK_PATH};
use super::lock::LOCK_TIMEOUT;
use super::open::cannot_open;
use super::open_fault::{OpenFault, folder_in_the_way};
use super::{Library, LibraryError, Recovery, Result, migrate};
use fettle_system::LockFile;

/// How often a copy is tried, and the pause between two attempts, while others write.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(100);

/// A database of so many bytes and more is copied for a look only where it cannot be read otherwise.
const MOST_COPIED_BYTES: u64 = 256 << 20;

/// Bytes of a database's header, and of it those that say in which way it is written and read: 1 with
/// a rollback journal, 2 with a write-ahead log.
const HEADER_BYTES: usize = 100;
const JOURNAL_VERSIONS: [usize; 2] = [18, 19];

impl Library {
    /// Looks at the workspace at `root` as it is: makes, migrates, recovers and locks nothing; `None`
    /// where there is none.
    ///
    /// # Errors
    /// Those of [`Self::open`]; [`LibraryError::OlderDatabase`].
    pub fn look(root: &Path) -> Result<Option<Self>> {
        let path = &root.join(DATABASE_PATH);
        let io = |error| cannot_open(path, LibraryError::io(path, error));
        if let Some(folder) = folder_in_the_way(path) {
            let fault = OpenFault::FolderInTheWay(folder);
            return Err(LibraryError::CannotOpen { path: path.clone(), fault });
        }
        if !path.try_exists().map_err(io)? {
            if root.join(RESTORE_MARK_PATH).exists() {
                return Err(LibraryError::RestoreUnfinished { path: root.join("data") });
            }
            return Ok(None);
        }
        // Where nobody works, a connection of one's own would make files beside the database. Where
        // somebody does, they are there, and a copy would only cost time, as one of a large database
        // does.
        let is_open = path.with_extension("db-shm").exists();
        let is_large = path.metadata().map_err(io)?.len() >= MOST_COPIED_BYTES;
        let connected = || connect(path).map_err(|e| LibraryError::database(path, e));
        let conn = match (is_open || is_large).then(connected) {
            Some(Ok(conn)) => conn,
            failed => match private_copy(path).map_err(io)? {
                Some(copy) => copy,
                None => failed.unwrap_or_else(connected)?,
            },
        };
        Self::reading(root, conn).map(Some)
    }

    /// Opens a workspace that may not be written now, in place of the one to write; `None` where that is
    /// not possible either.
    pub(super) fn open_to_read(root: &Path) -> Option<Self> {
        let path = &root.join(DATABASE_PATH);
        let copy = || private_copy(path).ok().flatten();
        let read = Self::reading(root, connect(path).ok().or_else(copy)?).ok()?;
        tracing::warn!("{}: may only be read", path.display());
        Some(Self { is_substitute: true, ..read })
    }

    fn reading(root: &Path, conn: Connection) -> Result<Self> {
        let path = root.join(DATABASE_PATH);
        let database = |e| LibraryError::database(&path, e);
        let (found, known) =
            (migrate::user_version(&conn).map_err(database)?, migrate::known_version());
        if found > known {
            return Err(LibraryError::NewerDatabase { path, found, known });
        }
        if found < known {
            return Err(LibraryError::OlderDatabase { path, found, known });
        }
        let lock = LockFile::open(&root.join(LOCK_PATH)).or_else(|_| LockFile::open(&path));
        let lock = lock.map_err(|e| LibraryError::io(&path, e))?;
        let (root, recovery) = (root.to_owned(), Recovery::default());
        let actor = AuditActor::default();
        Ok(Self { conn, root, lock, recovery, is_substitute: false, actor })
    }
}

/// A connection that only reads, together with those who write. SQLite needs its files beside the
/// database for that, or the right to make them.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    conn.busy_timeout(LOCK_TIMEOUT)?;
    conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
    Ok(conn)
}

/// The database as it is now, copied into memory, so that nobody who writes to the file changes what is
/// read. SQLite would read the file itself without locks, and so perhaps half of a change, wherever a
/// folder may not be written but others may. `None` while somebody works in it: then SQLite's files
/// are beside it, and [`connect`] is the way.
fn private_copy(path: &Path) -> io::Result<Option<Connection>> {
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            std::thread::sleep(PAUSE);
        }
        let before = FileState::of(path)?;
        if before.has_log {
            return Ok(None);
        }
        let copied = read_copy(path, before.length)?;
        if FileState::of(path)? == before {
            return Ok(copied);
        }
    }
    Ok(None)
}

/// A connection to the `length` bytes at `path`; `None` where they are no database, which
/// [`connect`] says in SQLite's words.
fn read_copy(path: &Path, length: u64) -> io::Result<Option<Connection>> {
    let mut file: File = fettle_system::open(path)?;
    let mut header = [0; HEADER_BYTES];
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length < HEADER_BYTES {
        return Ok(None);
    }
    file.read_exact(&mut header)?;
    // In memory there is no write-ahead log.
    for at in JOURNAL_VERSIONS {
        header[at] = 1;
    }
    let read = || -> rusqlite::Result<Connection> {
        let mut conn = Connection::open_in_memory()?;
        conn.deserialize_read_exact(MAIN_DB, header.as_slice().chain(file), length, true)?;
        conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
        Ok(conn)
    };
    Ok(read().ok())
}

/// What changes when somebody writes to a database.
#[derive(Debug, PartialEq, Eq)]
struct FileState {
    length: u64,
    modified: Option<SystemTime>,
    /// A log or a journal holds what is not in the file yet.
    has_log: bool,
}

impl FileState {
    fn of(path: &Path) -> io::Result<Self> {
        let metadata = path.metadata()?;
        let holds = |ending: &str| {
            let beside = path.with_extension(ending).metadata();
            beside.is_ok_and(|beside| beside.len() > 0)
        };
        let has_log = holds("db-wal") || holds("db-journal");
        Ok(Self { length: metadata.len(), modified: metadata.modified().ok(), has_log })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::LabelFilter;
    use crate::tests::fixtures::{library, prod1, write_picture};

    fn entries(root: &Path) -> Vec<(std::path::PathBuf, u64, Option<SystemTime>)> {
        let walk = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().flatten();
        walk.map(|entry| {
            let metadata = entry.metadata().unwrap();
            (entry.into_path(), metadata.len(), metadata.modified().ok())
        })
        .collect()
    }

    #[test]
    fn a_look_changes_nothing_and_sees_what_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let absent = dir.path().join("absent");
        assert!(Library::look(&absent).unwrap().is_none());
        assert!(!absent.exists());

        let root = dir.path().join("작업 100%?#");
        fs::create_dir(&root).unwrap();
        let mut writer = library(&root);
        writer.register_normal(&prod1(), &write_picture(&root, "in/1.png", 1)).unwrap();
        let count = |library: &Library| library.images(None, &LabelFilter::Any).unwrap().len();
        // While somebody works there, with a log beside the database.
        assert_eq!(count(&Library::look(&root).unwrap().unwrap()), 1);
        drop(writer);
        let before = entries(&root);
        let looked = Library::look(&root).unwrap().unwrap();
        assert_eq!(count(&looked), 1);
        assert_eq!(entries(&root), before);
        // What others write later is not seen, and never half of it.
        let mut writer = Library::open(&root).unwrap();
        writer.register_normal(&prod1(), &write_picture(&root, "in/2.png", 2)).unwrap();
        drop(writer);
        assert_eq!(count(&looked), 1);
        looked.check_integrity().unwrap();
        assert_eq!(count(&Library::look(&root).unwrap().unwrap()), 2);
    }

    #[test]
    fn an_older_and_a_newer_database_are_left_as_they_are() {
        let dir = tempfile::tempdir().unwrap();
        drop(library(dir.path()));
        let path = dir.path().join(DATABASE_PATH);
        for (version, is_older) in [(3, true), (99, false)] {
            let conn = Connection::open(&path).unwrap();
            conn.pragma_update(None, "user_version", version).unwrap();
            drop(conn);
            let before = fs::read(&path).unwrap();
            match Library::look(dir.path()).unwrap_err() {
                LibraryError::OlderDatabase { found, .. } => assert!(is_older && found == 3),
                LibraryError::NewerDatabase { found, .. } => assert!(!is_older && found == 99),
                other => panic!("{other}"),
            }
            assert_eq!(fs::read(&path).unwrap(), before);
        }
    }
}
