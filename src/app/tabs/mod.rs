//! The tabs: one file or folder each, and one line in [`TABS`].

mod anomaly;
mod dashboard;
mod history;
mod inspect;
mod last_drawn;
mod library;
mod manual;
mod quit_after_judging;
mod search;
mod settings;
mod tab;

pub(super) use tab::{Tab, TabEntry};

/// All tabs, from left to right.
pub(super) const TABS: &[TabEntry] = &[
    inspect::TAB,
    search::TAB,
    anomaly::TAB,
    manual::TAB,
    history::TAB,
    dashboard::TAB,
    library::TAB,
    settings::TAB,
];
