//! Language, theme, size of letters.

use egui::{Grid, ThemePreference};

use crate::command::Command;
use crate::desk::Desk;
use fettle_domain::Language;

pub(super) fn show(ui: &mut egui::Ui, desk: &mut Desk<'_>) {
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
