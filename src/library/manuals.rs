//! Manuals and what was read from them. A changed manual is a new version; the old
//! row and its text stay, so that a report can go on citing them.

use std::collections::HashMap;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;

use super::products::require_product;
use super::source_file::{content_hash, read_source};
use super::store_file::Destination;
use super::{Library, LibraryError, Registered, Result, code_column, now, rows};
use fettle_domain::{
    ContentHash, ManualFormat, ManualId, ManualText, ProductCode, RegisteredManual,
};

/// Folder of the manuals.
pub(super) const MANUAL_FOLDER: &str = "manual_store";

/// One version of a manual.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ManualVersion {
    /// The manual.
    pub manual: RegisteredManual,
    /// When it was registered, RFC 3339.
    pub added_at: String,
    /// When a newer version or nothing took its place, RFC 3339; `None`: in force. A
    /// replaced manual's path may hold the newer file: its content hash tells.
    pub replaced_at: Option<String>,
}

/// What was read from one version of a manual.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredManualText {
    /// The text.
    pub text: ManualText,
    /// Which version of the parser read it.
    pub parser_version: u32,
    /// Hash of the file it was read from.
    pub content_hash: ContentHash,
    /// When, RFC 3339.
    pub saved_at: String,
}

impl Library {
    /// Copies a manual to `manual_store/<product>_manual[_<n>].<ending>` and registers it. A
    /// file that is in that folder already is registered where it is.
    ///
    /// A file with the name (or, in the folder, the path) of a manual in force and other
    /// content is its new version and replaces it.
    ///
    /// # Errors
    /// [`LibraryError::UnknownProduct`], [`LibraryError::NotAManual`],
    /// [`LibraryError::EmptyFile`], [`LibraryError::DiskFull`], [`LibraryError::Io`]; nothing
    /// was changed then.
    pub fn register_manual(
        &mut self,
        product: &ProductCode,
        path: &Path,
    ) -> Result<Registered<ManualId>> {
        self.register_manual_as(product, path, &read_source(path)?, |_, _| Ok(()))
    }

    /// As [`Self::register_manual`], of a file that was read already: `bytes` are those of
    /// `path`, and `text` is what they say. Manual and text appear together.
    ///
    /// # Errors
    /// As [`Self::register_manual`], and [`LibraryError::BadRecord`].
    pub fn register_read_manual(
        &mut self,
        product: &ProductCode,
        path: &Path,
        bytes: &[u8],
        (parser_version, text): (u32, &ManualText),
    ) -> Result<Registered<ManualId>> {
        let hash = content_hash(bytes);
        let json = json_of(ManualId(0), text)?;
        let save = |conn: &Connection, id| save_text(conn, id, &hash, parser_version, &json);
        self.register_manual_as(product, path, bytes, save)
    }

