//! `SHA256SUMS` in the folder of a model: hashes of fetched files that the manifest has no hash of,
//! in the format of `sha256sum`.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use super::disk::io_error;
use crate::Result;

const FILE_NAME: &str = "SHA256SUMS";

/// Text of the checksum file in `dir`; empty without one.
pub(super) fn read(dir: &Path) -> String {
    fs::read_to_string(dir.join(FILE_NAME)).unwrap_or_default()
}

/// Hash of the file `name` in the text of a checksum file.
pub(super) fn find<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = text.lines().filter_map(|line| line.split_once("  "));
    lines.find(|(_, file)| *file == name).map(|(sum, _)| sum)
}

/// Writes the hash of the file `name` into the checksum file of `dir`. The caller holds the lock of
/// the store.
pub(super) fn record(dir: &Path, name: &str, sha256: &str) -> Result<()> {
    let path = dir.join(FILE_NAME);
    let old = fs::read_to_string(&path).unwrap_or_default();
    let mut text = String::new();
    for line in old.lines().filter(|line| find(line, name).is_none()) {
        text.push_str(line);
        text.push('\n');
    }
    text.push_str(&format!("{sha256}  {name}\n"));
    let part = dir.join(format!("{FILE_NAME}.part"));
    let mut file = File::create(&part).map_err(io_error(&part))?;
    file.write_all(text.as_bytes()).map_err(io_error(&part))?;
    file.sync_all().map_err(io_error(&part))?;
    fs::rename(&part, &path).map_err(io_error(&path))
}
