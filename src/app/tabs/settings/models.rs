//! The sections of models: the model of each role, and all models of the manifest.

use egui::{Grid, Role, WidgetInfo};

use super::section::{megabytes, spinner_or_error};
use crate::command::Command;
use crate::loadable::Loadable;
use crate::model_pull::ModelPull;
use crate::tab_context::TabContext;
use crate::widgets::combo_box::labelled_combo_cells;
use fettle_domain::{ModelId, ModelRole};
use fettle_engine::{ChooseModels, GetChosenModels, ListModels, ListedModel, ModelState};

/// The roles, in the order of the grid.
const ROLES: [ModelRole; 5] = [
    ModelRole::Backbone,
    ModelRole::ImageEmbedder,
    ModelRole::TextEmbedder,
    ModelRole::Chat,
    ModelRole::VisionChat,
];

/// Width of a combo box, in points.
const COMBO_WIDTH: f32 = 220.0;

/// Models by role, all models, and the jobs that select and fetch them.
#[derive(Default)]
pub(super) struct Models {
    chosen: Loadable<ChooseModels>,
    models: Loadable<Vec<ListedModel>>,
    choosing: Loadable<()>,
    pull: ModelPull,
}

/// Locale id of a role's name.
fn role_label(role: ModelRole) -> &'static str {
    match role {
        ModelRole::Backbone => "settings-backbone",
        ModelRole::ImageEmbedder => "settings-image-embedder",
        ModelRole::TextEmbedder => "settings-text-embedder",
        ModelRole::Chat => "settings-chat",
        ModelRole::VisionChat => "settings-vision-chat",
    }
}

/// The choice of the model for `role`, as two grid cells.
fn role_combo(
    ui: &mut egui::Ui,
    cx: &TabContext<'_>,
    wanted: &mut ChooseModels,
    role: ModelRole,
    models: &[ListedModel],
) {
    let fills = |model: &ListedModel| {
        model.entry.roles.contains(&role) && model.profiles.contains(&wanted.profile)
    };
    // Profiles of small machines leave some roles empty.
    let is_filled = models.iter().any(fills);
    let as_profile =
        cx.text(if is_filled { "settings-as-profile" } else { "settings-none-of-profile" });
    let own = wanted.models.get(&role).cloned();
    let shown = own.as_ref().map_or_else(|| as_profile.clone(), ToString::to_string);
    labelled_combo_cells(ui, &cx.text(role_label(role)), shown, COMBO_WIDTH, |ui| {
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
    /// Loads everything again.
    pub(super) fn load(&mut self, cx: &mut TabContext<'_>) {
        self.chosen.load(cx, GetChosenModels);
        self.models.load(cx, ListModels);
    }

    /// Takes what is loaded and the outcomes of jobs.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) {
        self.chosen.poll(cx);
        self.models.poll(cx);
        if self.choosing.poll(cx) {
            if let Some(error) = self.choosing.error() {
                cx.toasts.error(error.to_owned());
            }
            // Banks and indexes belong to the former models.
            cx.send(Command::LibraryChanged(None));
        }
        if self.pull.poll(cx).is_some() {
            cx.send(Command::LibraryChanged(None));
        }
    }

    /// Shows the profile and the model of each role.
    pub(super) fn show_roles(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        ui.heading(cx.text("settings-roles"));
        let (Some(chosen), Some(models)) = (self.chosen.answer(), self.models.answer()) else {
            let error = self.chosen.error().or(self.models.error());
            spinner_or_error(ui, error);
            return;
        };
        let mut wanted = chosen.clone();
        let mut profiles: Vec<&str> =
            models.iter().flat_map(|model| &model.profiles).map(String::as_str).collect();
        profiles.sort_unstable();
        profiles.dedup();
        Grid::new("settings_roles").num_columns(2).show(ui, |ui| {
            let profile = &mut wanted.profile;
            labelled_combo_cells(
                ui,
                &cx.text("settings-profile"),
                &chosen.profile,
                COMBO_WIDTH,
                |ui| {
                    for one in profiles {
                        ui.selectable_value(profile, one.to_owned(), one);
                    }
                },
            );
            ui.end_row();
            for role in ROLES {
                role_combo(ui, cx, &mut wanted, role, models);
                ui.end_row();
            }
        });
        ui.weak(cx.text("settings-roles-hint"));
        if (&wanted.profile, &wanted.models) != (&chosen.profile, &chosen.models) {
            self.choosing.load(cx, wanted);
        }
    }

    /// Shows all models of the manifest and whether their files are present.
    pub(super) fn show_all(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        ui.heading(cx.text("settings-models"));
        self.pull.show(ui, cx);
        let Some(models) = self.models.answer() else {
            spinner_or_error(ui, self.models.error());
            return;
        };
        let mut wanted: Option<ModelId> = None;
        Grid::new("settings_models").num_columns(4).striped(true).show(ui, |ui| {
            for ListedModel { entry, profiles, state } in models {
                ui.label(&entry.name).on_hover_text(entry.id.to_string());
                ui.weak(profiles.join(", ")).on_hover_text(&entry.licence);
                // The size of some files is not published.
                let bytes = entry.bytes();
                ui.label(megabytes(cx, bytes));
                let word = match state {
                    ModelState::Present => "models-present",
                    ModelState::Missing { .. } => "models-missing",
                    ModelState::Partial { .. } => "models-partial",
                    ModelState::WrongSize { .. } => "models-wrong-size",
                };
                ui.horizontal(|ui| {
                    ui.label(cx.text(word));
                    if *state == ModelState::Present {
                        return;
                    }
                    let (label, can_pull) = (cx.text("settings-pull"), !self.pull.is_running());
                    let pull = ui.add_enabled(can_pull, egui::Button::new(&label));
                    let name = format!("{label}: {}", entry.name);
                    pull.widget_info(|| WidgetInfo::labeled(Role::Button, can_pull, &name));
                    if pull.clicked() {
                        wanted = Some(entry.id.clone());
                    }
                });
                ui.end_row();
            }
        });
        self.pull.start(cx, wanted);
    }
}
