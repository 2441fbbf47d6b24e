//! Opening a workspace: lock, database, migrations, recovery.

use std::path::Path;

use rusqlite::Connection;

use super::audit::{self, AuditActor};
use super::backup::back_up_database;
use super::layout::{DATABASE_PATH, RESTORE_MARK_PATH};
use super::lock::{self, LOCK_TIMEOUT};
use super::open_fault::OpenFault;
use super::{Library, LibraryError, Result, migrate, recover};
use fettle_system::{create_folders, share_as_folder};

impl Library {
    /// Opens the workspace at `root`: creates the database (`data/fettle.db`) where it is missing,
    /// migrates its schema (a copy of the database from before is kept in `data/backups`), and undoes
    /// registrations that a crash interrupted ([`Self::recovery`] lists them). A workspace that may only
    /// be read, by its disk, which may be full, or by the rights of this account, is opened for reading, where its schema
    /// is this program's: what would change it is then an error. Where SQLite cannot read it together
    /// with those who write, what is read is the database as it was when it was opened.
    ///
    /// # Errors
    /// [`LibraryError::NewerDatabase`] and [`LibraryError::CorruptDatabase`], which leave the
    /// database untouched; [`LibraryError::Busy`] where another process holds the lock for 15
    /// seconds; [`LibraryError::CannotOpen`] with the likely cause; [`LibraryError::DiskFull`],
    /// [`LibraryError::Io`].
    pub fn open(root: &Path) -> Result<Self> {
        match Self::open_to_write(root) {
            Err(
                error @ (LibraryError::CannotOpen { fault: OpenFault::WriteProtected, .. }
                | LibraryError::DiskFull { .. }),
            ) => Self::open_to_read(root).ok_or(error),
            opened => opened,
        }
    }

    fn open_to_write(root: &Path) -> Result<Self> {
        let data = root.join("data");
        let path = root.join(DATABASE_PATH);
        let closed = |error| cannot_open(&path, error);
        create_folders(&data).map_err(|e| closed(LibraryError::io(&data, e)))?;
        let lock = lock::open(root).map_err(closed)?;
        // Nobody is between two steps of storing a file while this lock is held: every unfinished
        // registration was interrupted.
        let exclusive = lock::exclusive(&lock, &path, LOCK_TIMEOUT).map_err(closed)?;
        if root.join(RESTORE_MARK_PATH).exists() && !path.exists() {
            return Err(LibraryError::RestoreUnfinished { path: data });
        }
        let mut conn = connect(&path)?;
        let found = migrate::user_version(&conn)?;
        if (1..migrate::known_version()).contains(&found) {
            back_up_database(&conn, root, found)?;
        }
        migrate::migrate(&mut conn, &path)?;
        let recovery = recover::recover(&mut conn, root)?;
        let actor = AuditActor::default();
        audit::begin(&conn, &actor)?;
        drop(exclusive);
        Ok(Self { conn, root: root.to_owned(), lock, recovery, is_substitute: false, actor })
    }

    /// Opens the workspace to write where it was opened to read in its place
    /// ([`Self::is_substitute`]) and that is possible by now. Otherwise nothing changes.
    pub fn open_again(&mut self) {
        if !self.is_substitute {
            return;
        }
        match Self::open_to_write(&self.root) {
            Ok(library) => *self = library,
            Err(error) => tracing::debug!(%error, "{}: may only be read", self.root.display()),
        }
    }
}

/// The error of opening the database at `path`, where `error` is about its folder or its lock.
pub(super) fn cannot_open(path: &Path, error: LibraryError) -> LibraryError {
    let fault = match &error {
        LibraryError::Io { source, .. } => OpenFault::of_system(source),
        _ => None,
    };
    match fault {
        Some(fault) => LibraryError::CannotOpen { path: path.to_owned(), fault },
        None => error,
    }
}

fn connect(path: &Path) -> Result<Connection> {
    let database = |source| LibraryError::database(path, source);
    let is_new = !path.exists();
    let conn = Connection::open(path).map_err(database)?;
    conn.busy_timeout(LOCK_TIMEOUT).map_err(database)?;
    // Before any write: the database of a newer program stays as it is.
    let found = migrate::user_version(&conn).map_err(database)?;
    let known = migrate::known_version();
    if found > known {
        return Err(LibraryError::NewerDatabase { path: path.to_owned(), found, known });
    }
    // Reads the schema, so that damage there is reported now and not in the middle of work.
    conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
        .map_err(database)?;
    let mode: String = conn
        .pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))
        .map_err(database)?;
    if mode != "wal" {
        tracing::warn!(%mode, "{}: no write-ahead log on this file system", path.display());
    }
    // FULL: a confirmed registration survives a power cut, not only a crash.
    conn.pragma_update(None, "synchronous", "full").map_err(database)?;
    conn.pragma_update(None, "foreign_keys", true).map_err(database)?;
    if is_new {
        share_as_folder(path).map_err(|e| LibraryError::io(path, e))?;
    }
    Ok(conn)
}
