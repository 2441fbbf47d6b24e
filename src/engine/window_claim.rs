//! One window a workspace: a second one is told so.

use fettle_settings::Workspace;
use fettle_system::LockFile;

/// The claim of a window on its workspace, held until dropped. The system takes it back from a process
/// that dies.
#[derive(Debug)]
pub struct WindowClaim {
    _locked: LockFile,
}

impl WindowClaim {
    /// Claims the workspace; `None` where another window has it.
    ///
    /// # Errors
    /// The file of the claim cannot be written.
    pub fn take(workspace: &Workspace) -> std::io::Result<Option<Self>> {
        let folder = workspace.data_dir();
        fettle_system::create_folders(&folder)?;
        let lock = LockFile::create(&folder.join("window.lock"))?;
        Ok(lock.try_exclusive()?.then_some(Self { _locked: lock }))
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

    /// To open it for writing would wait for a reader that never comes.
    #[cfg(unix)]
    #[test]
    fn a_named_pipe_in_place_of_the_claim_is_an_error_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(dir.path());
        fettle_system::create_folders(&workspace.data_dir()).unwrap();
        let pipe = workspace.data_dir().join("window.lock");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let error = WindowClaim::take(&workspace).unwrap_err();
        assert_eq!(fettle_system::NotAFile::of(&error), Some(fettle_system::NotAFile::NamedPipe));
    }
}
