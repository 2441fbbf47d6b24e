//! Copies of inspected images: `data/uploads/<start of the hash>.<extension>`. No row
//! points at them but an inspection's record, so they are simply named by content.

use std::io::ErrorKind;
use std::path::Path;

use super::image_file::{extension, image_format};
use super::inspections::record;
use super::source_file::{content_hash, read_source};
use super::store_file::{ensure_folder, sync_folder, write_temp};
use super::{DATABASE_PATH, Library, LibraryError, PATIENCE, Result, lock};
use fettle_domain::{ContentHash, Inspection};

pub(super) const FOLDER: &str = "data/uploads";

/// Where the copy is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredUpload {
    /// Relative to the workspace, with `/`.
    pub path: String,
    /// Hash of the bytes.
    pub content_hash: ContentHash,
}

impl Library {
    /// Keeps the bytes of an inspected image, once, however often it is inspected.
    ///
    /// # Errors
    /// [`LibraryError::EmptyFile`] and [`LibraryError::NotAnImage`] by the first bytes
    /// (decode before: [`super::decode_image`]), [`LibraryError::DiskFull`],
    /// [`LibraryError::Io`].
    pub fn store_upload(&self, bytes: &[u8]) -> Result<StoredUpload> {
        let _placing = lock::shared(&self.lock, &self.root.join(DATABASE_PATH), PATIENCE)?;
        store(&self.root, bytes)
    }

    /// Keeps the bytes of an inspected image and records its inspection, which gets `image_path`
    /// and `id`. Nobody tidies the image away in between.
    ///
    /// # Errors
    /// As [`Self::store_upload`] and [`Self::record_inspection`].
    pub fn keep_inspection(&mut self, inspection: &mut Inspection, bytes: &[u8]) -> Result<()> {
        let _placing = lock::shared(&self.lock, &self.root.join(DATABASE_PATH), PATIENCE)?;
        inspection.image_path = Some(store(&self.root, bytes)?.path);
        inspection.id = Some(record(&mut self.conn, inspection)?);
        Ok(())
    }
}

/// The caller holds the lock for placing files.
fn store(root: &Path, bytes: &[u8]) -> Result<StoredUpload> {
    let name = Path::new(FOLDER);
    if bytes.is_empty() {
        return Err(LibraryError::EmptyFile { path: name.to_owned() });
    }
    let extension = extension(image_format(bytes, name)?);
    let hash = content_hash(bytes);
    let folder = ensure_folder(root, FOLDER)?;
    // A longer start of the hash where a shorter one is taken by other bytes.
    for digits in [16, 32, 64] {
        let start: String = hash.0.chars().take(digits).collect();
        let name = format!("{start}.{extension}");
        let target = folder.join(&name);
        let stored = StoredUpload { path: format!("{FOLDER}/{name}"), content_hash: hash.clone() };
        if target.symlink_metadata().is_err() {
            match write_temp(&folder, bytes)?.persist_noclobber(&target) {
                Ok(_) => {
                    sync_folder(&folder)?;
                    return Ok(stored);
                }
                // Another process was faster; what it wrote is looked at below.
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
