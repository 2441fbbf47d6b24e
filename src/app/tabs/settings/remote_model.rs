//! The section of the remote model: a language model on a server, off unless a person turns it on.

use std::collections::BTreeMap;

use egui::{Button, Checkbox, Grid, TextEdit, Ui};

use crate::command::Command;
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use fettle_domain::{ModelRole, RemoteFor, RemoteModel};
use fettle_engine::{GetRemoteModels, RemoteModelTest, SetRemoteModel, TestRemoteModel};
use fettle_i18n::Value;

/// Width of a text field, in points.
const FIELD_WIDTH: f32 = 320.0;

/// The form of the remote model, and the models in force.
#[derive(Default)]
pub(super) struct RemoteModelForm {
    chosen: Loadable<BTreeMap<ModelRole, RemoteModel>>,
    what: RemoteFor,
    address: String,
    model: String,
    key_variable: String,
    /// Whether a person agrees to what leaves the machine.
    agreed: bool,
    using: Loadable<()>,
    tried: Loadable<RemoteModelTest>,
}

impl RemoteModelForm {
    /// Loads the models in force again.
    pub(super) fn load(&mut self, cx: &mut TabContext<'_>) {
        self.chosen.load(cx, GetRemoteModels);
    }

    /// Takes what is loaded and the outcomes of jobs.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) {
        if self.chosen.poll(cx) && self.in_force().is_some() {
            self.fill_from_model_in_force();
        }
        self.tried.poll(cx);
        if self.using.poll(cx) && self.using.error().is_none() {
            self.agreed = false;
            // The sign at the top of the window and this tab load again.
            cx.send(Command::LibraryChanged(None));
        }
    }

    /// The model in force for the selected purpose.
    fn in_force(&self) -> Option<&RemoteModel> {
        self.chosen.answer()?.get(&self.what.role())
    }

    /// Fills the fields with the model in force, or clears them.
    fn fill_from_model_in_force(&mut self) {
        let remote = self.in_force().cloned();
        self.key_variable =
            remote.as_ref().and_then(|remote| remote.key_variable.clone()).unwrap_or_default();
        (self.address, self.model) =
            remote.map(|remote| (remote.address, remote.model)).unwrap_or_default();
    }

    /// The model made of the fields.
    fn typed(&self) -> RemoteModel {
        let trimmed = |text: &str| text.trim().to_owned();
        let key_variable = Some(trimmed(&self.key_variable)).filter(|name| !name.is_empty());
        let (address, model) = (trimmed(&self.address), trimmed(&self.model));
        RemoteModel { address, model, key_variable }
    }

    /// Shows the section.
    pub(super) fn show(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        ui.heading(cx.text("settings-remote"));
        ui.weak(cx.text("settings-remote-hint"));
        let before = self.what;
        ui.horizontal(|ui| {
            for what in RemoteFor::ALL {
                let name = match what {
                    RemoteFor::Reports => "settings-remote-reports",
                    RemoteFor::Pictures => "settings-remote-pictures",
                };
                ui.radio_value(&mut self.what, what, cx.text(name));
            }
        });
        if self.what != before {
            self.fill_from_model_in_force();
        }
        Grid::new("settings_remote").num_columns(2).show(ui, |ui| {
            for (label, hint, text) in [
                ("settings-remote-address", "http://localhost:8080", &mut self.address),
                ("settings-remote-model", "qwen2.5-7b-instruct", &mut self.model),
                ("settings-remote-key", "", &mut self.key_variable),
            ] {
                let label = ui.label(cx.text(label));
                let field = TextEdit::singleline(text).hint_text(hint).desired_width(FIELD_WIDTH);
                ui.add(field).labelled_by(label.id);
                ui.end_row();
            }
        });
        let typed = self.typed();
        ui.colored_label(ui.visuals().warn_fg_color, cx.text("remote-leaves"));
        ui.add(Checkbox::new(&mut self.agreed, cx.text("settings-remote-agree")));
        let is_complete = !typed.address.is_empty() && !typed.model.is_empty();
        ui.horizontal(|ui| {
            let can_try = is_complete && !self.tried.is_loading();
            let button = Button::new(cx.text("settings-remote-try"));
            if ui.add_enabled(can_try, button).clicked() {
                self.tried = Loadable::default();
                self.tried.load(cx, TestRemoteModel(typed.clone()));
            }
            let is_new = self.in_force() != Some(&typed);
            let can_use = is_complete && is_new && !self.using.is_loading();
            if ui.add_enabled(can_use, Button::new(cx.text("settings-remote-use"))).clicked() {
                self.using.load(
                    cx,
                    SetRemoteModel { what: self.what, remote: Some(typed), confirmed: self.agreed },
                );
            }
            let off = Button::new(cx.text("settings-remote-off"));
            if ui.add_enabled(self.in_force().is_some(), off).clicked() {
                let what = self.what;
                self.using.load(cx, SetRemoteModel { what, remote: None, confirmed: false });
            }
            if self.tried.is_loading() {
                ui.spinner();
            }
        });
        if let Some(tried) = self.tried.answer() {
            let values = [
                ("said", Value::from(tried.said.clone())),
                ("seconds", Value::Number { value: tried.took_ms / 1e3, digits: 1 }),
                ("tokens", tried.context_length.into()),
            ];
            ui.label(cx.localizer.with("remote-tried", &values));
        }
        let state = self.in_force().map(|remote| {
            let (model, address) = (remote.model.clone(), remote.address.clone());
            cx.localizer.with("remote-on", &[("model", model.into()), ("address", address.into())])
        });
        ui.label(state.unwrap_or_else(|| cx.text("remote-off")));
        for error in [self.tried.error(), self.using.error()].into_iter().flatten() {
            ui.colored_label(ui.visuals().error_fg_color, error);
        }
    }
}
