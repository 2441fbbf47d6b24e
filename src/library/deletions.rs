//! Deleting products and defect types with all that hangs on them, and bringing them back.

use rusqlite::{Connection, OptionalExtension, params};

use super::products::{require_defect, require_product};
use super::rows::now;
use super::{Library, LibraryError, Result};
use fettle_domain::{CatalogueEntry, DefectCode, DeletionId, Dependents};

impl Library {
    /// What a deletion of `entry` takes along, and what goes on naming it.
    ///
    /// # Errors
    /// [`LibraryError::UnknownProduct`], [`LibraryError::UnknownDefect`].
    pub fn dependents(&self, entry: &CatalogueEntry) -> Result<Dependents> {
        require(&self.conn, entry)?;
        let of = params![entry.product().as_str(), entry.defect().map(DefectCode::as_str)];
        let count = |sql: &str| -> Result<usize> {
            let count: i64 = self.conn.query_row(sql, of, |row| row.get(0))?;
            Ok(usize::try_from(count).unwrap_or(0))
        };
        let of_product = |sql: &str| match entry.defect() {
            None => count(sql),
            Some(_) => Ok(0),
        };
        Ok(Dependents {
            defect_types: of_product(
                "SELECT count(*) FROM defect_types
                 WHERE product = ?1 AND ?2 IS NULL AND removed_at IS NULL",
            )?,
            normal_images: of_product(
                "SELECT count(*) FROM images
                 WHERE product = ?1 AND ?2 IS NULL AND defect IS NULL AND removed_at IS NULL",
            )?,
            defect_images: count(
                "SELECT count(*) FROM images
                 WHERE product = ?1 AND defect IS NOT NULL AND removed_at IS NULL
                   AND (?2 IS NULL OR defect = ?2)",
            )?,
            manuals: of_product(
                "SELECT count(*) FROM manuals
                 WHERE product = ?1 AND ?2 IS NULL AND replaced_at IS NULL",
            )?,
            banks: of_product("SELECT count(*) FROM banks WHERE product = ?1 AND ?2 IS NULL")?,
            inspections: count(
                "SELECT count(*) FROM history
                 WHERE product = ?1 AND (?2 IS NULL OR ifnull(judged_defect, defect) = ?2)",
            )?,
            corrective_actions: count(
                "SELECT count(*) FROM corrective_actions
                 WHERE product = ?1 AND (?2 IS NULL OR defect = ?2) AND removed_at IS NULL",
            )?,
        })
    }

    /// Deletes a product, with its defect types, or a defect type, with their images and manuals, and
    /// puts the product's bank out of force.
    /// Rows and files stay: past inspections show them, and [`Self::undo_deletion`] brings them back.
    ///
    /// # Errors
    /// [`LibraryError::UnknownProduct`], [`LibraryError::UnknownDefect`].
    pub fn delete_entry(&mut self, entry: &CatalogueEntry, by: &str) -> Result<DeletionId> {
        self.write(|tx| {
            require(tx, entry)?;
            let at = now();
            let product = entry.product().as_str();
            let defect = entry.defect().map(DefectCode::as_str);
            let bank: Option<i64> = match defect {
                Some(_) => None,
                None => tx
                    .query_row(
                        "SELECT version FROM banks WHERE product = ?1 AND active = 1",
                        [product],
                        |row| row.get(0),
                    )
                    .optional()?,
            };
            tx.execute(
                "INSERT INTO deletions (product, defect, bank, deleted_by, deleted_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![product, defect, bank, by, at],
            )?;
            let id = tx.last_insert_rowid();
            tx.execute(
                "INSERT INTO deleted_rows (deletion, kind, row)
                 SELECT ?1, 'image', id FROM images
                 WHERE product = ?2 AND removed_at IS NULL AND (?3 IS NULL OR defect = ?3)",
                params![id, product, defect],
            )?;
            tx.execute(
                "UPDATE images SET removed_at = ?2 WHERE id IN
                 (SELECT row FROM deleted_rows WHERE deletion = ?1 AND kind = 'image')",
                params![id, at],
            )?;
            if defect.is_some() {
                tx.execute(
                    "UPDATE defect_types SET removed_at = ?3 WHERE product = ?1 AND code = ?2",
                    params![product, defect, at],
                )?;
                return Ok(DeletionId(id));
            }
            tx.execute(
                "INSERT INTO deleted_rows (deletion, kind, row)
                 SELECT ?1, 'manual', id FROM manuals WHERE product = ?2 AND replaced_at IS NULL",
                params![id, product],
            )?;
            tx.execute(
                "UPDATE manuals SET replaced_at = ?2 WHERE product = ?1 AND replaced_at IS NULL",
                params![product, at],
            )?;
            tx.execute("UPDATE banks SET active = 0 WHERE product = ?1", [product])?;
            // Under its code registered anew, the product is empty. The time, of nanoseconds, is this
            // deletion's alone, by which its undoing finds them.
            tx.execute(
                "UPDATE defect_types SET removed_at = ?2 WHERE product = ?1 AND removed_at IS NULL",
                params![product, at],
            )?;
            tx.execute(
                "UPDATE products SET removed_at = ?2 WHERE code = ?1",
                params![product, at],
            )?;
            Ok(DeletionId(id))
        })
    }

