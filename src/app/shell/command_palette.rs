//! The command palette: finds a command by a few letters of its name.

use egui::{Event, Id, Key, Modal, ScrollArea, TextEdit};

use crate::command::{COMMANDS, Command};
use crate::localizer::Localizer;
use crate::tab_context::TabContext;
use crate::tabs::TABS;
use fettle_domain::Language;

/// The open palette.
#[derive(Default)]
pub(crate) struct CommandPalette {
    typed: String,
    chosen: usize,
}

impl CommandPalette {
    /// Draws the palette; `false` once it is to be closed.
    pub(crate) fn show(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) -> bool {
        let all = items(cx);
        let mut given = None;
        let modal = Modal::new(Id::unique("palette")).show(ctx, |ui| {
            ui.set_width(460.0);
            let hint = cx.text("palette-hint");
            let edit = ui.add(
                TextEdit::singleline(&mut self.typed).hint_text(&hint).desired_width(f32::INFINITY),
            );
            edit.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, &hint));
            // To ask again each frame would interrupt the composition of Hangul.
            if !edit.has_focus() {
                edit.request_focus();
            }
            if edit.changed() {
                self.chosen = 0;
            }
            let found: Vec<_> =
                all.iter().filter(|entry| matches(&entry.names, &self.typed)).collect();
            let (up, down, enter) = ui.input(|input| {
                let pressed = |key| input.key_pressed(key);
                // An Enter that ends a composition chooses nothing yet.
                let is_composed = |event: &Event| matches!(event, Event::Ime(_));
                let enter = pressed(Key::Enter) && !input.events.iter().any(is_composed);
                (pressed(Key::ArrowUp), pressed(Key::ArrowDown), enter)
            });
            let last = found.len().saturating_sub(1);
            self.chosen =
                (self.chosen + usize::from(down)).min(last).saturating_sub(usize::from(up));
            ScrollArea::vertical().max_height(360.0).auto_shrink([false, true]).show(ui, |ui| {
                for (index, PaletteItem { label, keys, command, .. }) in found.iter().enumerate() {
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
                    ui.weak(cx.text("palette-nothing"));
                }
            });
        });
        let open = given.is_none() && !modal.should_close();
        if let Some(command) = given {
            cx.send(command);
        }
        open
    }
}

/// A command in the list of the palette.
struct PaletteItem {
    label: String,
    /// The labels in all languages, a line each: a command is found by either name.
    names: String,
    /// The shortcut; empty where there is none.
    keys: String,
    command: Command,
}

/// All commands, those that show a tab first.
fn items(cx: &TabContext<'_>) -> Vec<PaletteItem> {
    let item = |label: &dyn Fn(Localizer) -> String, shortcut: &Option<_>, command: &Command| {
        PaletteItem {
            label: label(cx.localizer),
            names: [Language::Ko, Language::En]
                .map(|language| label(Localizer::new(language)))
                .join("\n"),
            keys: shortcut
                .map(|keys: egui::KeyboardShortcut| keys.format(&egui::ModifierNames::NAMES, false))
                .unwrap_or_default(),
            command: command.clone(),
        }
    };
    let tabs = TABS.iter().map(|tab| {
        let label = |localizer: Localizer| {
            localizer.with("command-show-tab", &[("tab", localizer.text(tab.label).into())])
        };
        item(&label, &tab.shortcut, &Command::Show(tab.id))
    });
    let others = COMMANDS.iter().filter(|entry| entry.command != Command::Palette);
    let others = others.map(|entry| {
        item(&|localizer: Localizer| localizer.text(entry.label), &entry.shortcut, &entry.command)
    });
    tabs.chain(others).collect()
}

/// Whether one line of `names` contains all words of `typed`, in upper or lower case.
fn matches(names: &str, typed: &str) -> bool {
    let typed = typed.to_lowercase();
    let has_all = |name: &str| typed.split_whitespace().all(|word| name.contains(word));
    names.to_lowercase().lines().any(has_all)
}
