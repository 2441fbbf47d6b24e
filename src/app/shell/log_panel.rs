//! The program's log, filterable and to be copied.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use egui::{ScrollArea, TextEdit};

use crate::desk::Desk;

/// Lines kept; older ones are in the terminal that started the program.
const KEPT: usize = 2_000;

/// The last lines of the log. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct LogLines(Arc<Mutex<VecDeque<String>>>);

impl LogLines {
    /// Adds a line.
    pub fn push(&self, line: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == KEPT {
            lines.pop_front();
        }
        lines.push_back(line.trim_end().to_owned());
    }

    fn containing(&self, wanted: &str) -> Vec<String> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = wanted.to_lowercase();
        lines.iter().filter(|line| line.to_lowercase().contains(&wanted)).cloned().collect()
    }
}

/// What `tracing` writes into: whole lines at a time.
impl std::io::Write for LogLines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        String::from_utf8_lossy(bytes).lines().for_each(|line| self.push(line));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The panel.
#[derive(Default)]
pub(crate) struct LogPanel {
    wanted: String,
}

impl LogPanel {
    pub(crate) fn show(&mut self, ui: &mut egui::Ui, desk: &Desk<'_>, log: &LogLines) {
        let lines = log.containing(&self.wanted);
        ui.horizontal(|ui| {
            ui.strong(desk.text("panel-log"));
            let hint = desk.text("log-filter");
            let edit = ui.add(TextEdit::singleline(&mut self.wanted).hint_text(&hint));
            edit.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, &hint));
            if ui.button(desk.text("button-copy")).clicked() {
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn the_last_lines_are_kept_and_found() {
        let mut log = LogLines::default();
        for n in 0..KEPT + 5 {
            log.write_all(format!("INFO line {n}\n").as_bytes()).unwrap();
        }
        log.write_all("WARN 모델이 없습니다\n".as_bytes()).unwrap();
        assert_eq!(log.containing("").len(), KEPT);
        assert_eq!(log.containing("line 5").first().unwrap(), "INFO line 50");
        assert_eq!(log.containing("모델"), ["WARN 모델이 없습니다"]);
    }
}
