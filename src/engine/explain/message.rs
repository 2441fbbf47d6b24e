//! A message with its values, and the messages about files that all rooms share.

use std::io::ErrorKind;
use std::path::Path;

use fettle_i18n::Value;
use fettle_system::NotAFile;

/// The id of a message and its values.
pub(super) type Message = (&'static str, Vec<(&'static str, Value)>);

pub(super) fn reason(error: &dyn std::error::Error) -> (&'static str, Value) {
    ("reason", error.to_string().into())
}

/// The values of a message that the domain has as texts.
pub(super) fn named(values: Vec<(&'static str, String)>) -> Vec<(&'static str, Value)> {
    values.into_iter().map(|(name, value)| (name, value.into())).collect()
}

pub(super) fn at(path: &Path) -> (&'static str, Value) {
    ("path", path.display().to_string().into())
}

pub(super) fn file(path: &Path, source: &std::io::Error) -> Message {
    if let Some(what) = NotAFile::of(source) {
        let what = match what {
            NotAFile::Folder => "folder",
            NotAFile::NamedPipe => "pipe",
            NotAFile::Socket => "socket",
            _ => "device",
        };
        return ("error-not-a-file", vec![at(path), ("what", what.into())]);
    }
    match source.kind() {
        ErrorKind::PermissionDenied => {
            let owner = fettle_system::owner_of(path).unwrap_or_else(|| "?".to_owned());
            ("error-file-permission", vec![at(path), ("owner", owner.into())])
        }
        ErrorKind::ReadOnlyFilesystem => ("error-file-read-only", vec![at(path)]),
        ErrorKind::NotFound => ("error-file-not-found", vec![at(path)]),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ("error-disk-full", vec![at(path)]),
        _ => ("error-file", vec![at(path), reason(source)]),
    }
}
