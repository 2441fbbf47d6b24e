//! Registration of manuals. A changed manual is registered as a new version and replaces the old
//! one.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};

use super::file_store::Destination;
use super::layout::MANUAL_FOLDER;
use super::manual_texts::{ReadText, insert_text, text_to_json};
use super::manual_versions::read_manual_row;
use super::products::require_product;
use super::rows::now;
use super::source_file::{content_hash, read_source};
use super::{Library, LibraryError, Registered, Result};
use fettle_domain::{ContentHash, ManualFormat, ManualId, ProductCode, normal_form};

impl Library {
    /// Copies a manual to `manual_store/<product>_manual[_<n>].<extension>` and registers it
    /// without a text. A file that is already in that folder is registered in place.
    ///
    /// A file with other content than a manual in force, but its name (or, in the folder, its path)
    /// is the manual's new version and replaces it.
    ///
    /// # Errors
    /// [`LibraryError::UnknownProduct`], [`LibraryError::NotAManual`],
    /// [`LibraryError::EmptyFile`], [`LibraryError::DiskFull`], [`LibraryError::Io`]; after an
    /// error nothing has changed.
    pub fn register_manual(
        &mut self,
        product: &ProductCode,
        path: &Path,
    ) -> Result<Registered<ManualId>> {
        self.register_and(product, path, &read_source(path)?, |_, _| Ok(()))
    }

    /// Copies a manual to `manual_store/<product>_manual[_<n>].<extension>` and registers it
    /// together with its parsed text: both or neither. `bytes` are the contents of `path`. A file
    /// that is already in that folder is registered in place.
    ///
    /// A file with other content than a manual in force, but its name (or, in the folder, its path)
    /// is the manual's new version and replaces it.
    ///
    /// # Errors
    /// [`LibraryError::UnknownProduct`], [`LibraryError::NotAManual`],
    /// [`LibraryError::EmptyFile`], [`LibraryError::DiskFull`], [`LibraryError::Io`],
    /// [`LibraryError::BadRecord`]; after an error nothing has changed.
    pub fn register_parsed_manual(
        &mut self,
        product: &ProductCode,
        path: &Path,
        bytes: &[u8],
        read: ReadText<'_>,
    ) -> Result<Registered<ManualId>> {
        let hash = content_hash(bytes);
        let json = text_to_json(ManualId(0), read.text)?;
        let save = |conn: &Connection, id| insert_text(conn, id, &hash, &read, &json);
        self.register_and(product, path, bytes, save)
    }

    /// Registers a manual, and runs `also` with its id in the same transaction; `also` runs for a
    /// manual that was registered before, too.
    fn register_and(
        &mut self,
        product: &ProductCode,
        path: &Path,
        bytes: &[u8],
        also: impl Fn(&Connection, ManualId) -> Result<()>,
    ) -> Result<Registered<ManualId>> {
        require_product(&self.conn, product)?;
        let format = detect_format(path, bytes)?;
        let hash = content_hash(bytes);
        if let Some(path) = self.path_in_folder(path, MANUAL_FOLDER) {
            return self.write(|tx| {
                let registered = import_manual(tx, product, &path, &hash)?;
                also(tx, registered.id())?;
                Ok(registered)
            });
        }
        // A Mac's copy of a manual is the same manual.
        let name = normal_form(&path.file_name().unwrap_or_default().to_string_lossy());
        let destination = Destination {
            folder: MANUAL_FOLDER.to_owned(),
            stem: format!("{product}_manual"),
            extension: format.extension(),
            siblings: &[],
            plain_first: true,
        };
        let registered = self.store_file(
            &destination,
            bytes,
            &hash,
            |conn| find_manual(conn, product, &hash),
            |conn, path| {
                let id = insert_manual(conn, product, path, &name, &hash)?;
                also(conn, ManualId(id))?;
                Ok(id)
            },
        )?;
        let registered = registered.map(ManualId);
        if let Registered::Already(id) = registered {
            self.write(|tx| also(tx, id))?;
        }
        Ok(registered)
    }

    /// Registers the new content of a manual's file, which somebody overwrote, as the next version
    /// of the manual, together with its parsed text.
    ///
    /// # Errors
    /// [`LibraryError::UnknownManual`] where the manual is not in force any more,
    /// [`LibraryError::BadRecord`]; after an error nothing has changed.
    pub fn register_overwritten_manual(
        &mut self,
        id: ManualId,
        hash: &ContentHash,
        read: ReadText<'_>,
    ) -> Result<Registered<ManualId>> {
        let json = text_to_json(id, read.text)?;
        self.write(|tx| {
            let sql = "SELECT * FROM manuals WHERE id = ?1 AND replaced_at IS NULL";
            let old = tx.query_row(sql, [id.0], read_manual_row).optional()?;
            let old = old.ok_or(LibraryError::UnknownManual(id))?;
            let name: String =
                tx.query_row("SELECT original_name FROM manuals WHERE id = ?1", [id.0], |row| {
                    row.get(0)
                })?;
            // Where another manual in force has the same content, the overwritten one is only
            // replaced.
            let new = match find_manual(tx, &old.product, hash)? {
                Some(same) => {
                    let sql = "UPDATE manuals SET replaced_at = ?2 WHERE id = ?1";
                    tx.execute(sql, params![id.0, now()])?;
                    Registered::Already(ManualId(same))
                }
                None => {
                    let new = insert_manual(tx, &old.product, &old.path, &name, hash)?;
                    Registered::New(ManualId(new))
                }
            };
            insert_text(tx, new.id(), hash, &read, &json)?;
            Ok(new)
        })
    }

