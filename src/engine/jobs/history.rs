//! Lists of what was inspected.

use crate::error::Result;
use crate::request::{JobContext, Request};
use fettle_domain::{HistoryFilter, ImageId, InspectionId, InspectionPage};
use fettle_library::InspectionFilter;

/// Lists inspections, newest first, a page at a time. Records are not read.
#[derive(Debug, Clone, Default)]
pub struct ListInspections {
    /// Which.
    pub filter: HistoryFilter,
    /// So many of the newest are left out.
    pub skip: usize,
    /// At most so many.
    pub limit: usize,
}

impl Request for ListInspections {
    type Answer = InspectionPage;

    fn name(&self) -> &'static str {
        "list-inspections"
    }

    fn run(self, job: &JobContext) -> Result<InspectionPage> {
        let Self { filter, skip, limit } = self;
        job.shared.library(move |library| library.history(&filter, skip, limit))
    }
}

/// Asks for the newest inspection of the very file that was registered as this image: the one
/// that it was registered from, say. `None` where it was never inspected.
#[derive(Debug, Clone, Copy)]
pub struct InspectionOf(pub ImageId);

impl Request for InspectionOf {
    type Answer = Option<InspectionId>;

    fn name(&self) -> &'static str {
        "inspection-of"
    }

    fn run(self, job: &JobContext) -> Result<Option<InspectionId>> {
        job.shared.library(move |library| {
            let Some(image) = library.registered_image(self.0)? else { return Ok(None) };
            let image_hash = Some(image.content_hash);
            let filter = InspectionFilter { image_hash, ..InspectionFilter::default() };
            let newest = library.inspections(&filter, 1)?;
            Ok(newest.into_iter().next().and_then(|inspection| inspection.id))
        })
    }
}
