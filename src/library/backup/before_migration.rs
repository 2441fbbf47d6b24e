//! Copies of the database from before its schema is changed.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::database_copy::{copy_database, make_parent};
use crate::layout::BACKUP_FOLDER;
use crate::{LibraryError, Result};
use fettle_system::share_as_folder;

/// How many copies from before migrations are kept.
const KEPT: usize = 3;

/// Copies the database of schema `found` to `data/backups/` before it is migrated, and lets the
/// oldest such copies go.
pub(crate) fn back_up_database(conn: &Connection, root: &Path, found: u32) -> Result<()> {
    let time = jiff::Zoned::now().strftime("%Y-%m-%dT%H%M%S%.3f");
    let folder = root.join(BACKUP_FOLDER);
    let path = folder.join(format!("{time}-schema-{found}.db"));
    make_parent(&path)?;
    let unfinished = path.with_extension("part");
    copy_database(conn, &unfinished)?;
    let placed = fs::rename(&unfinished, &path).and_then(|()| share_as_folder(&path));
    placed.map_err(|e| LibraryError::io(&path, e))?;
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

fn is_copy(path: &Path) -> bool {
    path.to_string_lossy().contains("-schema-") && path.extension().is_some_and(|ext| ext == "db")
}
