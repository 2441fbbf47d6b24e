//! What is asked of a person.

mod choose;
pub(super) mod defect_type;
pub(super) mod export_pdf;
pub(super) mod files;
pub(super) mod images;
pub(super) mod manual;
mod preview;
pub(super) mod product;
pub(super) mod quit;
mod region;
pub(super) mod register_defect;
pub(super) mod remove_images;
pub(super) mod save;
pub(super) mod tidy;

use std::path::PathBuf;

use egui::{Event, Id, Key, Modal, ModalResponse, Response, TextEdit, Ui, UiBuilder};

use super::command::Command;
use super::desk::Desk;
use fettle_engine::TakeBack;

/// A dialog that asks for something and has it done.
pub(super) trait Dialog {
    /// Takes what its job answered and draws it; `false` once it is to be closed.
    fn show(&mut self, ctx: &egui::Context, desk: &mut Desk<'_>) -> bool;

    /// Takes files dropped on the window; `false` where it has no use for any.
    fn dropped(&mut self, _ctx: &egui::Context, _paths: &[PathBuf]) -> bool {
        false
    }
}

/// A box in front of everything else.
fn modal<R>(
    ctx: &egui::Context,
    id: &'static str,
    title: &str,
    content: impl FnOnce(&mut Ui) -> R,
) -> ModalResponse<R> {
    Modal::new(Id::unique(id)).show(ctx, |ui| {
        ui.set_width(480.0);
        ui.heading(title);
        ui.separator();
        content(ui)
    })
}

/// A line to type in, named.
fn field(ui: &mut Ui, name: &str, text: &mut String) -> Response {
    let label = ui.label(name);
    ui.add(TextEdit::singleline(text).desired_width(f32::INFINITY)).labelled_by(label.id)
}

/// What was wrong, in the colour of errors.
fn refusal(ui: &mut Ui, text: &str) {
    ui.colored_label(ui.visuals().error_fg_color, text);
}

/// Says what was registered, with a button that takes it back where there is something to.
fn offer_undo(desk: &mut Desk<'_>, text: String, undo: Option<TakeBack>) {
    match undo {
        None => desk.toasts.done(text),
        Some(undo) => {
            let label = desk.text("judge-undo");
            desk.toasts.done_offering(text, label, Command::TakeBack(undo));
        }
    }
}

/// What a person wants of a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Wait,
    Do,
    Close,
}

/// The button that does it (Enter too), where it can be done, and the one that does not.
fn buttons(ui: &mut Ui, desk: &Desk<'_>, done: &str, can: bool) -> Wish {
    ui.add_space(8.0);
    // Enter that ends what an input method composes is the input method's.
    let is_composed = |event: &Event| matches!(event, Event::Ime(_));
    let enter = can
        && ui.input(|input| input.key_pressed(Key::Enter) && !input.events.iter().any(is_composed));
    // They are the same buttons whatever comes to stand above them: a click on one that moves in
    // the same frame is not lost.
    let scope = UiBuilder::new().scope_id(ui.scope_id().with("dialog_buttons"));
    let row = |ui: &mut Ui| {
        let done = egui::Button::new(desk.text(done));
        if ui.add_enabled(can, done).clicked() || enter {
            Wish::Do
        } else if ui.button(desk.text("dialog-cancel")).clicked() {
            Wish::Close
        } else {
            Wish::Wait
        }
    };
    ui.scope_builder(scope, |ui| ui.horizontal(row).inner).inner
}
