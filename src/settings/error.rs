use std::path::PathBuf;

/// What can go wrong with settings and the workspace. Reading settings is not among it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// A file or directory could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The settings could not be put into words.
    #[error("{path}: settings could not be written: {source}")]
    Json {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: serde_json::Error,
    },
    /// A setting cannot have this value.
    #[error("setting '{key}': {why}")]
    BadValue {
        /// Which.
        key: &'static str,
        /// The reason.
        why: String,
    },
    /// The system does not say where a user's data belongs.
    #[error("no place for a workspace: name one with --workspace or FETTLE_WORKSPACE")]
    NoWorkspace,
}

impl SettingsError {
    pub(super) fn io(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// The room's result.
pub type Result<T, E = SettingsError> = std::result::Result<T, E>;
