//! Errors of settings and workspaces.

use std::path::PathBuf;

use super::SettingFault;

/// An error of writing settings or of finding a workspace. Reading settings never fails.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// A file or directory cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The settings cannot be written as JSON.
    #[error("{path}: settings could not be written: {source}")]
    Json {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: serde_json::Error,
    },
    /// A setting has an invalid value.
    #[error("setting '{key}': {fault}")]
    BadValue {
        /// Key of the setting.
        key: &'static str,
        /// The reason.
        fault: SettingFault,
    },
    /// The system names no directory for a user's data.
    #[error("no place for a workspace: name one with --workspace or FETTLE_WORKSPACE")]
    NoWorkspace,
}

impl SettingsError {
    pub(super) fn io(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// A result with [`SettingsError`].
pub type Result<T, E = SettingsError> = std::result::Result<T, E>;
