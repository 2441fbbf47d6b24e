//! The picture of a file, read by the engine and then shown.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::RgbImage;

use super::image_view::Picture;
use crate::asked::Asked;
use crate::desk::Desk;
use fettle_engine::ReadPicture;

/// A picture on its way or there.
#[derive(Default)]
pub(crate) struct FilePicture {
    path: Option<PathBuf>,
    reading: Asked<Arc<RgbImage>>,
    picture: Option<Picture>,
}

impl FilePicture {
    /// Has the picture of `path` read, where it is not already. A relative path is of the
    /// workspace. Whether it is another than before.
    pub(crate) fn want(&mut self, desk: &mut Desk<'_>, path: &Path) -> bool {
        let is_another = self.path.as_deref() != Some(path);
        if is_another {
            *self = Self { path: Some(path.to_owned()), ..Self::default() };
            self.reading.ask(desk, ReadPicture(path.to_owned()));
        }
        is_another
    }

    /// Takes the picture once it was read.
    pub(crate) fn poll(&mut self, desk: &Desk<'_>) {
        if self.reading.poll(desk) {
            self.picture = self.reading.answer().map(|read| Picture::new(Arc::clone(read)));
        }
    }

    /// The picture, once it was read.
    pub(crate) fn picture(&mut self) -> Option<&mut Picture> {
        self.picture.as_mut()
    }

    /// Why there is none.
    pub(crate) fn error(&self) -> Option<&str> {
        self.reading.error()
    }
}
