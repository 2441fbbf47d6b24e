//! A workspace from a backup.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::database_copy::make_parent;
use super::hashed_copy::Report;
use super::manifest::DATA_FOLDER;
use super::read::{OpenBackup, bad};
use super::{BackupFault, BackupManifest};
use crate::durable_file::sync_folder;
use crate::layout::{DATABASE_PATH, RESTORE_MARK_PATH, SCRATCH_FOLDER};
use crate::lock::{self, LOCK_TIMEOUT};
use crate::{LibraryError, Result};
use fettle_domain::ProgressSink;
use fettle_system::{ScratchFolder, create_folders, share_as_folder};

/// Unpacks the backup at `from` as the workspace `root`, which must not have a database yet. What
/// else is in the folder stays, unless the backup has a file of the same path.
///
/// Every file is compared with the backup's list, and the database with its own checks, before
/// anything is moved to its place.
///
/// # Errors
/// [`LibraryError::WorkspaceInUse`], [`LibraryError::BadBackup`], [`LibraryError::DiskFull`],
/// [`LibraryError::Io`], [`LibraryError::Cancelled`]; there is no workspace then.
pub fn restore_backup(
    from: &Path,
    root: &Path,
    progress: &dyn ProgressSink,
) -> Result<BackupManifest> {
    let database = root.join(DATABASE_PATH);
    let in_use = || LibraryError::WorkspaceInUse { path: database.clone() };
    if database.symlink_metadata().is_ok() {
        return Err(in_use());
    }
    let mut backup = OpenBackup::open(from)?;
    let data = root.join(DATA_FOLDER);
    create_folders(&data).map_err(|e| LibraryError::io(&data, e))?;
    // Two restorations into one folder would mix.
    let lock = lock::open(root)?;
    let _exclusive = lock::exclusive(&lock, &database, LOCK_TIMEOUT)?;
    if database.symlink_metadata().is_ok() {
        return Err(in_use());
    }
    let mark = UnfinishedMark::set(root)?;
    let scratch = root.join(SCRATCH_FOLDER);
    let unpacked = ScratchFolder::new(&scratch).map_err(|e| LibraryError::io(&scratch, e))?;
    unpack_all(&mut backup, from, unpacked.path(), progress)?;
    mark.keep_until(|| {
        let others = backup.manifest.files.iter().map(|file| file.path.as_str());
        let others = others.filter(|path| *path != DATABASE_PATH);
        others.chain([DATABASE_PATH]).try_for_each(|path| place(unpacked.path(), root, path))
    })?;
    Ok(backup.manifest)
}

/// Unpacks all files and checks them.
fn unpack_all(
    backup: &mut OpenBackup<'_>,
    from: &Path,
    folder: &Path,
    progress: &dyn ProgressSink,
) -> Result<()> {
    let mut report =
        Report { progress, done: 0, total: backup.manifest.bytes(), step: "progress-restore" };
    for file in backup.manifest.files.clone() {
        let to = folder.join(&file.path);
        make_parent(&to)?;
        let mut written = File::create_new(&to).map_err(|e| LibraryError::io(&to, e))?;
        backup.unpack(&file, &mut written, &to, &mut report)?;
        written.sync_all().map_err(|e| LibraryError::io(&to, e))?;
    }
    if !is_sound(&folder.join(DATABASE_PATH)) {
        return Err(bad(from, BackupFault::Damaged { path: DATABASE_PATH.to_owned() }));
    }
    Ok(())
}

/// Moves an unpacked file to its place in the workspace.
fn place(unpacked: &Path, root: &Path, path: &str) -> Result<()> {
    let to = root.join(path);
    make_parent(&to)?;
    let moved = fs::rename(unpacked.join(path), &to).and_then(|()| share_as_folder(&to));
    moved.map_err(|e| LibraryError::io(&to, e))?;
    to.parent().map_or(Ok(()), sync_folder)
}

/// The mark of a folder into which a backup is being restored: without it, what a killed restoration
/// left would be taken for a new workspace.
struct UnfinishedMark {
    path: PathBuf,
    stays: Cell<bool>,
}

impl UnfinishedMark {
    fn set(root: &Path) -> Result<Self> {
        let path = root.join(RESTORE_MARK_PATH);
        // What an earlier restoration left half is there still, whatever becomes of this one.
        let is_half = path.exists();
        File::create(&path)
            .and_then(|mark| mark.sync_all())
            .map_err(|e| LibraryError::io(&path, e))?;
        Ok(Self { path, stays: Cell::new(is_half) })
    }

    /// Runs `work`; where it fails the mark stays, else it goes.
    fn keep_until(&self, work: impl FnOnce() -> Result<()>) -> Result<()> {
        let done = work();
        self.stays.set(done.is_err());
        done
    }
}

impl Drop for UnfinishedMark {
    fn drop(&mut self) {
        if !self.stays.get()
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::warn!(%error, "{}: not removed", self.path.display());
        }
    }
}

/// Whether SQLite finds nothing wrong with the database.
fn is_sound(path: &Path) -> bool {
    let check = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .and_then(|conn| conn.query_row("PRAGMA quick_check", [], |row| row.get::<_, String>(0)));
    // SQLite makes files beside a database that has a write-ahead log, even to read it.
    for beside in ["-wal", "-shm"] {
        let beside = path.with_extension(format!("db{beside}"));
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                tracing::warn!(%error, "{}", beside.display());
            }
            _ => {}
        }
    }
    check.is_ok_and(|found| found == "ok")
}
