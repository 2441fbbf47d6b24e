//! A notice at the top of the window while a model on a server writes the reports.

use std::collections::BTreeMap;

use crate::command::{Command, TabId};
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use fettle_domain::{ModelRole, RemoteModel};
use fettle_engine::GetRemoteModels;

/// The notice that a server is in use, and by which address.
#[derive(Default)]
pub(crate) struct RemoteIndicator(Loadable<BTreeMap<ModelRole, RemoteModel>>);

impl RemoteIndicator {
    /// Loads the choice of servers again.
    pub(crate) fn reload(&mut self, cx: &mut TabContext<'_>) {
        self.0.load(cx, GetRemoteModels);
    }

    /// Takes the answer.
    pub(crate) fn poll(&mut self, cx: &mut TabContext<'_>) {
        self.0.load_once(cx, GetRemoteModels);
        self.0.poll(cx);
    }

    /// Draws the notice, where a server is in use. A click shows the settings.
    pub(crate) fn show(&self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        let Some(remote) = self.0.answer().and_then(|roles| roles.values().next()) else { return };
        let address = [("address", remote.address.clone().into())];
        let notice = egui::RichText::new(cx.localizer.with("remote-sign", &address));
        let notice = egui::Button::new(notice.color(ui.visuals().warn_fg_color)).truncate();
        if ui.add(notice.frame(false)).on_hover_text(cx.text("remote-leaves")).clicked() {
            cx.send(Command::Show(TabId::Settings));
        }
    }
}
