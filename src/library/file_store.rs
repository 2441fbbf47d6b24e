//! Storing a file in the workspace together with its row: both or neither.
//!
//! 1. The bytes are written to a temporary file in the target folder and flushed to the disk.
//! 2. A first transaction takes the next number of the file name and notes the path in the table
//!    `placements`.
//! 3. A second transaction inserts the row and deletes the note; before the commit, the temporary
//!    file is renamed to the path, never over another file.
//!
//! A crash leaves a temporary file, a note, or a note and a renamed file without a row;
//! [`super::recover`] removes all three. It removes only files that a note names, so that files
//! which a person put into the folder are safe.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use tempfile::NamedTempFile;

use super::durable_file::{ensure_folder, sync_folder, write_temp};
use super::failpoint::{Failpoint, reached};
use super::layout::DATABASE_PATH;
use super::lock::{self, LOCK_TIMEOUT};
use super::rows::now;
use super::source_file::{content_hash, read_source};
use super::{Library, LibraryError, Registered, Result};
use fettle_domain::{ContentHash, path_below};

/// Folder and name pattern of a file to store.
#[derive(Debug)]
pub(crate) struct Destination {
    /// Folder, relative to the workspace, with `/`.
    pub(crate) folder: String,
    /// The name before the number, e.g. `prod1_hole`.
    pub(crate) stem: String,
    /// Extension, without the dot.
    pub(crate) extension: &'static str,
    /// Other extensions whose files make a number taken too.
    pub(crate) siblings: &'static [&'static str],
    /// Whether the first file's name has no number.
    pub(crate) plain_first: bool,
}

impl Destination {
    fn name(&self, number: i64, extension: &str) -> String {
        let Self { stem, .. } = self;
        if self.plain_first && number == 1 {
            format!("{stem}.{extension}")
        } else {
            format!("{stem}_{number}.{extension}")
        }
    }

    fn is_taken(&self, folder: &Path, number: i64) -> bool {
        std::iter::once(&self.extension)
            .chain(self.siblings)
            .any(|extension| folder.join(self.name(number, extension)).symlink_metadata().is_ok())
    }

    /// The highest number among the files of the folder, for a database without a count.
    fn highest_on_disk(&self, folder: &Path) -> Result<i64> {
        let io = |e| LibraryError::io(folder, e);
        let mut highest = 0;
        for entry in fs::read_dir(folder).map_err(io)? {
            let name = entry.map_err(io)?.file_name();
            let number = Path::new(&name)
                .file_stem()
                .and_then(|stem| stem.to_str())
                .and_then(|stem| stem.strip_prefix(&self.stem)?.strip_prefix('_'))
                .and_then(|number| number.parse::<u32>().ok());
            highest = highest.max(number.map_or(0, i64::from));
        }
        Ok(highest)
    }
}

impl Library {
    /// Stores `bytes` as a file and inserts their row with `insert`, which gets the path of the
    /// file. Where `find` finds a row of the same content, nothing is stored.
    pub(crate) fn store_file(
        &mut self,
        destination: &Destination,
        bytes: &[u8],
        hash: &ContentHash,
        find: impl Fn(&Connection) -> Result<Option<i64>>,
        insert: impl Fn(&Connection, &str) -> Result<i64>,
    ) -> Result<Registered<i64>> {
        if let Some(id) = find(&self.conn)? {
            return Ok(Registered::Already(id));
        }
        let _guard = lock::shared(&self.lock, &self.root.join(DATABASE_PATH), LOCK_TIMEOUT)?;
        let folder = ensure_folder(&self.root, &destination.folder)?;
        let mut temp = write_temp(&folder, bytes)?;
        reached(Failpoint::TempWritten)?;
        loop {
            let path = reserve_path(&mut self.conn, &self.root, destination, hash)?;
            let attempt = reached(Failpoint::Reserved).and_then(|()| {
                let absolute = self.root.join(&destination.folder).join(file_name(&path));
                insert_and_rename(&mut self.conn, temp, &path, &absolute, &find, &insert)
            });
            match attempt {
                Ok(Attempt::Stored(id)) => return Ok(Registered::New(id)),
                Ok(Attempt::Found(id)) => {
                    settle_or_warn(&mut self.conn, &self.root, &path, hash, false);
                    return Ok(Registered::Already(id));
                }
                Ok(Attempt::NameTaken(returned)) => {
                    // The file is somebody else's: only the note is deleted.
                    settle_or_warn(&mut self.conn, &self.root, &path, hash, false);
                    temp = returned;
                }
                Err(error) => {
                    settle_or_warn(&mut self.conn, &self.root, &path, hash, true);
                    return Err(error);
                }
            }
        }
    }
}

