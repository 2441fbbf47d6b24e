//! Says that the library could not be listed.

use crate::command::Command;
use crate::tab_context::TabContext;

/// The reason, where there is one, and a button that lists the library again.
pub(crate) fn show(ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
    let Some(error) = cx.catalogue.error() else { return };
    ui.colored_label(ui.visuals().error_fg_color, error);
    if ui.button(cx.text("history-again")).clicked() {
        cx.send(Command::LibraryChanged(None));
    }
}
