//! A picture to be looked at.

use std::path::PathBuf;
use std::sync::Arc;

use image::RgbImage;

use crate::error::Result;
use crate::request::{JobContext, Request};
use fettle_library::read_image;

/// Reads an image as large as it is. A relative path is of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadPicture(pub PathBuf);

impl Request for ReadPicture {
    type Answer = Arc<RgbImage>;

    fn name(&self) -> &'static str {
        "read-picture"
    }

    fn run(self, job: &JobContext) -> Result<Arc<RgbImage>> {
        Ok(Arc::new(read_image(&job.shared.workspace.root().join(self.0))?.rgb))
    }
}