enum Attempt {
    /// File and row are stored.
    Stored(i64),
    /// Another process inserted a row of the same content.
    Found(i64),
    /// A file with this name exists; the temporary file is returned.
    NameTaken(NamedTempFile),
}

fn insert_and_rename(
    conn: &mut Connection,
    temp: NamedTempFile,
    path: &str,
    absolute: &Path,
    find: &impl Fn(&Connection) -> Result<Option<i64>>,
    insert: &impl Fn(&Connection, &str) -> Result<i64>,
) -> Result<Attempt> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have registered the same bytes since the first search.
    if let Some(id) = find(&tx)? {
        return Ok(Attempt::Found(id));
    }
    let id = insert(&tx, path)?;
    tx.execute("DELETE FROM placements WHERE path = ?1", [path])?;
    reached(Failpoint::RowInserted)?;
    if let Err(refused) = temp.persist_noclobber(absolute) {
        if refused.error.kind() == ErrorKind::AlreadyExists {
            return Ok(Attempt::NameTaken(refused.file));
        }
        return Err(LibraryError::io(absolute, refused.error));
    }
    if let Some(folder) = absolute.parent() {
        sync_folder(folder)?;
    }
    reached(Failpoint::Renamed)?;
    tx.commit()?;
    reached(Failpoint::Committed)?;
    Ok(Attempt::Stored(id))
}

/// Takes the next free number of the name pattern and notes the path in `placements`.
fn reserve_path(
    conn: &mut Connection,
    root: &Path,
    destination: &Destination,
    hash: &ContentHash,
) -> Result<String> {
    let folder = root.join(&destination.folder);
    let stem = format!("{}/{}", destination.folder, destination.stem);
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let counted: Option<i64> = tx
        .query_row("SELECT last FROM file_numbers WHERE stem = ?1", [&stem], |row| row.get(0))
        .optional()?;
    let mut number = match counted {
        Some(last) => last,
        None => destination.highest_on_disk(&folder)?,
    } + 1;
    while destination.is_taken(&folder, number) {
        number += 1;
    }
    let path =
        format!("{}/{}", destination.folder, destination.name(number, destination.extension));
    tx.execute(
        "INSERT INTO file_numbers (stem, last) VALUES (?1, ?2)
         ON CONFLICT (stem) DO UPDATE SET last = excluded.last",
        params![stem, number],
    )?;
    tx.execute(
        "INSERT INTO placements (path, content_hash, begun_at) VALUES (?1, ?2, ?3)",
        params![path, hash.0, now()],
    )?;
    tx.commit()?;
    Ok(path)
}

/// Settles a placement that did not succeed. One that cannot be settled now (on a full disk, say)
/// stays noted and is settled when the library is opened next.
fn settle_or_warn(conn: &mut Connection, root: &Path, path: &str, hash: &ContentHash, ours: bool) {
    if let Err(error) = settle(conn, root, path, hash, ours) {
        tracing::warn!(%error, path, "an interrupted registration is cleared up later");
    }
}

/// Settles an unfinished placement: deletes the file where it is `ours`, has no row and still has
/// the noted content; then deletes the note.
pub(crate) fn settle(
    conn: &mut Connection,
    root: &Path,
    path: &str,
    hash: &ContentHash,
    ours: bool,
) -> Result<()> {
    let has_row: bool = conn.query_row(
        "SELECT EXISTS (SELECT 1 FROM images WHERE path = ?1)
             OR EXISTS (SELECT 1 FROM manuals WHERE path = ?1)
             OR EXISTS (SELECT 1 FROM inspection_areas WHERE path = ?1)
             OR EXISTS (SELECT 1 FROM history WHERE image_path = ?1)",
        [path],
        |row| row.get(0),
    )?;
    let absolute = path_below(root, path);
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

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
