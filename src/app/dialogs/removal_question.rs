//! The question before something is removed that cannot be taken back.

use egui::Context;

use super::form::{DialogAction, buttons, modal};
use crate::tab_context::TabContext;

/// What is asked, and what hangs on it.
pub(crate) struct RemovalQuestion {
    title: String,
    consequence: String,
    /// Message id of the button that removes.
    confirm: &'static str,
}

impl RemovalQuestion {
    /// Asks `title`, with the consequence below it.
    pub(crate) fn new(title: String, consequence: String, confirm: &'static str) -> Self {
        Self { title, consequence, confirm }
    }

    /// Shows the question. Returns what a person chose, once one did: whether to remove.
    pub(crate) fn show(&self, ctx: &Context, cx: &TabContext<'_>) -> Option<bool> {
        let modal = modal(ctx, "removal_question", &self.title, |ui| {
            ui.label(&self.consequence);
            buttons(ui, cx, self.confirm, true)
        });
        match modal.inner {
            DialogAction::Confirm => Some(true),
            DialogAction::Cancel => Some(false),
            DialogAction::Wait => modal.should_close().then_some(false),
        }
    }
}
