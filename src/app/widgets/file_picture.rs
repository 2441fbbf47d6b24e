//! A picture read from a file by the engine.

use std::sync::Arc;

use image::RgbImage;

use super::image_view::Picture;
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use fettle_engine::{PictureFile, ReadPicture};

/// The picture of one file: being read, read, or failed.
#[derive(Default)]
pub(crate) struct FilePicture {
    file: Option<PictureFile>,
    pixels: Loadable<Arc<RgbImage>>,
    picture: Option<Picture>,
}

impl FilePicture {
    /// Starts to read a file unless it is the current one. Returns whether the file changed.
    pub(crate) fn load(&mut self, cx: &mut TabContext<'_>, file: &PictureFile) -> bool {
        let has_changed = self.file.as_ref() != Some(file);
        if has_changed {
            *self = Self { file: Some(file.clone()), ..Self::default() };
            self.pixels.load(cx, ReadPicture(file.clone()));
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
