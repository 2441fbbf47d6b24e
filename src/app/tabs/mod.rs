//! The tabs: one file or folder each, one line in [`TABS`].

mod anomaly;
mod dashboard;
mod history;
mod inspect;
mod library;
mod manual;
mod search;
mod settings;

use std::path::PathBuf;

use egui::{Key, KeyboardShortcut, Modifiers};
use serde::{Deserialize, Serialize};

use super::command::Command;
use super::desk::Desk;
pub(super) use manual::Citation;

/// Which tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TabId {
    /// The pipeline at a glance.
    Inspect,
    /// Known defects that resemble something.
    Search,
    /// Banks, their scores and thresholds.
    Anomaly,
    /// What the manuals say, on their pages.
    Manual,
    /// All inspections of the past.
    History,
    /// Counts of them.
    Dashboard,
    /// Products, defect types, images, manuals, banks.
    Library,
    /// Language, looks, models, folders.
    Settings,
}

/// A tab.
pub(super) trait Tab {
    /// Takes what its jobs answered. Called each frame, also while another tab is shown.
    fn poll(&mut self, desk: &mut Desk<'_>);

    /// Draws it.
    fn ui(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>);

    /// Does what it is told, if it concerns it.
    fn command(&mut self, command: &Command, ctx: &egui::Context, desk: &mut Desk<'_>);

    /// Takes files dropped on the window; `false`: they are to be inspected.
    fn dropped(&mut self, _paths: &[PathBuf], _ctx: &egui::Context, _desk: &Desk<'_>) -> bool {
        false
    }
}

/// Notices when a tab is shown again after another.
#[derive(Default)]
struct LastDrawn(Option<u64>);

impl LastDrawn {
    /// Whether the frame before this one did not draw the tab. Asked once a frame.
    fn anew(&mut self, ctx: &egui::Context) -> bool {
        let now = ctx.cumulative_frame_nr();
        let before = self.0.replace(now);
        before.is_none_or(|before| before + 1 < now)
    }
}

/// What is known of a tab before it is shown.
pub(super) struct Entry {
    pub(super) id: TabId,
    /// The id of its message.
    pub(super) label: &'static str,
    pub(super) shortcut: Option<KeyboardShortcut>,
    pub(super) make: fn() -> Box<dyn Tab>,
}

const fn ctrl(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND, key))
}

/// All tabs, from left to right.
pub(super) const TABS: &[Entry] = &[
    Entry {
        id: TabId::Inspect,
        label: "tab-inspect",
        shortcut: ctrl(Key::Num1),
        make: inspect::make,
    },
    Entry { id: TabId::Search, label: "tab-search", shortcut: ctrl(Key::Num2), make: search::make },
    Entry {
        id: TabId::Anomaly,
        label: "tab-anomaly",
        shortcut: ctrl(Key::Num3),
        make: anomaly::make,
    },
    Entry { id: TabId::Manual, label: "tab-manual", shortcut: ctrl(Key::Num4), make: manual::make },
    Entry {
        id: TabId::History,
        label: "tab-history",
        shortcut: ctrl(Key::Num5),
        make: history::make,
    },
    Entry {
        id: TabId::Dashboard,
        label: "tab-dashboard",
        shortcut: ctrl(Key::Num6),
        make: dashboard::make,
    },
    Entry {
        id: TabId::Library,
        label: "tab-library",
        shortcut: ctrl(Key::Num7),
        make: library::make,
    },
    Entry {
        id: TabId::Settings,
        label: "tab-settings",
        shortcut: ctrl(Key::Num8),
        make: settings::make,
    },
];
