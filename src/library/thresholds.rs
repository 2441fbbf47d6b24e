//! Other limits for a bank, and the way back.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Library, LibraryError, Result, now};
use fettle_domain::{BankRef, HeatmapScale, ThresholdRule, Thresholds};

/// Limits, and the scale that goes with them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// What scores are held against.
    pub thresholds: Thresholds,
    /// On what scale heatmaps are drawn.
    pub scale: HeatmapScale,
}

impl Library {
    /// Gives a bank other limits and remembers those it had. Past inspections keep the limits
    /// they were made with.
    ///
    /// # Errors
    /// [`LibraryError::UnknownBank`].
    pub fn change_limits(
        &mut self,
        bank: &BankRef,
        limits: &Limits,
        rule: &ThresholdRule,
    ) -> Result<()> {
        let rule = serde_json::to_string(rule).map_err(bad_rule)?;
        self.write(|tx| {
            let sql = "INSERT INTO threshold_changes (product, version, changed_at,
                           image_threshold, pixel_threshold, scale_low, scale_high, rule)
                       SELECT product, version, ?4, image_threshold, pixel_threshold, scale_low,
                           scale_high, ?5
                       FROM banks WHERE product = ?1 AND version = ?2 AND model = ?3";
            let of = params![bank.product.as_str(), bank.version, bank.model.0, now(), rule];
            if tx.execute(sql, of)? == 0 {
                return Err(LibraryError::UnknownBank(bank.clone()));
            }
            set(tx, bank, limits)
        })
    }

    /// Takes back the last change of a bank's limits, and says which are in force now; `None`
    /// where nothing was changed.
    ///
    /// # Errors
    /// A database error.
    pub fn undo_limits(&mut self, bank: &BankRef) -> Result<Option<Limits>> {
        self.write(|tx| {
            let sql = "SELECT id, image_threshold, pixel_threshold, scale_low, scale_high
                       FROM threshold_changes WHERE product = ?1 AND version = ?2
                       ORDER BY id DESC LIMIT 1";
            let of = params![bank.product.as_str(), bank.version];
            let last = tx.query_row(sql, of, |row| {
                let limits = Limits {
                    thresholds: Thresholds { image: row.get(1)?, pixel: row.get(2)? },
                    scale: HeatmapScale { low: row.get(3)?, high: row.get(4)? },
                };
                Ok((row.get::<_, i64>(0)?, limits))
            });
            let Some((id, limits)) = last.optional()? else { return Ok(None) };
            tx.execute("DELETE FROM threshold_changes WHERE id = ?1", [id])?;
            set(tx, bank, &limits)?;
            Ok(Some(limits))
        })
    }

    /// By which rules a bank's limits were changed since it was fitted, newest last.
    ///
    /// # Errors
    /// A database error, or a rule that this program does not know.
    pub fn changed_limits(&self, bank: &BankRef) -> Result<Vec<ThresholdRule>> {
        let sql = "SELECT rule FROM threshold_changes WHERE product = ?1 AND version = ?2
                   ORDER BY id";
        let of = params![bank.product.as_str(), bank.version];
        let rules: Vec<String> = super::rows(&self.conn, sql, of, |row| row.get(0))?;
        let read = |rule: String| serde_json::from_str(&rule).map_err(bad_rule);
        rules.into_iter().map(read).collect()
    }
}

fn bad_rule(source: serde_json::Error) -> LibraryError {
    LibraryError::BadRecord { what: "threshold rule".to_owned(), source }
}

fn set(tx: &Connection, bank: &BankRef, limits: &Limits) -> Result<()> {
    let Limits { thresholds, scale } = limits;
    let sql = "UPDATE banks SET image_threshold = ?3, pixel_threshold = ?4, scale_low = ?5,
                   scale_high = ?6
               WHERE product = ?1 AND version = ?2";
    let values = params![
        bank.product.as_str(),
        bank.version,
        thresholds.image,
        thresholds.pixel,
        scale.low,
        scale.high
    ];
    tx.execute(sql, values)?;
    Ok(())
}
