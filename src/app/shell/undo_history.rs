//! The last actions that can be taken back: Ctrl+Z takes back the newest, *Edit* shows them all.

use egui::{Id, Modal, ScrollArea};

use crate::command::Command;
use crate::tab_context::TabContext;
use crate::toasts::Toasts;

/// Draws the list; `false` once it is to be closed.
pub(crate) fn show(ctx: &egui::Context, cx: &mut TabContext<'_>) -> bool {
    let modal = Modal::new(Id::unique("undo_history")).show(ctx, |ui| {
        ui.set_width(480.0_f32.min(ctx.content_rect().width() - 48.0));
        ui.heading(cx.text("undo-history"));
        ui.separator();
        let room = (ctx.content_rect().height() - 200.0).max(80.0);
        let mut undone = false;
        ScrollArea::vertical().max_height(room).show(ui, |ui| {
            let actions = cx.toasts.undoable();
            if actions.len() == 0 {
                ui.weak(cx.localizer.text("undo-nothing"));
            }
            for (index, text) in actions.enumerate() {
                ui.horizontal_wrapped(|ui| {
                    // What came later may build on what came before: the newest goes first.
                    if index == 0 && ui.button(cx.localizer.text("command-undo")).clicked() {
                        undone = true;
                    }
                    ui.label(text);
                });
                ui.separator();
            }
        });
        if undone {
            cx.send(Command::Undo);
        }
        ui.add_space(8.0);
        ui.button(cx.text("button-close")).clicked()
    });
    !(modal.inner || modal.should_close())
}

/// The command that takes the newest action back; a toast says so where there is none.
pub(crate) fn undo(toasts: &mut Toasts, nothing: String) -> Option<Command> {
    let command = toasts.take_undo();
    if command.is_none() {
        toasts.done(nothing);
    }
    command
}
