//! The menu of the folders whose pictures were inspected last.

use std::path::{Path, PathBuf};

use egui::containers::menu::MenuButton;
use egui::{Button, Role, Ui, WidgetInfo};

use crate::background_task::BackgroundTask;
use crate::command::Command;
use crate::tab_context::TabContext;

/// Width of a folder's entry, in points.
const WIDTH: f32 = 420.0;

/// The folders that are there, as they were found when the menu was opened: a folder on a machine that
/// does not answer must not hold up the window.
#[derive(Default)]
pub(super) struct RecentMenu {
    looking: Option<BackgroundTask<Vec<PathBuf>>>,
    existing: Option<Vec<PathBuf>>,
}

impl RecentMenu {
    /// The button that opens the menu.
    pub(super) fn show(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        let name = cx.text("recent-folders");
        let (button, menu) = MenuButton::new("▼").ui(ui, |ui| self.entries(ui, cx));
        button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        button.on_hover_text(name);
        if menu.is_none() {
            *self = Self::default();
        }
    }

    /// The menu as an entry of another one.
    pub(super) fn show_in_menu(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        let name = cx.text("recent-folders");
        if ui.menu_button(name, |ui| self.entries(ui, cx)).inner.is_none() {
            *self = Self::default();
        }
    }

    fn entries(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        ui.set_max_width(WIDTH);
        if self.looking.is_none() && self.existing.is_none() {
            let folders = cx.view.recent_folders.all().to_vec();
            let look = move || folders.into_iter().filter(|folder| folder.is_dir()).collect();
            self.looking = BackgroundTask::start(ui.ctx(), look);
        }
        if let Some(existing) = self.looking.as_ref().and_then(BackgroundTask::poll) {
            self.looking = None;
            self.existing = Some(existing);
        }
        let Some(existing) = &self.existing else {
            ui.spinner();
            return;
        };
        if existing.is_empty() {
            ui.weak(cx.text("recent-none"));
        }
        for folder in existing {
            let entry = Button::new(short(folder)).truncate();
            if ui.add(entry).on_hover_text(folder.display().to_string()).clicked() {
                cx.send(Command::InspectFiles(vec![folder.clone()]));
                ui.close();
            }
        }
        ui.separator();
        let can_clear = !cx.view.recent_folders.all().is_empty();
        if ui.add_enabled(can_clear, Button::new(cx.text("recent-clear"))).clicked() {
            cx.view.recent_folders.clear();
            ui.close();
        }
    }
}

/// The folder by its own name and that of the folder that holds it: their beginnings are alike.
fn short(folder: &Path) -> String {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    match (folder.parent().and_then(name), name(folder)) {
        (Some(parent), Some(own)) => format!("…{0}{parent}{0}{own}", std::path::MAIN_SEPARATOR),
        _ => folder.display().to_string(),
    }
}
