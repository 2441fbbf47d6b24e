//! Where to write a file: asked in the system's dialog.

use std::path::PathBuf;

use crate::aside::Aside;

/// A file being chosen: `None` where nobody chose one.
pub(crate) type Saving = Aside<Option<PathBuf>>;

/// Asks with this title; `name` is proposed. `None` where the system gives no thread.
pub(crate) fn save_as(
    ctx: &egui::Context,
    title: String,
    name: impl Into<String>,
) -> Option<Saving> {
    let dialog = rfd::FileDialog::new().set_title(title).set_file_name(name);
    Aside::start(ctx, move || dialog.save_file())
}
