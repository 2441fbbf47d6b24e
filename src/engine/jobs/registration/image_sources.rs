//! Paths given by a user, resolved to image files and zip archives.

use std::path::{Path, PathBuf};

use super::image_folder::{UnreadFolders, has_picture_content, list_folder};
use super::rejected_file::RejectedFile;
use crate::error::{EngineError, Result};
use fettle_library::ImageArchive;

/// Images given by a user: one file, or the images of a zip archive.
pub(crate) enum ImageSource {
    /// An image file.
    File(PathBuf),
    /// A zip archive.
    Archive(ImageArchive),
}

impl ImageSource {
    /// Number of images.
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::File(_) => 1,
            Self::Archive(archive) => archive.names().len(),
        }
    }
}

/// What paths given by a user lead to. Every file is in one of the lists, but for what systems
/// leave in folders (`.DS_Store`, `Thumbs.db`).
#[derive(Default)]
pub(crate) struct FoundImages {
    /// Image files and archives, in the order of the paths.
    pub(crate) sources: Vec<ImageSource>,
    /// Paths without any image, and archives in folders and archives.
    pub(crate) rejected: Vec<RejectedFile>,
    /// Files in folders and archives that are no images.
    pub(crate) passed_over: Vec<PathBuf>,
    /// Sub-folders, where they were not asked for.
    pub(crate) unread: UnreadFolders,
}

impl FoundImages {
    /// Number of images.
    pub(crate) fn count(&self) -> usize {
        self.sources.iter().map(ImageSource::count).sum()
    }

    /// The image files, without those in archives.
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.sources.iter().filter_map(|source| match source {
            ImageSource::File(path) => Some(path),
            ImageSource::Archive(_) => None,
        })
    }

    fn add(&mut self, path: &Path, recursive: bool) -> Result<()> {
        let file_error = |source| EngineError::File { path: path.to_owned(), source };
        let metadata = std::fs::metadata(path).map_err(file_error)?;
        if metadata.is_dir() {
            return self.add_folder(path, recursive);
        }
        // By content: a picture may be called .zip, and an archive anything.
        let is_archive = metadata.is_file()
            && (ImageArchive::is_archive(path)
                || (ImageArchive::has_zip_extension(path) && !has_picture_content(path)));
        if is_archive {
            let archive = ImageArchive::open(path)?;
            let nested = archive.nested().map(|(path, error)| RejectedFile {
                path: path.to_owned(),
                error: EngineError::Library(error),
            });
            self.rejected.extend(nested);
            self.passed_over.extend_from_slice(archive.passed_over());
            self.sources.push(ImageSource::Archive(archive));
        } else {
            self.sources.push(ImageSource::File(path.to_owned()));
        }
        Ok(())
    }

    fn add_folder(&mut self, path: &Path, recursive: bool) -> Result<()> {
        let found = list_folder(path, recursive)?;
        let is_empty = found.images.is_empty();
        self.sources.extend(found.images.into_iter().map(ImageSource::File));
        self.rejected.extend(found.rejected);
        self.passed_over.extend(found.passed_over);
        self.unread.add(found.unread);
        let UnreadFolders { folders, images } = found.unread;
        match (is_empty, folders) {
            (false, _) => Ok(()),
            (true, 0) => Err(EngineError::NoImages(path.to_owned())),
            (true, _) => {
                Err(EngineError::OnlyInSubfolders { folder: path.to_owned(), folders, images })
            }
        }
    }
}

/// Resolves `paths` to image files and archives; a path without any image is rejected. A directory
/// stands for the images directly in it, or, if `recursive`, for those of its sub-folders, too.
pub(crate) fn image_sources(paths: &[PathBuf], recursive: bool) -> FoundImages {
    let mut found = FoundImages::default();
    for path in paths {
        if let Err(error) = found.add(path, recursive) {
            found.rejected.push(RejectedFile { path: path.clone(), error });
        }
    }
    found
}

/// The images of the directory `path`, sorted by name; of a file, `path` itself.
pub(crate) fn images_at(path: &Path) -> Result<Vec<PathBuf>> {
    let file_error = |source| EngineError::File { path: path.to_owned(), source };
    if !std::fs::metadata(path).map_err(file_error)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let images = list_folder(path, false)?.images;
    match images.is_empty() {
        true => Err(EngineError::NoImages(path.to_owned())),
        false => Ok(images),
    }
}
