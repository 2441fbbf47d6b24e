//! Language, looks, models and where everything lies.

use egui::{ComboBox, Grid, ScrollArea, ThemePreference};

use super::Tab;
use crate::app::asked::Asked;
use crate::app::command::Command;
use crate::app::desk::Desk;
use crate::app::model_pull::ModelPull;
use crate::domain::{Language, ModelId, ModelRole};
use crate::engine::{
    ChooseModels, ChosenModels, Doctor, DoctorReport, ListModels, ListedModel, ModelState,
};
use crate::i18n::Value;

const ROLES: [ModelRole; 4] =
    [ModelRole::Backbone, ModelRole::ImageEmbedder, ModelRole::TextEmbedder, ModelRole::Chat];

pub(super) fn make() -> Box<dyn Tab> {
    Box::<SettingsTab>::default()
}

#[derive(Default)]
struct SettingsTab {
    chosen: Asked<ChooseModels>,
    models: Asked<Vec<ListedModel>>,
    doctor: Asked<DoctorReport>,
    choosing: Asked<()>,
    pull: ModelPull,
}

impl Tab for SettingsTab {
    fn poll(&mut self, desk: &mut Desk<'_>) {
        self.chosen.poll(desk);
        self.models.poll(desk);
        self.doctor.poll(desk);
        if self.choosing.poll(desk) {
            if let Some(error) = self.choosing.error() {
                desk.toasts.error(error.to_owned());
            }
            // Banks and indexes are of other models now.
            desk.send(Command::LibraryChanged(None));
        }
        if self.pull.poll(desk).is_some() {
            desk.send(Command::LibraryChanged(None));
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        self.chosen.ask_once(desk, ChosenModels);
        self.models.ask_once(desk, ListModels);
        self.doctor.ask_once(desk, Doctor);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            looks(ui, desk);
            ui.add_space(14.0);
            self.roles(ui, desk);
            ui.add_space(14.0);
            self.all_models(ui, desk);
            ui.add_space(14.0);
            self.machine(ui, desk);
        });
    }

    fn command(&mut self, command: &Command, _ctx: &egui::Context, _desk: &mut Desk<'_>) {
        if let Command::LibraryChanged(_) = command {
            // Asked for anew when the tab is shown next.
            (self.chosen, self.models) = Default::default();
            self.doctor = Asked::default();
        }
    }
}

fn looks(ui: &mut egui::Ui, desk: &mut Desk<'_>) {
    ui.heading(desk.text("settings-looks"));
    let zoom = ui.ctx().zoom_factor();
    let language = [
        ("command-korean", desk.words.0 == Language::Ko, Command::Language(Language::Ko)),
        ("command-english", desk.words.0 == Language::En, Command::Language(Language::En)),
    ];
    let theme = [
        ("command-light", ThemePreference::Light),
        ("command-dark", ThemePreference::Dark),
        ("command-system-theme", ThemePreference::System),
    ]
    .map(|(label, theme)| (label, desk.view.theme == theme, Command::Theme(theme)));
    let size = [
        ("command-smaller", false, Command::ZoomOut),
        ("command-usual-size", zoom == 1.0, Command::ZoomReset),
        ("command-larger", false, Command::ZoomIn),
    ];
    Grid::new("settings_looks").num_columns(2).show(ui, |ui| {
        choices(ui, desk, "settings-language", language);
        choices(ui, desk, "settings-theme", theme);
        choices(ui, desk, "settings-zoom", size);
    });
}

/// A row of what can be chosen, each a command.
fn choices(
    ui: &mut egui::Ui,
    desk: &mut Desk<'_>,
    name: &str,
    all: impl IntoIterator<Item = (&'static str, bool, Command)>,
) {
    ui.label(desk.text(name));
    ui.horizontal(|ui| {
        for (label, chosen, command) in all {
            if ui.selectable_label(chosen, desk.text(label)).clicked() {
                desk.send(command);
            }
        }
    });
    ui.end_row();
}

/// The id of a role's message.
fn role_name(role: ModelRole) -> &'static str {
    match role {
        ModelRole::Backbone => "settings-backbone",
        ModelRole::ImageEmbedder => "settings-image-embedder",
        ModelRole::TextEmbedder => "settings-text-embedder",
        ModelRole::Chat => "settings-chat",
    }
}

