//! A picture read from a file by the engine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::RgbImage;

use super::image_view::Picture;
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use fettle_engine::ReadPicture;

/// The picture of one file: being read, read, or failed.
#[derive(Default)]
pub(crate) struct FilePicture {
    path: Option<PathBuf>,
    pixels: Loadable<Arc<RgbImage>>,
    picture: Option<Picture>,
}

impl FilePicture {
    /// Starts to read the file at `path` unless it is the current one; a relative path starts at
    /// the workspace. Returns whether the file changed.
    pub(crate) fn load(&mut self, cx: &mut TabContext<'_>, path: &Path) -> bool {
        let has_changed = self.path.as_deref() != Some(path);
        if has_changed {
            *self = Self { path: Some(path.to_owned()), ..Self::default() };
            self.pixels.load(cx, ReadPicture(path.to_owned()));
        }
        has_changed
    }

    /// Takes the pixels once the engine has read them.
    pub(crate) fn poll(&mut self, cx: &TabContext<'_>) {
        if self.pixels.poll(cx) {
            self.picture = self.pixels.answer().map(|pixels| Picture::new(Arc::clone(pixels)));
        }
    }

    /// The picture, once it was read.
    pub(crate) fn picture(&mut self) -> Option<&mut Picture> {
        self.picture.as_mut()
    }

    /// Why the file could not be read.
    pub(crate) fn error(&self) -> Option<&str> {
        self.pixels.error()
    }
}
