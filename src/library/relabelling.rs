//! Images under another label.

use std::path::Path;

use rusqlite::{Connection, params};

use super::image_file::decode_image;
use super::products::{require_defect, require_product};
use super::source_file::read_source;
use super::{Library, LibraryError, Registered, Result, images};
use fettle_domain::{ImageId, ImageLabel};

impl Library {
    /// Registers an image of the library once more, under another label of its product, and removes it
    /// under its present one: a file's name says its label, and past inspections cite the old file. A
    /// marked region goes along to another defect. Returns the image under the new label.
    ///
    /// # Errors
    /// [`LibraryError::UnknownImage`], [`LibraryError::UnknownDefect`], those of
    /// [`super::read_image`], [`LibraryError::DiskFull`]; after an error the image has its old label.
    pub fn relabel_image(
        &mut self,
        id: ImageId,
        label: &ImageLabel,
    ) -> Result<Registered<ImageId>> {
        let image = self.registered_image(id)?.ok_or(LibraryError::UnknownImage(id))?;
        if image.label == *label {
            return Ok(Registered::Already(id));
        }
        match label {
            ImageLabel::Normal => require_product(&self.conn, &image.product)?,
            ImageLabel::Defect(defect) => require_defect(&self.conn, &image.product, defect)?,
        }
        let path = self.absolute(&image.path);
        let bytes = read_source(&path)?;
        let decoded = decode_image(&bytes, &path)?;
        let own = Path::new(&image.path).file_name().map(|name| name.to_string_lossy());
        let original = image.original_name.as_deref().or(own.as_deref());
        // One transaction: an error leaves neither two images nor none.
        let replace = |tx: &Connection, new: ImageId| {
            if *label != ImageLabel::Normal {
                tx.execute(
                    "UPDATE images SET region = (SELECT region FROM images WHERE id = ?2),
                         region_changes = region_changes + 1
                     WHERE id = ?1 AND EXISTS
                         (SELECT 1 FROM images WHERE id = ?2 AND region IS NOT NULL)",
                    params![new.0, id.0],
                )?;
            }
            images::remove(tx, id)
        };
        let registered =
            self.store_image(&image.product, label, &bytes, &decoded, original, replace)?;
        if let Registered::Already(_) = registered {
            self.remove_image(id)?;
        }
        Ok(registered)
    }

    /// Lists a removed image again. `false` where it is listed, or where the same picture is
    /// registered under its label.
    ///
    /// # Errors
    /// A database error.
    pub fn restore_image(&mut self, id: ImageId) -> Result<bool> {
        self.write(|tx| {
            let sql = "UPDATE OR IGNORE images SET removed_at = NULL
                       WHERE id = ?1 AND removed_at IS NOT NULL";
            Ok(tx.execute(sql, params![id.0])? == 1)
        })
    }
}
