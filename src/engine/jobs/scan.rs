//! Files that lie in the workspace and nobody registered.

use crate::error::Result;
use crate::request::{JobContext, Request};
use fettle_library::ScanReport;

/// Finds and registers what lies in the workspace in the seed system's layout.
#[derive(Debug, Clone, Copy)]
pub struct ScanLibrary;

impl Request for ScanLibrary {
    type Answer = ScanReport;

    fn name(&self) -> &'static str {
        "scan-library"
    }

    fn run(self, job: &JobContext) -> Result<ScanReport> {
        let sink = std::sync::Arc::clone(&job.sink);
        job.shared.library(move |library| library.scan(sink.as_ref()))
    }
}
