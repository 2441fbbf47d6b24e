//! Trial of a new tab: the number of registered products.

use egui::Ui;

use super::tab::{Tab, TabEntry};
use crate::command::{Command, TabId};
use crate::tab_context::TabContext;

pub(super) const TAB: TabEntry =
    TabEntry { id: TabId::Trial, label: "tab-trial", shortcut: None, make: || Box::new(TrialTab) };

struct TrialTab;

impl Tab for TrialTab {
    fn poll(&mut self, _cx: &mut TabContext<'_>) {}

    fn ui(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        ui.label(cx.catalogue.products().len().to_string());
    }

    fn command(&mut self, _command: &Command, _ctx: &egui::Context, _cx: &mut TabContext<'_>) {}
}
