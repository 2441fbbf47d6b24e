//! Files that exist to be locked, so that processes wait for each other. The system takes the lock
//! back from a process that dies. The file stays: a lock on one that was removed excludes nobody.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;

use super::modes::share_as_folder;
use super::regular_file;

/// The open file of a lock. Each value locks for itself; what it holds goes with it.
#[derive(Debug)]
pub struct LockFile(File);

impl LockFile {
    /// Opens the file at `path`, which is made where it is missing; its folder must exist.
    ///
    /// # Errors
    /// The system's; [`super::NotAFile`] inside an [`ErrorKind::InvalidInput`].
    pub fn create(path: &Path) -> io::Result<Self> {
        let is_new = match path.symlink_metadata() {
            // To open a named pipe for writing would wait for a reader.
            Ok(_) => {
                regular_file::check(&path.metadata()?)?;
                false
            }
            Err(error) if error.kind() == ErrorKind::NotFound => true,
            Err(error) => return Err(error),
        };
        // One that another account made may perhaps be written and not read.
        let file = File::options().create(true).append(true).open(path)?;
        if is_new {
            share_as_folder(path)?;
        }
        Ok(Self(file))
    }

    /// Opens the file at `path` for one who may not write to it, or does not want to make it.
    ///
    /// # Errors
    /// Those of [`super::open`].
    pub fn open(path: &Path) -> io::Result<Self> {
        regular_file::open(path).map(Self)
    }

    /// Takes the lock for this value alone; `false` where another holds it.
    ///
    /// # Errors
    /// The system's, as on a file system without locks.
    pub fn try_exclusive(&self) -> io::Result<bool> {
        taken(self.0.try_lock())
    }

    /// Takes the lock together with others that share it; `false` where one holds it alone.
    ///
    /// # Errors
    /// As [`Self::try_exclusive`].
    pub fn try_shared(&self) -> io::Result<bool> {
        taken(self.0.try_lock_shared())
    }

    /// Gives the lock back.
    ///
    /// # Errors
    /// The system's.
    pub fn unlock(&self) -> io::Result<()> {
        self.0.unlock()
    }
}

fn taken(attempt: Result<(), TryLockError>) -> io::Result<bool> {
    match attempt {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::NotAFile;

    #[test]
    fn several_share_a_lock_and_one_excludes_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let [one, two] = [(); 2].map(|()| LockFile::create(&path).unwrap());
        // One that only reads the file excludes as well.
        let reader = LockFile::open(&path).unwrap();
        assert!(one.try_shared().unwrap() && two.try_shared().unwrap());
        assert!(!reader.try_exclusive().unwrap());
        one.unlock().unwrap();
        drop(two);
        assert!(reader.try_exclusive().unwrap());
        assert!(!one.try_shared().unwrap() && !one.try_exclusive().unwrap());
    }

    #[test]
    fn what_is_no_file_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("lock");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for attempt in [LockFile::create(&pipe), LockFile::open(&pipe)] {
            assert_eq!(NotAFile::of(&attempt.unwrap_err()), Some(NotAFile::NamedPipe));
        }
        assert_eq!(
            LockFile::open(&folder.path().join("absent")).unwrap_err().kind(),
            ErrorKind::NotFound
        );
    }
}
