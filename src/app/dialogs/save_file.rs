//! The system's dialog for the path of a file to save.

use std::path::PathBuf;

use crate::background_task::BackgroundTask;

/// A path being chosen; `None` where a person cancels the dialog.
pub(crate) type PendingPath = BackgroundTask<Option<PathBuf>>;

/// Opens the dialog with `title` and a proposed file name, on a thread; `None` where no thread can
/// be started.
pub(crate) fn save_as(
    ctx: &egui::Context,
    title: String,
    name: impl Into<String>,
) -> Option<PendingPath> {
    let dialog = rfd::FileDialog::new().set_title(title).set_file_name(name);
    BackgroundTask::start(ctx, move || dialog.save_file())
}
