//! The interface of a tab, and its line in the registry.

use std::path::PathBuf;

use egui::{Key, KeyboardShortcut};

use crate::command::{Command, TabId};
use crate::tab_context::TabContext;

/// A tab of the window.
pub(crate) trait Tab {
    /// Takes the answers of the tab's jobs. Called each frame, also while another tab is shown.
    fn poll(&mut self, cx: &mut TabContext<'_>);

    /// Draws the tab.
    fn ui(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>);

    /// Draws the tab's view for a window of its own, if the tab has one.
    fn own_window(&mut self, _ui: &mut egui::Ui, _cx: &mut TabContext<'_>) {}

    /// Executes `command`, if it concerns this tab.
    fn command(&mut self, command: &Command, ctx: &egui::Context, cx: &mut TabContext<'_>);

    /// The keys without Ctrl that the tab reads itself now, so that no command takes them.
    fn keys(&self) -> &'static [Key] {
        &[]
    }

    /// Whether something would be lost if the window closed. [`Command::Quit`] makes the tab ask.
    fn has_unsaved(&self) -> bool {
        false
    }

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
