//! Folders for files that are needed for a while, kept where the work is and not in the system's
//! temporary folder, which other accounts see and nobody tidies.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::folders::create_folders;

/// Prefix of the folders' names.
const PREFIX: &str = ".fettle-";
/// The file in a folder that is locked as long as somebody uses the folder.
const LOCK_NAME: &str = ".lock";

/// A folder that goes with the value. [`sweep_scratch`] removes those of processes that died.
#[derive(Debug)]
pub struct ScratchFolder {
    folder: TempDir,
    _locked: File,
}

impl ScratchFolder {
    /// A new folder below `parent`, which is made where it is missing. Only this account may look
    /// into it.
    ///
    /// # Errors
    /// The system's.
    pub fn new(parent: &Path) -> io::Result<Self> {
        create_folders(parent)?;
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let locked = File::create(folder.path().join(LOCK_NAME))?;
        locked.lock()?;
        Ok(Self { folder, _locked: locked })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes the folders below `parent` whose processes are gone; returns their paths.
///
/// # Errors
/// The system's, for the first folder that cannot be removed.
pub fn sweep_scratch(parent: &Path) -> io::Result<Vec<PathBuf>> {
    let mut removed = Vec::new();
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX)
            && entry.file_type().is_ok_and(|kind| kind.is_dir());
        // One without a lock's file is being made at this instant, or was when its process died.
        let is_left = File::open(path.join(LOCK_NAME)).is_ok_and(|file| file.try_lock().is_ok());
        if is_ours && is_left {
            fs::remove_dir_all(&path)?;
            removed.push(path);
        }
    }
    Ok(removed)
}

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
        assert_eq!(sweep_scratch(&parent).unwrap(), [left]);
        assert!(used.path().is_dir() && parent.join("notes.txt").exists());
        assert!(sweep_scratch(&root.path().join("absent")).unwrap().is_empty());
    }
}
