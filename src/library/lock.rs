//! Who is placing files, and whether anybody is: a lock beside SQLite's own, because
//! files are renamed outside it. The system drops it when a process dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use super::{LibraryError, Result};

const LOCK_PATH: &str = "data/fettle.lock";
const PAUSE: Duration = Duration::from_millis(5);

/// Held until dropped.
#[derive(Debug)]
pub(super) struct Held<'a>(&'a File);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.0.unlock() {
            tracing::warn!(%error, "{LOCK_PATH}: could not be unlocked");
        }
    }
}

/// Opens the lock file of the workspace. Each handle locks for itself.
pub(super) fn open(root: &Path) -> Result<File> {
    let path = root.join(LOCK_PATH);
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|e| LibraryError::io(&path, e))
}

/// For placing files: any number at once. `about` is named when it takes too long.
pub(super) fn shared<'a>(file: &'a File, about: &Path, patience: Duration) -> Result<Held<'a>> {
    wait(file, about, patience, File::try_lock_shared)
}

/// For clearing up: nobody else holds it.
pub(super) fn exclusive<'a>(file: &'a File, about: &Path, patience: Duration) -> Result<Held<'a>> {
    wait(file, about, patience, File::try_lock)
}

fn wait<'a>(
    file: &'a File,
    about: &Path,
    patience: Duration,
    attempt: impl Fn(&File) -> Result<(), TryLockError>,
) -> Result<Held<'a>> {
    let begun = Instant::now();
    loop {
        match attempt(file) {
            Ok(()) => return Ok(Held(file)),
            Err(TryLockError::WouldBlock) if begun.elapsed() < patience => {
                std::thread::sleep(PAUSE);
            }
            Err(TryLockError::WouldBlock) => {
                return Err(LibraryError::Busy { path: about.to_owned() });
            }
            Err(TryLockError::Error(e)) => return Err(LibraryError::io(about, e)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_may_place_files_and_only_one_may_clear_up() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        let files: Vec<File> = (0..3).map(|_| open(folder.path()).unwrap()).collect();
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
