//! The section of language, theme and text size.

use egui::{Grid, ThemePreference};

use crate::command::Command;
use crate::tab_context::TabContext;
use fettle_domain::Language;

/// Shows the section.
pub(super) fn show(ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
    ui.heading(cx.text("settings-looks"));
    let zoom = ui.ctx().zoom_factor();
    let language = [
        ("command-korean", cx.localizer.language == Language::Ko, Command::Language(Language::Ko)),
        ("command-english", cx.localizer.language == Language::En, Command::Language(Language::En)),
    ];
    let theme = [
        ("command-light", ThemePreference::Light),
        ("command-dark", ThemePreference::Dark),
        ("command-system-theme", ThemePreference::System),
    ]
    .map(|(label, theme)| (label, cx.view.theme == theme, Command::Theme(theme)));
    let size = [
        ("command-smaller", false, Command::ZoomOut),
        ("command-usual-size", zoom == 1.0, Command::ZoomReset),
        ("command-larger", false, Command::ZoomIn),
    ];
    Grid::new("settings_looks").num_columns(2).show(ui, |ui| {
        options_row(ui, cx, "settings-language", language);
        options_row(ui, cx, "settings-theme", theme);
        options_row(ui, cx, "settings-zoom", size);
    });
}

/// A row of options, each with the command that selects it.
fn options_row(
    ui: &mut egui::Ui,
    cx: &mut TabContext<'_>,
    name: &str,
    options: impl IntoIterator<Item = (&'static str, bool, Command)>,
) {
    ui.label(cx.text(name));
    ui.horizontal(|ui| {
        for (label, is_selected, command) in options {
            if ui.selectable_label(is_selected, cx.text(label)).clicked() {
                cx.send(command);
            }
        }
    });
    ui.end_row();
}
