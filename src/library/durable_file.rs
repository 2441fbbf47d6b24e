//! Files and folders that survive a power cut: temporary files, folders, renames.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{LibraryError, Result};

/// Temporary files are named `.fettle-<random>.part`.
pub(crate) const TEMP_PREFIX: &str = ".fettle-";
pub(crate) const TEMP_SUFFIX: &str = ".part";

/// Writes bytes to a new temporary file in `folder` and flushes them to the disk.
pub(crate) fn write_temp(folder: &Path, bytes: &[u8]) -> Result<NamedTempFile> {
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

/// Creates `folder` (relative, with `/`) below `root` where it is missing, and flushes its parents.
pub(crate) fn ensure_folder(root: &Path, folder: &str) -> Result<PathBuf> {
    let mut path = root.to_owned();
    for part in folder.split('/') {
        let parent = path.clone();
        path.push(part);
        match fs::create_dir(&path) {
            Ok(()) => sync_folder(&parent)?,
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
            Err(e) => return Err(LibraryError::io(&path, e)),
        }
    }
    Ok(path)
}

/// Flushes renames and deletions in `folder` to the disk.
pub(crate) fn sync_folder(folder: &Path) -> Result<()> {
    // Only Unix opens folders; other systems rely on the file system's journal.
    if cfg!(unix) {
        let sync = File::open(folder).and_then(|folder| folder.sync_all());
        sync.map_err(|e| LibraryError::io(folder, e))?;
    }
    Ok(())
}