    /// Puts a manual out of force without a replacement.
    ///
    /// # Errors
    /// [`LibraryError::UnknownManual`] where no manual in force has this id.
    pub fn remove_manual(&mut self, id: ManualId) -> Result<()> {
        self.write(|tx| {
            let changed = tx.execute(
                "UPDATE manuals SET replaced_at = ?2 WHERE id = ?1 AND replaced_at IS NULL",
                params![id.0, now()],
            )?;
            if changed == 1 { Ok(()) } else { Err(LibraryError::UnknownManual(id)) }
        })
    }

    /// Undoes a registration: puts a manual out of force, and the manuals that it `replaced` back
    /// into force.
    ///
    /// # Errors
    /// [`LibraryError::ManualReplaced`] where the manual is not in force any more, or the file of a
    /// replaced one is missing or changed; after an error nothing has changed.
    pub fn undo_manual_registration(&mut self, id: ManualId, replaced: &[ManualId]) -> Result<()> {
        for before in replaced {
            let manual = self.manual(*before)?;
            let is_there = read_source(&self.absolute(&manual.path))
                .is_ok_and(|bytes| content_hash(&bytes) == manual.content_hash);
            if !is_there {
                return Err(LibraryError::ManualReplaced(id));
            }
        }
        self.write(|tx| {
            let sql = "UPDATE manuals SET replaced_at = ?2 WHERE id = ?1 AND replaced_at IS NULL";
            if tx.execute(sql, params![id.0, now()])? == 0 {
                return Err(LibraryError::ManualReplaced(id));
            }
            for before in replaced {
                tx.execute("UPDATE manuals SET replaced_at = NULL WHERE id = ?1", [before.0])?;
            }
            Ok(())
        })
    }
}

/// The format of a manual.
fn detect_format(path: &Path, bytes: &[u8]) -> Result<ManualFormat> {
    ManualFormat::detect(&path.to_string_lossy(), bytes)
        .ok_or_else(|| LibraryError::NotAManual { path: path.to_owned() })
}

/// The hash of a manual's file, whose format is checked.
pub(crate) fn read_manual_hash(path: &Path) -> Result<ContentHash> {
    let bytes = read_source(path)?;
    detect_format(path, &bytes)?;
    Ok(content_hash(&bytes))
}

/// Registers a manual in place, without a copy.
pub(crate) fn import_manual(
    tx: &Connection,
    product: &ProductCode,
    path: &str,
    hash: &ContentHash,
) -> Result<Registered<ManualId>> {
    if let Some(id) = find_manual(tx, product, hash)? {
        return Ok(Registered::Already(ManualId(id)));
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    insert_manual(tx, product, path, name, hash).map(|id| Registered::New(ManualId(id)))
}

/// Whether a file with this content is or was registered at this path.
pub(crate) fn is_known_manual_file(
    conn: &Connection,
    path: &str,
    hash: &ContentHash,
) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM manuals WHERE path = ?1 AND content_hash = ?2)";
    Ok(conn.query_row(sql, [path, hash.0.as_str()], |row| row.get(0))?)
}

/// Id of the manual in force with this content.
fn find_manual(
    conn: &Connection,
    product: &ProductCode,
    hash: &ContentHash,
) -> Result<Option<i64>> {
    let sql = "SELECT id FROM manuals
               WHERE product = ?1 AND content_hash = ?2 AND replaced_at IS NULL";
    Ok(conn.query_row(sql, [product.as_str(), hash.0.as_str()], |row| row.get(0)).optional()?)
}

/// Inserts a manual and replaces the one in force with its path or its name.
fn insert_manual(
    conn: &Connection,
    product: &ProductCode,
    path: &str,
    original_name: &str,
    hash: &ContentHash,
) -> Result<i64> {
    conn.execute(
        "UPDATE manuals SET replaced_at = ?4 WHERE replaced_at IS NULL
         AND (path = ?3 OR (product = ?1 AND original_name = ?2))",
        params![product.as_str(), original_name, path, now()],
    )?;
    conn.execute(
        "INSERT INTO manuals (product, path, original_name, content_hash, added_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![product.as_str(), path, original_name, hash.0, now()],
    )?;
    Ok(conn.last_insert_rowid())
}
