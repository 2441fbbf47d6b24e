//! The list of what a backup holds.

use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

use crate::layout::{DATABASE_PATH, MANUAL_FOLDER};
use fettle_domain::ContentHash;

/// Name of the list in the archive.
pub(super) const MANIFEST_NAME: &str = "backup.json";
/// Version of the format that this program writes.
pub(super) const FORMAT: u32 = 1;
/// The settings of a workspace.
pub(super) const SETTINGS_NAME: &str = "settings.json";
/// The folder of everything but manuals and settings.
pub(super) const DATA_FOLDER: &str = "data";

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupManifest {
    /// Version of the backup's format.
    pub format: u32,
    /// Version of the database's schema.
    pub schema: u32,
    /// When the database was copied, RFC 3339 in UTC.
    pub created_at: String,
    /// The files.
    pub files: Vec<BackedUpFile>,
    /// Files that the database names and that were missing.
    #[serde(default)]
    pub missing: Vec<String>,
}

/// A file in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackedUpFile {
    /// Relative to the workspace, with `/`.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the bytes.
    pub sha256: ContentHash,
}

impl BackupManifest {
    /// Bytes of all files together.
    pub fn bytes(&self) -> u64 {
        self.files.iter().fold(0, |sum, file| sum.saturating_add(file.bytes))
    }

    /// Whether the database is among the files.
    pub(super) fn has_database(&self) -> bool {
        self.files.iter().any(|file| file.path == DATABASE_PATH)
    }
}

/// Whether a path is one that a backup may hold: the settings, or a file below `data/` or
/// `manual_store/`, without a step up.
pub(super) fn is_inside(path: &str) -> bool {
    let parts: Option<Vec<&str>> = Path::new(path)
        .components()
        .map(|part| match part {
            Component::Normal(name) => name.to_str(),
            _ => None,
        })
        .collect();
    let Some(parts) = parts else { return false };
    // As written: what a system would read otherwise (`a//b`, `a\b`) is not accepted.
    let as_written = parts.join("/") == path && !path.contains(['\\', ':', '\0']);
    let placed = match parts.as_slice() {
        [one] => *one == SETTINGS_NAME,
        [first, _, ..] => *first == DATA_FOLDER || *first == MANUAL_FOLDER,
        [] => false,
    };
    as_written && placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_a_workspace_are_inside() {
        let inside = ["settings.json", "data/fettle.db", "manual_store/설명서.pdf", "data/a/b/c.x"];
        let outside = [
            "",
            ".",
            "..",
            "data",
            "backup.json",
            "models/x.safetensors",
            "/data/x",
            "data/../x",
            "data//x",
            "data/./x",
            "../data/x",
            "data\\..\\x",
            "C:/data/x",
            "data/x\0y",
            "data/",
        ];
        assert_eq!(inside.map(is_inside), [true; 4]);
        for path in outside {
            assert!(!is_inside(path), "{path}");
        }
    }
}
