//! Which model fills which role, and all models there are.

use egui::Grid;

use super::{megabytes, waiting};
use crate::asked::Asked;
use crate::command::Command;
use crate::desk::Desk;
use crate::model_pull::ModelPull;
use crate::widgets::choice::named_cells;
use fettle_domain::{ModelId, ModelRole};
use fettle_engine::{ChooseModels, ChosenModels, ListModels, ListedModel, ModelState};

const ROLES: [ModelRole; 5] = [
    ModelRole::Backbone,
    ModelRole::ImageEmbedder,
    ModelRole::TextEmbedder,
    ModelRole::Chat,
    ModelRole::VisionChat,
];

/// Width of a list, in points.
const LIST: f32 = 220.0;

/// The models, and what is done with them.
#[derive(Default)]
pub(super) struct Models {
    chosen: Asked<ChooseModels>,
    models: Asked<Vec<ListedModel>>,
    choosing: Asked<()>,
    pull: ModelPull,
}

/// The id of a role's message.
fn role_name(role: ModelRole) -> &'static str {
    match role {
        ModelRole::Backbone => "settings-backbone",
        ModelRole::ImageEmbedder => "settings-image-embedder",
        ModelRole::TextEmbedder => "settings-text-embedder",
        ModelRole::Chat => "settings-chat",
        ModelRole::VisionChat => "settings-vision-chat",
    }
}

/// Which model fills `role`, as two cells.
fn filled(
    ui: &mut egui::Ui,
    desk: &Desk<'_>,
    wanted: &mut ChooseModels,
    role: ModelRole,
    models: &[ListedModel],
) {
    let fills = |model: &ListedModel| {
        model.entry.roles.contains(&role) && model.profiles.contains(&wanted.profile)
    };
    // Small machines do without some.
    let is_filled = models.iter().any(fills);
    let as_profile =
        desk.text(if is_filled { "settings-as-profile" } else { "settings-none-of-profile" });
    let own = wanted.models.get(&role).cloned();
    let shown = own.as_ref().map_or_else(|| as_profile.clone(), ToString::to_string);
    named_cells(ui, &desk.text(role_name(role)), shown, LIST, |ui| {
        if ui.selectable_label(own.is_none(), as_profile).clicked() {
            wanted.models.remove(&role);
        }
        for model in models.iter().filter(|model| model.entry.roles.contains(&role)) {
            let id = &model.entry.id;
            if ui.selectable_label(own.as_ref() == Some(id), &model.entry.name).clicked() {
                wanted.models.insert(role, id.clone());
            }
        }
    });
}

impl Models {
    /// Asks anew.
    pub(super) fn ask(&mut self, desk: &mut Desk<'_>) {
        self.chosen.ask(desk, ChosenModels);
        self.models.ask(desk, ListModels);
    }

    pub(super) fn poll(&mut self, desk: &mut Desk<'_>) {
        self.chosen.poll(desk);
        self.models.poll(desk);
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

    /// The profile, and which model fills which role.
    pub(super) fn roles(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
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
        Grid::new("settings_roles").num_columns(2).show(ui, |ui| {
            let profile = &mut wanted.profile;
            named_cells(ui, &desk.text("settings-profile"), &chosen.profile, LIST, |ui| {
                for one in profiles {
                    ui.selectable_value(profile, one.to_owned(), one);
                }
            });
            ui.end_row();
            for role in ROLES {
                filled(ui, desk, &mut wanted, role, models);
                ui.end_row();
            }
        });
        ui.weak(desk.text("settings-roles-hint"));
        if (&wanted.profile, &wanted.models) != (&chosen.profile, &chosen.models) {
            self.choosing.ask(desk, wanted);
        }
    }

    /// All models that Fettle knows, and whether they are here.
    pub(super) fn all(&mut self, ui: &mut egui::Ui, desk: &mut Desk<'_>) {
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
                let bytes = entry.bytes();
                ui.label(megabytes(desk, bytes));
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
}
