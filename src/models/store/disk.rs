//! Errors and clean-up of file operations.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::ModelsError;

/// Converts an I/O error to [`ModelsError::Io`] with the path.
pub(super) fn io_error(path: &Path) -> impl FnOnce(std::io::Error) -> ModelsError {
    let path = path.to_owned();
    move |source| ModelsError::Io { path, source }
}

/// Removes a file or directory that is no longer needed. A failure wastes only disk space: it is
/// logged, and the next pull overwrites what is left.
pub(super) fn remove(path: &Path) {
    let removed = match fs::symlink_metadata(path) {
        Ok(m) if m.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(e) => Err(e),
    };
    if let Err(e) = removed
        && e.kind() != ErrorKind::NotFound
    {
        tracing::warn!("{}: not removed: {e}", path.display());
    }
}
