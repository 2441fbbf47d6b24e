//! Atomic writing of files: a file is replaced whole or not at all.

use std::io;
use std::path::Path;

use super::{Result, RetrievalError};
use fettle_system::{AtomicFile, create_folders};

/// Replaces the file at `path` by the output of `write`, through a temporary file in the same
/// folder, which is created where absent. A reader finds the old file or the new one, whole.
///
/// # Errors
/// [`RetrievalError::Io`], and those of `write`.
pub(crate) fn write_atomically(
    path: &Path,
    write: impl FnOnce(&mut AtomicFile) -> Result<()>,
) -> Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    create_folders(folder).map_err(io_error(path))?;
    let mut file = AtomicFile::create(path).map_err(io_error(path))?;
    write(&mut file)?;
    file.commit().map_err(io_error(path))
}

/// Adds the path to an I/O error.
pub(crate) fn io_error(path: &Path) -> impl Fn(io::Error) -> RetrievalError {
    move |source| RetrievalError::Io { path: path.to_owned(), source }
}

/// Flips bits of a byte of the file at `path`, and truncates the file, for tests of damaged files.
#[cfg(test)]
pub(crate) fn damage(
    path: &Path,
    at: proptest::sample::Index,
    flip: u8,
    cut: Option<proptest::sample::Index>,
) {
    let mut bytes = std::fs::read(path).unwrap();
    let position = at.index(bytes.len());
    bytes[position] ^= flip;
    if let Some(cut) = cut {
        bytes.truncate(cut.index(bytes.len()));
    }
    std::fs::write(path, &bytes).unwrap();
}
