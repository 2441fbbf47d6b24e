//! The menus and the tabs' names, at the top.

use egui::Button;

use crate::command::{COMMANDS, Command, Menu};
use crate::desk::Desk;
use crate::shell::remote_sign::RemoteSign;
use crate::tabs::TABS;

pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk<'_>, remote: &RemoteSign) {
    egui::MenuBar::new().ui(ui, |ui| {
        for menu in Menu::ALL {
            ui.menu_button(desk.text(menu.label()), |ui| {
                for entry in COMMANDS.iter().filter(|entry| entry.menu == menu) {
                    let mut button = Button::new(desk.text(entry.label));
                    if let Some(shortcut) = &entry.shortcut {
                        button = button.shortcut_text(ui.ctx().format_shortcut(shortcut));
                    }
                    if ui.add(button).clicked() {
                        desk.send(entry.command.clone());
                        ui.close();
                    }
                }
            });
        }
        ui.separator();
        // A menu's entries stand closer than tabs shall.
        ui.spacing_mut().button_padding.x = 8.0;
        for tab in TABS {
            let chosen = desk.view.tab == tab.id;
            let keys = tab.shortcut.map(|shortcut| ui.ctx().format_shortcut(&shortcut));
            let label = ui.selectable_label(chosen, desk.text(tab.label));
            if label.on_hover_text(keys.unwrap_or_default()).clicked() {
                desk.send(Command::Show(tab.id));
            }
        }
        remote.show(ui, desk);
    });
}
