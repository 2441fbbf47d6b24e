//! Copies of the database from before its schema is changed.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::database_copy::{copy_database, make_parent};
use crate::layout::BACKUP_FOLDER;
use crate::{LibraryError, Result};
use fettle_system::AtomicFile;

/// How many copies from before migrations are kept.
const KEPT: usize = 3;

/// Copies the database of schema `found` to `data/backups/` before it is migrated, and lets the
/// oldest such copies go.
pub(crate) fn back_up_database(conn: &Connection, root: &Path, found: u32) -> Result<()> {
    let time = jiff::Zoned::now().strftime("%Y-%m-%dT%H%M%S%.3f");
    let folder = root.join(BACKUP_FOLDER);
    let path = folder.join(format!("{time}-schema-{found}.db"));
    make_parent(&path)?;
    let io = |e| LibraryError::io(&path, e);
    let copy = AtomicFile::create(&path).map_err(io)?;
    copy_database(conn, copy.unfinished_path())?;
    copy.commit().map_err(io)?;
    let listed = fs::read_dir(&folder).map_err(|e| LibraryError::io(&folder, e))?;
    let mut copies: Vec<_> =
        listed.flatten().map(|entry| entry.path()).filter(|path| is_copy(path)).collect();
    copies.sort();
    let too_many = copies.len().saturating_sub(KEPT);
    for old in copies.iter().take(too_many) {
        fs::remove_file(old).map_err(|e| LibraryError::io(old, e))?;
    }
    Ok(())
}

/// Removes what a kill left of a copy; returns its path. The caller holds the exclusive lock, under
/// which alone copies are made.
pub(crate) fn sweep_copies(root: &Path) -> std::io::Result<Vec<PathBuf>> {
    let folder = root.join(BACKUP_FOLDER);
    let mut removed = AtomicFile::sweep(&folder)?;
    // Of earlier versions: `<time>-schema-<version>.part`.
    for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_of_ours = entry.file_name().to_string_lossy().contains("-schema-");
        if is_of_ours && path.extension().is_some_and(|ending| ending == "part") {
            fs::remove_file(&path)?;
            removed.push(path);
        }
    }
    Ok(removed)
}

fn is_copy(path: &Path) -> bool {
    path.to_string_lossy().contains("-schema-") && path.extension().is_some_and(|ext| ext == "db")
}
