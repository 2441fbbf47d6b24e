//! Registered images: normal ones for memory banks, defect images for the similarity search.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::defect_regions::region_column;
use super::file_names::parse_defect_image_name;
use super::file_store::Destination;
use super::image_file::{DecodedImage, decode_image, extension};
use super::layout::{DEFECT_FOLDER, normal_folder};
use super::products::{require_defect, require_product};
use super::rows::{code_column, now, rows};
use super::source_file::read_source;
use super::{Library, LibraryError, Registered, Result};
use fettle_domain::{
    ContentHash, DefectCode, IMAGE_EXTENSIONS, ImageId, ImageLabel, ProductCode, RegisteredImage,
};

/// A condition on the label of images.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LabelFilter {
    /// All images.
    #[default]
    Any,
    /// Normal images.
    Normal,
    /// All defect images.
    AnyDefect,
    /// Images of this defect.
    Defect(DefectCode),
}

impl Library {
    /// Copies a normal image to `data/patchCore/<product>/ok/<product>_ok_<n>.<ext>` and
    /// registers it. A file that is already in that folder is registered in place.
    ///
    /// # Errors
    /// [`LibraryError::UnknownProduct`], those of [`super::read_image`],
    /// [`LibraryError::DiskFull`], [`LibraryError::Busy`]; after an error nothing has changed.
    pub fn register_normal(
        &mut self,
        product: &ProductCode,
        path: &Path,
    ) -> Result<Registered<ImageId>> {
        require_product(&self.conn, product)?;
        self.register_image(product, &ImageLabel::Normal, path)
    }

    /// Copies a defect image to `data/def_split/<product>_<defect>_<n>.<ext>` and registers it. A
    /// file that is already there under such a name is registered in place.
    ///
    /// # Errors
    /// [`LibraryError::UnknownProduct`], [`LibraryError::UnknownDefect`], those of
    /// [`super::read_image`], [`LibraryError::DiskFull`], [`LibraryError::Busy`]; after
    /// an error nothing has changed.
    pub fn register_defect(
        &mut self,
        product: &ProductCode,
        defect: &DefectCode,
        path: &Path,
    ) -> Result<Registered<ImageId>> {
        require_defect(&self.conn, product, defect)?;
        self.register_image(product, &ImageLabel::Defect(defect.clone()), path)
    }

    fn register_image(
        &mut self,
        product: &ProductCode,
        label: &ImageLabel,
        path: &Path,
    ) -> Result<Registered<ImageId>> {
        let bytes = read_source(path)?;
        let image = decode_image(&bytes, path)?;
        let (folder, _) = folder_and_stem(product, label);
        if let Some(path) = self.path_in_folder(path, &folder) {
            let has_its_name = match label {
                ImageLabel::Normal => true,
                ImageLabel::Defect(defect) => {
                    parse_defect_image_name(&path).is_ok_and(|(p, d)| (&p, &d) == (product, defect))
                }
            };
            if has_its_name {
                return self.write(|tx| import_image(tx, product, label, &path, &image));
            }
        }
        self.store_image(product, label, &bytes, &image, name_of(path).as_deref(), |_, _| Ok(()))
    }

    /// Registers an image that has no file of its own, e.g. an entry of an archive. `name` is for
    /// messages only.
    ///
    /// # Errors
    /// As [`Self::register_normal`] and [`Self::register_defect`].
    pub fn register_image_bytes(
        &mut self,
        product: &ProductCode,
        label: &ImageLabel,
        bytes: &[u8],
        name: &Path,
    ) -> Result<Registered<ImageId>> {
        match label {
            ImageLabel::Normal => require_product(&self.conn, product)?,
            ImageLabel::Defect(defect) => require_defect(&self.conn, product, defect)?,
        }
        let image = decode_image(bytes, name)?;
        self.store_image(product, label, bytes, &image, name_of(name).as_deref(), |_, _| Ok(()))
    }

