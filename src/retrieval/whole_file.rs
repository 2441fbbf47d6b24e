//! Files that are replaced whole or not at all.

use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

use super::{Result, RetrievalError};

/// Puts what `write` writes at `path`, whose folder is made if need be. The file there is the
/// old one or the new one, whole, at any instant.
///
/// # Errors
/// [`RetrievalError::Io`], and those of `write`.
pub(super) fn replace(
    path: &Path,
    write: impl FnOnce(&mut NamedTempFile) -> Result<()>,
) -> Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(io_at(path))?;
    let mut file = NamedTempFile::new_in(folder).map_err(io_at(path))?;
    write(&mut file)?;
    file.as_file().sync_all().map_err(io_at(path))?;
    file.persist(path).map_err(|error| io_at(path)(error.error))?;
    Ok(())
}

/// Says of which file an I/O error is.
pub(super) fn io_at(path: &Path) -> impl Fn(io::Error) -> RetrievalError {
    move |source| RetrievalError::Io { path: path.to_owned(), source }
}

/// Flips bits of a byte of the file at `path`, and cuts it short.
#[cfg(test)]
pub(super) fn damage(
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
