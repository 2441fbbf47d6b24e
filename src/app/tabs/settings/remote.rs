//! A language model on a server: off unless a person says otherwise.

use std::collections::BTreeMap;

use egui::{Button, Checkbox, Grid, TextEdit, Ui};

use crate::asked::Asked;
use crate::command::Command;
use crate::desk::Desk;
use fettle_domain::{ModelRole, RemoteFor, RemoteModel};
use fettle_engine::{ChosenRemote, RemoteTried, TryRemote, UseRemote};
use fettle_i18n::Value;

/// Width of a field, in points.
const FIELD: f32 = 320.0;

/// What is typed, and what is in force.
#[derive(Default)]
pub(super) struct Remote {
    chosen: Asked<BTreeMap<ModelRole, RemoteModel>>,
    what: RemoteFor,
    address: String,
    model: String,
    key_variable: String,
    /// A person has read what leaves the machine.
    agreed: bool,
    using: Asked<()>,
    tried: Asked<RemoteTried>,
}

impl Remote {
    pub(super) fn ask(&mut self, desk: &mut Desk<'_>) {
        self.chosen.ask(desk, ChosenRemote);
    }

    pub(super) fn poll(&mut self, desk: &mut Desk<'_>) {
        if self.chosen.poll(desk) && self.in_force().is_some() {
            self.show_in_force();
        }
        self.tried.poll(desk);
        if self.using.poll(desk) && self.using.error().is_none() {
            self.agreed = false;
            // The sign at the window's top asks anew, and so does this tab.
            desk.send(Command::LibraryChanged(None));
        }
    }

    fn in_force(&self) -> Option<&RemoteModel> {
        self.chosen.answer()?.get(&self.what.role())
    }

    /// Fills the fields with what is in force, or with nothing.
    fn show_in_force(&mut self) {
        let remote = self.in_force().cloned();
        self.key_variable =
            remote.as_ref().and_then(|remote| remote.key_variable.clone()).unwrap_or_default();
        (self.address, self.model) =
            remote.map(|remote| (remote.address, remote.model)).unwrap_or_default();
    }

    fn typed(&self) -> RemoteModel {
        let trimmed = |text: &str| text.trim().to_owned();
        let key_variable = Some(trimmed(&self.key_variable)).filter(|name| !name.is_empty());
        let (address, model) = (trimmed(&self.address), trimmed(&self.model));
        RemoteModel { address, model, key_variable }
    }

    pub(super) fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) {
        ui.heading(desk.text("settings-remote"));
        ui.weak(desk.text("settings-remote-hint"));
        let before = self.what;
        ui.horizontal(|ui| {
            for what in RemoteFor::ALL {
                let name = match what {
                    RemoteFor::Reports => "settings-remote-reports",
                    RemoteFor::Pictures => "settings-remote-pictures",
                };
                ui.radio_value(&mut self.what, what, desk.text(name));
            }
        });
        if self.what != before {
            self.show_in_force();
        }
        Grid::new("settings_remote").num_columns(2).show(ui, |ui| {
            for (label, hint, text) in [
                ("settings-remote-address", "http://localhost:8080", &mut self.address),
                ("settings-remote-model", "qwen2.5-7b-instruct", &mut self.model),
                ("settings-remote-key", "", &mut self.key_variable),
            ] {
                let label = ui.label(desk.text(label));
                let field = TextEdit::singleline(text).hint_text(hint).desired_width(FIELD);
                ui.add(field).labelled_by(label.id);
                ui.end_row();
            }
        });
        let typed = self.typed();
        ui.colored_label(ui.visuals().warn_fg_color, desk.text("remote-leaves"));
        ui.add(Checkbox::new(&mut self.agreed, desk.text("settings-remote-agree")));
        let is_whole = !typed.address.is_empty() && !typed.model.is_empty();
        ui.horizontal(|ui| {
            let can_try = is_whole && !self.tried.is_awaited();
            let button = Button::new(desk.text("settings-remote-try"));
            if ui.add_enabled(can_try, button).clicked() {
                self.tried = Asked::default();
                self.tried.ask(desk, TryRemote(typed.clone()));
            }
            let is_new = self.in_force() != Some(&typed);
            let can_use = is_whole && is_new && !self.using.is_awaited();
            if ui.add_enabled(can_use, Button::new(desk.text("settings-remote-use"))).clicked() {
                self.using.ask(
                    desk,
                    UseRemote { what: self.what, remote: Some(typed), confirmed: self.agreed },
                );
            }
            let off = Button::new(desk.text("settings-remote-off"));
            if ui.add_enabled(self.in_force().is_some(), off).clicked() {
                let what = self.what;
                self.using.ask(desk, UseRemote { what, remote: None, confirmed: false });
            }
            if self.tried.is_awaited() {
                ui.spinner();
            }
        });
        if let Some(tried) = self.tried.answer() {
            let values = [
                ("said", Value::from(tried.said.clone())),
                ("seconds", Value::Number { value: tried.took_ms / 1e3, digits: 1 }),
                ("tokens", tried.context_length.into()),
            ];
            ui.label(desk.words.with("remote-tried", &values));
        }
        let state = self.in_force().map(|remote| {
            let (model, address) = (remote.model.clone(), remote.address.clone());
            desk.words.with("remote-on", &[("model", model.into()), ("address", address.into())])
        });
        ui.label(state.unwrap_or_else(|| desk.text("remote-off")));
        for error in [self.tried.error(), self.using.error()].into_iter().flatten() {
            ui.colored_label(ui.visuals().error_fg_color, error);
        }
    }
}
