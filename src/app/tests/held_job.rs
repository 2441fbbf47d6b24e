//! Jobs that run as long as a test wants.

use std::sync::mpsc::{Receiver, Sender, channel};

use super::test_app::TestApp;
use fettle_domain::Role;
use fettle_engine::{
    EngineError, FitBank, JOB_THREADS, JobContext, JobHandle, JobRecord, NoEvent,
    QUICK_JOB_THREADS, Request,
};

/// A job that runs until the test drops the sender of `until`, and then ends as cancelled.
pub(crate) struct HeldJob {
    pub(crate) until: Receiver<()>,
    pub(crate) repeated: Option<FitBank>,
    /// Whether it takes a thread of the quick jobs.
    pub(crate) is_quick: bool,
}

impl HeldJob {
    pub(crate) fn until(until: Receiver<()>) -> Self {
        Self { until, repeated: None, is_quick: false }
    }
}

impl Request for HeldJob {
    type Answer = ();
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "held"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn journal_record(&self) -> Option<JobRecord> {
        self.repeated.as_ref().and_then(Request::journal_record)
    }

    fn is_quick(&self) -> bool {
        self.is_quick
    }

    fn run(self, _job: &JobContext) -> Result<(), EngineError> {
        let _let_go = self.until.recv();
        Err(EngineError::Cancelled)
    }
}

/// Occupies all job threads of the engine, those of quick jobs too: later requests wait until the answer is dropped.
pub(crate) fn hold_job_threads(app: &mut TestApp) -> Vec<(Sender<()>, JobHandle<()>)> {
    let is_quick = [vec![false; JOB_THREADS], vec![true; QUICK_JOB_THREADS]].concat();
    is_quick
        .into_iter()
        .map(|is_quick| {
            let (end, until) = channel();
            let held = HeldJob { is_quick, ..HeldJob::until(until) };
            (end, app.harness.state_mut().engine().submit(held).unwrap())
        })
        .collect()
}

/// Occupies all job threads of the engine and fills its queue: later requests are refused until the
/// answer is dropped.
pub(crate) fn fill_engine(app: &mut TestApp) -> Vec<(Sender<()>, JobHandle<()>)> {
    let mut held = hold_job_threads(app);
    // A job that a thread takes leaves its place in the queue to another one.
    let mut refused = 0;
    while refused < 20 {
        let (end, until) = channel();
        match app.harness.state_mut().engine().submit(HeldJob::until(until)) {
            Ok(handle) => {
                held.push((end, handle));
                refused = 0;
            }
            Err(EngineError::Busy) => {
                refused += 1;
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            Err(error) => panic!("{error}"),
        }
    }
    held
}
