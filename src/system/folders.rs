//! Folders: made with the mode that goes with their place, and flushed.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;

use super::modes::share_as_folder;

/// Creates the folder at `path` and those above it where they are missing, and flushes each into its
/// parent.
///
/// # Errors
/// The system's.
pub fn create_folders(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        create_folders(parent)?;
    }
    match fs::create_dir(path) {
        Ok(()) => {
            share_as_folder(path)?;
            sync_folder(parent.unwrap_or(Path::new(".")))
        }
        // Another process was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Flushes renames and deletions in `folder` to the disk.
///
/// # Errors
/// The system's.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    // Only Unix opens folders; other systems rely on the file system's journal.
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
