//! Recovery: undoing what a crash, a power cut or a full disk interrupted.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use walkdir::WalkDir;

use super::backup::sweep_copies;
use super::bank_sweep::sweep_banks;
use super::file_store::settle;
use super::layout::{BANK_FOLDER, OTHER_FOLDERS, SCRATCH_FOLDER, STORED_FOLDERS};
use super::retention::remove_deleted_files;
use super::rows::rows;
use super::{LibraryError, Recovery, Result};
use fettle_domain::ContentHash;
use fettle_system::{AtomicFile, sweep_scratch};

/// Settles noted placements and removes temporary files and deleted uploads. The caller holds the
/// exclusive lock.
pub(crate) fn recover(conn: &mut Connection, root: &Path) -> Result<Recovery> {
    let mut recovery = Recovery::default();
    let noted = rows(conn, "SELECT path, content_hash FROM placements", [], |row| {
        Ok((row.get::<_, String>(0)?, ContentHash(row.get(1)?)))
    })?;
    for (path, hash) in noted {
        settle(conn, root, &path, &hash, true)?;
        recovery.placements.push(path);
    }
    for folder in STORED_FOLDERS {
        for entry in WalkDir::new(root.join(folder)).max_depth(3).into_iter().flatten() {
            let name = entry.file_name().to_string_lossy();
            if AtomicFile::is_unfinished(&name) && entry.file_type().is_file() {
                let path = entry.path();
                fs::remove_file(path).map_err(|e| LibraryError::io(path, e))?;
                recovery.temp_files.push(relative(root, path));
            }
        }
    }
    // Who writes a bank, an index or the journal does not hold the lock of the library: each unfinished
    // file has a lock of its own.
    match sweep_others(root) {
        Ok(left) => recovery.temp_files.extend(left.iter().map(|path| relative(root, path))),
        Err(error) => tracing::warn!(%error, "an unfinished file is still there"),
    }
    let banks = sweep_banks(conn, root)?;
    recovery.temp_files.extend(banks.iter().map(|path| relative(root, path)));
    // A file that cannot be removed must not keep the library closed: the next start tries again.
    if let Err(error) = remove_deleted_files(conn, root) {
        tracing::warn!(%error, "a picture that was let go is still there");
    }
    if recovery != Recovery::default() {
        tracing::info!(?recovery, "undid what was interrupted");
    }
    Ok(recovery)
}

/// Removes what dead processes left unfinished beside the library's own folders.
fn sweep_others(root: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut left = sweep_scratch(&root.join(SCRATCH_FOLDER))?;
    left.extend(sweep_copies(root)?);
    let products = fs::read_dir(root.join(BANK_FOLDER)).into_iter().flatten().flatten();
    let banks = products.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let folders = banks.map(|entry| entry.path());
    for folder in folders.chain(OTHER_FOLDERS.iter().map(|folder| root.join(folder))) {
        left.extend(AtomicFile::sweep(&folder)?);
    }
    Ok(left)
}

/// `path` relative to the workspace, with `/`.
fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}
