//! What is wrong with the value of a setting.

use std::path::PathBuf;

/// Why the value of a setting is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingFault {
    /// A number is not in its range.
    #[error("{value} does not lie between {least} and {most}")]
    OutOfRange {
        /// The number.
        value: u64,
        /// The least that is valid.
        least: u64,
        /// The most that is valid.
        most: u64,
    },
    /// A path begins where somebody happens to stand.
    #[error("'{}' is no absolute path", .0.display())]
    NotAbsolute(PathBuf),
    /// A rule for thresholds that cannot be the rule of all products; why, in English.
    #[error("{0}")]
    Rule(&'static str),
    /// The value is of another kind, or none of those that there are; the reader's words, in English.
    #[error("{0}")]
    Kind(String),
}

impl SettingFault {
    /// Id of the message that says it, and the message's values.
    pub fn message(&self) -> (&'static str, Vec<(&'static str, String)>) {
        match self {
            Self::OutOfRange { value, least, most } => (
                "settings-out-of-range",
                vec![
                    ("value", value.to_string()),
                    ("least", least.to_string()),
                    ("most", most.to_string()),
                ],
            ),
            Self::NotAbsolute(path) => {
                ("settings-not-absolute", vec![("path", path.display().to_string())])
            }
            Self::Rule(why) => ("settings-bad-rule", vec![("reason", (*why).to_owned())]),
            Self::Kind(why) => ("settings-bad-kind", vec![("reason", why.clone())]),
        }
    }
}

/// Whether a number lies between 1 and `most`.
pub(super) fn check_range(value: u64, most: u64) -> Result<(), SettingFault> {
    match (1..=most).contains(&value) {
        true => Ok(()),
        false => Err(SettingFault::OutOfRange { value, least: 1, most }),
    }
}
