//! Settings files of other versions.

use serde_json::{Map, Value};

use super::file::SettingsWarning;

/// The version of the file's layout that this program writes.
pub(super) const VERSION: u64 = 1;

/// Takes the version out of a file's content and brings the rest to [`VERSION`].
///
/// When the layout changes, raise [`VERSION`] and add the step from the one before.
pub(super) fn migrate(content: &mut Map<String, Value>, warnings: &mut Vec<SettingsWarning>) {
    match content.remove("version") {
        // Somebody wrote the file by hand: it is in today's layout or warned about key by
        // key.
        None => {}
        Some(version) => match version.as_u64() {
            Some(VERSION) => {}
            Some(newer) if newer > VERSION => warnings.push(SettingsWarning::Newer(newer)),
            _ => warnings.push(SettingsWarning::BadValue {
                key: "version".to_owned(),
                why: format!("{version} is no version"),
            }),
        },
    }
}
