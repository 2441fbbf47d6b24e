//! A job that runs as long as a test wants.

use std::sync::mpsc::Receiver;

use fettle_engine::{EngineError, FitBank, JobContext, JobRecord, NoEvent, Request};

/// A job that runs until the test drops the sender of `until`, and then ends as cancelled.
pub(crate) struct HeldJob {
    pub(crate) until: Receiver<()>,
    pub(crate) repeated: Option<FitBank>,
}

impl Request for HeldJob {
    type Answer = ();
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "held"
    }

    fn journal_record(&self) -> Option<JobRecord> {
        self.repeated.as_ref().and_then(Request::journal_record)
    }

    fn run(self, _job: &JobContext) -> Result<(), EngineError> {
        let _let_go = self.until.recv();
        Err(EngineError::Cancelled)
    }
}
