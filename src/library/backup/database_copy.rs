//! A copy of the database as it is at one instant.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use crate::{LibraryError, Result};
use fettle_system::create_folders;

/// Copies the database to a new file through SQLite's backup API, as it is at one instant, and
/// flushes the copy to the disk.
///
/// # Errors
/// [`LibraryError::Busy`], [`LibraryError::DiskFull`], [`LibraryError::Database`].
pub(super) fn copy_database(conn: &Connection, to: &Path) -> Result<()> {
    let failed = |source| LibraryError::database(to, source);
    let mut copy = Connection::open(to).map_err(failed)?;
    // A copy that is not finished is thrown away: it needs no journal beside it.
    copy.pragma_update(None, "journal_mode", "memory").map_err(failed)?;
    // All pages in one step: between steps a writer would make it begin anew.
    let step = Backup::new(conn, &mut copy).and_then(|backup| backup.step(-1)).map_err(failed)?;
    if step != StepResult::Done {
        return Err(LibraryError::Busy { path: to.to_owned() });
    }
    copy.close().map_err(|(_conn, source)| failed(source))?;
    let synced = fs::File::open(to).and_then(|file| file.sync_all());
    synced.map_err(|e| LibraryError::io(to, e))
}

/// Creates the folder of a file where it is missing.
pub(super) fn make_parent(path: &Path) -> Result<()> {
    let Some(parent) = path.parent() else { return Ok(()) };
    create_folders(parent).map_err(|e| LibraryError::io(parent, e))
}
