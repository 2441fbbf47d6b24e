//! Registering files found in the workspace.

use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::Role;
use fettle_library::ScanReport;

/// Finds and registers files that lie in the workspace in the folder layout of the replaced system.
#[derive(Debug, Clone, Copy)]
pub struct ScanLibrary;

impl Request for ScanLibrary {
    type Answer = ScanReport;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "scan-library"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn run(self, job: &JobContext) -> Result<ScanReport> {
        let sink = std::sync::Arc::clone(&job.sink);
        job.library(move |library| library.scan(sink.as_ref()))
    }
}
