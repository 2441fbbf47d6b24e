//! Memory banks: which were fitted, and which one is in use. Their contents are files
//! that `vision` writes and reads.

use rusqlite::{OptionalExtension, Row, params};

use super::products::require_product;
use super::{Library, LibraryError, Result, code_column, rows};
use fettle_domain::{BankRef, ContentHash, HeatmapScale, ModelId, ProductCode, Thresholds};

/// One fit of one product.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisteredBank {
    /// Product, version, model.
    pub bank: BankRef,
    /// Its file, relative to the workspace, with `/`.
    pub path: String,
    /// What its scores are held against.
    pub thresholds: Thresholds,
    /// On what scale its heatmaps are drawn.
    pub scale: HeatmapScale,
    /// The product's inspection area when it was fitted; `None`: all of the image.
    pub area: Option<ContentHash>,
    /// When it was fitted, RFC 3339.
    pub created_at: String,
    /// Whether inspections of the product use it.
    pub active: bool,
}

impl Library {
    /// The version that the product's next bank gets: one more than the highest ever.
    ///
    /// # Errors
    /// [`LibraryError::UnknownProduct`].
    pub fn next_bank_version(&self, product: &ProductCode) -> Result<u32> {
        require_product(&self.conn, product)?;
        let sql = "SELECT ifnull(max(version), 0) + 1 FROM banks WHERE product = ?1";
        Ok(self.conn.query_row(sql, [product.as_str()], |row| row.get(0))?)
    }

    /// Adds a bank whose file is written. With `active` set it takes over in the same
    /// instant.
    ///
    /// # Errors
    /// [`LibraryError::UnknownProduct`]; [`LibraryError::BankExists`] when another fit took
    /// the version meanwhile.
    pub fn add_bank(&mut self, bank: &RegisteredBank) -> Result<()> {
        let RegisteredBank { bank: of, path, thresholds, scale, area, created_at, active } = bank;
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
                                    area_hash)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
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
                    area.as_ref().map(|hash| &hash.0)
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

    /// The bank that inspections of the product use; `None` where none was fitted.
    ///
    /// # Errors
    /// A database error.
    pub fn active_bank(&self, product: &ProductCode) -> Result<Option<RegisteredBank>> {
        let sql = "SELECT * FROM banks WHERE product = ?1 AND active = 1";
        Ok(self.conn.query_row(sql, [product.as_str()], read_bank).optional()?)
    }

    /// Makes a bank the one in use.
    ///
    /// # Errors
    /// [`LibraryError::UnknownBank`]; the bank in use stays in use then.
    pub fn set_active(&mut self, bank: &BankRef) -> Result<()> {
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
        thresholds: Thresholds {
            image: row.get("image_threshold")?,
            pixel: row.get("pixel_threshold")?,
        },
        scale: HeatmapScale { low: row.get("scale_low")?, high: row.get("scale_high")? },
        area: row.get::<_, Option<String>>("area_hash")?.map(ContentHash),
        created_at: row.get("created_at")?,
        active: row.get("active")?,
    })
}
