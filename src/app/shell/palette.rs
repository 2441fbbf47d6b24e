//! The command palette: type a few letters of what you want.

use egui::{Id, Key, Modal, ScrollArea, TextEdit};

use crate::app::command::{COMMANDS, Command};
use crate::app::desk::Desk;
use crate::app::tabs::TABS;

/// The palette while it is open.
#[derive(Default)]
pub(in crate::app) struct Palette {
    typed: String,
    chosen: usize,
}

impl Palette {
    /// Draws it; `false` once it is to be closed.
    pub(in crate::app) fn show(&mut self, ctx: &egui::Context, desk: &mut Desk<'_>) -> bool {
        let all = commands(desk);
        let mut given = None;
        let modal = Modal::new(Id::unique("palette")).show(ctx, |ui| {
            ui.set_width(460.0);
            let hint = desk.text("palette-hint");
            let edit = ui.add(
                TextEdit::singleline(&mut self.typed).hint_text(&hint).desired_width(f32::INFINITY),
            );
            edit.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, &hint));
            edit.request_focus();
            if edit.changed() {
                self.chosen = 0;
            }
            let found: Vec<_> =
                all.iter().filter(|(label, ..)| matches(label, &self.typed)).collect();
            let (up, down, enter) = ui.input(|input| {
                let pressed = |key| input.key_pressed(key);
                (pressed(Key::ArrowUp), pressed(Key::ArrowDown), pressed(Key::Enter))
            });
            let last = found.len().saturating_sub(1);
            self.chosen =
                (self.chosen + usize::from(down)).min(last).saturating_sub(usize::from(up));
            ScrollArea::vertical().max_height(360.0).auto_shrink([false, true]).show(ui, |ui| {
                for (index, (label, keys, command)) in found.iter().enumerate() {
                    let row = egui::Button::selectable(index == self.chosen, label)
                        .right_text(keys)
                        .min_size(egui::vec2(ui.available_width(), 0.0));
                    let row = ui.add(row);
                    if index == self.chosen && (up || down) {
                        row.scroll_to_me(None);
                    }
                    if row.clicked() || (enter && index == self.chosen) {
                        given = Some(command.clone());
                    }
                }
                if found.is_empty() {
                    ui.weak(desk.text("palette-nothing"));
                }
            });
        });
        let open = given.is_none() && !modal.should_close();
        if let Some(command) = given {
            desk.send(command);
        }
        open
    }
}

/// Label, keys and command of all there are.
fn commands(desk: &Desk<'_>) -> Vec<(String, String, Command)> {
    let keys = |shortcut: &Option<egui::KeyboardShortcut>| {
        shortcut.map(|keys| keys.format(&egui::ModifierNames::NAMES, false)).unwrap_or_default()
    };
    let tabs = TABS.iter().map(|tab| {
        let label = desk.words.with("command-show-tab", &[("tab", desk.text(tab.label).into())]);
        (label, keys(&tab.shortcut), Command::Show(tab.id))
    });
    let others = COMMANDS.iter().filter(|entry| entry.command != Command::Palette);
    let others =
        others.map(|entry| (desk.text(entry.label), keys(&entry.shortcut), entry.command.clone()));
    tabs.chain(others).collect()
}

/// Whether all words typed are in the label.
fn matches(label: &str, typed: &str) -> bool {
    let label = label.to_lowercase();
    typed.to_lowercase().split_whitespace().all(|word| label.contains(word))
}
