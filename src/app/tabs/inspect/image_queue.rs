//! The images opened, and the current one.

use std::path::{Path, PathBuf};

/// A list of image files and the index of the current one.
#[derive(Default)]
pub(super) struct ImageQueue {
    files: Vec<PathBuf>,
    current: usize,
}

impl ImageQueue {
    /// `current` is the index of the image to start with.
    pub(super) fn new(files: Vec<PathBuf>, current: usize) -> Self {
        Self { files, current }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    pub(super) fn current(&self) -> Option<&Path> {
        self.files.get(self.current).map(PathBuf::as_path)
    }

    pub(super) fn has_next(&self) -> bool {
        self.current + 1 < self.files.len()
    }

    pub(super) fn has_previous(&self) -> bool {
        self.current > 0
    }

    /// Goes to the next image. [`Self::has_next`] must hold.
    pub(super) fn next(&mut self) {
        self.current += 1;
    }

    /// Goes to the previous image. [`Self::has_previous`] must hold.
    pub(super) fn previous(&mut self) {
        self.current -= 1;
    }

    /// Number of the current image and of all, such as `2 / 5`.
    pub(super) fn position(&self) -> String {
        format!("{} / {}", self.current + 1, self.files.len())
    }

    /// File name of the current image.
    pub(super) fn file_name(&self) -> String {
        let name = self.current().and_then(Path::file_name);
        name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }
}
