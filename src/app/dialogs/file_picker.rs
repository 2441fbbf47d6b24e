//! The files to register: picked in the system's dialog, or dropped on the window.

use std::path::PathBuf;

use crate::background_task::BackgroundTask;
use fettle_domain::{IMAGE_EXTENSIONS, ManualFormat};

/// Which files are picked.
#[derive(Debug, Clone)]
pub(super) enum FileSelection {
    /// Images and zip archives of images, picked in the system's dialog.
    Images,
    /// Folders, picked in the system's dialog.
    Folders,
    /// One manual, picked in the system's dialog.
    Manual,
    /// Dropped files and folders.
    Dropped(Vec<PathBuf>),
}

/// Files being picked; empty where a person cancels the dialog.
pub(super) type PendingFiles = BackgroundTask<Vec<PathBuf>>;

/// Opens the system's dialog with `title` on a thread; `None` where no thread can be started.
pub(super) fn pick(
    ctx: &egui::Context,
    selection: FileSelection,
    title: String,
) -> Option<PendingFiles> {
    BackgroundTask::start(ctx, move || selected_files(selection, title))
}

fn selected_files(selection: FileSelection, title: String) -> Vec<PathBuf> {
    let dialog = rfd::FileDialog::new().set_title(title);
    let picked = match selection {
        FileSelection::Images => {
            let endings = [IMAGE_EXTENSIONS, &["zip"]].concat();
            dialog.add_filter("PNG, JPEG, BMP, TIFF, WebP, ZIP", &endings).pick_files()
        }
        FileSelection::Folders => dialog.pick_folders(),
        FileSelection::Manual => {
            let endings = ManualFormat::ALL.map(ManualFormat::extensions).concat();
            let dialog =
                dialog.add_filter("PDF, Word, Excel, PowerPoint, HWPX, HTML, TXT", &endings);
            return dialog.pick_file().into_iter().collect();
        }
        FileSelection::Dropped(paths) => Some(paths),
    };
    picked.unwrap_or_default()
}
