//! Listing past inspections.

use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{
    HistoryCursor, HistoryFilter, HistoryOrder, HistoryPage, ImageId, InspectionId, InspectionPage,
    Role,
};
use fettle_library::InspectionFilter;

/// Lists inspections by page. Only the columns of the list are read, not the records.
#[derive(Debug, Clone, Default)]
pub struct ListInspections {
    /// Filter of the inspections.
    pub filter: HistoryFilter,
    /// Order of the inspections.
    pub order: HistoryOrder,
    /// Number of inspections to skip.
    pub skip: usize,
    /// Maximum number of inspections.
    pub limit: usize,
}

impl Request for ListInspections {
    type Answer = InspectionPage;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "list-inspections"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn is_quick(&self) -> bool {
        true
    }

    fn run(self, job: &JobContext) -> Result<InspectionPage> {
        let Self { filter, order, skip, limit } = self;
        job.library(move |library| library.sorted_history(&filter, order, skip, limit))
    }
}

/// Lists inspections by page, newest first, for callers who come back for the next page: what is added between
/// two pages is in neither. Only the columns of the list are read, not the records.
#[derive(Debug, Clone, Default)]
pub struct PageInspections {
    /// Filter of the inspections.
    pub filter: HistoryFilter,
    /// Where the page begins: `next` of the one before.
    pub cursor: Option<HistoryCursor>,
    /// Maximum number of inspections.
    pub limit: usize,
}

impl Request for PageInspections {
    type Answer = HistoryPage;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "page-inspections"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn is_quick(&self) -> bool {
        true
    }

    fn run(self, job: &JobContext) -> Result<HistoryPage> {
        let Self { filter, cursor, limit } = self;
        job.library(move |library| library.history_page(&filter, cursor, limit))
    }
}

/// Finds the newest inspection of the file that was registered as this image, by content hash.
/// `None` where the file was never inspected.
#[derive(Debug, Clone, Copy)]
pub struct FindInspection(pub ImageId);

impl Request for FindInspection {
    type Answer = Option<InspectionId>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "inspection-of"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Option<InspectionId>> {
        job.library(move |library| {
            let Some(image) = library.registered_image(self.0)? else { return Ok(None) };
            let image_hash = Some(image.content_hash);
            let filter = InspectionFilter { image_hash, ..InspectionFilter::default() };
            let newest = library.inspections(&filter, 1)?;
            Ok(newest.into_iter().next().and_then(|inspection| inspection.id))
        })
    }
}
