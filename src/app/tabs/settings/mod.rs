//! The tab of settings: appearance, models, defaults, back-ups, people, access tokens, the server, the
//! remote model, and the hardware.

mod appearance;
mod backups;
mod defaults;
mod hardware;
mod models;
mod people;
mod remote_model;
mod section;
mod server;
#[cfg(test)]
mod tests;
mod tokens;

use std::mem::discriminant;

use egui::{Key, ScrollArea};

use self::backups::Backups;
use self::defaults::Defaults;
use self::hardware::Hardware;
use self::models::Models;
use self::people::People;
use self::remote_model::RemoteModelForm;
use self::section::GAP;
use self::server::ServerForm;
use self::tokens::Tokens;
use super::tab::{Tab, TabEntry};
use crate::command::{Command, TabId, ctrl};
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_engine::{
    ChangeBackupPlan, ChangePreference, EngineError, GetPreferences, Preference, Preferences,
};

pub(super) const TAB: TabEntry = TabEntry {
    id: TabId::Settings,
    label: "tab-settings",
    shortcut: ctrl(Key::Num8),
    make: || Box::<SettingsTab>::default(),
};

#[derive(Default)]
struct SettingsTab {
    /// Whether everything is loaded since the last change.
    is_loaded: bool,
    models: Models,
    people: People,
    tokens: Tokens,
    remote: RemoteModelForm,
    preferences: Loadable<Preferences>,
    /// Preferences that a person chose and that are not being saved yet, one of a kind.
    chosen: Vec<Preference>,
    /// The preference being saved.
    saving: Option<(Preference, Task<()>)>,
    defaults: Defaults,
    backups: Backups,
    /// The plan of back-ups being saved.
    planning: Option<Task<()>>,
    hardware: Hardware,
    server: ServerForm,
}

impl Tab for SettingsTab {
    fn poll(&mut self, cx: &mut TabContext<'_>) {
        self.models.poll(cx);
        self.people.poll(cx);
        if self.tokens.poll(cx) {
            self.server.load(cx);
        }
        self.remote.poll(cx);
        self.hardware.poll(cx);
        self.server.poll(cx);
        if self.preferences.poll(cx) {
            self.defaults.set(self.preferences.answer());
            self.backups.set(self.preferences.answer());
            self.server.set(self.preferences.answer());
        }
        self.backups.poll(cx);
        if let Some(answer) = self.planning.as_ref().and_then(Task::poll) {
            self.planning = None;
            if let Err(error) = answer {
                cx.toasts.error(error.explain(cx.localizer.language));
            }
            self.preferences.load(cx, GetPreferences);
        }
        let answer = self.saving.as_ref().and_then(|(_, task)| task.poll());
        if let Some(answer) = answer
            && let Some((preference, _)) = self.saving.take()
        {
            self.finish_saving(cx, preference, answer);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        if !self.is_loaded {
            self.is_loaded = true;
            self.models.load(cx);
            self.people.load(cx);
            self.tokens.load(cx);
            self.remote.load(cx);
            self.preferences.load(cx, GetPreferences);
            self.hardware.load(cx);
            self.server.load(cx);
        }
        let (mut wanted, mut planned) = (Vec::new(), None);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            appearance::show(ui, cx);
            ui.add_space(GAP);
            self.models.show_roles(ui, cx);
            ui.add_space(GAP);
            wanted.extend(self.defaults.show(ui, cx, &self.preferences));
            ui.add_space(GAP);
            planned = self.backups.show(ui, cx, &self.preferences);
            ui.add_space(GAP);
            wanted.extend(self.people.show(ui, cx, &self.preferences));
            ui.add_space(GAP);
            self.tokens.show(ui, cx);
            ui.add_space(GAP);
            self.models.show_all(ui, cx);
            ui.add_space(GAP);
            wanted.extend(self.server.show(ui, cx, &self.preferences));
            ui.add_space(GAP);
            self.remote.show(ui, cx);
            ui.add_space(GAP);
            wanted.extend(self.hardware.show(ui, cx, &self.preferences));
        });
        self.defaults.dialogs(ui.ctx(), cx);
        self.people.dialogs(ui.ctx(), cx);
        self.tokens.dialogs(ui.ctx(), cx);
        // While the preferences are loaded it is unknown what is in force.
        if let Some(plan) = planned
            && self.planning.is_none()
            && !self.preferences.is_loading()
        {
            self.planning = cx.start(ChangeBackupPlan(plan));
        }
        // What a person chose is kept until it can be saved: while another choice is, or while it is unknown
        // what is in force.
        let being_saved = self.saving.as_ref().map(|(preference, _)| *preference);
        for wanted in wanted.into_iter().filter(|wanted| Some(*wanted) != being_saved) {
            self.chosen.retain(|chosen| discriminant(chosen) != discriminant(&wanted));
            self.chosen.push(wanted);
        }
        if self.saving.is_none()
            && !self.preferences.is_loading()
            && let Some(chosen) = self.chosen.first().copied()
        {
            let task = cx.start_when_idle(ChangePreference(chosen));
            if let Some(task) = task {
                self.chosen.remove(0);
                self.saving = Some((chosen, task));
            }
        }
    }

    fn command(&mut self, command: &Command, _ctx: &egui::Context, _cx: &mut TabContext<'_>) {
        if let Command::SignedIn(_) = command {
            self.tokens.forget_secret();
        }
        if let Command::LibraryChanged(_) | Command::SignedIn(_) = command {
            // Everything is loaded again when the tab is shown next.
            self.is_loaded = false;
        }
    }
}

impl SettingsTab {
    /// Reports a preference that could not be saved, and loads all preferences again.
    fn finish_saving(
        &mut self,
        cx: &mut TabContext<'_>,
        preference: Preference,
        answer: Result<(), EngineError>,
    ) {
        if let Err(error) = answer {
            cx.toasts.error(error.explain(cx.localizer.language));
        } else if let Preference::Server(plan) = preference {
            cx.server.set(plan);
        } else if let Preference::ThresholdRule(_) = preference {
            // The rule is the default of new fits.
            cx.send(Command::LibraryChanged(None));
        }
        self.preferences.load(cx, GetPreferences);
    }
}
