//! The bar at the top of the window: menus and tabs.

use egui::{Align, Button, Layout};

use crate::command::{COMMANDS, Command, Menu};
use crate::shell::remote_indicator::RemoteIndicator;
use crate::shell::server_sign;
use crate::shell::session::Session;
use crate::tab_context::TabContext;
use crate::tabs::TABS;

/// Draws the bar, with who is signed in, the sign of the server and the notice of `remote` at its right.
pub(crate) fn show(
    ui: &mut egui::Ui,
    cx: &mut TabContext<'_>,
    session: &Session,
    remote: &RemoteIndicator,
) {
    egui::MenuBar::new().ui(ui, |ui| {
        for menu in Menu::ALL {
            ui.menu_button(cx.text(menu.label()), |ui| {
                for entry in COMMANDS.iter().filter(|entry| entry.menu == menu) {
                    let mut button = Button::new(cx.text(entry.label));
                    if let Some(shortcut) = &entry.shortcut {
                        button = button.shortcut_text(ui.ctx().format_shortcut(shortcut));
                    }
                    if ui.add(button).clicked() {
                        cx.send(entry.command.clone());
                        ui.close();
                    }
                }
            });
        }
        ui.separator();
        // A menu's entries stand closer than tabs shall.
        ui.spacing_mut().button_padding.x = 8.0;
        for tab in TABS {
            let chosen = cx.view.tab == tab.id;
            let keys = tab.shortcut.map(|shortcut| ui.ctx().format_shortcut(&shortcut));
            let label = ui.selectable_label(chosen, cx.text(tab.label));
            if label.on_hover_text(keys.unwrap_or_default()).clicked() {
                cx.send(Command::Show(tab.id));
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            session.show(ui, cx);
            if server_sign::is_shown(cx.server) {
                server_sign::show(ui, cx);
            }
            remote.show(ui, cx);
        });
    });
}
