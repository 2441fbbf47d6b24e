//! Problems in the settings file that do not stop the program.

use std::path::PathBuf;

use super::SettingFault;

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
    #[error("setting '{key}': {fault}; the default is used")]
    BadValue {
        /// Key of the setting.
        key: String,
        /// The reason.
        fault: SettingFault,
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

impl SettingsWarning {
    /// Id of the message that says it, its values, and what is wrong with the value, which is a
    /// message itself.
    pub fn message(&self) -> (&'static str, Vec<(&'static str, String)>, Option<&SettingFault>) {
        match self {
            Self::Unreadable { path, why } => (
                "settings-unreadable",
                vec![("path", path.display().to_string()), ("reason", why.clone())],
                None,
            ),
            Self::BadValue { key, fault } => {
                ("settings-bad-value", vec![("key", key.clone())], Some(fault))
            }
            Self::TooLarge { key, found, used } => (
                "settings-too-large",
                vec![
                    ("key", (*key).to_owned()),
                    ("found", found.to_string()),
                    ("used", used.to_string()),
                ],
                None,
            ),
            Self::UnknownKey(key) => ("settings-unknown-key", vec![("key", key.clone())], None),
            Self::Newer(version) => {
                ("settings-newer", vec![("version", version.to_string())], None)
            }
        }
    }
}
