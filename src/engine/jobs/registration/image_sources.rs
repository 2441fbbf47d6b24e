//! Paths given by a user, resolved to image files and zip archives.

use std::path::{Path, PathBuf};

use super::rejected_file::RejectedFile;
use crate::error::{EngineError, Result};
use fettle_domain::has_image_extension;
use fettle_library::{ImageArchive, LibraryError, is_picture_file};

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

/// Resolves `paths` to image files and archives; a path without any image is rejected. A directory
/// stands for the images directly in it.
pub(crate) fn image_sources(paths: Vec<PathBuf>) -> (Vec<ImageSource>, Vec<RejectedFile>) {
    let (mut found, mut rejected) = (Vec::new(), Vec::new());
    for path in paths {
        let sources = match ImageArchive::has_zip_extension(&path) && path.is_file() {
            true => ImageArchive::open(&path)
                .map(|archive| vec![ImageSource::Archive(archive)])
                .map_err(EngineError::Library),
            false => {
                images_at(&path).map(|files| files.into_iter().map(ImageSource::File).collect())
            }
        };
        match sources {
            Ok(sources) => found.extend(sources),
            Err(error) => rejected.push(RejectedFile { path, error }),
        }
    }
    (found, rejected)
}

/// Whether a file without the extension of an image that is read is a picture all the same, of a
/// format that is read or not: it must be taken, or refused with its name, and never passed over.
fn is_picture_of_another_name(file: &Path) -> bool {
    let is_hidden = file.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    !is_hidden && is_picture_file(file).unwrap_or(false)
}

/// The images of the directory `path`, sorted by name; of a file, `path` itself.
pub(crate) fn images_at(path: &Path) -> Result<Vec<PathBuf>> {
    let file_error = |source| EngineError::File { path: path.to_owned(), source };
    if !std::fs::metadata(path).map_err(file_error)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut images = Vec::new();
    for entry in std::fs::read_dir(path).map_err(file_error)? {
        let file = entry.map_err(file_error)?.path();
        if has_image_extension(&file) || is_picture_of_another_name(&file) {
            images.push(file);
        }
    }
    if images.is_empty() {
        return Err(EngineError::Library(LibraryError::NotAnImage { path: path.to_owned() }));
    }
    images.sort();
    Ok(images)
}
