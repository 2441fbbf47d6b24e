//! Counts of rows, and the integrity check of the database.

use super::layout::DATABASE_PATH;
use super::{Library, LibraryError, Result};

/// Numbers of rows in the library, without removed images and replaced manuals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Products.
    pub products: u64,
    /// Defect types of all products.
    pub defect_types: u64,
    /// Normal images.
    pub normal_images: u64,
    /// Defect images.
    pub defect_images: u64,
    /// Manuals in force.
    pub manuals: u64,
    /// Memory banks, all versions.
    pub banks: u64,
    /// Inspected parts: inspections of one photograph as one product are one part.
    pub parts: u64,
}

impl Library {
    /// Counts the rows.
    ///
    /// # Errors
    /// A database error.
    pub fn counts(&self) -> Result<Counts> {
        let count = |from: &str| {
            let sql = format!("SELECT count(*) FROM {from}");
            let count: i64 = self.conn.query_row(&sql, [], |row| row.get(0))?;
            Ok::<u64, LibraryError>(u64::try_from(count).unwrap_or(0))
        };
        Ok(Counts {
            products: count("products")?,
            defect_types: count("defect_types")?,
            normal_images: count("images WHERE removed_at IS NULL AND defect IS NULL")?,
            defect_images: count("images WHERE removed_at IS NULL AND defect IS NOT NULL")?,
            manuals: count("manuals WHERE replaced_at IS NULL")?,
            banks: count("banks")?,
            parts: count("history WHERE newest")?,
        })
    }

    /// Checks the structure of the whole database, which takes seconds for a large one.
    ///
    /// # Errors
    /// [`LibraryError::CorruptDatabase`] with the first problem that SQLite finds.
    pub fn check_integrity(&self) -> Result<()> {
        let path = self.root.join(DATABASE_PATH);
        let first: String = self
            .conn
            .pragma_query_value(None, "integrity_check", |row| row.get(0))
            .map_err(|e| LibraryError::database(&path, e))?;
        if first == "ok" { Ok(()) } else { Err(LibraryError::CorruptDatabase { path, why: first }) }
    }
}
