//! The handle on an open workspace.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use super::Result;
use super::audit::AuditActor;
use fettle_domain::path_below;
use fettle_system::LockFile;

/// An open workspace: its database, its root folder and its lock file. A handle is used by one
/// thread; other threads open handles of their own.
#[derive(Debug)]
pub struct Library {
    pub(crate) conn: Connection,
    pub(crate) root: PathBuf,
    pub(crate) lock: LockFile,
    pub(crate) recovery: Recovery,
    /// Whether it was opened to read because it could not be opened to write.
    pub(crate) is_substitute: bool,
    /// Whose changes the next ones are.
    pub(crate) actor: AuditActor,
}

/// Interrupted work that was undone when the library was opened. No caller had been told that any
/// of it succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovery {
    /// Temporary files that were removed, relative to the workspace.
    pub temp_files: Vec<String>,
    /// Registrations that were undone: the paths that their files were to have.
    pub placements: Vec<String>,
}

impl Library {
    /// The workspace's root folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Converts a workspace path (relative, with `/`) to a path of this machine, which never lies
    /// outside of the workspace.
    pub fn absolute(&self, path: &str) -> PathBuf {
        path_below(&self.root, path)
    }

    /// Whether the workspace is open to read alone because it could not be opened to write: its disk was
    /// full, say, which may have passed by now ([`Self::open_again`]).
    pub fn is_substitute(&self) -> bool {
        self.is_substitute
    }

    /// The interrupted work that [`Self::open`] undid.
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// Runs `work` in a write transaction, which is rolled back on an error.
    pub(crate) fn write<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&tx)?;
        tx.commit()?;
        Ok(done)
    }

    /// The workspace path of a file that lies directly in `folder` of the workspace; `None` for any
    /// other file.
    pub(crate) fn path_in_folder(&self, path: &Path, folder: &str) -> Option<String> {
        let folder_path = fs::canonicalize(self.absolute(folder)).ok()?;
        let path = fs::canonicalize(path).ok()?;
        let name = path.file_name()?.to_str()?;
        (path.parent()? == folder_path).then(|| format!("{folder}/{name}"))
    }
}
