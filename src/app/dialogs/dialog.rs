//! The trait of all dialogs.

use std::path::PathBuf;

use crate::tab_context::TabContext;

/// A modal that asks for input and runs a job with it.
pub(crate) trait Dialog {
    /// Takes the outcome of the dialog's job and shows the dialog. Returns `false` once it is to be
    /// closed.
    fn show(&mut self, ctx: &egui::Context, cx: &mut TabContext<'_>) -> bool;

    /// Takes files dropped on the window. Returns `false` where the dialog takes no files.
    fn dropped(&mut self, _ctx: &egui::Context, _paths: &[PathBuf]) -> bool {
        false
    }
}
