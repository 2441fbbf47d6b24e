//! A folder as a person copied it: its images by content, and what became of every other entry.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Serialize;
use walkdir::{DirEntry, WalkDir};

use super::rejected_file::RejectedFile;
use crate::error::{EngineError, Result};
use fettle_domain::{SIGNATURE_BYTES, has_picture_name, has_picture_signature, is_litter};
use fettle_library::{ArchiveFault, ImageArchive, LibraryError};
use fettle_report::is_own_picture;

/// Sub-folders that were not looked into.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct UnreadFolders {
    /// Number of sub-folders with images, at any depth.
    pub folders: usize,
    /// Number of images in them.
    pub images: usize,
}

impl UnreadFolders {
    /// Counts those of another folder, too.
    pub(super) fn add(&mut self, other: Self) {
        self.folders += other.folders;
        self.images += other.images;
    }
}

/// The entries of a folder. What systems leave in folders is in no list.
#[derive(Debug, Default)]
pub(super) struct ImageFolder {
    /// Files that are pictures, also of kinds that are not read, sorted by path.
    pub(super) images: Vec<PathBuf>,
    /// Archives, and entries that cannot be read.
    pub(super) rejected: Vec<RejectedFile>,
    /// Other files.
    pub(super) passed_over: Vec<PathBuf>,
    /// Sub-folders that were not asked for.
    pub(super) unread: UnreadFolders,
}

/// Lists `folder`, if `recursive` with its sub-folders.
pub(super) fn list_folder(folder: &Path, recursive: bool) -> Result<ImageFolder> {
    // An error about the folder itself is the caller's, not one of its entries'.
    std::fs::read_dir(folder)
        .map_err(|source| EngineError::File { path: folder.to_owned(), source })?;
    let mut found = ImageFolder::default();
    for entry in entries(folder, if recursive { usize::MAX } else { 1 }) {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {
                if !recursive {
                    found.unread.add(count_images(entry.path()));
                }
            }
            Ok(entry) => found.add(entry.into_path()),
            Err(error) => found.rejected.push(rejected(folder, error)),
        }
    }
    Ok(found)
}

impl ImageFolder {
    fn add(&mut self, path: PathBuf) {
        match kind_of(&path) {
            Kind::Image => self.images.push(path),
            Kind::Archive => {
                let fault = ArchiveFault::Nested;
                let error = LibraryError::BadArchive { path: path.clone(), fault }.into();
                self.rejected.push(RejectedFile { path, error });
            }
            Kind::Litter => {}
            Kind::Other => self.passed_over.push(path),
        }
    }
}

/// The folders below and including `folder` that have images, and the images.
fn count_images(folder: &Path) -> UnreadFolders {
    let mut counted = UnreadFolders::default();
    let mut last_parent = None;
    for entry in entries(folder, usize::MAX).flatten() {
        if !entry.file_type().is_dir() && matches!(kind_of(entry.path()), Kind::Image) {
            counted.images += 1;
            // The files of a folder come in one run: its folders come after them.
            let parent = entry.path().parent().map(Path::to_owned);
            if parent != last_parent {
                counted.folders += 1;
                last_parent = parent;
            }
        }
    }
    counted
}

/// The entries of a folder, files before folders and each by name, without the litter. Links are
/// followed; one that leads back to a folder above it is an error.
fn entries(folder: &Path, depth: usize) -> impl Iterator<Item = walkdir::Result<DirEntry>> {
    WalkDir::new(folder)
        .min_depth(1)
        .max_depth(depth)
        .follow_links(true)
        .sort_by(|a, b| {
            let key = |entry: &DirEntry| (entry.file_type().is_dir(), entry.file_name().to_owned());
            key(a).cmp(&key(b))
        })
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_litter_folder(entry))
}

fn is_litter_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_dir() && is_litter(&entry.file_name().to_string_lossy())
}

fn rejected(folder: &Path, error: walkdir::Error) -> RejectedFile {
    let path = error.path().unwrap_or(folder).to_owned();
    let error = EngineError::File { path: path.clone(), source: error.into() };
    RejectedFile { path, error }
}

enum Kind {
    Image,
    Archive,
    Litter,
    Other,
}

fn kind_of(path: &Path) -> Kind {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // What Fettle drew of a part is no part.
    if is_own_picture(path) {
        return Kind::Other;
    }
    // A picture that a person called like litter is a picture.
    if is_litter(&name) {
        return if has_picture_content(path) { Kind::Image } else { Kind::Litter };
    }
    if has_picture_name(path) || has_picture_content(path) {
        Kind::Image
    } else if ImageArchive::has_zip_extension(path) || ImageArchive::is_archive(path) {
        Kind::Archive
    } else {
        Kind::Other
    }
}