    /// Brings back what a deletion took, as far as nothing newer has its place: an image that was
    /// registered again, a manual under the same name, a bank that was fitted since.
    ///
    /// # Errors
    /// [`LibraryError::UnknownDeletion`] where there is none or it was undone before;
    /// [`LibraryError::UnknownProduct`] for a defect type whose product was deleted since.
    pub fn undo_deletion(&mut self, id: DeletionId) -> Result<CatalogueEntry> {
        self.write(|tx| {
            let found = tx
                .query_row(
                    "SELECT product, defect, bank FROM deletions
                     WHERE id = ?1 AND undone_at IS NULL",
                    [id.0],
                    |row| {
                        let product = super::rows::code_column(row, "product")?;
                        let defect = super::rows::optional_code_column(row, 1)?;
                        let entry = match defect {
                            None => CatalogueEntry::Product(product),
                            Some(defect) => CatalogueEntry::DefectType(product, defect),
                        };
                        Ok((entry, row.get::<_, Option<i64>>("bank")?))
                    },
                )
                .optional()?;
            let (entry, bank) = found.ok_or(LibraryError::UnknownDeletion(id))?;
            let product = entry.product().as_str();
            match entry.defect() {
                Some(defect) => {
                    require_product(tx, entry.product())?;
                    tx.execute(
                        "UPDATE defect_types SET removed_at = NULL
                         WHERE product = ?1 AND code = ?2",
                        params![product, defect.as_str()],
                    )?;
                }
                None => {
                    tx.execute("UPDATE products SET removed_at = NULL WHERE code = ?1", [product])?;
                    tx.execute(
                        "UPDATE defect_types SET removed_at = NULL WHERE product = ?1
                         AND removed_at = (SELECT deleted_at FROM deletions WHERE id = ?2)",
                        params![product, id.0],
                    )?;
                }
            }
            tx.execute(
                "UPDATE OR IGNORE images SET removed_at = NULL WHERE id IN
                 (SELECT row FROM deleted_rows WHERE deletion = ?1 AND kind = 'image')",
                [id.0],
            )?;
            tx.execute(
                "UPDATE OR IGNORE manuals SET replaced_at = NULL WHERE id IN
                 (SELECT row FROM deleted_rows WHERE deletion = ?1 AND kind = 'manual')",
                [id.0],
            )?;
            tx.execute(
                "UPDATE OR IGNORE banks SET active = 1 WHERE product = ?1 AND version = ?2",
                params![product, bank],
            )?;
            tx.execute("UPDATE deletions SET undone_at = ?2 WHERE id = ?1", params![id.0, now()])?;
            Ok(entry)
        })
    }
}

fn require(conn: &Connection, entry: &CatalogueEntry) -> Result<()> {
    match entry {
        CatalogueEntry::Product(product) => require_product(conn, product),
        CatalogueEntry::DefectType(product, defect) => require_defect(conn, product, defect),
    }
}
