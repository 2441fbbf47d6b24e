//! Undoing what a crash, a power cut or a full disk interrupted.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};
use walkdir::WalkDir;

use super::source_file::{content_hash, read_source};
use super::store_file::{TEMP_PREFIX, TEMP_SUFFIX};
use super::tidy::remove_tidied;
use super::{LibraryError, Result, rows};
use fettle_domain::ContentHash;

/// Folders in which files are placed.
const PLACES: &[&str] =
    &["data/def_split", "data/patchCore", "data/uploads", "data/areas", "manual_store"];

/// What was found interrupted at the start, and undone. Nothing in it had been
/// confirmed to anybody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovery {
    /// Temporary files removed, relative to the workspace.
    pub temp_files: Vec<String>,
    /// Registrations undone: the paths their files were to have.
    pub placements: Vec<String>,
}

/// Clears up. The caller holds the workspace alone.
pub(super) fn recover(conn: &mut Connection, root: &Path) -> Result<Recovery> {
    let mut recovery = Recovery::default();
    let noted = rows(conn, "SELECT path, content_hash FROM placements", [], |row| {
        Ok((row.get::<_, String>(0)?, ContentHash(row.get(1)?)))
    })?;
    for (path, hash) in noted {
        settle(conn, root, &path, &hash, true)?;
        recovery.placements.push(path);
    }
    for place in PLACES {
        for entry in WalkDir::new(root.join(place)).max_depth(3).into_iter().flatten() {
            let name = entry.file_name().to_string_lossy();
            let is_temp = name.starts_with(TEMP_PREFIX) && name.ends_with(TEMP_SUFFIX);
            if is_temp && entry.file_type().is_file() {
                let path = entry.path();
                fs::remove_file(path).map_err(|e| LibraryError::io(path, e))?;
                let relative = path.strip_prefix(root).unwrap_or(path);
                recovery.temp_files.push(relative.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    // What cannot be removed costs nobody the library: it is tried again at the next start.
    if let Err(error) = remove_tidied(conn, root) {
        tracing::warn!(%error, "a picture that was let go is still there");
    }
    if recovery != Recovery::default() {
        tracing::info!(?recovery, "undid what was interrupted");
    }
    Ok(recovery)
}

/// Ends one noted placement: a file without a row goes, if it is `ours` and still has
/// the bytes we put there; then the note goes.
pub(super) fn settle(
    conn: &mut Connection,
    root: &Path,
    path: &str,
    hash: &ContentHash,
    ours: bool,
) -> Result<()> {
    let has_row: bool = conn.query_row(
        "SELECT EXISTS (SELECT 1 FROM images WHERE path = ?1)
             OR EXISTS (SELECT 1 FROM manuals WHERE path = ?1)
             OR EXISTS (SELECT 1 FROM inspection_areas WHERE path = ?1)",
        [path],
        |row| row.get(0),
    )?;
    let absolute = root.join(path);
    if ours && !has_row && absolute.is_file() {
        let same = read_source(&absolute).is_ok_and(|bytes| content_hash(&bytes) == *hash);
        if same {
            match fs::remove_file(&absolute) {
                Err(e) if e.kind() != ErrorKind::NotFound => {
                    return Err(LibraryError::io(&absolute, e));
                }
                _ => {}
            }
        }
    }
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute("DELETE FROM placements WHERE path = ?1", [path])?;
    tx.commit()?;
    Ok(())
}
