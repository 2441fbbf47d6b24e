//! Settings files written by other versions of Fettle.

use serde_json::{Map, Value};

use super::{SettingFault, SettingsWarning};

/// Version of the file format that this program writes.
pub(super) const VERSION: u64 = 1;

/// Removes the version from a file's content and converts the rest to [`VERSION`].
///
/// A change of the format raises [`VERSION`] and adds the conversion from the version before.
pub(super) fn migrate(content: &mut Map<String, Value>, warnings: &mut Vec<SettingsWarning>) {
    match content.remove("version") {
        // Written by hand: keys of the current format are used, others are warned about.
        None => {}
        Some(version) => match version.as_u64() {
            Some(VERSION) => {}
            Some(newer) if newer > VERSION => warnings.push(SettingsWarning::Newer(newer)),
            _ => warnings.push(SettingsWarning::BadValue {
                key: "version".to_owned(),
                fault: SettingFault::Kind(format!("{version} is no version")),
            }),
        },
    }
    // Until 2026-12: whether sentences that only a language model claims are left out. They always
    // are.
    content.remove("supported_only");
}
