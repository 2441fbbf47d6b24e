//! Which files to register: chosen in the system's dialog, or dropped.

use std::path::PathBuf;

use super::files::images_in;
use crate::aside::Aside;
use fettle_domain::{IMAGE_ENDINGS, ManualFormat};

/// What is chosen.
#[derive(Debug, Clone)]
pub(super) enum Wanted {
    /// Images, and zips of images.
    Images,
    /// Folders, of which all images are meant.
    Folders,
    /// A manual.
    Manual,
    /// The images among these, and in the folders among them.
    Dropped(Vec<PathBuf>),
}

/// Files being chosen; none where nothing was.
pub(super) type Choosing = Aside<Vec<PathBuf>>;

/// Begins, with `title` over the system's dialog; `None` where the system gives no thread.
pub(super) fn choose(ctx: &egui::Context, wanted: Wanted, title: String) -> Option<Choosing> {
    Aside::start(ctx, move || chosen_of(wanted, title))
}

fn chosen_of(wanted: Wanted, title: String) -> Vec<PathBuf> {
    let dialog = rfd::FileDialog::new().set_title(title);
    let chosen = match wanted {
        Wanted::Images => {
            let endings = [IMAGE_ENDINGS, &["zip"]].concat();
            dialog.add_filter("PNG, JPEG, BMP, TIFF, WebP, ZIP", &endings).pick_files()
        }
        Wanted::Folders => dialog.pick_folders(),
        Wanted::Manual => {
            let endings = ManualFormat::ALL.map(ManualFormat::ending);
            let dialog = dialog.add_filter("PDF, Word, TXT", &endings);
            return dialog.pick_file().into_iter().collect();
        }
        Wanted::Dropped(paths) => Some(paths),
    };
    expanded(chosen.unwrap_or_default())
}

/// Files as they are, folders as the images in them.
fn expanded(paths: Vec<PathBuf>) -> Vec<PathBuf> {
    let files = |path: PathBuf| if path.is_dir() { images_in(&path) } else { vec![path] };
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
            // What it is, the engine says.
            (vec![path("notes.txt")], vec![path("notes.txt")]),
            (vec![], vec![]),
        ];
        for (given, expected) in cases {
            assert_eq!(expanded(given.clone()), expected, "{given:?}");
        }
    }
}
