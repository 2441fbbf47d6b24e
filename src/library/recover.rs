//! Recovery: undoing what a crash, a power cut or a full disk interrupted.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use walkdir::WalkDir;

use super::backup::sweep_staging;
use super::durable_file::{TEMP_PREFIX, TEMP_SUFFIX};
use super::file_store::settle;
use super::layout::STORED_FOLDERS;
use super::retention::remove_deleted_files;
use super::rows::rows;
use super::{LibraryError, Recovery, Result};
use fettle_domain::ContentHash;

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
            let is_temp = name.starts_with(TEMP_PREFIX) && name.ends_with(TEMP_SUFFIX);
            if is_temp && entry.file_type().is_file() {
                let path = entry.path();
                fs::remove_file(path).map_err(|e| LibraryError::io(path, e))?;
                let relative = path.strip_prefix(root).unwrap_or(path);
                recovery.temp_files.push(relative.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    recovery.temp_files.append(&mut sweep_staging(root)?);
    // A file that cannot be removed must not keep the library closed: the next start tries again.
    if let Err(error) = remove_deleted_files(conn, root) {
        tracing::warn!(%error, "a picture that was let go is still there");
    }
    if recovery != Recovery::default() {
        tracing::info!(?recovery, "undid what was interrupted");
    }
    Ok(recovery)
}
