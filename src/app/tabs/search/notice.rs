//! A notice in place of hits.

/// Shows `content` in the middle of the panel.
pub(super) fn notice(ui: &mut egui::Ui, content: impl FnOnce(&mut egui::Ui)) {
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.3);
        ui.set_max_width(560.0);
        content(ui);
    });
}
