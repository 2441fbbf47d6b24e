//! Copies of inspected images: `data/uploads/<start of the hash>.<extension>`. Only inspections
//! refer to the copies, so that a copy is named by its content.

use std::io::ErrorKind;
use std::path::Path;

use rusqlite::params;

use super::durable_file::{ensure_folder, sync_folder, write_temp};
use super::failpoint::{Failpoint, reached};
use super::image_file::{extension, image_format};
use super::inspections::record;
use super::layout::{DATABASE_PATH, UPLOAD_FOLDER};
use super::lock::{self, LOCK_TIMEOUT};
use super::rows::now;
use super::source_file::{content_hash, read_source};
use super::{Library, LibraryError, Result};
use fettle_domain::{ContentHash, Inspection};

/// A stored copy of an inspected image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredUpload {
    /// The file, relative to the workspace, with `/`.
    pub path: String,
    /// Hash of the bytes.
    pub content_hash: ContentHash,
}

impl Library {
    /// Stores the bytes of an inspected image, once however often the image is inspected.
    ///
    /// # Errors
    /// [`LibraryError::EmptyFile`]; [`LibraryError::NotAnImage`] by the first bytes (the caller
    /// decodes the image before, with [`super::decode_image`]); [`LibraryError::DiskFull`],
    /// [`LibraryError::Io`].
    pub fn store_upload(&self, bytes: &[u8]) -> Result<StoredUpload> {
        let _guard = lock::shared(&self.lock, &self.root.join(DATABASE_PATH), LOCK_TIMEOUT)?;
        store(&self.root, bytes, |_, _| Ok(()))
    }

    /// Stores the bytes of an inspected image and records the inspection, setting its `image_path`
    /// and `id`. The lock keeps other processes from deleting the image in between.
    ///
    /// # Errors
    /// As [`Self::store_upload`] and [`Self::record_inspection`].
    pub fn record_with_image(&mut self, inspection: &mut Inspection, bytes: &[u8]) -> Result<()> {
        let _guard = lock::shared(&self.lock, &self.root.join(DATABASE_PATH), LOCK_TIMEOUT)?;
        let conn = &mut self.conn;
        // Noted before it is there: a crash before the record leaves a note, and recovery removes
        // the file that nothing refers to.
        let note = |path: &str, hash: &ContentHash| {
            conn.execute(
                "INSERT OR IGNORE INTO placements (path, content_hash, begun_at)
                 VALUES (?1, ?2, ?3)",
                params![path, hash.0, now()],
            )?;
            Ok(())
        };
        let stored = store(&self.root, bytes, note)?;
        reached(Failpoint::Renamed)?;
        inspection.image_path = Some(stored.path.clone());
        inspection.id = Some(record(&mut self.conn, inspection)?);
        self.conn.execute("DELETE FROM placements WHERE path = ?1", [&stored.path])?;
        Ok(())
    }
}

/// Stores the bytes; `note` is told of a new file before it has its name. The caller holds the shared
/// lock.
fn store(
    root: &Path,
    bytes: &[u8],
    mut note: impl FnMut(&str, &ContentHash) -> Result<()>,
) -> Result<StoredUpload> {
    let name = Path::new(UPLOAD_FOLDER);
    if bytes.is_empty() {
        return Err(LibraryError::EmptyFile { path: name.to_owned() });
    }
    let extension = extension(image_format(bytes, name)?);
    let hash = content_hash(bytes);
    let folder = ensure_folder(root, UPLOAD_FOLDER)?;
    // A longer start of the hash where other bytes have the name of a shorter one.
    for digits in [16, 32, 64] {
        let start: String = hash.0.chars().take(digits).collect();
        let name = format!("{start}.{extension}");
        let target = folder.join(&name);
        let stored =
            StoredUpload { path: format!("{UPLOAD_FOLDER}/{name}"), content_hash: hash.clone() };
        if target.symlink_metadata().is_err() {
            let temp = write_temp(&folder, bytes)?;
            note(&stored.path, &hash)?;
            match temp.persist_noclobber(&target) {
                Ok(_) => {
                    sync_folder(&folder)?;
                    return Ok(stored);
                }
                // Another process was faster; its file is compared below.
                Err(refused) if refused.error.kind() == ErrorKind::AlreadyExists => {}
                Err(refused) => return Err(LibraryError::io(&target, refused.error)),
            }
        }
        if read_source(&target).is_ok_and(|there| there == bytes) {
            return Ok(stored);
        }
    }
    let taken = std::io::Error::new(ErrorKind::AlreadyExists, "other bytes have this name");
    Err(LibraryError::io(&folder.join(format!("{hash}.{extension}")), taken))
}