    /// `also` is done with the manual's id in the transaction that registers it, or finds that
    /// it is registered.
    fn register_manual_as(
        &mut self,
        product: &ProductCode,
        path: &Path,
        bytes: &[u8],
        also: impl Fn(&Connection, ManualId) -> Result<()>,
    ) -> Result<Registered<ManualId>> {
        require_product(&self.conn, product)?;
        let format = format_of(path, bytes)?;
        let hash = content_hash(bytes);
        if let Some(path) = self.in_place(path, MANUAL_FOLDER) {
            return self.write(|tx| {
                let registered = import_manual(tx, product, &path, &hash)?;
                also(tx, registered.id())?;
                Ok(registered)
            });
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        let destination = Destination {
            folder: MANUAL_FOLDER.to_owned(),
            stem: format!("{product}_manual"),
            extension: format.ending(),
            siblings: &[],
            plain_first: true,
        };
        let registered = self.place(
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

    /// Registers what somebody has written over the file of a manual in force as its next
    /// version, with what it says.
    ///
    /// # Errors
    /// [`LibraryError::UnknownManual`] where the manual is not in force any more,
    /// [`LibraryError::BadRecord`]; nothing was changed then.
    pub fn renew_manual(
        &mut self,
        id: ManualId,
        hash: &ContentHash,
        (parser_version, text): (u32, &ManualText),
    ) -> Result<Registered<ManualId>> {
        let json = json_of(id, text)?;
        self.write(|tx| {
            let sql = "SELECT * FROM manuals WHERE id = ?1 AND replaced_at IS NULL";
            let old = tx.query_row(sql, [id.0], read_manual_row).optional()?;
            let old = old.ok_or(LibraryError::UnknownManual(id))?;
            let name: String =
                tx.query_row("SELECT original_name FROM manuals WHERE id = ?1", [id.0], |row| {
                    row.get(0)
                })?;
            // The same content is in force under another name: one of them is enough.
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
            save_text(tx, new.id(), hash, parser_version, &json)?;
            Ok(new)
        })
    }

    /// The manuals in force of one product, oldest first.
    ///
    /// # Errors
    /// A database error.
    pub fn manuals(&self, product: &ProductCode) -> Result<Vec<RegisteredManual>> {
        let sql = "SELECT * FROM manuals WHERE product = ?1 AND replaced_at IS NULL ORDER BY id";
        rows(&self.conn, sql, [product.as_str()], read_manual_row)
    }

    /// All manuals a product ever had, oldest first.
    ///
    /// # Errors
    /// A database error.
    pub fn manual_versions(&self, product: &ProductCode) -> Result<Vec<ManualVersion>> {
        let sql = "SELECT * FROM manuals WHERE product = ?1 ORDER BY id";
        rows(&self.conn, sql, [product.as_str()], read_version_row)
    }

    /// One version of a manual, in force or not.
    ///
    /// # Errors
    /// [`LibraryError::UnknownManual`].
    pub fn manual_version(&self, id: ManualId) -> Result<ManualVersion> {
        self.conn
            .query_row("SELECT * FROM manuals WHERE id = ?1", [id.0], read_version_row)
            .optional()?
            .ok_or(LibraryError::UnknownManual(id))
    }

    /// How many inspections cite each manual; those that none cites are not in it.
    ///
    /// # Errors
    /// A database error.
    pub fn manual_citations(&self) -> Result<HashMap<ManualId, usize>> {
        let sql = "SELECT json_extract(record, '$.manual.result.manual') AS manual, count(*)
                   FROM inspections WHERE json_valid(record) GROUP BY manual
                   HAVING typeof(manual) = 'integer'";
        let counted = rows(&self.conn, sql, [], |row| {
            let count: i64 = row.get(1)?;
            Ok((ManualId(row.get(0)?), usize::try_from(count).unwrap_or(0)))
        })?;
        Ok(counted.into_iter().collect())
    }

    /// One manual, in force or not.
    ///
    /// # Errors
    /// [`LibraryError::UnknownManual`].
    pub fn manual(&self, id: ManualId) -> Result<RegisteredManual> {
        self.conn
            .query_row("SELECT * FROM manuals WHERE id = ?1", [id.0], read_manual_row)
            .optional()?
            .ok_or(LibraryError::UnknownManual(id))
    }

    /// Puts a manual out of force without another in its place.
    ///
    /// # Errors
    /// [`LibraryError::UnknownManual`] when there is none in force with this id.
    pub fn remove_manual(&mut self, id: ManualId) -> Result<()> {
        self.write(|tx| {
            let changed = tx.execute(
                "UPDATE manuals SET replaced_at = ?2 WHERE id = ?1 AND replaced_at IS NULL",
                params![id.0, now()],
            )?;
            if changed == 1 { Ok(()) } else { Err(LibraryError::UnknownManual(id)) }
        })
    }

    /// Undoes a registration: puts a manual out of force, and those that it had replaced back
    /// into force.
    ///
    /// # Errors
    /// [`LibraryError::ManualReplaced`] when it is not in force any more, or the file of one that
    /// it replaced is not what it was; nothing was changed then.
    pub fn take_back_manual(&mut self, id: ManualId, replaced: &[ManualId]) -> Result<()> {
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

    /// Keeps what was read from a manual. Earlier texts stay; the same text again is
    /// not kept twice.
    ///
    /// # Errors
    /// [`LibraryError::UnknownManual`], [`LibraryError::BadRecord`].
    pub fn save_manual_text(
        &mut self,
        id: ManualId,
        parser_version: u32,
        text: &ManualText,
    ) -> Result<()> {
        let manual = self.manual(id)?;
        let json = json_of(id, text)?;
        self.write(|tx| save_text(tx, id, &manual.content_hash, parser_version, &json))
    }

    /// What was read from a manual last; `None` when it was never read.
    ///
    /// # Errors
    /// [`LibraryError::BadRecord`].
    pub fn manual_text(&self, id: ManualId) -> Result<Option<StoredManualText>> {
        Ok(self.manual_texts(id)?.pop())
    }

    /// Everything ever read from a manual, oldest first.
    ///
    /// # Errors
    /// [`LibraryError::BadRecord`].
    pub fn manual_texts(&self, id: ManualId) -> Result<Vec<StoredManualText>> {
        let sql = "SELECT * FROM manual_texts WHERE manual = ?1 ORDER BY id";
        let stored = rows(&self.conn, sql, [id.0], |row| {
            let json: String = row.get("text")?;
            let version: u32 = row.get("parser_version")?;
            let hash = ContentHash(row.get("content_hash")?);
            Ok((json, version, hash, row.get("saved_at")?))
        })?;
        stored
            .into_iter()
            .map(|(json, parser_version, content_hash, saved_at)| {
                let text = serde_json::from_str(&json).map_err(|e| bad_text(id, e))?;
                Ok(StoredManualText { text, parser_version, content_hash, saved_at })
            })
            .collect()
    }
}

fn bad_text(id: ManualId, source: serde_json::Error) -> LibraryError {
    LibraryError::BadRecord { what: format!("text of manual {id}"), source }
}

fn json_of(id: ManualId, text: &ManualText) -> Result<String> {
    serde_json::to_string(text).map_err(|error| bad_text(id, error))
}

/// Keeps a text, unless it is the last one kept.
fn save_text(
    conn: &Connection,
    id: ManualId,
    hash: &ContentHash,
    parser_version: u32,
    json: &str,
) -> Result<()> {
    conn.execute(
        "INSERT INTO manual_texts (manual, content_hash, parser_version, text, saved_at)
         SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS (
             SELECT 1 FROM (SELECT * FROM manual_texts WHERE manual = ?1
                            ORDER BY id DESC LIMIT 1)
             WHERE parser_version = ?3 AND text = ?4)",
        params![id.0, hash.0, parser_version, json, now()],
    )?;
    Ok(())
}

/// What kind of manual this is.
fn format_of(path: &Path, bytes: &[u8]) -> Result<ManualFormat> {
    ManualFormat::of(&path.to_string_lossy(), bytes)
        .ok_or_else(|| LibraryError::NotAManual { path: path.to_owned() })
}

/// Reads a manual's hash and makes sure that it may be one.
pub(super) fn read_manual(path: &Path) -> Result<ContentHash> {
    let bytes = read_source(path)?;
    format_of(path, &bytes)?;
    Ok(content_hash(&bytes))
}

/// Registers a manual where it is, without a copy.
pub(super) fn import_manual(
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

/// Whether this file with this content is or was registered.
pub(super) fn knows_manual_file(conn: &Connection, path: &str, hash: &ContentHash) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM manuals WHERE path = ?1 AND content_hash = ?2)";
    Ok(conn.query_row(sql, [path, hash.0.as_str()], |row| row.get(0))?)
}

fn find_manual(
    conn: &Connection,
    product: &ProductCode,
    hash: &ContentHash,
) -> Result<Option<i64>> {
    let sql = "SELECT id FROM manuals
               WHERE product = ?1 AND content_hash = ?2 AND replaced_at IS NULL";
    Ok(conn.query_row(sql, [product.as_str(), hash.0.as_str()], |row| row.get(0)).optional()?)
}

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

fn read_version_row(row: &Row<'_>) -> rusqlite::Result<ManualVersion> {
    Ok(ManualVersion {
        manual: read_manual_row(row)?,
        added_at: row.get("added_at")?,
        replaced_at: row.get("replaced_at")?,
    })
}

fn read_manual_row(row: &Row<'_>) -> rusqlite::Result<RegisteredManual> {
    Ok(RegisteredManual {
        id: ManualId(row.get("id")?),
        product: code_column(row, "product")?,
        path: row.get("path")?,
        content_hash: ContentHash(row.get("content_hash")?),
    })
}