    /// Copies an image into the folder of its label and registers it. `original` is the name of the
    /// file that it comes from; `also` changes what goes with a new image, in its transaction.
    pub(crate) fn store_image(
        &mut self,
        product: &ProductCode,
        label: &ImageLabel,
        bytes: &[u8],
        image: &DecodedImage,
        original: Option<&str>,
        also: impl Fn(&Connection, ImageId) -> Result<()>,
    ) -> Result<Registered<ImageId>> {
        let (folder, stem) = folder_and_stem(product, label);
        let destination = Destination {
            folder,
            stem,
            extension: extension(image.format),
            siblings: IMAGE_EXTENSIONS,
            plain_first: false,
        };
        let registered = self.store_file(
            &destination,
            bytes,
            &image.hash,
            |conn| find_image(conn, product, label, &image.hash),
            |conn, path| {
                let id = insert_image(conn, product, label, (path, original), image)?;
                also(conn, ImageId(id))?;
                Ok(id)
            },
        )?;
        Ok(registered.map(ImageId))
    }

    /// Registered images by id, of one product or of all.
    ///
    /// # Errors
    /// A database error.
    pub fn images(
        &self,
        product: Option<&ProductCode>,
        label: &LabelFilter,
    ) -> Result<Vec<RegisteredImage>> {
        let (label_sql, defect) = match label {
            LabelFilter::Any => ("?2 IS NULL", None),
            LabelFilter::Normal => ("?2 IS NULL AND defect IS NULL", None),
            LabelFilter::AnyDefect => ("?2 IS NULL AND defect IS NOT NULL", None),
            LabelFilter::Defect(defect) => ("defect = ?2", Some(defect.as_str())),
        };
        let sql = format!(
            "SELECT * FROM images WHERE removed_at IS NULL AND (?1 IS NULL OR product = ?1)
             AND {label_sql} ORDER BY id"
        );
        rows(&self.conn, &sql, params![product.map(ProductCode::as_str), defect], read_image_row)
    }

    /// One image, also a removed one: past inspections refer to it.
    ///
    /// # Errors
    /// [`LibraryError::UnknownImage`].
    pub fn image(&self, id: ImageId) -> Result<RegisteredImage> {
        self.conn
            .query_row("SELECT * FROM images WHERE id = ?1", [id.0], read_image_row)
            .optional()?
            .ok_or(LibraryError::UnknownImage(id))
    }

    /// One registered image; `None` where there is none or it was removed.
    ///
    /// # Errors
    /// A database error.
    pub fn registered_image(&self, id: ImageId) -> Result<Option<RegisteredImage>> {
        let sql = "SELECT * FROM images WHERE id = ?1 AND removed_at IS NULL";
        Ok(self.conn.query_row(sql, [id.0], read_image_row).optional()?)
    }

    /// The registered image at this workspace path.
    ///
    /// # Errors
    /// A database error.
    pub fn registered_image_at(&self, path: &str) -> Result<Option<RegisteredImage>> {
        let sql = "SELECT * FROM images WHERE path = ?1 AND removed_at IS NULL";
        Ok(self.conn.query_row(sql, [path], read_image_row).optional()?)
    }

    /// Registered images with this content: at most one of each label.
    ///
    /// # Errors
    /// A database error.
    pub fn images_by_hash(&self, hash: &ContentHash) -> Result<Vec<RegisteredImage>> {
        let sql = "SELECT * FROM images WHERE removed_at IS NULL AND content_hash = ?1 ORDER BY id";
        rows(&self.conn, sql, [&hash.0], read_image_row)
    }

    /// Removes an image from lists and from future banks and indexes. Its row and file stay, since
    /// past inspections show them; its id and its number are never used again.
    ///
    /// # Errors
    /// [`LibraryError::UnknownImage`] where there is none or it was removed before.
    pub fn remove_image(&mut self, id: ImageId) -> Result<()> {
        self.write(|tx| remove(tx, id))
    }
}

/// Marks the row of an image as removed.
pub(crate) fn remove(tx: &Connection, id: ImageId) -> Result<()> {
    let changed = tx.execute(
        "UPDATE images SET removed_at = ?2 WHERE id = ?1 AND removed_at IS NULL",
        params![id.0, now()],
    )?;
    if changed == 1 { Ok(()) } else { Err(LibraryError::UnknownImage(id)) }
}

