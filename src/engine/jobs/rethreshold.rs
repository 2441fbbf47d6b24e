//! Other limits for a bank, from the scores it keeps.

use serde::Serialize;

use super::bank_in_use::BankInUse;
use crate::error::{EngineError, Result};
use crate::request::{JobContext, Request};
use fettle_domain::{BankRef, HeatmapScale, ProductCode, ThresholdRule, Thresholds};
use fettle_library::Limits;
use fettle_vision::thresholds::{Calibration, Rates, calibrate, rates};

/// What to do with a bank's limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LimitChange {
    /// Set them by a rule.
    By(ThresholdRule),
    /// Take the last change back.
    Undo,
}

/// Sets the limits of the product's bank anew. No network runs; past inspections keep the limits
/// they were made with.
#[derive(Debug, Clone, PartialEq)]
pub struct Rethreshold {
    /// The product.
    pub product: ProductCode,
    /// What to do.
    pub change: LimitChange,
}

/// Limits that were changed.
#[derive(Debug, Clone, Serialize)]
pub struct Rethresholded {
    /// Whose.
    pub bank: BankRef,
    /// The limits until now.
    pub before: Thresholds,
    /// Those in force.
    pub thresholds: Thresholds,
    /// The scale of the product's heatmaps, which follows them.
    pub scale: HeatmapScale,
    /// How often they are wrong.
    pub rates: Rates,
}

impl Request for Rethreshold {
    type Answer = Rethresholded;

    fn name(&self) -> &'static str {
        "rethreshold"
    }

    fn run(self, job: &JobContext) -> Result<Rethresholded> {
        let in_use = BankInUse::of(job, &self.product)?;
        let info = in_use.info()?;
        let active = in_use.active;
        let bank = active.bank.clone();
        let limits = match self.change {
            LimitChange::By(rule) => {
                let Calibration { thresholds, scale } =
                    calibrate(&info.held_out, &info.known_defects, &rule)?;
                let limits = Limits { thresholds, scale };
                job.shared.library(move |library| library.change_limits(&bank, &limits, &rule))?;
                limits
            }
            LimitChange::Undo => {
                let undone = job.shared.library(move |library| library.undo_limits(&bank))?;
                undone.ok_or(EngineError::NothingToUndo(self.product))?
            }
        };
        Ok(Rethresholded {
            rates: rates(&info.held_out, &info.known_defects, limits.thresholds)?,
            bank: active.bank,
            before: active.thresholds,
            thresholds: limits.thresholds,
            scale: limits.scale,
        })
    }
}
