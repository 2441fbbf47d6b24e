//! The parts of a dialog: modal, text field, error line, buttons.

use egui::{Event, Id, Key, Modal, ModalResponse, Response, TextEdit, Ui, UiBuilder};

use crate::tab_context::TabContext;
use crate::widgets::primary_button::step_button;

/// A modal with a title.
pub(crate) fn modal<R>(
    ctx: &egui::Context,
    id: &'static str,
    title: &str,
    content: impl FnOnce(&mut Ui) -> R,
) -> ModalResponse<R> {
    modal_of_width(ctx, id, title, 480.0, content)
}

/// [`modal`] of another width, in points; less in a narrow window.
pub(crate) fn modal_of_width<R>(
    ctx: &egui::Context,
    id: &'static str,
    title: &str,
    width: f32,
    content: impl FnOnce(&mut Ui) -> R,
) -> ModalResponse<R> {
    Modal::new(Id::unique(id)).show(ctx, |ui| {
        ui.set_width(width.min(ctx.content_rect().width() - 48.0));
        ui.heading(title);
        ui.separator();
        content(ui)
    })
}

/// A single-line text field below its label.
pub(crate) fn text_field(ui: &mut Ui, label: &str, text: &mut String) -> Response {
    let label = ui.label(label);
    ui.add(TextEdit::singleline(text).desired_width(f32::INFINITY)).labelled_by(label.id)
}

/// A line of text in the colour of errors.
pub(crate) fn error_label(ui: &mut Ui, text: &str) {
    ui.colored_label(ui.visuals().error_fg_color, text);
}

/// The button of a dialog that a person pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DialogAction {
    /// Neither.
    Wait,
    Confirm,
    Cancel,
}

/// The confirming button with the message `confirm` (Enter too), enabled where `can_confirm`, and
/// the cancelling button.
pub(crate) fn buttons(
    ui: &mut Ui,
    cx: &TabContext<'_>,
    confirm: &str,
    can_confirm: bool,
) -> DialogAction {
    buttons_named(ui, cx, (confirm, "dialog-cancel"), can_confirm)
}

/// [`buttons`] with the messages `confirm` and `cancel`.
pub(super) fn buttons_named(
    ui: &mut Ui,
    cx: &TabContext<'_>,
    (confirm, cancel): (&str, &str),
    can_confirm: bool,
) -> DialogAction {
    ui.add_space(8.0);
    // An Enter that ends the composition of an input method belongs to the input method.
    let is_composed = |event: &Event| matches!(event, Event::Ime(_));
    let enter = can_confirm
        && ui.input(|input| input.key_pressed(Key::Enter) && !input.events.iter().any(is_composed));
    // The buttons keep their ids when something above them appears: a click on a button that moves
    // in the same frame is not lost.
    let scope = UiBuilder::new().scope_id(ui.scope_id().with("dialog_buttons"));
    let row = |ui: &mut Ui| {
        let confirm = step_button(ui, cx.text(confirm), can_confirm);
        if ui.add_enabled(can_confirm, confirm).clicked() || enter {
            DialogAction::Confirm
        } else if ui.button(cx.text(cancel)).clicked() {
            DialogAction::Cancel
        } else {
            DialogAction::Wait
        }
    };
    ui.scope_builder(scope, |ui| ui.horizontal(row).inner).inner
}
