//! The interface of a tab, and its line in the registry.

use std::path::PathBuf;

use egui::KeyboardShortcut;

use crate::command::{Command, TabId};
use crate::tab_context::TabContext;

/// A tab of the window.
pub(crate) trait Tab {
    /// Takes the answers of the tab's jobs. Called each frame, also while another tab is shown.
    fn poll(&mut self, cx: &mut TabContext<'_>);

    /// Draws the tab.
    fn ui(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>);

    /// Executes `command`, if it concerns this tab.
    fn command(&mut self, command: &Command, ctx: &egui::Context, cx: &mut TabContext<'_>);

    /// Takes files dropped on the window; `false` where the window is to inspect them instead.
    fn dropped(&mut self, _paths: &[PathBuf], _ctx: &egui::Context, _cx: &TabContext<'_>) -> bool {
        false
    }
}

/// A tab as the registry names it, before it is made.
pub(crate) struct TabEntry {
    pub(crate) id: TabId,
    /// The id of the message that names the tab.
    pub(crate) label: &'static str,
    pub(crate) shortcut: Option<KeyboardShortcut>,
    pub(crate) make: fn() -> Box<dyn Tab>,
}
