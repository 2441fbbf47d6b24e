//! Placing a file in the workspace together with its row: both or neither.
//!
//! 1. the bytes go to a temporary file in the target folder, and to the disk;
//! 2. a first transaction takes the next number of the name and notes the path in
//!    `placements`;
//! 3. a second one inserts the row and deletes the note; before it commits, the
//!    temporary file is renamed, never over another.
//!
//! A crash leaves a temporary file, a note, or a note and a renamed file without a row:
//! [`super::recover`] removes them. Only what a note names is removed, so a file that a
//! person dropped into the folder is safe.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use tempfile::NamedTempFile;

use super::recover::settle;
use super::{DATABASE_PATH, Library, LibraryError, PATIENCE, Registered, Result, lock, now};
use fettle_domain::ContentHash;

/// Temporary files are called `.fettle-<random>.part`.
pub(super) const TEMP_PREFIX: &str = ".fettle-";
pub(super) const TEMP_SUFFIX: &str = ".part";

/// Steps between which a crash is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    TempWritten,
    Reserved,
    RowInserted,
    Renamed,
    Committed,
    TidyNoted,
    TidyRemoved,
}

#[cfg(not(test))]
pub(super) fn reached(_step: Step) -> Result<()> {
    Ok(())
}
#[cfg(test)]
pub(super) use super::tests::fault::reached;

/// The name pattern of a file to place.
#[derive(Debug)]
pub(super) struct Destination {
    /// Folder, relative to the workspace, with `/`.
    pub(super) folder: String,
    /// What comes before the number, e.g. `prod1_hole`.
    pub(super) stem: String,
    /// Without the dot.
    pub(super) extension: &'static str,
    /// Other extensions under which the number counts as taken too.
    pub(super) siblings: &'static [&'static str],
    /// The first file has no number.
    pub(super) plain_first: bool,
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

    /// The highest number on the disk, for a catalogue that has not counted yet.
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
    /// Places `bytes` and inserts their row. `known` finds a row that makes this one
    /// needless; `insert` gets the path that the file will have.
    pub(super) fn place(
        &mut self,
        destination: &Destination,
        bytes: &[u8],
        hash: &ContentHash,
        known: impl Fn(&Connection) -> Result<Option<i64>>,
        insert: impl Fn(&Connection, &str) -> Result<i64>,
    ) -> Result<Registered<i64>> {
        if let Some(id) = known(&self.conn)? {
            return Ok(Registered::Already(id));
        }
        let _placing = lock::shared(&self.lock, &self.root.join(DATABASE_PATH), PATIENCE)?;
        let folder = ensure_folder(&self.root, &destination.folder)?;
        let mut temp = write_temp(&folder, bytes)?;
        reached(Step::TempWritten)?;
        loop {
            let path = reserve(&mut self.conn, &self.root, destination, hash)?;
            let attempt = reached(Step::Reserved).and_then(|()| {
                let absolute = self.root.join(&destination.folder).join(file_name(&path));
                row_and_file(&mut self.conn, temp, &path, &absolute, &known, &insert)
            });
            match attempt {
                Ok(Attempt::Done(id)) => return Ok(Registered::New(id)),
                Ok(Attempt::Known(id)) => {
                    settle_or_leave(&mut self.conn, &self.root, &path, hash, false);
                    return Ok(Registered::Already(id));
                }
                Ok(Attempt::NameTaken(back)) => {
                    // Somebody else's file: only our note goes.
                    settle_or_leave(&mut self.conn, &self.root, &path, hash, false);
                    temp = back;
                }
                Err(error) => {
                    settle_or_leave(&mut self.conn, &self.root, &path, hash, true);
                    return Err(error);
                }
            }
        }
    }
}

/// Undoes a placement that did not succeed. What cannot be undone now (the disk is
/// full, say) stays noted and is undone at the next start.
fn settle_or_leave(conn: &mut Connection, root: &Path, path: &str, hash: &ContentHash, ours: bool) {
    if let Err(error) = settle(conn, root, path, hash, ours) {
        tracing::warn!(%error, path, "an interrupted registration is cleared up later");
    }
}

enum Attempt {
    Done(i64),
    Known(i64),
    NameTaken(NamedTempFile),
}

fn row_and_file(
    conn: &mut Connection,
    temp: NamedTempFile,
    path: &str,
    absolute: &Path,
    known: &impl Fn(&Connection) -> Result<Option<i64>>,
    insert: &impl Fn(&Connection, &str) -> Result<i64>,
) -> Result<Attempt> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have registered the same bytes since we looked.
    if let Some(id) = known(&tx)? {
        return Ok(Attempt::Known(id));
    }
    let id = insert(&tx, path)?;
    tx.execute("DELETE FROM placements WHERE path = ?1", [path])?;
    reached(Step::RowInserted)?;
    if let Err(refused) = temp.persist_noclobber(absolute) {
        if refused.error.kind() == ErrorKind::AlreadyExists {
            return Ok(Attempt::NameTaken(refused.file));
        }
        return Err(LibraryError::io(absolute, refused.error));
    }
    if let Some(folder) = absolute.parent() {
        sync_folder(folder)?;
    }
    reached(Step::Renamed)?;
    tx.commit()?;
    reached(Step::Committed)?;
    Ok(Attempt::Done(id))
}

/// Takes the next free number and notes what is about to happen.
fn reserve(
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

/// The bytes in a new temporary file of `folder`, on the disk.
pub(super) fn write_temp(folder: &Path, bytes: &[u8]) -> Result<NamedTempFile> {
    let io = |e| LibraryError::io(folder, e);
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMP_PREFIX).suffix(TEMP_SUFFIX);
    #[cfg(unix)]
    {
        // Less the umask: other users of the workspace read these files too.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut temp = builder.tempfile_in(folder).map_err(io)?;
    temp.write_all(bytes).map_err(io)?;
    temp.as_file().sync_all().map_err(io)?;
    Ok(temp)
}

/// Makes `folder` (relative, with `/`) below `root`, durably.
pub(super) fn ensure_folder(root: &Path, folder: &str) -> Result<PathBuf> {
    let mut whole = root.to_owned();
    for part in folder.split('/') {
        let parent = whole.clone();
        whole.push(part);
        match fs::create_dir(&whole) {
            Ok(()) => sync_folder(&parent)?,
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
            Err(e) => return Err(LibraryError::io(&whole, e)),
        }
    }
    Ok(whole)
}

/// Makes renames in `folder` survive a power cut.
pub(super) fn sync_folder(folder: &Path) -> Result<()> {
    // Only Unix opens folders; elsewhere the file system's journal has to do.
    if cfg!(unix) {
        let sync = File::open(folder).and_then(|folder| folder.sync_all());
        sync.map_err(|e| LibraryError::io(folder, e))?;
    }
    Ok(())
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
