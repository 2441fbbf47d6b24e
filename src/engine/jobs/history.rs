//! Lists of what was inspected.

use crate::domain::{HistoryFilter, InspectionPage};
use crate::engine::error::Result;
use crate::engine::request::{JobContext, Request};

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
