//! Folders for files that are needed for a while, kept where the work is and not in the system's
//! temporary folder, which other accounts see and nobody tidies.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::folders::create_folders;
use super::lock_file::LockFile;

/// Prefix of the folders' names.
const PREFIX: &str = ".fettle-";
/// The file in a folder that is locked as long as somebody uses the folder.
const LOCK_NAME: &str = ".lock";

/// A folder that goes with the value. [`sweep_scratch`] removes those of processes that died.
#[derive(Debug)]
pub struct ScratchFolder {
    folder: TempDir,
    _locked: LockFile,
}

impl ScratchFolder {
    /// A new folder below `parent`, which is made where it is missing. Only this account may look
    /// into it.
    ///
    /// # Errors
    /// The system's.
    pub fn new(parent: &Path) -> io::Result<Self> {
        create_folders(parent)?;
        // Between its making and its locking a folder looks like one of the dead.
        let making = parent_folder(parent)?;
        // Where folders have no locks, no sweep takes one without a lock's file for one of the dead.
        let _held_where_possible = making.as_ref().map(File::lock_shared);
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let locked = LockFile::create(&folder.path().join(LOCK_NAME))?;
        // Nobody else knows of the folder.
        locked.try_exclusive()?;
        Ok(Self { folder, _locked: locked })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// The handle of a folder, whose lock is held shared while a folder is made in it; `None` on systems
/// that open no folders.
fn parent_folder(path: &Path) -> io::Result<Option<File>> {
    if cfg!(unix) { File::open(path).map(Some) } else { Ok(None) }
}

/// Removes the folders below `parent` whose processes are gone; returns their paths.
///
/// # Errors
/// The system's, for the first folder that cannot be removed.
pub fn sweep_scratch(parent: &Path) -> io::Result<Vec<PathBuf>> {
    let mut removed = Vec::new();
    let Ok(handle) = parent_folder(parent) else { return Ok(removed) };
    // While this is held nobody is between making a folder and locking it: one without the lock's file
    // is of a process that died there.
    let none_is_made = match handle.as_ref().map(File::try_lock) {
        Some(Err(TryLockError::WouldBlock)) => return Ok(removed),
        Some(Err(TryLockError::Error(_))) | None => false,
        Some(Ok(())) => true,
    };
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX)
            && entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_ours && is_left(&path, none_is_made) {
            fs::remove_dir_all(&path)?;
            removed.push(path);
        }
    }
    Ok(removed)
}

/// Whether nobody uses the folder at `path`.
fn is_left(path: &Path, none_is_made: bool) -> bool {
    match LockFile::open(&path.join(LOCK_NAME)) {
        Ok(lock) => lock.try_exclusive().unwrap_or(false),
        Err(error) => none_is_made && error.kind() == ErrorKind::NotFound,
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_the_dead_are_swept_and_those_in_use_are_not() {
        let root = tempfile::tempdir().unwrap();
        let parent = root.path().join("data/scratch");
        let used = ScratchFolder::new(&parent).unwrap();
        let dropped = ScratchFolder::new(&parent).unwrap().path().to_owned();
        assert!(!dropped.exists());
        // What a kill leaves: the folder with its files, and nobody who holds the lock.
        let left = parent.join(".fettle-dead");
        fs::create_dir(&left).unwrap();
        fs::write(left.join(LOCK_NAME), "").unwrap();
        fs::write(left.join("customer.png"), "x").unwrap();
        fs::write(parent.join("notes.txt"), "mine").unwrap();
        // And one who was killed before it took the lock.
        let early = parent.join(".fettle-early");
        fs::create_dir(&early).unwrap();
        let making = parent_folder(&parent).unwrap().unwrap();
        making.lock_shared().unwrap();
        assert!(sweep_scratch(&parent).unwrap().is_empty(), "while a folder is made");
        drop(making);
        let mut swept = sweep_scratch(&parent).unwrap();
        swept.sort();
        assert_eq!(swept, [left, early]);
        assert!(used.path().is_dir() && parent.join("notes.txt").exists());
        assert!(sweep_scratch(&root.path().join("absent")).unwrap().is_empty());
    }
}
