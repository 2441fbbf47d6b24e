//! What of the history another tab wants to be shown.

use crate::period::Period;
use fettle_domain::{DefectCode, Hours, ProductCode, ReviewState, Verdict};

/// The filters to be set.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct HistoryView {
    pub(crate) product: Option<ProductCode>,
    pub(crate) defect: Option<DefectCode>,
    pub(crate) verdict: Option<Verdict>,
    pub(crate) review: Option<ReviewState>,
    pub(crate) period: Period,
    /// The hours of a shift.
    pub(crate) hours: Option<Hours>,
    /// Part of the file's name or folder.
    pub(crate) text: String,
}
