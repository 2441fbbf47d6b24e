//! *Show on a phone*: a QR code that opens an inspection in the browser of a phone, to be read.

use egui::Ui;

use super::dialog::Dialog;
use super::form::modal;
use crate::clock::local_time;
use crate::command::{Command, TabId};
use crate::server_switch::{PartLink, ServerAddresses, ServerState};
use crate::tab_context::TabContext;
use crate::widgets::combo_box::labelled_combo;
use crate::widgets::qr_code::QrPicture;
use fettle_domain::InspectionId;
use fettle_i18n::Value;

/// Side of the code, in points.
const CODE_SIZE: f32 = 300.0;
/// Width of the list of addresses, in points.
const ADDRESS_WIDTH: f32 = 240.0;

/// The link to an inspection and the address that the phone is to use.
pub(crate) struct ShowOnPhoneDialog {
    inspection: InspectionId,
    link: Option<PartLink>,
    /// The chosen one of the server's addresses.
    address: String,
    code: Option<QrPicture>,
}

impl ShowOnPhoneDialog {
    /// The dialog for `inspection`.
    pub(crate) fn new(inspection: InspectionId) -> Self {
        Self { inspection, link: None, address: String::new(), code: None }
    }

    /// The code, what it leads to, and until when.
    fn link(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>, at: &ServerAddresses) {
        if self.link.is_none() {
            self.link = cx.server.link(self.inspection);
        }
        let Some(link) = self.link.clone() else { return };
        if !at.urls.contains(&self.address) {
            self.address = at.urls.first().cloned().unwrap_or_default();
        }
        if at.urls.len() > 1 {
            let (label, chosen) = (cx.text("phone-address"), self.address.clone());
            labelled_combo(ui, &label, chosen, ADDRESS_WIDTH, |ui| {
                for url in &at.urls {
                    ui.selectable_value(&mut self.address, url.clone(), url);
                }
            });
        }
        let url = format!("{}{}", self.address, link.path);
        let code = self.code.take().filter(|code| code.text() == url);
        let code = self.code.insert(code.unwrap_or_else(|| QrPicture::new(&url)));
        ui.vertical_centered(|ui| code.show(ui, CODE_SIZE, &cx.text("phone-code")));
        let ends: [(&str, Value); 1] = [("time", local_time(&link.expires_at).into())];
        ui.label(cx.localizer.with("phone-until", &ends));
        if at.fingerprint.is_some() {
            ui.weak(cx.text("phone-certificate"));
        }
        ui.add(egui::Label::new(egui::RichText::new(&url).small().monospace()).wrap());
        if ui.button(cx.text("phone-copy")).clicked() {
            ui.ctx().copy_text(url);
            cx.toasts.done(cx.text("phone-copied"));
        }
    }
}

impl Dialog for ShowOnPhoneDialog {
    fn show(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) -> bool {
        let modal = modal(ctx, "phone_dialog", &cx.text("command-phone"), |ui| {
            let mut leads_to_settings = true;
            match cx.server.state() {
                ServerState::On(at) if at.is_local => {
                    ui.label(cx.text("phone-local"));
                }
                ServerState::On(at) => {
                    self.link(ui, cx, &at);
                    leads_to_settings = false;
                }
                // A server that starts has new links.
                ServerState::Starting => {
                    self.link = None;
                    ui.spinner();
                    ui.label(cx.text("server-starting"));
                }
                ServerState::Off | ServerState::Stopping => {
                    ui.label(cx.text("phone-off"));
                }
                ServerState::Failed(fault) => {
                    let said = fault.text(cx.localizer.language);
                    ui.colored_label(ui.visuals().error_fg_color, said);
                }
            }
            ui.add_space(8.0);
            ui.horizontal(|ui| {
                let to_settings =
                    leads_to_settings && ui.button(cx.text("phone-settings")).clicked();
                if to_settings {
                    cx.send(Command::Show(TabId::Settings));
                }
                let closed = ui.button(cx.text("button-close")).clicked();
                to_settings || closed
            })
            .inner
        });
        !(modal.inner || modal.should_close())
    }
}
