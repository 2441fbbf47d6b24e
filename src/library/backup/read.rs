//! Reading a backup.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Write};
use std::path::Path;

use serde::Deserialize;
use zip::ZipArchive;
use zip::result::ZipError;

use super::hashed_copy::{CopyError, Report, copy};
use super::manifest::{FORMAT, MANIFEST_NAME, is_inside};
use super::{BackedUpFile, BackupFault, BackupManifest};
use crate::{LibraryError, Result, migrate};
use fettle_domain::ProgressSink;

/// The list of a backup may have this many bytes: over a million files.
const MOST_MANIFEST_BYTES: u64 = 256 << 20;

/// What is asked of a list first, whatever else a newer program wrote in it.
#[derive(Deserialize)]
struct Versions {
    format: u64,
    #[serde(default)]
    schema: u64,
}

/// Reads a backup from its first to its last byte and compares every file with the list.
///
/// # Errors
/// [`LibraryError::BadBackup`], [`LibraryError::Io`], [`LibraryError::Cancelled`].
pub fn verify_backup(path: &Path, progress: &dyn ProgressSink) -> Result<BackupManifest> {
    let mut backup = OpenBackup::open(path)?;
    let mut report = Report {
        progress,
        done: 0,
        total: backup.manifest.bytes(),
        step: "progress-verify-backup",
    };
    for file in backup.manifest.files.clone() {
        backup.unpack(&file, &mut std::io::sink(), path, &mut report)?;
    }
    Ok(backup.manifest)
}

/// An open backup whose list was read.
pub(super) struct OpenBackup<'a> {
    path: &'a Path,
    zip: ZipArchive<BufReader<File>>,
    pub(super) manifest: BackupManifest,
}

impl<'a> OpenBackup<'a> {
    /// Opens a backup and checks its list: made by no newer program, every path within a
    /// workspace and there once, the database among them.
    pub(super) fn open(path: &'a Path) -> Result<Self> {
        let io = |e| LibraryError::io(path, e);
        let bad = |fault| bad(path, fault);
        let file = fettle_system::open(path).map_err(io)?;
        let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|error| match error {
            ZipError::Io(error) if error.kind() != ErrorKind::UnexpectedEof => io(error),
            _ => bad(BackupFault::NotABackup),
        })?;
        let mut json = Vec::new();
        match zip.by_name(MANIFEST_NAME) {
            Ok(entry) if entry.size() > MOST_MANIFEST_BYTES => {
                return Err(bad(BackupFault::LongList));
            }
            Ok(entry) => entry
                .take(MOST_MANIFEST_BYTES)
                .read_to_end(&mut json)
                .map_err(|_| bad(BackupFault::Damaged { path: MANIFEST_NAME.to_owned() }))?,
            Err(_) => return Err(bad(BackupFault::NotABackup)),
        };
        let versions: Versions =
            serde_json::from_slice(&json).map_err(|_| bad(BackupFault::NotABackup))?;
        if versions.format > u64::from(FORMAT)
            || versions.schema > u64::from(migrate::known_version())
        {
            return Err(bad(BackupFault::Newer));
        }
        let manifest: BackupManifest =
            serde_json::from_slice(&json).map_err(|_| bad(BackupFault::NotABackup))?;
        drop(json);
        let mut seen = BTreeSet::new();
        for file in &manifest.files {
            if !is_inside(&file.path) || !seen.insert(&file.path) {
                return Err(bad(BackupFault::Outside { path: file.path.clone() }));
            }
        }
        if !manifest.has_database() {
            return Err(bad(BackupFault::NotABackup));
        }
        Ok(Self { path, zip, manifest })
    }

    /// Unpacks a file into `to`, which lies at `to_path`, and compares it with the list.
    pub(super) fn unpack(
        &mut self,
        file: &BackedUpFile,
        to: &mut impl Write,
        to_path: &Path,
        report: &mut Report<'_>,
    ) -> Result<()> {
        let damaged = || bad(self.path, BackupFault::Damaged { path: file.path.clone() });
        let entry = self.zip.by_name(&file.path).map_err(|_| damaged())?;
        // Never more than the list says, whatever the archive holds.
        let entry = entry.take(file.bytes.saturating_add(1));
        let unpacked = copy(entry, to, &file.path, report).map_err(|error| match error {
            CopyError::Read(_) => damaged(),
            CopyError::Write(e) => LibraryError::io(to_path, e),
            CopyError::Cancelled(cancelled) => cancelled.into(),
        })?;
        match unpacked == (file.bytes, file.sha256.clone()) {
            true => Ok(()),
            false => Err(damaged()),
        }
    }
}

pub(super) fn bad(path: &Path, fault: BackupFault) -> LibraryError {
    LibraryError::BadBackup { path: path.to_owned(), fault }
}
