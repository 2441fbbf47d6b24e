//! The threads that run jobs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Sender, TrySendError, bounded};

use super::error::{EngineError, Result};
use super::handle::JobHandle;
use super::lanes::panic_message;
use super::request::{JobContext, JobSink, Request};
use super::shared::Shared;
use super::unfinished::Note;
use fettle_domain::CancelToken;

/// Jobs that run at once. They mostly wait for lanes; there are so many that a list is shown while
/// banks are fitted and reports written.
pub const JOB_THREADS: usize = 8;
/// Jobs that may wait. A full queue is answered at once rather than waited for.
const JOB_QUEUE: usize = 256;
/// Events that may wait to be read.
const EVENT_QUEUE: usize = 1024;

type Work = Box<dyn FnOnce() + Send>;

/// The job threads and their queue.
pub(super) struct Workers {
    queue: Option<Sender<Work>>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    pub(super) fn start() -> std::io::Result<Self> {
        let (queue, works) = bounded::<Work>(JOB_QUEUE);
        let threads = (0..JOB_THREADS)
            .map(|n| {
                let works = works.clone();
                std::thread::Builder::new()
                    .name(format!("fettle-job-{n}"))
                    .spawn(move || works.iter().for_each(|work| work()))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { queue: Some(queue), threads })
    }

    pub(super) fn submit<R: Request>(
        &self,
        shared: Arc<Shared>,
        request: R,
    ) -> Result<JobHandle<R::Answer>> {
        let name = request.name();
        let (events_in, events) = bounded(EVENT_QUEUE);
        let (answer_in, answer) = bounded(1);
        let cancel = CancelToken::default();
        let sink = Arc::new(JobSink { events: events_in, cancel: cancel.clone() });
        let repeatable = request.repeatable();
        let is_repeatable = repeatable.is_some();
        let asked = cancel.clone();
        let work: Work = Box::new(move || {
            let note = repeatable.and_then(|job| {
                // A job is worth more than the note of it.
                let note = Note::write(&shared.workspace.unfinished_dir(), job);
                note.inspect_err(|error| tracing::warn!(%error, "a job is not written down")).ok()
            });
            let job = JobContext { shared, sink };
            let result =
                catch_unwind(AssertUnwindSafe(|| job.check().and_then(|()| request.run(&job))))
                    .unwrap_or_else(|payload| {
                        let message = panic_message(payload.as_ref());
                        Err(EngineError::Panicked { job: name, message })
                    });
            if let Err(error) = &result {
                tracing::warn!(job = name, %error, "job failed");
            }
            if let (Some(note), Err(EngineError::Cancelled), true) =
                (note, &result, asked.is_put_off())
            {
                note.leave();
            }
            let _nobody_waits = answer_in.send(result);
        });
        match self.queue.as_ref().map(|queue| queue.try_send(work)) {
            Some(Ok(())) => Ok(JobHandle { name, is_repeatable, events, answer, cancel }),
            Some(Err(TrySendError::Full(_))) => Err(EngineError::Busy),
            Some(Err(TrySendError::Disconnected(_))) | None => Err(EngineError::Ended),
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            // Jobs catch their panics, so there is nothing to learn from this.
            let _ended = thread.join();
        }
    }
}
