//! A page of a manual as a picture.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

use image::RgbImage;

use crate::error::{EngineError, Result};
use crate::request::{JobContext, Request};
use fettle_domain::RegisteredManual;
use fettle_library::content_hash;
use fettle_manuals::{ManualsError, page_picture, read_file};
use fettle_report::GOTHIC;

/// Draws a page of a manual. Of another version than `manual` nothing is drawn.
#[derive(Debug, Clone)]
pub struct ManualPage {
    /// The manual, in force or not.
    pub manual: RegisteredManual,
    /// The page, from 1.
    pub page: u32,
    /// How wide, in pixels; where the page would be too high, less.
    pub width_px: u32,
}

impl Request for ManualPage {
    /// All of the page: a rectangle on it lies at the same share of width and height.
    type Answer = Arc<RgbImage>;

    fn name(&self) -> &'static str {
        "manual-page"
    }

    fn run(self, job: &JobContext) -> Result<Arc<RgbImage>> {
        let (path, bytes) = file_of(job, &self.manual)?;
        job.check()?;
        let drawn = page_picture(&path, bytes, self.page, self.width_px, GOTHIC)?;
        Ok(Arc::new(drawn.pixels))
    }
}

/// The file of `manual`, where it is still the one that was registered.
pub(super) fn file_of(job: &JobContext, manual: &RegisteredManual) -> Result<(PathBuf, Vec<u8>)> {
    let path = job.shared.workspace.root().join(&manual.path);
    let bytes = match read_file(&path) {
        Err(ManualsError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
            return Err(EngineError::ManualGone(path));
        }
        read => read?,
    };
    if content_hash(&bytes) != manual.content_hash {
        return Err(EngineError::ManualChanged(path));
    }
    Ok((path, bytes))
}
