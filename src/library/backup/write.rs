//! The second step of a backup: the linked files in one archive, read back.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::manifest::{FORMAT, MANIFEST_NAME};
use super::read::verify_backup;
use super::{BackedUpFile, BackupManifest, StagedBackup};
use crate::durable_file::sync_folder;
use crate::layout::DATABASE_PATH;
use crate::{LibraryError, Result};
use fettle_domain::{ContentHash, Progress, ProgressSink};

/// Bytes copied between two reports of progress.
pub(super) const BLOCK_BYTES: usize = 1 << 20;

impl StagedBackup {
    /// Writes the backup to a file, which it replaces once the backup was read back, byte by byte.
    ///
    /// # Errors
    /// [`LibraryError::Io`], [`LibraryError::DiskFull`], [`LibraryError::BadBackup`] where what was
    /// read back differs, [`LibraryError::Cancelled`].
    pub fn write(&self, to: &Path, progress: &dyn ProgressSink) -> Result<BackupManifest> {
        let io = |e| LibraryError::io(to, e);
        let folder = match to.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let temp = tempfile::Builder::new()
            .prefix(".fettle-")
            .suffix(".part")
            .tempfile_in(folder)
            .map_err(io)?;
        let mut zip = ZipWriter::new(BufWriter::new(temp.as_file()));
        let mut manifest = BackupManifest {
            format: FORMAT,
            schema: self.schema,
            created_at: self.created_at.clone(),
            files: Vec::new(),
            missing: self.missing.clone(),
        };
        let mut report =
            Report { progress, done: 0, total: self.bytes(), step: "progress-back-up" };
        for path in &self.files {
            zip.start_file(path.as_str(), options(path)).map_err(|e| io(e.into()))?;
            let from = self.folder.path().join(path);
            let file = File::open(&from).map_err(|e| LibraryError::io(&from, e))?;
            let (bytes, sha256) = copy(file, &mut zip, path, &mut report).map_err(|e| match e {
                CopyError::Read(e) => LibraryError::io(&from, e),
                CopyError::Write(e) => io(e),
                CopyError::Cancelled(cancelled) => cancelled.into(),
            })?;
            manifest.files.push(BackedUpFile { path: path.clone(), bytes, sha256 });
        }
        let json = serde_json::to_vec_pretty(&manifest)
            .map_err(|source| LibraryError::BadRecord { what: MANIFEST_NAME.to_owned(), source })?;
        zip.start_file(MANIFEST_NAME, options(DATABASE_PATH)).map_err(|e| io(e.into()))?;
        zip.write_all(&json).map_err(io)?;
        let mut writer = zip.finish().map_err(|e| io(e.into()))?;
        writer.flush().map_err(io)?;
        drop(writer);
        temp.as_file().sync_all().map_err(io)?;
        verify_backup(temp.path(), progress)?;
        temp.persist(to).map_err(|e| io(e.error))?;
        sync_folder(folder)?;
        Ok(manifest)
    }

    /// Bytes of all files together; what cannot be read fails when it is written.
    fn bytes(&self) -> u64 {
        let size = |path: &String| {
            std::fs::metadata(self.folder.path().join(path)).map_or(0, |found| found.len())
        };
        self.files.iter().map(size).fold(0, u64::saturating_add)
    }
}

/// Pictures, weights and archives are stored as they are; texts and the database are compressed.
fn options(path: &str) -> SimpleFileOptions {
    let compressed = path.ends_with(".db") || path.ends_with(".json") || path.ends_with(".txt");
    let method = match compressed {
        true => CompressionMethod::Deflated,
        false => CompressionMethod::Stored,
    };
    SimpleFileOptions::default().compression_method(method).large_file(true)
}

/// Progress in bytes over several files.
pub(super) struct Report<'a> {
    pub(super) progress: &'a dyn ProgressSink,
    pub(super) done: u64,
    pub(super) total: u64,
    pub(super) step: &'static str,
}

impl Report<'_> {
    fn add(&mut self, bytes: usize, path: &str) {
        self.done = self.done.saturating_add(bytes as u64);
        self.progress.report(Progress {
            step: self.step,
            subject: path.to_owned(),
            done: self.done,
            total: Some(self.total),
        });
    }
}

pub(super) enum CopyError {
    Read(std::io::Error),
    Write(std::io::Error),
    Cancelled(fettle_domain::Cancelled),
}

/// Copies all bytes and returns their number and SHA-256.
pub(super) fn copy(
    mut from: impl Read,
    to: &mut impl Write,
    path: &str,
    report: &mut Report<'_>,
) -> Result<(u64, ContentHash), CopyError> {
    let mut block = vec![0; BLOCK_BYTES];
    let (mut bytes, mut hash) = (0, Sha256::new());
    loop {
        report.progress.check().map_err(CopyError::Cancelled)?;
        let read = from.read(&mut block).map_err(CopyError::Read)?;
        let Some(part) = block.get(..read).filter(|part| !part.is_empty()) else { break };
        hash.update(part);
        to.write_all(part).map_err(CopyError::Write)?;
        bytes += read as u64;
        report.add(read, path);
    }
    Ok((bytes, ContentHash(hex::encode(hash.finalize()))))
}
