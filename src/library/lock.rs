//! The lock of processes that store or delete files. SQLite's own locks do not cover them, since
//! files are renamed outside of SQLite. The system releases the lock when a process dies.

use std::path::Path;
use std::time::{Duration, Instant};

use super::layout::LOCK_PATH;
use super::{LibraryError, Result};
use fettle_system::LockFile;

/// How long one process waits for another's lock or transaction.
pub(crate) const LOCK_TIMEOUT: Duration = Duration::from_secs(15);

/// Pause between two attempts to lock.
const RETRY_INTERVAL: Duration = Duration::from_millis(5);

/// Holds the lock until dropped.
#[derive(Debug)]
pub(crate) struct LockGuard<'a>(&'a LockFile);

impl Drop for LockGuard<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.0.unlock() {
            tracing::warn!(%error, "{LOCK_PATH}: could not be unlocked");
        }
    }
}

/// Opens the lock file of the workspace. Each handle locks for itself.
pub(crate) fn open(root: &Path) -> Result<LockFile> {
    let path = root.join(LOCK_PATH);
    LockFile::create(&path).map_err(|e| LibraryError::io(&path, e))
}

/// Locks for storing files, which any number of handles may do at once.
///
/// # Errors
/// [`LibraryError::Busy`] with the path `about` after `timeout`.
pub(crate) fn shared<'a>(
    file: &'a LockFile,
    about: &Path,
    timeout: Duration,
) -> Result<LockGuard<'a>> {
    wait(file, about, timeout, LockFile::try_shared)
}

/// Locks for recovery and deletion, which exclude all other handles.
///
/// # Errors
/// As [`shared`].
pub(crate) fn exclusive<'a>(
    file: &'a LockFile,
    about: &Path,
    timeout: Duration,
) -> Result<LockGuard<'a>> {
    wait(file, about, timeout, LockFile::try_exclusive)
}

fn wait<'a>(
    file: &'a LockFile,
    about: &Path,
    timeout: Duration,
    attempt: impl Fn(&LockFile) -> std::io::Result<bool>,
) -> Result<LockGuard<'a>> {
    let begun = Instant::now();
    loop {
        match attempt(file).map_err(|e| LibraryError::io(about, e))? {
            true => return Ok(LockGuard(file)),
            false if begun.elapsed() < timeout => std::thread::sleep(RETRY_INTERVAL),
            false => return Err(LibraryError::Busy { path: about.to_owned() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_pipe_in_the_place_of_the_lock_is_an_error_at_once() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        let pipe = folder.path().join(LOCK_PATH);
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        assert!(matches!(open(folder.path()), Err(LibraryError::Io { path, .. }) if path == pipe));
    }

    #[test]
    fn several_handles_share_the_lock_and_one_excludes_the_others() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        let files: Vec<LockFile> = (0..3).map(|_| open(folder.path()).unwrap()).collect();
        let about = Path::new("data/fettle.db");
        let one = shared(&files[0], about, Duration::ZERO).unwrap();
        let two = shared(&files[1], about, Duration::ZERO).unwrap();
        let refused = exclusive(&files[2], about, Duration::from_millis(1));
        assert!(matches!(refused, Err(LibraryError::Busy { .. })), "{refused:?}");
        drop((one, two));
        let alone = exclusive(&files[2], about, Duration::ZERO).unwrap();
        assert!(shared(&files[0], about, Duration::ZERO).is_err());
        drop(alone);
        assert!(shared(&files[0], about, Duration::ZERO).is_ok());
    }
}
