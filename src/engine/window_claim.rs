//! One window a workspace: a second one is told so.

use std::fs::{File, TryLockError};
use std::path::PathBuf;

use fettle_settings::Workspace;

/// The claim of a window on its workspace, held until dropped. The system takes it back from a process
/// that dies.
#[derive(Debug)]
pub struct WindowClaim {
    _locked: File,
}

impl WindowClaim {
    /// Claims the workspace; `None` where another window has it.
    ///
    /// # Errors
    /// The file of the claim cannot be written.
    pub fn take(workspace: &Workspace) -> std::io::Result<Option<Self>> {
        let path: PathBuf = workspace.data_dir().join("window.lock");
        fettle_system::create_folders(&workspace.data_dir())?;
        let is_new = !path.exists();
        // It stays, since a lock on a file that was removed excludes nobody.
        let file = File::options().create(true).append(true).open(&path)?;
        if is_new {
            fettle_system::share_as_folder(&path)?;
        }
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _locked: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_is_claimed_once_until_the_claim_goes() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(dir.path());
        let first = WindowClaim::take(&workspace).unwrap();
        assert!(first.is_some());
        assert!(WindowClaim::take(&workspace).unwrap().is_none());
        drop(first);
        assert!(WindowClaim::take(&workspace).unwrap().is_some());
    }
}