/// Whether the first bytes of a file are a picture's; not where it cannot be read.
pub(super) fn has_picture_content(path: &Path) -> bool {
    let Ok(file) = fettle_system::open(path) else { return false };
    let mut head = Vec::with_capacity(SIGNATURE_BYTES);
    let read = file.take(SIGNATURE_BYTES as u64).read_to_end(&mut head);
    read.is_ok() && has_picture_signature(&head)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0";

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        dir
    }

    fn names(root: &Path, paths: impl IntoIterator<Item = PathBuf>) -> Vec<String> {
        let name = |path: PathBuf| path.strip_prefix(root).unwrap().display().to_string();
        paths.into_iter().map(name).collect()
    }

    fn copied() -> tempfile::TempDir {
        folder(&[
            ("ok_0.png", PNG),
            ("._ok_0.png", b"\0\x05\x16\x07"),
            ("ok_8.jfif", JPEG),
            ("ok_9.jpe", JPEG),
            ("no_ending", JPEG),
            ("picture.dat", PNG),
            ("cut.png", b""),
            ("IMG_0412.HEIC", b"\0\0\0\x18ftypheic"),
            ("clip", b"GIF89a"),
            ("notes.txt", b"notes"),
            ("list.csv", b""),
            ("parts.zip", b"PK\x03\x04"),
            ("parts.7z", b"7z\xbc\xaf\x27\x1c"),
            ("Thumbs.db", b"-"),
            (".DS_Store", b"-"),
            ("2024-05-01/cam1_0.png", PNG),
            ("2024-05-01/cam1_1", PNG),
            ("2024-05-01/Thumbs.db", b"-"),
            ("2024-05-02/line A/cam1_0.png", PNG),
            ("papers/a.txt", b"-"),
            ("__MACOSX/ok_0.png", PNG),
            ("@eaDir/ok_0.png/thumb.jpg", JPEG),
        ])
    }

    #[test]
    fn every_entry_of_a_folder_is_accounted_for() {
        let dir = copied();
        let found = list_folder(dir.path(), false).unwrap();
        let expected = [
            "IMG_0412.HEIC",
            "clip",
            "cut.png",
            "no_ending",
            "ok_0.png",
            "ok_8.jfif",
            "ok_9.jpe",
            "picture.dat",
        ];
        assert_eq!(names(dir.path(), found.images), expected);
        assert_eq!(names(dir.path(), found.passed_over), ["list.csv", "notes.txt"]);
        let rejected = found.rejected.into_iter().map(|one| one.path);
        assert_eq!(names(dir.path(), rejected), ["parts.7z", "parts.zip"]);
        assert_eq!(found.unread, UnreadFolders { folders: 2, images: 3 });
    }

    #[test]
    fn sub_folders_are_taken_where_they_are_asked_for() {
        let dir = copied();
        let found = list_folder(dir.path(), true).unwrap();
        let images = names(dir.path(), found.images);
        assert_eq!(images.len(), 11);
        assert_eq!(
            images[8..],
            ["2024-05-01/cam1_0.png", "2024-05-01/cam1_1", "2024-05-02/line A/cam1_0.png"]
        );
        let passed_over = names(dir.path(), found.passed_over);
        assert_eq!(passed_over, ["list.csv", "notes.txt", "papers/a.txt"]);
        assert_eq!(found.unread, UnreadFolders::default());
    }

    #[test]
    fn folders_with_images_are_counted_at_any_depth() {
        // Files, folders with images, images in them.
        let cases: [(&[&str], usize, usize); 6] = [
            (&["a/0.png", "b/0.png"], 2, 2),
            (&["a/0.png", "a/1.png", "a/b/2.png", "a/3.png"], 2, 4),
            (&["a/b/c/0.png"], 1, 1),
            (&["a/readme.txt"], 0, 0),
            (&["a/__MACOSX/0.png"], 0, 0),
            (&["0.png"], 0, 0),
        ];
        for (files, folders, images) in cases {
            let files: Vec<(&str, &[u8])> = files.iter().map(|name| (*name, PNG)).collect();
            let text: Vec<(&str, &[u8])> = files
                .into_iter()
                .map(|(name, bytes)| (name, if name.ends_with("txt") { b"-" } else { bytes }))
                .collect();
            let dir = folder(&text);
            let found = list_folder(dir.path(), false).unwrap();
            assert_eq!(found.unread, UnreadFolders { folders, images }, "{text:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_but_not_in_a_circle() {
        let dir = folder(&[("real/0.png", PNG)]);
        std::os::unix::fs::symlink(dir.path().join("real/0.png"), dir.path().join("linked.png"))
            .unwrap();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("real/up")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("gone.png"), dir.path().join("dangling.png"))
            .unwrap();
        let found = list_folder(dir.path(), true).unwrap();
        assert_eq!(names(dir.path(), found.images), ["linked.png", "real/0.png"]);
        let rejected: Vec<PathBuf> = found.rejected.into_iter().map(|one| one.path).collect();
        assert_eq!(names(dir.path(), rejected), ["dangling.png", "real/up"]);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let gone = list_folder(Path::new("/nowhere/at/all"), false);
        assert!(matches!(gone, Err(EngineError::File { .. })));
    }
}
