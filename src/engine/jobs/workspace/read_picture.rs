//! Reading an image file at full size.

use std::path::PathBuf;
use std::sync::Arc;

use image::RgbImage;

use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_library::read_image;

/// Reads an image at full size. A relative path is relative to the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadPicture(pub PathBuf);

impl Request for ReadPicture {
    type Answer = Arc<RgbImage>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "read-picture"
    }

    fn run(self, job: &JobContext) -> Result<Arc<RgbImage>> {
        Ok(Arc::new(read_image(&job.shared.workspace.root().join(self.0))?.rgb))
    }
}
