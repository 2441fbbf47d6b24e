//! Whether a term of known defects is in force, and what cross-validation says of it.

use serde::{Deserialize, Serialize};

/// What cross-validation on a product's own images says of a term.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TermGain {
    /// Image AUROC of the known defects against the held-out normal images without the term.
    pub auroc_before: f64,
    /// The same with the term.
    pub auroc: f64,
    /// Share of the normal images plus share of the known defects that are unsure without the term,
    /// 0 to 2.
    pub unsure_before: f64,
    /// The same with the term.
    pub unsure: f64,
}

/// Whether a term is in force, and why.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum TermOutcome {
    /// Too few normal images or known defects to learn from.
    TooFew {
        /// Fewest known defects.
        known: usize,
        /// Fewest held-out normal images.
        normals: usize,
    },
    /// The bank is from before oddest patches were kept: it must be fitted anew to learn.
    OldBank,
    /// Cross-validation showed no gain.
    NoGain(TermGain),
    /// Cross-validation showed a gain: scores contain the term.
    InForce(TermGain),
}
