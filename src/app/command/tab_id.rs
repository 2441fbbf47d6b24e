//! The tabs by name.

use serde::{Deserialize, Serialize};

/// A tab of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TabId {
    /// Inspection of parts: the pipeline at a glance.
    Inspect,
    /// Known defects that resemble a picture or a description.
    Search,
    /// Memory banks, their scores and thresholds.
    Anomaly,
    /// What the manuals say, on their pages.
    Manual,
    /// All inspections of the past.
    History,
    /// Counts of inspections.
    Dashboard,
    /// Products, defect types, images, manuals, banks.
    Library,
    /// Language, appearance, models, folders.
    Settings,
}
