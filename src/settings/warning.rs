//! Problems in the settings file that do not stop the program.

use std::path::PathBuf;

/// A part of the settings file that was not used as written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsWarning {
    /// The file cannot be read or is not JSON: all settings have their defaults.
    #[error("{path}: {why}; the defaults are used")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The reason.
        why: String,
    },
    /// A setting has an invalid value; its default is used.
    #[error("setting '{key}': {why}; the default is used")]
    BadValue {
        /// Key of the setting.
        key: String,
        /// The reason.
        why: String,
    },
    /// A setting is too large; its largest value is used.
    #[error("setting '{key}': {found} is too large; {used} is used")]
    TooLarge {
        /// Key of the setting.
        key: &'static str,
        /// The value in the file.
        found: usize,
        /// The value that is used.
        used: usize,
    },
    /// The key is unknown to this version of Fettle. It is kept.
    #[error("setting '{0}' is not known to this version; it is kept")]
    UnknownKey(String),
    /// The file was written by a newer version of Fettle.
    #[error("the settings are of a newer version ({0}); what is known of them is used")]
    Newer(u64),
}
