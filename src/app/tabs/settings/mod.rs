//! Language, looks, models, how new banks are fitted, how long pictures are kept, and this machine.

mod looks;
mod machine;
mod models;
mod remote;
mod standards;
#[cfg(test)]
mod tests;

use egui::ScrollArea;

use self::machine::Machine;
use self::models::Models;
use self::remote::Remote;
use self::standards::Standards;
use super::Tab;
use crate::asked::Asked;
use crate::command::Command;
use crate::desk::Desk;
use crate::tasks::Task;
use fettle_engine::{AskPreferences, EngineError, Prefer, Preference, Preferences};
use fettle_i18n::Value;

/// Between two sections, in points.
const GAP: f32 = 14.0;

pub(super) fn make() -> Box<dyn Tab> {
    Box::<SettingsTab>::default()
}

#[derive(Default)]
struct SettingsTab {
    /// Whether all was asked for since it changed.
    is_known: bool,
    models: Models,
    remote: Remote,
    preferences: Asked<Preferences>,
    preferring: Option<(Preference, Task<()>)>,
    standards: Standards,
    machine: Machine,
}

impl Tab for SettingsTab {
    fn poll(&mut self, desk: &mut Desk<'_>) {
        self.models.poll(desk);
        self.remote.poll(desk);
        self.machine.poll(desk);
        if self.preferences.poll(desk) {
            self.standards.take(self.preferences.answer());
        }
        let answer = self.preferring.as_ref().and_then(|(_, task)| task.poll());
        if let Some(answer) = answer
            && let Some((preference, _)) = self.preferring.take()
        {
            self.preferred(desk, preference, answer);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        if !self.is_known {
            self.is_known = true;
            self.models.ask(desk);
            self.remote.ask(desk);
            self.preferences.ask(desk, AskPreferences);
            self.machine.ask(desk);
        }
        let mut wanted = None;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            looks::show(ui, desk);
            ui.add_space(GAP);
            self.models.roles(ui, desk);
            ui.add_space(GAP);
            wanted = self.standards.show(ui, desk, &self.preferences);
            ui.add_space(GAP);
            self.models.all(ui, desk);
            ui.add_space(GAP);
            self.remote.show(ui, desk);
            ui.add_space(GAP);
            let device = self.machine.show(ui, desk, &self.preferences);
            wanted = wanted.take().or(device);
        });
        self.standards.dialogs(ui.ctx(), desk);
        // What is in force is not known while it is asked for.
        if let Some(wanted) = wanted
            && self.preferring.is_none()
            && !self.preferences.is_awaited()
        {
            self.preferring = desk.start(Prefer(wanted)).map(|task| (wanted, task));
        }
    }

    fn command(&mut self, command: &Command, _ctx: &egui::Context, _desk: &mut Desk<'_>) {
        if let Command::LibraryChanged(_) = command {
            // Asked for anew when the tab is shown next.
            self.is_known = false;
        }
    }
}

impl SettingsTab {
    /// A setting was changed, or could not be.
    fn preferred(
        &mut self,
        desk: &mut Desk<'_>,
        preference: Preference,
        answer: Result<(), EngineError>,
    ) {
        if let Err(error) = answer {
            desk.toasts.error(error.explain(desk.words.0));
        } else if let Preference::ThresholdRule(_) = preference {
            // Fits begin with it.
            desk.send(Command::LibraryChanged(None));
        }
        self.preferences.ask(desk, AskPreferences);
    }
}

fn waiting(ui: &mut egui::Ui, error: Option<&str>) {
    match error {
        Some(error) => ui.colored_label(ui.visuals().error_fg_color, error),
        None => ui.spinner(),
    };
}

/// So many bytes in words, where it is known how many.
fn megabytes(desk: &Desk<'_>, bytes: Option<u64>) -> String {
    let Some(bytes) = bytes else { return "?".to_owned() };
    let size = Value::Number { value: bytes as f64 / 1e6, digits: 0 };
    desk.words.with("settings-megabytes", &[("size", size)])
}
