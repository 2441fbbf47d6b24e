//! The list of keyboard shortcuts.

use egui::{Grid, Id, Modal, RichText, ScrollArea};

use crate::command::COMMANDS;
use crate::tab_context::TabContext;
use crate::tabs::TABS;

/// Draws the list; `false` once it is to be closed.
pub(crate) fn show(ctx: &egui::Context, cx: &TabContext<'_>) -> bool {
    let modal = Modal::new(Id::unique("shortcuts")).show(ctx, |ui| {
        ui.heading(cx.text("command-shortcuts"));
        ui.separator();
        // The button below stays visible in a low window.
        let room = (ctx.content_rect().height() - 200.0).max(80.0);
        ScrollArea::vertical().max_height(room).show(ui, |ui| {
            Grid::new("shortcuts_list").num_columns(2).striped(true).show(ui, |ui| {
                let tabs = TABS.iter().map(|tab| (tab.label, tab.shortcut));
                let commands = COMMANDS.iter().map(|entry| (entry.label, entry.shortcut));
                for (label, shortcut) in tabs.chain(commands) {
                    let Some(shortcut) = shortcut else { continue };
                    ui.label(RichText::new(ctx.format_shortcut(&shortcut)).strong());
                    ui.label(cx.text(label));
                    ui.end_row();
                }
            });
        });
        ui.add_space(8.0);
        ui.button(cx.text("button-close")).clicked()
    });
    !(modal.inner || modal.should_close())
}
