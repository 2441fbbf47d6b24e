//! The first step of a backup: a copy of the database, and links to all other files.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use rusqlite::Connection;
use walkdir::{DirEntry, WalkDir};

use super::database_copy::{copy_database, make_parent};
use super::manifest::{DATA_FOLDER, SETTINGS_NAME};
use crate::layout::{
    BACKUP_FOLDER, DATABASE_PATH, LOCK_PATH, MANUAL_FOLDER, RESTORE_MARK_PATH, SCRATCH_FOLDER,
};
use crate::lock::{self, LOCK_TIMEOUT};
use crate::rows::{now, rows};
use crate::{Library, LibraryError, Result, migrate};
use fettle_system::ScratchFolder;

/// What begins the names of temporary files and folders.
const TEMP_PREFIX: &str = ".fettle-";
/// Folder of the notes on jobs under way, which the engine writes.
const JOURNAL_FOLDER: &str = "data/unfinished";
/// Folder of the logs of the window and the server, which those write.
const LOG_FOLDER: &str = "data/logs";

/// Files of a workspace at one instant, kept by links until dropped.
#[derive(Debug)]
pub struct StagedBackup {
    pub(super) folder: ScratchFolder,
    /// The files, relative to the workspace, with `/`; in `folder` under the same paths.
    pub(super) files: Vec<String>,
    pub(super) missing: Vec<String>,
    pub(super) schema: u32,
    pub(super) created_at: String,
}

impl Library {
    /// Copies the database and links all files of the workspace, as they are now.
    ///
    /// # Errors
    /// [`LibraryError::Busy`] while another process deletes files for 15 seconds;
    /// [`LibraryError::DiskFull`], [`LibraryError::Io`].
    pub fn stage_backup(&self) -> Result<StagedBackup> {
        let scratch = self.root.join(SCRATCH_FOLDER);
        let folder = ScratchFolder::new(&scratch).map_err(|e| LibraryError::io(&scratch, e))?;
        let _guard = lock::shared(&self.lock, &self.root.join(DATABASE_PATH), LOCK_TIMEOUT)?;
        let created_at = now();
        let copy = folder.path().join(DATABASE_PATH);
        make_parent(&copy)?;
        copy_database(&self.conn, &copy)?;
        let mut files = BTreeSet::from([DATABASE_PATH.to_owned()]);
        for top in [DATA_FOLDER, MANUAL_FOLDER, SETTINGS_NAME] {
            for entry in WalkDir::new(self.root.join(top))
                .follow_links(true)
                .into_iter()
                .filter_entry(is_kept)
            {
                let Some(path) = workspace_path(&self.root, entry)? else { continue };
                if !is_left_out(&path) && link(&self.root, folder.path(), &path)? {
                    files.insert(path);
                }
            }
        }
        // By the copy: rows may have come since.
        let copied = Connection::open(&copy).map_err(|e| LibraryError::database(&copy, e))?;
        let named = named_files(&copied)?;
        // Registered while the files were linked: their rows are not in the copy.
        let came_since: BTreeSet<String> = named_files(&self.conn)?
            .into_iter()
            .chain(rows(&self.conn, "SELECT path FROM placements", [], |row| row.get(0))?)
            .filter(|path| !named.contains(path))
            .collect();
        files.retain(|path| !came_since.contains(path));
        Ok(StagedBackup {
            missing: named.into_iter().filter(|path| !files.contains(path)).collect(),
            files: files.into_iter().collect(),
            schema: migrate::user_version(&copied)?,
            created_at,
            folder,
        })
    }
}

/// Whether a walk goes into an entry or takes it: no temporary files and folders.
fn is_kept(entry: &DirEntry) -> bool {
    !entry.file_name().to_string_lossy().starts_with(TEMP_PREFIX)
}

/// What is no part of a backup: the database itself, of which a copy is, SQLite's files beside it,
/// the lock, copies from before a migration, notes on jobs under way, logs, and files of the moment.
fn is_left_out(path: &str) -> bool {
    let of_database = path.strip_prefix(DATABASE_PATH);
    path == LOCK_PATH
        || path == RESTORE_MARK_PATH
        || of_database.is_some_and(|rest| matches!(rest, "" | "-wal" | "-shm" | "-journal"))
        || [BACKUP_FOLDER, JOURNAL_FOLDER, LOG_FOLDER, SCRATCH_FOLDER]
            .into_iter()
            .any(|folder| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
}

/// The workspace path of a regular file; `None` for a folder or anything else, and for a name that
/// is not Unicode.
fn workspace_path(root: &Path, entry: walkdir::Result<DirEntry>) -> Result<Option<String>> {
    let entry = match entry {
        Ok(entry) => entry,
        // A folder that does not exist yet, a file that went meanwhile.
        Err(error) if error.io_error().is_some_and(|e| e.kind() == ErrorKind::NotFound) => {
            return Ok(None);
        }
        // A folder that leads back to one above it, whose files are there already.
        Err(error) if error.loop_ancestor().is_some() => return Ok(None),
        Err(error) => {
            let path = error.path().unwrap_or(root).to_owned();
            return Err(LibraryError::io(&path, error.into()));
        }
    };
    if !entry.file_type().is_file() {
        return Ok(None);
    }
    let path = entry.path().strip_prefix(root).unwrap_or(entry.path());
    let Some(path) = path.to_str() else {
        tracing::warn!("{}: not backed up, its name is not Unicode", path.display());
        return Ok(None);
    };
    Ok(Some(path.replace('\\', "/")))
}

/// Links a file into the folder of the backup, or copies it where the file system has no links.
/// `false` where the file went meanwhile.
fn link(root: &Path, folder: &Path, path: &str) -> Result<bool> {
    let (from, to) = (root.join(path), folder.join(path));
    make_parent(&to)?;
    // A link to a symbolic link would be one, too.
    let from = fs::canonicalize(&from).unwrap_or(from);
    let linked = fs::hard_link(&from, &to).or_else(|error| match error.kind() {
        ErrorKind::NotFound => Err(error),
        _ => fs::copy(&from, &to).map(|_bytes| ()),
    });
    match linked {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(LibraryError::io(&from, error)),
    }
}

/// The files that rows of the database name and that have to be there.
fn named_files(conn: &Connection) -> Result<BTreeSet<String>> {
    let sql = "SELECT path FROM images
         UNION SELECT path FROM manuals WHERE replaced_at IS NULL
         UNION SELECT path FROM inspection_areas WHERE path IS NOT NULL
         UNION SELECT image_path FROM history WHERE image_path LIKE 'data/uploads/%'
             AND image_path NOT IN (SELECT image_path FROM tidied)
         ORDER BY 1";
    Ok(rows(conn, sql, [], |row| row.get(0))?.into_iter().collect())
}
