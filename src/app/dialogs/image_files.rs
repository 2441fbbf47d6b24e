//! The images to inspect or search for: picked in the system's dialog, or given as paths.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::background_task::BackgroundTask;
use fettle_domain::{
    IMAGE_EXTENSIONS, SIGNATURE_BYTES, has_image_extension, has_picture_name,
    has_picture_signature, is_litter,
};
use fettle_engine::is_own_picture;

/// Where images come from.
#[derive(Debug, Clone)]
pub(crate) enum ImageSource {
    /// The system's dialog, with this title.
    Dialog(String),
    /// These files and folders.
    Paths(Vec<PathBuf>),
}

/// Images to go through one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImageList {
    /// In the order of the next and previous commands.
    pub(crate) files: Vec<PathBuf>,
    /// Index of the image to start with.
    pub(crate) first: usize,
}

/// Images being picked and listed; `None` where there is none.
pub(crate) type PendingImages = BackgroundTask<Option<ImageList>>;

/// Collects images on a thread; `None` where no thread can be started.
pub(crate) fn collect_images(ctx: &egui::Context, source: ImageSource) -> Option<PendingImages> {
    BackgroundTask::start(ctx, move || {
        let paths = match source {
            ImageSource::Paths(paths) => Some(paths),
            ImageSource::Dialog(title) => {
                let dialog = rfd::FileDialog::new().set_title(title);
                dialog.add_filter("PNG, JPEG, BMP, TIFF, WebP", IMAGE_EXTENSIONS).pick_files()
            }
        };
        paths.and_then(image_list)
    })
}

/// For one file: all images of its folder, starting with the file. Otherwise: the files among
/// `paths` and the images of the folders among them. `None` for an empty list.
fn image_list(paths: Vec<PathBuf>) -> Option<ImageList> {
    if let [one] = paths.as_slice()
        && one.is_file()
    {
        let siblings = one.parent().map(images_in_folder).unwrap_or_default();
        return Some(match siblings.iter().position(|path| path == one) {
            Some(first) => ImageList { files: siblings, first },
            // An unusual extension: the engine decides whether the file is an image.
            None => ImageList { files: paths, first: 0 },
        });
    }
    let files: Vec<PathBuf> = paths
        .into_iter()
        .flat_map(|path| if path.is_dir() { images_in_folder(&path) } else { vec![path] })
        .collect();
    (!files.is_empty()).then_some(ImageList { files, first: 0 })
}

/// The images of a folder by content, sorted by name, without what systems leave in folders.
fn images_in_folder(folder: &Path) -> Vec<PathBuf> {
    let is_image = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        path.is_file()
            && !is_litter(&name)
            && !is_own_picture(path)
            && (has_image_extension(path) || has_picture_content(path))
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut images: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_image).collect();
    images.sort();
    images
}

/// Whether a file is a picture by its name or its first bytes, also of a kind that is not read: the engine
/// says so then.
pub(crate) fn may_be_picture(path: &Path) -> bool {
    has_picture_name(path) || has_picture_content(path)
}

/// Whether the first bytes of a file are a picture's.
fn has_picture_content(path: &Path) -> bool {
    let mut head = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(SIGNATURE_BYTES as u64).read_to_end(&mut head));
    read.is_ok() && has_picture_signature(&head)
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
        std::fs::write(path("._a.jpg"), "litter").unwrap();
        std::fs::write(path("no ending"), b"\xff\xd8\xff\xe0").unwrap();
        let listed = |files: &[&str], first| {
            Some(ImageList { files: files.iter().map(|name| path(name)).collect(), first })
        };
        // Given, expected.
        let cases = [
            (vec![path("b.PNG")], listed(&["a.jpg", "b.PNG", "no ending"], 1)),
            (vec![path("c.bin")], listed(&["c.bin"], 0)),
            (vec![path("b.PNG"), path("a.jpg")], listed(&["b.PNG", "a.jpg"], 0)),
            (vec![folder.path().to_owned()], listed(&["a.jpg", "b.PNG", "no ending"], 0)),
            (vec![], None),
        ];
        for (given, expected) in cases {
            assert_eq!(image_list(given.clone()), expected, "{given:?}");
        }
    }
}
