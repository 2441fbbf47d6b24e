//! Letting copies of inspected images go that nobody needs any more.
//!
//! 1. a transaction writes down which go (`tidied`): from now on lists and records do without;
//! 2. the files are removed;
//! 3. a second transaction writes down that they are gone.
//!
//! A crash leaves rows of step 1 whose files may still be there: [`super::recover`] does steps 2
//! and 3. All of it happens while nobody places files, so that the bytes are not inspected again
//! in between.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::store_file::{Step, reached, sync_folder};
use super::uploads::FOLDER;
use super::{DATABASE_PATH, Library, LibraryError, PATIENCE, Result, lock, now, rows};

/// Copies that may go: all inspections of them are older than `?1`, none was called NG by a person
/// or asks for an action that is not done, and none of them shows an image that is or was
/// registered.
const MAY_GO: &str = "SELECT image_path, many FROM (
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

/// A copy of an inspected image that may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TidyCopy {
    /// Relative to the workspace, with `/`.
    pub path: String,
    /// How many inspections show it.
    pub inspections: usize,
    /// Its size; 0 where the file is gone already.
    pub bytes: u64,
}

/// That a copy was let go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TidiedCopy {
    /// After how many days.
    pub days: u32,
    /// When, RFC 3339 in UTC.
    pub at: String,
}

impl Library {
    /// The copies that may go because they were last inspected before `before`.
    ///
    /// # Errors
    /// A database error.
    pub fn copies_to_tidy(&self, before: Timestamp) -> Result<Vec<TidyCopy>> {
        may_go(&self.conn, &self.root, before, None)
    }

    /// Lets those of `paths` go that still may, and answers which; inspections stay without their
    /// pictures. `days` is remembered as the reason.
    ///
    /// # Errors
    /// A database error; [`LibraryError::Busy`] while others place files for 15 seconds;
    /// [`LibraryError::Io`] for a file that cannot be removed: it is tried again when the library
    /// is opened next.
    pub fn tidy(
        &mut self,
        paths: &[String],
        before: Timestamp,
        days: u32,
    ) -> Result<Vec<TidyCopy>> {
        let _alone = lock::exclusive(&self.lock, &self.root.join(DATABASE_PATH), PATIENCE)?;
        let root = &self.root;
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut going = Vec::new();
        for path in paths {
            // A person may have said something of it meanwhile.
            let Some(copy) = may_go(&tx, root, before, Some(path))?.pop() else { continue };
            tx.execute(
                "INSERT INTO tidied (image_path, days, tidied_at) VALUES (?1, ?2, ?3)",
                params![copy.path, days, now()],
            )?;
            going.push(copy);
        }
        tx.commit()?;
        reached(Step::TidyNoted)?;
        remove_tidied(&mut self.conn, &self.root)?;
        Ok(going)
    }

    /// Whether the copy at `path` was let go.
    ///
    /// # Errors
    /// A database error.
    pub fn tidied(&self, path: &str) -> Result<Option<TidiedCopy>> {
        let sql = "SELECT days, tidied_at FROM tidied WHERE image_path = ?1";
        let read = |row: &rusqlite::Row<'_>| Ok(TidiedCopy { days: row.get(0)?, at: row.get(1)? });
        Ok(self.conn.query_row(sql, [path], read).optional()?)
    }
}

fn may_go(
    conn: &Connection,
    root: &Path,
    before: Timestamp,
    only: Option<&str>,
) -> Result<Vec<TidyCopy>> {
    let found = rows(conn, MAY_GO, params![before.as_millisecond(), only], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
    })?;
    let of_uploads = found.into_iter().filter(|(path, _)| is_upload(path));
    Ok(of_uploads
        .map(|(path, inspections)| TidyCopy {
            bytes: fs::metadata(root.join(&path)).map_or(0, |found| found.len()),
            inspections: usize::try_from(inspections).unwrap_or(0),
            path,
        })
        .collect())
}

/// Whether a path of the database names a file directly among the uploads: only such go.
fn is_upload(path: &str) -> bool {
    let name = path.strip_prefix(FOLDER).and_then(|rest| rest.strip_prefix('/'));
    name.is_some_and(|name| {
        !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\'])
    })
}

/// Removes the files whose rows say that they go. The caller holds the workspace alone.
pub(super) fn remove_tidied(conn: &mut Connection, root: &Path) -> Result<()> {
    let going = rows(conn, "SELECT image_path FROM tidied WHERE is_gone = 0", [], |row| {
        row.get::<_, String>(0)
    })?;
    if going.is_empty() {
        return Ok(());
    }
    for path in going.iter().filter(|path| is_upload(path)) {
        let file = root.join(path);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(LibraryError::io(&file, error));
            }
            _ => {}
        }
    }
    let folder = root.join(FOLDER);
    if folder.is_dir() {
        sync_folder(&folder)?;
    }
    reached(Step::TidyRemoved)?;
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for path in going {
        tx.execute("UPDATE tidied SET is_gone = 1 WHERE image_path = ?1", [path])?;
    }
    tx.commit()?;
    Ok(())
}
