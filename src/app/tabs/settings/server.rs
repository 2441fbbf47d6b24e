//! The section of the server: whether other systems may ask this machine, off unless a person turns it on.

use std::net::IpAddr;

use egui::{DragValue, TextEdit, Ui};

use super::section::spinner_or_error;
use crate::loadable::Loadable;
use crate::server_switch::ServerState;
use crate::tab_context::TabContext;
use fettle_engine::{Preference, Preferences, ReadTokens, TokenRing};
use fettle_i18n::Value;
use fettle_settings::ServerPlan;

/// Width of the field of the address, in points.
const FIELD_WIDTH: f32 = 180.0;
/// Addresses that a click fills in: of this machine alone, and of every network that it is in.
const USUAL_ADDRESSES: [(&str, &str); 2] =
    [("settings-server-local", "127.0.0.1"), ("settings-server-everywhere", "0.0.0.0")];

/// The plan in the form, before it is saved, and the tokens in force.
#[derive(Default)]
pub(super) struct ServerForm {
    plan: ServerPlan,
    /// The address as it is typed.
    address: String,
    tokens: Loadable<TokenRing>,
}

impl ServerForm {
    /// Reads the tokens again.
    pub(super) fn load(&mut self, cx: &mut TabContext<'_>) {
        self.tokens.load(cx, ReadTokens);
    }

    /// Takes the tokens.
    pub(super) fn poll(&mut self, cx: &TabContext<'_>) {
        self.tokens.poll(cx);
    }

    /// Fills the form with the plan in force.
    pub(super) fn set(&mut self, preferences: Option<&Preferences>) {
        if let Some(preferences) = preferences {
            self.plan = preferences.server;
            self.address = self.plan.address.to_string();
        }
    }

    /// Shows the section. Returns the plan that a person chose.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        preferences: &Loadable<Preferences>,
    ) -> Option<Preference> {
        ui.heading(cx.text("settings-server"));
        let Some(in_force) = preferences.answer() else {
            spinner_or_error(ui, preferences.error());
            return None;
        };
        ui.weak(cx.text("settings-server-hint"));
        ui.checkbox(&mut self.plan.on, cx.text("settings-server-on"));
        let typed = self.address_fields(ui, cx);
        ui.checkbox(&mut self.plan.encrypted, cx.text("settings-server-encrypted"));
        ui.checkbox(&mut self.plan.read_only, cx.text("settings-server-read-only"));
        match typed {
            Some(address) => self.plan.address = address,
            None => {
                ui.colored_label(
                    ui.visuals().error_fg_color,
                    cx.text("settings-server-no-address"),
                );
            }
        }
        self.missing(ui, cx);
        if state(ui, cx) {
            cx.server.set(in_force.server);
            self.load(cx);
        }
        // Values are saved once dragging or typing has ended.
        let ctx = ui.ctx();
        let is_changing = ctx.input(|input| input.pointer.any_down()) || ctx.text_edit_focused();
        (!is_changing && typed.is_some() && self.plan != in_force.server)
            .then_some(Preference::Server(self.plan))
    }

    /// Address and port. Returns the address, where what is typed is one.
    fn address_fields(&mut self, ui: &mut Ui, cx: &TabContext<'_>) -> Option<IpAddr> {
        for (label, address) in USUAL_ADDRESSES {
            ui.radio_value(&mut self.address, address.to_owned(), cx.text(label));
        }
        ui.horizontal(|ui| {
            let label = ui.label(cx.text("settings-server-address"));
            let field = TextEdit::singleline(&mut self.address).desired_width(FIELD_WIDTH);
            ui.add(field).labelled_by(label.id);
            let label = ui.label(cx.text("settings-server-port"));
            let port = DragValue::new(&mut self.plan.port).range(1..=u16::MAX);
            ui.add(port).labelled_by(label.id);
        });
        self.address.trim().parse().ok()
    }

    /// What an address that other machines reach needs and does not have.
    fn missing(&self, ui: &mut Ui, cx: &TabContext<'_>) {
        if self.plan.is_local() {
            return;
        }
        let has_token =
            self.tokens.answer().is_none_or(|tokens| !tokens.is_empty(jiff::Timestamp::now()));
        let missing = [
            (!self.plan.encrypted, "settings-server-needs-encryption"),
            (!has_token, "settings-server-needs-token"),
        ];
        for (_, id) in missing.iter().filter(|(is_missing, _)| *is_missing) {
            ui.colored_label(ui.visuals().warn_fg_color, format!("⚠ {}", cx.text(id)));
        }
        if let Some(error) = self.tokens.error() {
            ui.colored_label(ui.visuals().error_fg_color, error);
        }
    }
}

/// What the server does now; whether a person has it try again.
fn state(ui: &mut Ui, cx: &TabContext<'_>) -> bool {
    match cx.server.state() {
        ServerState::Off => drop(ui.label(cx.text("server-off"))),
        ServerState::Starting => drop(ui.label(cx.text("server-starting"))),
        ServerState::Stopping => drop(ui.label(cx.text("server-stopping"))),
        ServerState::On(at) => {
            for url in &at.urls {
                let address: [(&str, Value); 1] = [("address", url.clone().into())];
                ui.label(cx.localizer.with("server-on", &address));
            }
            if let Some(fingerprint) = at.fingerprint {
                let values = [("fingerprint", fingerprint.into())];
                ui.weak(cx.localizer.with("serve-certificate", &values));
            }
        }
        ServerState::Failed(fault) => {
            let said = fault.text(cx.localizer.language);
            ui.colored_label(ui.visuals().error_fg_color, said);
            return ui.button(cx.text("server-again")).clicked();
        }
    }
    false
}