/// The name of a file, for people: what is no Unicode in it is replaced.
fn name_of(path: &Path) -> Option<String> {
    path.file_name().map(|name| name.to_string_lossy().into_owned())
}

/// The folder of a product's images of a label, and the start of their names.
fn folder_and_stem(product: &ProductCode, label: &ImageLabel) -> (String, String) {
    match label {
        ImageLabel::Normal => (normal_folder(product), format!("{product}_ok")),
        ImageLabel::Defect(defect) => (DEFECT_FOLDER.to_owned(), format!("{product}_{defect}")),
    }
}

/// Registers an image in place, without a copy. Product and defect type must exist.
pub(crate) fn import_image(
    tx: &Connection,
    product: &ProductCode,
    label: &ImageLabel,
    path: &str,
    image: &DecodedImage,
) -> Result<Registered<ImageId>> {
    if let Some(id) = find_image(tx, product, label, &image.hash)? {
        return Ok(Registered::Already(ImageId(id)));
    }
    // A row with this path that the search above did not find belongs to a removed image.
    if let Some((id, hash)) = image_at(tx, path)? {
        if hash != image.hash {
            return Err(LibraryError::ChangedFile { path: path.into() });
        }
        tx.execute("UPDATE images SET removed_at = NULL WHERE id = ?1", [id])?;
        return Ok(Registered::New(ImageId(id)));
    }
    insert_image(tx, product, label, (path, None), image).map(|id| Registered::New(ImageId(id)))
}

/// Id and hash of the image at a path, removed or not.
pub(crate) fn image_at(conn: &Connection, path: &str) -> Result<Option<(i64, ContentHash)>> {
    let sql = "SELECT id, content_hash FROM images WHERE path = ?1";
    let row = |row: &Row<'_>| Ok((row.get(0)?, ContentHash(row.get(1)?)));
    Ok(conn.query_row(sql, [path], row).optional()?)
}

/// Id of the registered image of a label with this content.
pub(crate) fn find_image(
    conn: &Connection,
    product: &ProductCode,
    label: &ImageLabel,
    hash: &ContentHash,
) -> Result<Option<i64>> {
    let sql = "SELECT id FROM images WHERE removed_at IS NULL AND content_hash = ?1
               AND product = ?2 AND ifnull(defect, '') = ?3";
    let defect = defect_of(label).unwrap_or_default();
    Ok(conn
        .query_row(sql, [hash.0.as_str(), product.as_str(), defect], |row| row.get(0))
        .optional()?)
}

fn insert_image(
    conn: &Connection,
    product: &ProductCode,
    label: &ImageLabel,
    (path, original): (&str, Option<&str>),
    image: &DecodedImage,
) -> Result<i64> {
    conn.execute(
        "INSERT INTO images
         (product, defect, path, content_hash, width_px, height_px, added_at, original_name)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            product.as_str(),
            defect_of(label),
            path,
            image.hash.0,
            image.width,
            image.height,
            now(),
            original,
        ],
    )?;
    Ok(conn.last_insert_rowid())
}

fn defect_of(label: &ImageLabel) -> Option<&str> {
    match label {
        ImageLabel::Normal => None,
        ImageLabel::Defect(defect) => Some(defect.as_str()),
    }
}

fn read_image_row(row: &Row<'_>) -> rusqlite::Result<RegisteredImage> {
    let label = match row.get::<_, Option<String>>("defect")? {
        None => ImageLabel::Normal,
        Some(_) => ImageLabel::Defect(code_column(row, "defect")?),
    };
    Ok(RegisteredImage {
        id: ImageId(row.get("id")?),
        product: code_column(row, "product")?,
        label,
        path: row.get("path")?,
        original_name: row.get("original_name")?,
        content_hash: ContentHash(row.get("content_hash")?),
        width_px: row.get("width_px")?,
        height_px: row.get("height_px")?,
        region: region_column(row)?,
    })
}
