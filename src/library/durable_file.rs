//! Files and folders that survive a power cut: temporary files, folders, renames.

use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{LibraryError, Result};
use fettle_system::{AtomicFile, create_folders};

/// Writes bytes to a new temporary file in `folder` and flushes them to the disk.
pub(crate) fn write_temp(folder: &Path, bytes: &[u8]) -> Result<NamedTempFile> {
    let io = |e| LibraryError::io(folder, e);
    let mut temp = AtomicFile::unfinished_in(folder).map_err(io)?;
    temp.write_all(bytes).map_err(io)?;
    temp.as_file().sync_all().map_err(io)?;
    Ok(temp)
}

/// Creates `folder` (relative, with `/`) below `root` where it is missing, and flushes its parents.
pub(crate) fn ensure_folder(root: &Path, folder: &str) -> Result<PathBuf> {
    let path = root.join(folder);
    create_folders(&path).map_err(|e| LibraryError::io(&path, e))?;
    Ok(path)
}

/// Flushes renames and deletions in `folder` to the disk.
pub(crate) fn sync_folder(folder: &Path) -> Result<()> {
    fettle_system::sync_folder(folder).map_err(|e| LibraryError::io(folder, e))
}
