//! While a model on a server writes the reports, the window says so at its top.

use std::collections::BTreeMap;

use egui::{Align, Layout};

use crate::asked::Asked;
use crate::command::Command;
use crate::desk::Desk;
use crate::tabs::TabId;
use fettle_domain::{ModelRole, RemoteModel};
use fettle_engine::ChosenRemote;

/// Which roles a server fills.
#[derive(Default)]
pub(crate) struct RemoteSign(Asked<BTreeMap<ModelRole, RemoteModel>>);

impl RemoteSign {
    /// Asks anew: it may have changed.
    pub(crate) fn ask(&mut self, desk: &mut Desk<'_>) {
        self.0.ask(desk, ChosenRemote);
    }

    pub(crate) fn poll(&mut self, desk: &mut Desk<'_>) {
        self.0.ask_once(desk, ChosenRemote);
        self.0.poll(desk);
    }

    /// Draws it at the right; a click shows where it is set.
    pub(crate) fn show(&self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        let Some(remote) = self.0.answer().and_then(|roles| roles.values().next()) else { return };
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let address = [("address", remote.address.clone().into())];
            let sign = egui::RichText::new(desk.words.with("remote-sign", &address));
            let sign = egui::Button::new(sign.color(ui.visuals().warn_fg_color)).truncate();
            if ui.add(sign.frame(false)).on_hover_text(desk.text("remote-leaves")).clicked() {
                desk.send(Command::Show(TabId::Settings));
            }
        });
    }
}
