//! Rendering a page of a manual.

use std::sync::Arc;

use image::RgbImage;

use super::manual_file::read_manual_file;
use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{RegisteredManual, Role};
use fettle_manuals::page_picture;
use fettle_report::GOTHIC;

/// Renders a page of a manual; an error where the file is no longer the version `manual`.
#[derive(Debug, Clone)]
pub struct ManualPage {
    /// The manual, in force or not.
    pub manual: RegisteredManual,
    /// Page number, from 1.
    pub page: u32,
    /// Width of the picture, in pixels; reduced where the picture would be too high.
    pub width_px: u32,
}

impl Request for ManualPage {
    /// The whole page: relative coordinates on the page and on the picture are the same.
    type Answer = Arc<RgbImage>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "manual-page"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Arc<RgbImage>> {
        let (path, bytes) = read_manual_file(job, &self.manual)?;
        job.check()?;
        let page = page_picture(&path, bytes, self.page, self.width_px, GOTHIC)?;
        Ok(Arc::new(page.pixels))
    }
}
