//! The tab of settings: appearance, models, defaults, back-ups, the remote model, and the hardware.

mod appearance;
mod backups;
mod defaults;
mod hardware;
mod models;
mod remote_model;
mod section;
#[cfg(test)]
mod tests;

use egui::{Key, ScrollArea};

use self::backups::Backups;
use self::defaults::Defaults;
use self::hardware::Hardware;
use self::models::Models;
use self::remote_model::RemoteModelForm;
use self::section::GAP;
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
    remote: RemoteModelForm,
    preferences: Loadable<Preferences>,
    /// The preference being saved.
    saving: Option<(Preference, Task<()>)>,
    defaults: Defaults,
    backups: Backups,
    /// The plan of back-ups being saved.
    planning: Option<Task<()>>,
    hardware: Hardware,
}

impl Tab for SettingsTab {
    fn poll(&mut self, cx: &mut TabContext<'_>) {
        self.models.poll(cx);
        self.remote.poll(cx);
        self.hardware.poll(cx);
        if self.preferences.poll(cx) {
            self.defaults.set(self.preferences.answer());
            self.backups.set(self.preferences.answer());
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
            self.remote.load(cx);
            self.preferences.load(cx, GetPreferences);
            self.hardware.load(cx);
        }
        let (mut wanted, mut planned) = (None, None);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            appearance::show(ui, cx);
            ui.add_space(GAP);
            self.models.show_roles(ui, cx);
            ui.add_space(GAP);
            wanted = self.defaults.show(ui, cx, &self.preferences);
            ui.add_space(GAP);
            planned = self.backups.show(ui, cx, &self.preferences);
            ui.add_space(GAP);
            self.models.show_all(ui, cx);
            ui.add_space(GAP);
            self.remote.show(ui, cx);
            ui.add_space(GAP);
            let hardware = self.hardware.show(ui, cx, &self.preferences);
            wanted = wanted.take().or(hardware);
        });
        self.defaults.dialogs(ui.ctx(), cx);
        // While the preferences are loaded it is unknown what is in force.
        if let Some(plan) = planned
            && self.planning.is_none()
            && !self.preferences.is_loading()
        {
            self.planning = cx.start(ChangeBackupPlan(plan));
        }
        if let Some(wanted) = wanted
            && self.saving.is_none()
            && !self.preferences.is_loading()
        {
            self.saving = cx.start(ChangePreference(wanted)).map(|task| (wanted, task));
        }
    }

    fn command(&mut self, command: &Command, _ctx: &egui::Context, _cx: &mut TabContext<'_>) {
        if let Command::LibraryChanged(_) = command {
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
        } else if let Preference::ThresholdRule(_) = preference {
            // The rule is the default of new fits.
            cx.send(Command::LibraryChanged(None));
        }
        self.preferences.load(cx, GetPreferences);
    }
}