impl SettingsTab {
    /// The profile, and which model fills which role.
    fn roles(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        ui.heading(desk.text("settings-roles"));
        let (Some(chosen), Some(models)) = (self.chosen.answer(), self.models.answer()) else {
            let error = self.chosen.error().or(self.models.error());
            waiting(ui, error);
            return;
        };
        let mut wanted = chosen.clone();
        let mut profiles: Vec<&str> =
            models.iter().flat_map(|model| &model.profiles).map(String::as_str).collect();
        profiles.sort_unstable();
        profiles.dedup();
        let label = desk.text("settings-profile");
        ComboBox::from_label(label).selected_text(&chosen.profile).show_ui(ui, |ui| {
            for profile in profiles {
                ui.selectable_value(&mut wanted.profile, profile.to_owned(), profile);
            }
        });
        for role in ROLES {
            let as_profile = desk.text("settings-as-profile");
            let own = wanted.models.get(&role).map(ToString::to_string);
            let own = own.unwrap_or_else(|| as_profile.clone());
            ComboBox::from_label(desk.text(role_name(role))).selected_text(own).show_ui(ui, |ui| {
                if ui.selectable_label(!wanted.models.contains_key(&role), as_profile).clicked() {
                    wanted.models.remove(&role);
                }
                for model in models.iter().filter(|model| model.entry.roles.contains(&role)) {
                    let id = &model.entry.id;
                    let is_own = wanted.models.get(&role) == Some(id);
                    if ui.selectable_label(is_own, &model.entry.name).clicked() {
                        wanted.models.insert(role, id.clone());
                    }
                }
            });
        }
        ui.weak(desk.text("settings-roles-hint"));
        if (&wanted.profile, &wanted.models) != (&chosen.profile, &chosen.models) {
            self.choosing.ask(desk, wanted);
        }
    }

    /// All models that Fettle knows, and whether they are here.
    fn all_models(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
        ui.heading(desk.text("settings-models"));
        self.pull.show(ui, desk);
        let Some(models) = self.models.answer() else {
            waiting(ui, self.models.error());
            return;
        };
        let mut wanted: Option<ModelId> = None;
        Grid::new("settings_models").num_columns(4).striped(true).show(ui, |ui| {
            for ListedModel { entry, profiles, state } in models {
                ui.label(&entry.name).on_hover_text(entry.id.to_string());
                ui.weak(profiles.join(", ")).on_hover_text(&entry.licence);
                // Of some files nobody has published a size.
                let bytes: Option<u64> = entry.files.iter().map(|file| file.bytes).sum();
                let size =
                    |bytes| desk.words.with("settings-megabytes", &[("size", megabytes(bytes))]);
                ui.label(bytes.map_or_else(|| "?".to_owned(), size));
                let word = match state {
                    ModelState::Present => "models-present",
                    ModelState::Missing { .. } => "models-missing",
                    ModelState::Partial { .. } => "models-partial",
                    ModelState::WrongSize { .. } => "models-wrong-size",
                };
                ui.horizontal(|ui| {
                    ui.label(desk.text(word));
                    let pull = egui::Button::new(desk.text("settings-pull"));
                    if *state != ModelState::Present
                        && ui.add_enabled(!self.pull.is_running(), pull).clicked()
                    {
                        wanted = Some(entry.id.clone());
                    }
                });
                ui.end_row();
            }
        });
        self.pull.start(desk, wanted);
    }

    /// What this machine has, and the folders.
    fn machine(&self, ui: &mut egui::Ui, desk: &Desk<'_>) {
        ui.heading(desk.text("settings-machine"));
        let Some(doctor) = self.doctor.answer() else {
            waiting(ui, self.doctor.error());
            return;
        };
        let memory = doctor
            .memory_bytes
            .map(|bytes| desk.words.with("settings-megabytes", &[("size", megabytes(bytes))]));
        let rows = [
            ("doctor-cpu", doctor.cpu.join(", ")),
            ("doctor-threads", doctor.threads.to_string()),
            ("doctor-memory", memory.unwrap_or_else(|| "?".to_owned())),
            ("settings-vision-device", doctor.vision_device.clone()),
            ("settings-language-device", doctor.language_device.clone()),
            ("doctor-workspace", doctor.workspace.clone()),
            ("settings-models-folder", doctor.models_dir.clone()),
            ("settings-version", doctor.version.clone()),
        ];
        Grid::new("settings_machine").num_columns(2).striped(true).show(ui, |ui| {
            for (name, value) in rows {
                ui.label(desk.text(name));
                ui.label(value);
                ui.end_row();
            }
        });
    }
}

fn waiting(ui: &mut egui::Ui, error: Option<&str>) {
    match error {
        Some(error) => ui.colored_label(ui.visuals().error_fg_color, error),
        None => ui.spinner(),
    };
}

fn megabytes(bytes: u64) -> Value {
    Value::Number { value: bytes as f64 / 1e6, digits: 0 }
}
