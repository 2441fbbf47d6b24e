//! Jobs that run as long as a test wants.

use std::sync::mpsc::{Receiver, Sender, channel};

use super::test_app::TestApp;
use fettle_engine::{
    EngineError, FitBank, JOB_THREADS, JobContext, JobHandle, JobRecord, NoEvent, Request,
};

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

/// Occupies all job threads of the engine: later requests wait until the answer is dropped.
pub(crate) fn hold_job_threads(app: &mut TestApp) -> Vec<(Sender<()>, JobHandle<()>)> {
    (0..JOB_THREADS)
        .map(|_| {
            let (end, until) = channel();
            let held = HeldJob { until, repeated: None };
            (end, app.harness.state_mut().engine().submit(held).unwrap())
        })
        .collect()
}
