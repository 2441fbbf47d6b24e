//! Queries of manuals and their versions. A changed manual is a new row; the old row stays, since
//! reports refer to it.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Row};
use serde::Serialize;

use super::rows::{code_column, rows};
use super::{Library, LibraryError, Result};
use fettle_domain::{ContentHash, ManualId, ProductCode, RegisteredManual};

/// A version of a manual.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ManualVersion {
    /// The manual.
    pub manual: RegisteredManual,
    /// Time of the registration, RFC 3339.
    pub added_at: String,
    /// Time when the version was replaced or removed, RFC 3339; `None`: in force. The file at a
    /// replaced version's path may be the newer one, which the content hash tells.
    pub replaced_at: Option<String>,
}

impl Library {
    /// A product's manuals in force, oldest first.
    ///
    /// # Errors
    /// A database error.
    pub fn manuals(&self, product: &ProductCode) -> Result<Vec<RegisteredManual>> {
        let sql = "SELECT * FROM manuals WHERE product = ?1 AND replaced_at IS NULL ORDER BY id";
        rows(&self.conn, sql, [product.as_str()], read_manual_row)
    }

    /// All versions of a product's manuals, oldest first.
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

    /// Number of inspections that cite each manual, without manuals that none cites.
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
}

fn read_version_row(row: &Row<'_>) -> rusqlite::Result<ManualVersion> {
    Ok(ManualVersion {
        manual: read_manual_row(row)?,
        added_at: row.get("added_at")?,
        replaced_at: row.get("replaced_at")?,
    })
}

pub(crate) fn read_manual_row(row: &Row<'_>) -> rusqlite::Result<RegisteredManual> {
    Ok(RegisteredManual {
        id: ManualId(row.get("id")?),
        product: code_column(row, "product")?,
        path: row.get("path")?,
        content_hash: ContentHash(row.get("content_hash")?),
    })
}
