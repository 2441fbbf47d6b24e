//! Finding a registered image by its id.

use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ImageId, RegisteredImage, Role};

/// Finds an image by its id, also a removed one: past inspections refer to it.
#[derive(Debug, Clone, Copy)]
pub struct FindImage(pub ImageId);

impl Request for FindImage {
    type Answer = RegisteredImage;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "find-image"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn is_quick(&self) -> bool {
        true
    }

    fn run(self, job: &JobContext) -> Result<RegisteredImage> {
        job.library(move |library| library.image(self.0))
    }
}
