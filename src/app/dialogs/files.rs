//! Which images to look at: chosen in the system's dialog, or dropped on the window.

use std::path::{Path, PathBuf};

use crate::aside::Aside;
use fettle_domain::{IMAGE_ENDINGS, is_named_as_image};

/// Where images come from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// The system's dialog, with this title.
    Dialog(String),
    /// These files and folders.
    Paths(Vec<PathBuf>),
}

/// Images to look at one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gathered {
    /// In the order in which they are gone through.
    pub(crate) files: Vec<PathBuf>,
    /// Which is looked at first.
    pub(crate) first: usize,
}

/// Images being gathered: `None` where there are none.
pub(crate) type Gathering = Aside<Option<Gathered>>;

/// Begins; `None` where the system gives no thread.
pub(crate) fn gather_from(ctx: &egui::Context, source: Source) -> Option<Gathering> {
    Aside::start(ctx, move || {
        let paths = match source {
            Source::Paths(paths) => Some(paths),
            Source::Dialog(title) => {
                let dialog = rfd::FileDialog::new().set_title(title);
                dialog.add_filter("PNG, JPEG, BMP, TIFF, WebP", IMAGE_ENDINGS).pick_files()
            }
        };
        paths.and_then(gather)
    })
}

/// One image: all of its folder, beginning with it. Otherwise the images among `paths` and in the
/// folders among them. `None` where there is no image.
fn gather(paths: Vec<PathBuf>) -> Option<Gathered> {
    if let [one] = paths.as_slice()
        && one.is_file()
    {
        let siblings = one.parent().map(images_in).unwrap_or_default();
        return Some(match siblings.iter().position(|path| path == one) {
            Some(first) => Gathered { files: siblings, first },
            // An unusual ending: the engine says whether it is an image.
            None => Gathered { files: paths, first: 0 },
        });
    }
    let files: Vec<PathBuf> = paths
        .into_iter()
        .flat_map(|path| if path.is_dir() { images_in(&path) } else { vec![path] })
        .collect();
    (!files.is_empty()).then_some(Gathered { files, first: 0 })
}

/// The images of a folder, by name.
pub(super) fn images_in(folder: &Path) -> Vec<PathBuf> {
    let is_image = |path: &PathBuf| is_named_as_image(path) && path.is_file();
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut images: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_image).collect();
    images.sort();
    images
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_image_brings_its_folder_and_folders_their_images() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["b.PNG", "a.jpg", "notes.txt", "c.bin"] {
            std::fs::write(path(name), "").unwrap();
        }
        let gathered = |files: &[&str], first| {
            Some(Gathered { files: files.iter().map(|name| path(name)).collect(), first })
        };
        // Given, expected.
        let cases = [
            (vec![path("b.PNG")], gathered(&["a.jpg", "b.PNG"], 1)),
            (vec![path("c.bin")], gathered(&["c.bin"], 0)),
            (vec![path("b.PNG"), path("a.jpg")], gathered(&["b.PNG", "a.jpg"], 0)),
            (vec![folder.path().to_owned()], gathered(&["a.jpg", "b.PNG"], 0)),
            (vec![], None),
        ];
        for (given, expected) in cases {
            assert_eq!(gather(given.clone()), expected, "{given:?}");
        }
    }
}
