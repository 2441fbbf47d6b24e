//! The files of a workspace, as jobs come to them.

use std::fmt;
use std::path::{Path, PathBuf};

use fettle_settings::Workspace;

/// The workspace of an engine. What the database names is found through [`Self::file`], which never
/// leads out of it, whoever wrote the database; there is no way to join a path to [`Self::root`] by
/// accident.
#[derive(Debug, Clone)]
pub(crate) struct WorkspaceFiles(Workspace);

/// The folder of a workspace as a whole: to be opened, shown or compared, no place to look for a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WorkspaceRoot<'a>(&'a Path);

impl WorkspaceFiles {
    pub(crate) fn new(workspace: Workspace) -> Self {
        Self(workspace)
    }

    /// The workspace, for those outside of the engine.
    pub(crate) fn workspace(&self) -> &Workspace {
        &self.0
    }

    /// The folder as a whole.
    pub(crate) fn root(&self) -> WorkspaceRoot<'_> {
        WorkspaceRoot(self.0.root())
    }

    /// The file at `path`, as the database names files.
    pub(crate) fn file(&self, path: impl AsRef<str>) -> PathBuf {
        self.0.file(path)
    }

    /// `path` as the database names files; a path outside of the workspace as it is.
    pub(crate) fn stored_path(&self, path: &Path) -> String {
        let relative = path.strip_prefix(self.0.root()).unwrap_or(path);
        relative.to_string_lossy().replace('\\', "/")
    }

    pub(crate) fn settings_path(&self) -> PathBuf {
        self.0.settings_path()
    }

    pub(crate) fn banks_dir(&self) -> PathBuf {
        self.0.banks_dir()
    }

    pub(crate) fn index_dir(&self) -> PathBuf {
        self.0.index_dir()
    }

    pub(crate) fn unfinished_dir(&self) -> PathBuf {
        self.0.unfinished_dir()
    }

    pub(crate) fn scratch_dir(&self) -> PathBuf {
        self.0.scratch_dir()
    }

    pub(crate) fn out_dir(&self) -> PathBuf {
        self.0.out_dir()
    }
}

impl<'a> WorkspaceRoot<'a> {
    /// Its path.
    pub(crate) fn as_path(self) -> &'a Path {
        self.0
    }
}

impl fmt::Display for WorkspaceRoot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(f)
    }
}
