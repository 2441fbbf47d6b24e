//! Retention of inspected images: deleting copies that are old and not needed any more.
//!
//! 1. A transaction notes the deleted copies in the table `tidied`: from now on lists and records
//!    show the inspections without them.
//! 2. The files are removed.
//! 3. A second transaction marks the notes as done.
//!
//! A crash leaves notes of step 1 whose files may still exist; [`super::recover`] runs steps 2 and
//! 3 for them. The exclusive lock is held meanwhile, so that no process inspects the same bytes
//! again between the steps.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use super::durable_file::sync_folder;
use super::failpoint::{Failpoint, reached};
use super::layout::{DATABASE_PATH, UPLOAD_FOLDER};
use super::lock::{self, LOCK_TIMEOUT};
use super::rows::{now, rows};
use super::{Library, LibraryError, Result};

/// Copies that may be deleted: all their inspections are older than `?1`, none was judged NG by a
/// person or has an open action, and none shows an image that is or was registered.
const EXPIRED: &str = "SELECT image_path, many FROM (
        SELECT image_path, count(*) AS many, max(inspection) AS newest FROM history
        WHERE image_path IS NOT NULL AND (?2 IS NULL OR image_path = ?2)
        GROUP BY image_path
        HAVING max(created_at_ms) < ?1
           AND sum(ifnull(judged = 'ng', 0)
                   OR (action = 'open' AND ifnull(judged, verdict) <> 'ok')) = 0
    )
    WHERE image_path NOT IN (SELECT image_path FROM tidied)
      AND (SELECT image_hash FROM inspections WHERE id = newest)
          NOT IN (SELECT content_hash FROM images)
    ORDER BY image_path";

/// A copy of an inspected image that may be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiredUpload {
    /// The file, relative to the workspace, with `/`.
    pub path: String,
    /// Number of inspections that show the image.
    pub inspections: usize,
    /// Size of the file in bytes; 0 where it is missing already.
    pub bytes: u64,
}

/// The note of a deleted copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedUpload {
    /// The retention time in days at the deletion.
    pub days: u32,
    /// Time of the deletion, RFC 3339 in UTC.
    pub at: String,
}

impl Library {
    /// The copies that may be deleted because their last inspection was before `before`.
    ///
    /// # Errors
    /// A database error.
    pub fn expired_uploads(&self, before: Timestamp) -> Result<Vec<ExpiredUpload>> {
        expired(&self.conn, &self.root, before, None)
    }

    /// Deletes those of `paths` that may still be deleted, and returns them; the inspections stay
    /// without their images. `days`, the retention time, is noted as the reason.
    ///
    /// # Errors
    /// A database error; [`LibraryError::Busy`] while other processes store files for 15 seconds;
    /// [`LibraryError::Io`] for a file that cannot be removed, which is tried again when the
    /// library is opened next.
    pub fn delete_uploads(
        &mut self,
        paths: &[String],
        before: Timestamp,
        days: u32,
    ) -> Result<Vec<ExpiredUpload>> {
        let _guard = lock::exclusive(&self.lock, &self.root.join(DATABASE_PATH), LOCK_TIMEOUT)?;
        let root = &self.root;
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut deleted = Vec::new();
        for path in paths {
            // A person may have judged an inspection of it meanwhile.
            let Some(copy) = expired(&tx, root, before, Some(path))?.pop() else { continue };
            tx.execute(
                "INSERT INTO tidied (image_path, days, tidied_at) VALUES (?1, ?2, ?3)",
                params![copy.path, days, now()],
            )?;
            deleted.push(copy);
        }
        tx.commit()?;
        reached(Failpoint::DeletionNoted)?;
        remove_deleted_files(&mut self.conn, &self.root)?;
        Ok(deleted)
    }

    /// The note of the copy at `path` where it was deleted.
    ///
    /// # Errors
    /// A database error.
    pub fn deleted_upload(&self, path: &str) -> Result<Option<DeletedUpload>> {
        let sql = "SELECT days, tidied_at FROM tidied WHERE image_path = ?1";
        let read = |row: &Row<'_>| Ok(DeletedUpload { days: row.get(0)?, at: row.get(1)? });
        Ok(self.conn.query_row(sql, [path], read).optional()?)
    }
}

fn expired(
    conn: &Connection,
    root: &Path,
    before: Timestamp,
    only: Option<&str>,
) -> Result<Vec<ExpiredUpload>> {
    let found = rows(conn, EXPIRED, params![before.as_millisecond(), only], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
    })?;
    let uploads = found.into_iter().filter(|(path, _)| is_upload(path));
    Ok(uploads
        .map(|(path, inspections)| ExpiredUpload {
            bytes: fs::metadata(root.join(&path)).map_or(0, |found| found.len()),
            inspections: usize::try_from(inspections).unwrap_or(0),
            path,
        })
        .collect())
}

/// Whether a path from the database names a file directly in the folder of uploads: no other file
/// is ever deleted.
fn is_upload(path: &str) -> bool {
    let name = path.strip_prefix(UPLOAD_FOLDER).and_then(|rest| rest.strip_prefix('/'));
    name.is_some_and(|name| {
        !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\'])
    })
}

/// Removes the files of noted deletions and marks the notes as done. The caller holds the exclusive
/// lock.
pub(crate) fn remove_deleted_files(conn: &mut Connection, root: &Path) -> Result<()> {
    let noted = rows(conn, "SELECT image_path FROM tidied WHERE is_gone = 0", [], |row| {
        row.get::<_, String>(0)
    })?;
    if noted.is_empty() {
        return Ok(());
    }
    for path in noted.iter().filter(|path| is_upload(path)) {
        let file = root.join(path);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(LibraryError::io(&file, error));
            }
            _ => {}
        }
    }
    let folder = root.join(UPLOAD_FOLDER);
    if folder.is_dir() {
        sync_folder(&folder)?;
    }
    reached(Failpoint::FilesDeleted)?;
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for path in noted {
        tx.execute("UPDATE tidied SET is_gone = 1 WHERE image_path = ?1", [path])?;
    }
    tx.commit()?;
    Ok(())
}
