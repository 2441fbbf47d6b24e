//! The files to register: picked in the system's dialog, or dropped on the window.

use std::path::PathBuf;

use super::image_files::images_in_folder;
use crate::background_task::BackgroundTask;
use fettle_domain::{IMAGE_EXTENSIONS, ManualFormat};

/// Which files are picked.
#[derive(Debug, Clone)]
pub(super) enum FileSelection {
    /// Images and zip archives of images, picked in the system's dialog.
    Images,
    /// All images of the folders picked in the system's dialog.
    Folders,
    /// One manual, picked in the system's dialog.
    Manual,
    /// Dropped files, and all images of dropped folders.
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
            let endings = ManualFormat::ALL.map(ManualFormat::extension);
            let dialog = dialog.add_filter("PDF, Word, TXT", &endings);
            return dialog.pick_file().into_iter().collect();
        }
        FileSelection::Dropped(paths) => Some(paths),
    };
    expand_folders(picked.unwrap_or_default())
}

/// Replaces each folder by the images in it.
fn expand_folders(paths: Vec<PathBuf>) -> Vec<PathBuf> {
    let files = |path: PathBuf| if path.is_dir() { images_in_folder(&path) } else { vec![path] };
    paths.into_iter().flat_map(files).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_the_images_in_it_and_a_file_is_itself() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["b.PNG", "a.jpg", "notes.txt"] {
            std::fs::write(path(name), "").unwrap();
        }
        // Given, expected.
        let cases = [
            (vec![folder.path().to_owned()], vec![path("a.jpg"), path("b.PNG")]),
            (vec![path("b.PNG")], vec![path("b.PNG")]),
            // The engine decides whether the file is an image.
            (vec![path("notes.txt")], vec![path("notes.txt")]),
            (vec![], vec![]),
        ];
        for (given, expected) in cases {
            assert_eq!(expand_folders(given.clone()), expected, "{given:?}");
        }
    }
}
