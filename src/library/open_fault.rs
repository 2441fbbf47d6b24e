//! Why a workspace's database cannot be opened, as far as its folder says.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why a workspace's database cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenFault {
    /// A folder has the name of one of the database's files.
    #[error("{0} is a folder, where a file has to be")]
    FolderInTheWay(PathBuf),
    /// Nobody, or not this person, may write there.
    #[error("it is write-protected")]
    WriteProtected,
    /// The file system gives no locks or no shared memory, as network drives may; the system's
    /// words.
    #[error("its file system gives no locks or no shared memory: {0}")]
    NoSharedMemory(String),
}

/// Endings that SQLite appends to a database's name.
const FILES_OF_DATABASE: &[&str] = &["", "-wal", "-shm", "-journal"];

impl OpenFault {
    /// The fault behind an SQLite error of the database at `path`; `None` for errors of other kinds.
    pub(crate) fn of_database(path: &Path, error: &rusqlite::Error) -> Option<Self> {
        let why = || error.to_string();
        match error.sqlite_error_code()? {
            ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied
                if folder_in_the_way(path).is_some() =>
            {
                folder_in_the_way(path).map(Self::FolderInTheWay)
            }
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Some(Self::WriteProtected),
            ErrorCode::CannotOpen if is_write_protected(path) => Some(Self::WriteProtected),
            ErrorCode::CannotOpen | ErrorCode::FileLockingProtocolFailed => {
                Some(Self::NoSharedMemory(why()))
            }
            ErrorCode::SystemIoFailure if is_about_locks(error) => {
                Some(Self::NoSharedMemory(why()))
            }
            _ => None,
        }
    }

    /// The fault behind a system error of a file beside the database.
    pub(crate) fn of_system(error: &std::io::Error) -> Option<Self> {
        match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                Some(Self::WriteProtected)
            }
            // No lock daemon, or a file system without locks.
            ErrorKind::Unsupported => Some(Self::NoSharedMemory(error.to_string())),
            _ if error.raw_os_error() == Some(NO_LOCKS) => {
                Some(Self::NoSharedMemory(error.to_string()))
            }
            _ => None,
        }
    }
}

/// Linux' ENOLCK.
const NO_LOCKS: i32 = 37;

/// Whether an I/O error is about SQLite's locks or shared memory: by the extended codes RDLOCK,
/// UNLOCK, LOCK, SHMOPEN, SHMSIZE, SHMLOCK and SHMMAP.
fn is_about_locks(error: &rusqlite::Error) -> bool {
    const DETAILS: &[i32] = &[8, 9, 15, 18, 19, 20, 21];
    let rusqlite::Error::SqliteFailure(error, _) = error else { return false };
    DETAILS.contains(&(error.extended_code >> 8))
}

pub(super) fn folder_in_the_way(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_string_lossy();
    FILES_OF_DATABASE
        .iter()
        .map(|ending| path.with_file_name(format!("{name}{ending}")))
        .find(|file| file.is_dir())
}

/// Whether a new file in the database's folder is refused.
fn is_write_protected(path: &Path) -> bool {
    let Some(folder) = path.parent() else { return false };
    tempfile::NamedTempFile::new_in(folder).is_err_and(|error| {
        matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    fn failure(code: i32) -> rusqlite::Error {
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
    }

    #[test]
    fn sqlites_codes_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("fettle.db");
        let network = |code| {
            let fault = OpenFault::of_database(&path, &failure(code));
            matches!(fault, Some(OpenFault::NoSharedMemory(_)))
        };
        for (code, expect) in [
            (ffi::SQLITE_CANTOPEN, true),
            (ffi::SQLITE_PROTOCOL, true),
            (ffi::SQLITE_IOERR_SHMMAP, true),
            (ffi::SQLITE_IOERR_SHMOPEN, true),
            (ffi::SQLITE_IOERR_LOCK, true),
            (ffi::SQLITE_IOERR_WRITE, false),
            (ffi::SQLITE_CORRUPT, false),
            (ffi::SQLITE_BUSY, false),
        ] {
            assert_eq!(network(code), expect, "{code}");
        }
        for code in [ffi::SQLITE_READONLY, ffi::SQLITE_READONLY_DIRECTORY, ffi::SQLITE_PERM] {
            let fault = OpenFault::of_database(&path, &failure(code));
            assert_eq!(fault, Some(OpenFault::WriteProtected), "{code}");
        }
    }

    #[test]
    fn system_errors_of_the_folder_are_told_apart() {
        for (kind, expect) in [
            (ErrorKind::PermissionDenied, Some(true)),
            (ErrorKind::ReadOnlyFilesystem, Some(true)),
            (ErrorKind::Unsupported, Some(false)),
            (ErrorKind::NotFound, None),
            (ErrorKind::InvalidData, None),
        ] {
            let fault = OpenFault::of_system(&kind.into());
            let is_protected = fault.map(|fault| fault == OpenFault::WriteProtected);
            assert_eq!(is_protected, expect, "{kind:?}");
        }
        let no_locks = OpenFault::of_system(&std::io::Error::from_raw_os_error(NO_LOCKS));
        assert!(matches!(no_locks, Some(OpenFault::NoSharedMemory(_))));
    }
}
