//! The list of a product's manuals.

use egui::{Align, Button, Layout};

use fettle_domain::{ManualId, RegisteredManual};

/// Shows the manuals, newest first. Returns the manual where another one than `open` was clicked.
pub(super) fn show(
    ui: &mut egui::Ui,
    manuals: &[RegisteredManual],
    open: Option<ManualId>,
) -> Option<ManualId> {
    let mut clicked = None;
    ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
        for manual in manuals.iter().rev() {
            let name = manual.path.rsplit('/').next().unwrap_or(&manual.path);
            let is_open = open == Some(manual.id);
            let button = ui.add(Button::selectable(is_open, name).truncate());
            if button.on_hover_text(&manual.path).clicked() && !is_open {
                clicked = Some(manual.id);
            }
        }
    });
    clicked
}
