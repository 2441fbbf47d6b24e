//! The toast after a registration.

use crate::command::Command;
use crate::tab_context::TabContext;
use fettle_engine::UndoRegistration;

/// Shows what was registered, with a button that undoes the registration where `undo` is given.
pub(super) fn toast_registered(
    cx: &mut TabContext<'_>,
    text: String,
    undo: Option<UndoRegistration>,
) {
    match undo {
        None => cx.toasts.done(text),
        Some(undo) => {
            let label = cx.text("judge-undo");
            cx.toasts.done_with_action(text, label, Command::UndoRegistration(undo));
        }
    }
}
