//! The command palette: type a few letters of what you want.

use egui::{Id, Key, Modal, ScrollArea, TextEdit};

use crate::command::{COMMANDS, Command};
use crate::desk::Desk;
use crate::tabs::TABS;
use crate::words::Words;
use fettle_domain::Language;

/// The palette while it is open.
#[derive(Default)]
pub(crate) struct Palette {
    typed: String,
    chosen: usize,
}

impl Palette {
    /// Draws it; `false` once it is to be closed.
    pub(crate) fn show(&mut self, ctx: &egui::Context, desk: &mut Desk<'_>) -> bool {
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
                all.iter().filter(|entry| matches(&entry.names, &self.typed)).collect();
            let (up, down, enter) = ui.input(|input| {
                let pressed = |key| input.key_pressed(key);
                (pressed(Key::ArrowUp), pressed(Key::ArrowDown), pressed(Key::Enter))
            });
            let last = found.len().saturating_sub(1);
            self.chosen =
                (self.chosen + usize::from(down)).min(last).saturating_sub(usize::from(up));
            ScrollArea::vertical().max_height(360.0).auto_shrink([false, true]).show(ui, |ui| {
                for (index, Found { label, keys, command, .. }) in found.iter().enumerate() {
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

/// A command as it is found.
struct Found {
    label: String,
    /// The label in all languages: who knows only the other one's finds it too.
    names: String,
    keys: String,
    command: Command,
}

/// All there are.
fn commands(desk: &Desk<'_>) -> Vec<Found> {
    let found = |label: &dyn Fn(Words) -> String, shortcut: &Option<_>, command: &Command| Found {
        label: label(desk.words),
        names: [Language::Ko, Language::En].map(|language| label(Words(language))).join("\n"),
        keys: shortcut
            .map(|keys: egui::KeyboardShortcut| keys.format(&egui::ModifierNames::NAMES, false))
            .unwrap_or_default(),
        command: command.clone(),
    };
    let tabs = TABS.iter().map(|tab| {
        let label =
            |words: Words| words.with("command-show-tab", &[("tab", words.text(tab.label).into())]);
        found(&label, &tab.shortcut, &Command::Show(tab.id))
    });
    let others = COMMANDS.iter().filter(|entry| entry.command != Command::Palette);
    let others = others.map(|entry| {
        found(&|words: Words| words.text(entry.label), &entry.shortcut, &entry.command)
    });
    tabs.chain(others).collect()
}

/// Whether all words typed are in one of the names, which have a line each.
fn matches(names: &str, typed: &str) -> bool {
    let typed = typed.to_lowercase();
    let has_all = |name: &str| typed.split_whitespace().all(|word| name.contains(word));
    names.to_lowercase().lines().any(has_all)
}
