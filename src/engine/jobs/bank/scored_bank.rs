//! The scores behind the limits of a bank: held-out normal images and known defects, with the term
//! of known defects where it is in force.

use super::calibration::Calibrated;
use crate::error::Result;
use fettle_vision::defect_term::DefectTerm;
use fettle_vision::memory_bank::BankInfo;
use fettle_vision::thresholds::{HeldOut, KnownDefect, ScoredImages};

/// Scores of the images of a bank.
pub(crate) struct ScoredBank {
    pub(crate) held_out: Vec<HeldOut>,
    pub(crate) known: Vec<KnownDefect>,
    with_term: bool,
}

impl ScoredBank {
    /// Of a bank with this description and term.
    pub(crate) fn new(info: &BankInfo, term: Option<&DefectTerm>) -> Result<Self> {
        Ok(match term {
            Some(term) => Self {
                held_out: term.with_term(&info.held_out)?,
                known: term.known().cloned().collect(),
                with_term: term.in_force(),
            },
            None => Self {
                held_out: info.held_out.clone(),
                known: info.known_defects.clone(),
                with_term: false,
            },
        })
    }

    /// Of a bank with its limits.
    pub(crate) fn of(calibrated: &Calibrated) -> Result<Self> {
        Self::new(calibrated.bank.info(), calibrated.term.as_ref())
    }

    /// The scores, as limits are set by them.
    pub(crate) fn images(&self) -> ScoredImages<'_> {
        ScoredImages { held_out: &self.held_out, known: &self.known, with_term: self.with_term }
    }
}
