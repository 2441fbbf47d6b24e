//! The second step of a backup: the linked files in one archive, read back.

use std::fs::File;
use std::io::{BufWriter, Seek, Write};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::hashed_copy::{CopyError, Report, copy};
use super::manifest::{FORMAT, MANIFEST_NAME};
use super::read::verify_backup;
use super::{BackedUpFile, BackupManifest, StagedBackup};
use crate::layout::DATABASE_PATH;
use crate::{LibraryError, Result};
use fettle_domain::ProgressSink;
use fettle_system::AtomicFile;

impl StagedBackup {
    /// Writes the backup to a file, which it replaces once the backup was read back, byte by byte.
    ///
    /// # Errors
    /// [`LibraryError::Io`], [`LibraryError::DiskFull`], [`LibraryError::BadBackup`] where what was
    /// read back differs, [`LibraryError::Cancelled`].
    pub fn write(&self, to: &Path, progress: &dyn ProgressSink) -> Result<BackupManifest> {
        let io = |e| LibraryError::io(to, e);
        // What a backup left there that was killed.
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
        AtomicFile::sweep(folder.unwrap_or(Path::new("."))).map_err(io)?;
        let mut temp = AtomicFile::create(to).map_err(io)?;
        let mut zip = ZipWriter::new(BufWriter::new(temp.file_mut()));
        let manifest = match self.write_files(&mut zip, to, progress) {
            Ok(manifest) => manifest,
            Err(error) => {
                // Dropped, it would try to end the archive, and tell the terminal that it cannot.
                std::mem::forget(zip);
                return Err(error);
            }
        };
        let mut writer = zip.finish().map_err(|e| io(e.into()))?;
        writer.flush().map_err(io)?;
        drop(writer);
        temp.file_mut().sync_all().map_err(io)?;
        verify_backup(temp.unfinished_path(), progress)?;
        temp.commit().map_err(io)?;
        Ok(manifest)
    }

    /// Writes the files and their list.
    fn write_files(
        &self,
        zip: &mut ZipWriter<impl Write + Seek>,
        to: &Path,
        progress: &dyn ProgressSink,
    ) -> Result<BackupManifest> {
        let io = |e| LibraryError::io(to, e);
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
            let (bytes, sha256) = copy(file, zip, path, &mut report).map_err(|e| match e {
                CopyError::Read(e) => LibraryError::io(&from, e),
                CopyError::Write(e) => io(e),
                CopyError::Cancelled(cancelled) => cancelled.into(),
            })?;
            manifest.files.push(BackedUpFile { path: path.clone(), bytes, sha256 });
        }
        let json = serde_json::to_vec(&manifest)
            .map_err(|source| LibraryError::BadRecord { what: MANIFEST_NAME.to_owned(), source })?;
        zip.start_file(MANIFEST_NAME, options(DATABASE_PATH)).map_err(|e| io(e.into()))?;
        zip.write_all(&json).map_err(io)?;
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
