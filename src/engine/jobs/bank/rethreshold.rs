//! Changing the thresholds of a bank, from its stored scores.

use serde::Serialize;

use super::active_bank::ActiveBank;
use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{BankRef, HeatmapScale, ProductCode, Role, ThresholdRule, Thresholds};
use fettle_library::BankThresholds;
use fettle_vision::thresholds::{Calibration, Rates, calibrate, rates};

/// A change of thresholds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LimitChange {
    /// Set by a rule.
    By(ThresholdRule),
    /// Undo the last change.
    Undo,
}

/// Changes the thresholds of the active bank. No network runs; past inspections keep the thresholds
/// that they were made with.
#[derive(Debug, Clone, PartialEq)]
pub struct Rethreshold {
    /// The product.
    pub product: ProductCode,
    /// The change.
    pub change: LimitChange,
}

/// Result of [`Rethreshold`].
#[derive(Debug, Clone, Serialize)]
pub struct Rethresholded {
    /// The bank.
    pub bank: BankRef,
    /// Thresholds before the change.
    pub before: Thresholds,
    /// Thresholds after the change.
    pub thresholds: Thresholds,
    /// Scale of the product's heatmaps, which follows the thresholds.
    pub scale: HeatmapScale,
    /// Error rates at the thresholds.
    pub rates: Rates,
}

impl Request for Rethreshold {
    type Answer = Rethresholded;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "rethreshold"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn run(self, job: &JobContext) -> Result<Rethresholded> {
        let active = ActiveBank::of(job, &self.product)?;
        let info = active.info()?;
        let scored = active.scored(&info)?;
        let record = active.record;
        let bank = record.bank.clone();
        let limits = match self.change {
            LimitChange::By(rule) => {
                let Calibration { thresholds, scale } = calibrate(scored.images(), &rule)?;
                let limits = BankThresholds { thresholds, scale, term: record.term.clone() };
                let changed = limits.clone();
                job.library(move |library| library.change_thresholds(&bank, &changed, &rule))?;
                limits
            }
            LimitChange::Undo => {
                let undone = job.library(move |library| library.undo_threshold_change(&bank))?;
                undone.ok_or_else(|| EngineError::NothingToUndo(self.product.clone()))?
            }
        };
        // Undoing may have brought another term back.
        let scored = if limits.term == record.term {
            scored
        } else {
            ActiveBank::of(job, &self.product)?.scored(&info)?
        };
        Ok(Rethresholded {
            rates: rates(scored.images(), limits.thresholds)?,
            bank: record.bank,
            before: record.thresholds,
            thresholds: limits.thresholds,
            scale: limits.scale,
        })
    }
}
