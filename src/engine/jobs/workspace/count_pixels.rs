//! Trial of a new job: the number of pixels of an image.

use std::path::PathBuf;

use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_library::read_image;

/// Counts the pixels of an image. A relative path is relative to the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountPixels(pub PathBuf);

impl Request for CountPixels {
    type Answer = u64;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "count-pixels"
    }

    fn run(self, job: &JobContext) -> Result<u64> {
        let image = read_image(&job.shared.workspace.root().join(self.0))?.rgb;
        Ok(u64::from(image.width()) * u64::from(image.height()))
    }
}
