//! The panel of the program's log.

use egui::{ScrollArea, TextEdit};

use crate::log_lines::LogLines;
use crate::tab_context::TabContext;

/// The log with a filter and a button that copies the lines shown.
#[derive(Default)]
pub(crate) struct LogPanel {
    wanted: String,
}

impl LogPanel {
    pub(crate) fn show(&mut self, ui: &mut egui::Ui, cx: &TabContext<'_>, log: &LogLines) {
        let lines = log.containing(&self.wanted);
        ui.horizontal(|ui| {
            ui.strong(cx.text("panel-log"));
            let hint = cx.text("log-filter");
            let edit = ui.add(TextEdit::singleline(&mut self.wanted).hint_text(&hint));
            edit.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, &hint));
            if ui.button(cx.text("button-copy")).clicked() {
                ui.ctx().copy_text(lines.join("\n"));
            }
        });
        let height = ui.text_style_height(&egui::TextStyle::Monospace);
        ScrollArea::both().auto_shrink(false).stick_to_bottom(true).show_rows(
            ui,
            height,
            lines.len(),
            |ui, rows| {
                for line in lines.get(rows).unwrap_or_default() {
                    ui.add(egui::Label::new(egui::RichText::new(line).monospace()).extend());
                }
            },
        );
    }
}
