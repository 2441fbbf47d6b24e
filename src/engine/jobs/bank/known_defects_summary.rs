//! What known defects taught a bank, for people.

use serde::Serialize;

use super::calibration::Calibrated;
use fettle_vision::defect_term::{DefectTerm, TermOutcome};

/// What known defects taught a bank.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct KnownDefectsSummary {
    /// Number of known defects.
    pub count: usize,
    /// Number of known defects whose pictures could not be read; they teach nothing.
    pub unread: usize,
    /// Whether scores contain what they taught, and why.
    pub outcome: TermOutcome,
}

impl KnownDefectsSummary {
    /// Of a term, learned without `unread` pictures.
    pub(crate) fn of_term(term: &DefectTerm, unread: usize) -> Self {
        Self { count: term.known().count(), unread, outcome: term.outcome() }
    }

    /// Of a bank with its limits; `None` without known defects.
    pub(crate) fn of(calibrated: &Calibrated) -> Option<Self> {
        calibrated.term.as_ref().map(|term| Self::of_term(term, calibrated.unread))
    }

    /// Id of the message that says it.
    pub fn message_id(&self) -> &'static str {
        match self.outcome {
            TermOutcome::TooFew { .. } => "known-too-few",
            TermOutcome::OldBank => "known-old-bank",
            TermOutcome::NoGain(_) => "known-no-gain",
            TermOutcome::InForce(_) => "known-in-force",
        }
    }
}
