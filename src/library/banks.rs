//! Rows of memory banks: all fits of a product, and the one in use. The banks' files are written
//! and read by `fettle-vision`.

use rusqlite::{OptionalExtension, Row, params};

use super::products::require_product;
use super::rows::{code_column, rows};
use super::thresholds::read_thresholds;
use super::{Library, LibraryError, Result};
use fettle_domain::{BankRef, ContentHash, HeatmapScale, ModelId, ProductCode, Thresholds};

/// A memory bank: one fit of one product.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisteredBank {
    /// Product, version, model.
    pub bank: BankRef,
    /// The file, relative to the workspace, with `/`.
    pub path: String,
    /// Thresholds of image and pixel scores.
    pub thresholds: Thresholds,
    /// Scale of heatmaps.
    pub scale: HeatmapScale,
    /// The file of what known defects teach the bank, relative to the workspace; `None`: nothing yet.
    pub term: Option<String>,
    /// Hash of the product's inspection area at the time of the fit; `None`: the whole image.
    pub area: Option<ContentHash>,
    /// Time of the fit, RFC 3339.
    pub created_at: String,
    /// Whether inspections of the product use this bank.
    pub active: bool,
}

impl Library {
    /// The version of the product's next bank: one more than the highest ever.
    ///
    /// # Errors
    /// [`LibraryError::UnknownProduct`].
    pub fn next_bank_version(&self, product: &ProductCode) -> Result<u32> {
        require_product(&self.conn, product)?;
        let sql = "SELECT ifnull(max(version), 0) + 1 FROM banks WHERE product = ?1";
        Ok(self.conn.query_row(sql, [product.as_str()], |row| row.get(0))?)
    }

    /// Adds a bank whose file is already written. With `active` set, the bank replaces the one in
    /// use in the same transaction.
    ///
    /// # Errors
    /// [`LibraryError::UnknownProduct`]; [`LibraryError::BankExists`] where another fit took the
    /// version meanwhile.
    pub fn add_bank(&mut self, bank: &RegisteredBank) -> Result<()> {
        let RegisteredBank { bank: of, path, thresholds, scale, term, area, created_at, active } =
            bank;
        self.write(|tx| {
            require_product(tx, &of.product)?;
            if *active {
                tx.execute(
                    "UPDATE banks SET active = 0 WHERE product = ?1",
                    [of.product.as_str()],
                )?;
            }
            let inserted = tx.execute(
                "INSERT INTO banks (product, version, model, path, image_threshold,
                                    pixel_threshold, scale_low, scale_high, created_at, active,
                                    area_hash, unsure_threshold, term_path)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
                 ON CONFLICT (product, version) DO NOTHING",
                params![
                    of.product.as_str(),
                    of.version,
                    of.model.0,
                    path,
                    thresholds.image,
                    thresholds.pixel,
                    scale.low,
                    scale.high,
                    created_at,
                    active,
                    area.as_ref().map(|hash| &hash.0),
                    thresholds.unsure,
                    term
                ],
            )?;
            if inserted == 1 { Ok(()) } else { Err(LibraryError::BankExists(of.clone())) }
        })
    }

    /// All banks of a product, oldest first.
    ///
    /// # Errors
    /// A database error.
    pub fn banks(&self, product: &ProductCode) -> Result<Vec<RegisteredBank>> {
        let sql = "SELECT * FROM banks WHERE product = ?1 ORDER BY version";
        rows(&self.conn, sql, [product.as_str()], read_bank)
    }

    /// The bank in use by inspections of the product; `None` before the first fit.
    ///
    /// # Errors
    /// A database error.
    pub fn active_bank(&self, product: &ProductCode) -> Result<Option<RegisteredBank>> {
        let sql = "SELECT * FROM banks WHERE product = ?1 AND active = 1";
        Ok(self.conn.query_row(sql, [product.as_str()], read_bank).optional()?)
    }

    /// Puts a bank in use.
    ///
    /// # Errors
    /// [`LibraryError::UnknownBank`]; the bank in use stays in use.
    pub fn set_active_bank(&mut self, bank: &BankRef) -> Result<()> {
        self.write(|tx| {
            tx.execute("UPDATE banks SET active = 0 WHERE product = ?1", [bank.product.as_str()])?;
            let sql = "UPDATE banks SET active = 1
                       WHERE product = ?1 AND version = ?2 AND model = ?3";
            let of = params![bank.product.as_str(), bank.version, bank.model.0];
            if tx.execute(sql, of)? == 1 {
                Ok(())
            } else {
                Err(LibraryError::UnknownBank(bank.clone()))
            }
        })
    }
}

fn read_bank(row: &Row<'_>) -> rusqlite::Result<RegisteredBank> {
    Ok(RegisteredBank {
        bank: BankRef {
            product: code_column(row, "product")?,
            version: row.get("version")?,
            model: ModelId(row.get("model")?),
        },
        path: row.get("path")?,
        thresholds: read_thresholds(row)?,
        scale: HeatmapScale { low: row.get("scale_low")?, high: row.get("scale_high")? },
        term: row.get("term_path")?,
        area: row.get::<_, Option<String>>("area_hash")?.map(ContentHash),
        created_at: row.get("created_at")?,
        active: row.get("active")?,
    })
}
