//! Coreset of a bank: the rows chosen, and the patches that they were chosen from.

use serde::{Deserialize, Serialize};

use crate::bank_rows::BankRows;
use crate::coreset::CoresetPlan;
use crate::patches::Origin;
use fettle_domain::ImageId;

/// The most rows of a bank. Inspecting compares every patch with every row: with 784 patches
/// of 1,536 values and 20,000 rows that is 48 GFLOP, a quarter of a second on two cores.
pub(crate) const MOST_ROWS: usize = 20_000;

/// Rows chosen for a bank.
#[derive(Debug)]
pub struct Coreset {
    /// The rows, in 16 bits.
    pub rows: BankRows,
    /// Image and position of each row.
    pub origins: Vec<Origin>,
    /// The patches that the rows were chosen from, and how they were chosen.
    pub fit: Provenance,
    /// Number of rows that the plan requested, where `MOST_ROWS` or the budget allowed fewer.
    pub requested: Option<usize>,
}

/// The patches that the rows of a bank were chosen from, and how they were chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The normal images, in the order of the fit.
    pub images: Vec<ImageId>,
    /// Number of patches of these images.
    pub patches: u64,
    /// The plan by which rows were chosen.
    pub plan: CoresetPlan,
    /// Upper bound of the distance from a patch to its nearest row, in the plan's projection.
    pub cover_radius: f32,
    /// Distance from the nearest row to the farthest of the patches that were left for the last
    /// choice: the cover radius itself, or less than that bound where patches were given up
    /// before. An image added later adds its patches that are farther than this.
    pub spacing: f32,
    /// The earlier bank that this bank extends; `None` for a new fit.
    pub extends: Option<Extended>,
}

/// Images added to an earlier bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extended {
    /// Version of the earlier bank.
    pub version: u32,
    /// The images added.
    pub images: Vec<ImageId>,
    /// Images among them that were registered for this extension; undoing it removes them.
    pub registered: Vec<ImageId>,
}
