//! Pages of a list of inspections that hold while inspections are added.

use serde::{Deserialize, Serialize};

use super::{InspectionId, InspectionRow};

/// Where a page begins: after a row of the list as it was when its first page was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryCursor {
    /// When the row's part was inspected, in milliseconds of the Unix epoch.
    pub after_ms: i64,
    /// The row's inspection.
    pub after: InspectionId,
    /// The last inspection of that time: what came later is in no page.
    pub as_of: InspectionId,
}

/// A page of the inspections that a filter selects, newest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct HistoryPage {
    /// The rows.
    pub rows: Vec<InspectionRow>,
    /// Number of inspections that the filter selects, on all pages.
    pub total: usize,
    /// Where the next page begins; `None` on the last.
    pub next: Option<HistoryCursor>,
}
