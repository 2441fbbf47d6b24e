//! Changes of a memory bank's thresholds, and undoing them.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::rows::{now, rows};
use super::{Library, LibraryError, Result};
use fettle_domain::{BankRef, HeatmapScale, ThresholdRule, Thresholds};

/// Thresholds of a memory bank and the heatmap scale that goes with them.
#[derive(Debug, Clone, PartialEq)]
pub struct BankThresholds {
    /// Thresholds of image and pixel scores.
    pub thresholds: Thresholds,
    /// Scale of heatmaps.
    pub scale: HeatmapScale,
    /// The file of what known defects teach the bank, relative to the workspace; the thresholds are
    /// those of scores with it.
    pub term: Option<String>,
}

impl Library {
    /// Sets a bank's thresholds by a rule, and keeps the previous ones for
    /// [`Self::undo_threshold_change`]. Past inspections keep their own thresholds.
    ///
    /// # Errors
    /// [`LibraryError::UnknownBank`].
    pub fn change_thresholds(
        &mut self,
        bank: &BankRef,
        changed: &BankThresholds,
        rule: &ThresholdRule,
    ) -> Result<()> {
        let rule = serde_json::to_string(rule).map_err(bad_rule)?;
        self.write(|tx| {
            let sql = "INSERT INTO threshold_changes (product, version, changed_at,
                           unsure_threshold, image_threshold, pixel_threshold, scale_low,
                           scale_high, term_path, rule)
                       SELECT product, version, ?4, unsure_threshold, image_threshold,
                           pixel_threshold, scale_low, scale_high, term_path, ?5
                       FROM banks WHERE product = ?1 AND version = ?2 AND model = ?3";
            let of = params![bank.product.as_str(), bank.version, bank.model.0, now(), rule];
            if tx.execute(sql, of)? == 0 {
                return Err(LibraryError::UnknownBank(bank.clone()));
            }
            set(tx, bank, changed)
        })
    }

    /// Undoes the last change of a bank's thresholds and returns the thresholds now in force;
    /// `None` where no change is left.
    ///
    /// # Errors
    /// A database error.
    pub fn undo_threshold_change(&mut self, bank: &BankRef) -> Result<Option<BankThresholds>> {
        self.write(|tx| {
            let sql = "SELECT id, unsure_threshold, image_threshold, pixel_threshold, scale_low,
                           scale_high, term_path
                       FROM threshold_changes WHERE product = ?1 AND version = ?2
                       ORDER BY id DESC LIMIT 1";
            let of = params![bank.product.as_str(), bank.version];
            let last = tx.query_row(sql, of, |row| {
                let before = BankThresholds {
                    thresholds: read_thresholds(row)?,
                    scale: HeatmapScale {
                        low: row.get("scale_low")?,
                        high: row.get("scale_high")?,
                    },
                    term: row.get("term_path")?,
                };
                Ok((row.get::<_, i64>(0)?, before))
            });
            let Some((id, before)) = last.optional()? else { return Ok(None) };
            tx.execute("DELETE FROM threshold_changes WHERE id = ?1", [id])?;
            set(tx, bank, &before)?;
            Ok(Some(before))
        })
    }

    /// The rules of all changes of a bank's thresholds since the fit, newest last.
    ///
    /// # Errors
    /// A database error; [`LibraryError::BadRecord`] for a rule unknown to this program.
    pub fn threshold_changes(&self, bank: &BankRef) -> Result<Vec<ThresholdRule>> {
        let sql = "SELECT rule FROM threshold_changes WHERE product = ?1 AND version = ?2
                   ORDER BY id";
        let of = params![bank.product.as_str(), bank.version];
        let rules: Vec<String> = rows(&self.conn, sql, of, |row| row.get(0))?;
        let read = |rule: String| serde_json::from_str(&rule).map_err(bad_rule);
        rules.into_iter().map(read).collect()
    }
}

/// The thresholds in the columns of a bank or of a change.
pub(super) fn read_thresholds(row: &Row<'_>) -> rusqlite::Result<Thresholds> {
    let image: f32 = row.get("image_threshold")?;
    let unsure: Option<f32> = row.get("unsure_threshold")?;
    Ok(Thresholds { unsure: unsure.unwrap_or(image), image, pixel: row.get("pixel_threshold")? })
}

fn bad_rule(source: serde_json::Error) -> LibraryError {
    LibraryError::BadRecord { what: "threshold rule".to_owned(), source }
}

fn set(tx: &Connection, bank: &BankRef, thresholds: &BankThresholds) -> Result<()> {
    let BankThresholds { thresholds, scale, term } = thresholds;
    let sql = "UPDATE banks SET image_threshold = ?3, pixel_threshold = ?4, scale_low = ?5,
                   scale_high = ?6, unsure_threshold = ?7, term_path = ?8
               WHERE product = ?1 AND version = ?2";
    let values = params![
        bank.product.as_str(),
        bank.version,
        thresholds.image,
        thresholds.pixel,
        scale.low,
        scale.high,
        thresholds.unsure,
        term
    ];
    tx.execute(sql, values)?;
    Ok(())
}
