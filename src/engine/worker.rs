//! The threads that run jobs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Sender, TrySendError, bounded};

use super::asker::Asker;
use super::error::{EngineError, Result};
use super::lane::panic_message;
use super::protocol::{
    Claim, EventSender, JobContext, JobHandle, JournalEntry, Request, UpdateSink,
};
use super::shared::Shared;
use fettle_domain::{CancelToken, ProgressSink};

/// Jobs that run at once, beside those that may wait for a model server. They mostly wait for
/// lanes; there are so many that a list is shown while banks are fitted and reports written.
pub const JOB_THREADS: usize = 8;
/// Jobs that may wait for a model server at once, on threads of their own: a server that does not
/// answer must not keep the other jobs waiting.
const SERVER_JOB_THREADS: usize = JOB_THREADS / 2;
/// Jobs that only read a few rows at once, on threads of their own; the library answers one at a time.
pub const QUICK_JOB_THREADS: usize = 2;
/// Jobs that may wait. A full queue is answered at once rather than waited for.
const JOB_QUEUE: usize = 256;
/// Updates that may wait to be read.
const UPDATE_QUEUE: usize = 1024;

type Work = Box<dyn FnOnce() + Send>;

/// All job threads.
pub(crate) struct Workers {
    jobs: Pool,
    server_jobs: Pool,
    quick_jobs: Pool,
}

impl Workers {
    pub(crate) fn start() -> std::io::Result<Self> {
        Ok(Self {
            jobs: Pool::start("fettle-job", JOB_THREADS)?,
            server_jobs: Pool::start("fettle-server-job", SERVER_JOB_THREADS)?,
            quick_jobs: Pool::start("fettle-quick-job", QUICK_JOB_THREADS)?,
        })
    }

    /// Queues `request`. Where `asker` may not have it done as it begins, that is the job's answer: whoever
    /// waits for the job learns it where every other failure is shown.
    pub(crate) fn submit<R: Request>(
        &self,
        shared: Arc<Shared>,
        asker: Asker,
        request: R,
    ) -> Result<JobHandle<R::Answer, R::Event>> {
        let (name, needed) = (request.name(), request.role());
        let by = asker.actor.name.clone();
        let pool = match request.is_quick() {
            true => &self.quick_jobs,
            false if request.may_wait_for_server(&shared.settings()) => &self.server_jobs,
            false => &self.jobs,
        };
        let (updates_in, updates) = bounded(UPDATE_QUEUE);
        let (answer_in, answer) = bounded(1);
        let (cancel, start) = (CancelToken::default(), Claim::default());
        let record = request.journal_record().filter(|_| asker.actor.role >= needed);
        let is_repeatable = record.is_some();
        let steps = request.steps();
        let answered = cancel.clone();
        let events = EventSender::from(updates_in.clone());
        let sink: Arc<dyn ProgressSink> =
            Arc::new(UpdateSink { updates: updates_in, cancel: cancel.clone() });
        let handle =
            JobHandle { name, by, is_repeatable, steps, updates, answer, cancel: answered, start };
        let start = handle.start.clone();
        let by = handle.by.clone();
        // What the job logs stands below what asked for it.
        let span = tracing::info_span!("run", job = name);
        pool.submit(Box::new(move || {
            let _entered = span.enter();
            let entry = record.and_then(|record| {
                // A job is worth more than its journal entry.
                JournalEntry::write(&shared.workspace.unfinished_dir(), record, &by)
                    .inspect_err(|error| tracing::warn!(%error, "a job is not in the journal"))
                    .ok()
            });
            let actor = shared.actor_now(asker);
            let is_allowed = actor.role >= needed;
            let job = JobContext { shared, actor, sink, cancel, events };
            let result = match start.begin() {
                true if !is_allowed => Err(EngineError::RoleTooLow { needed, has: job.actor.role }),
                true => run(request, &job, name),
                // Its submitter was told so already.
                false => Err(EngineError::Cancelled),
            };
            if let Err(error) = &result {
                tracing::warn!(job = name, %error, "job failed");
            }
            if let (Some(entry), Err(EngineError::Cancelled), true) =
                (entry, &result, job.cancel.is_deferred())
            {
                entry.keep();
            }
            let _nobody_waits = answer_in.send(result);
        }))?;
        Ok(handle)
    }
}

/// Runs `request`, unless the job is cancelled. A panic is the job's error.
fn run<R: Request>(
    request: R,
    job: &JobContext<R::Event>,
    name: &'static str,
) -> Result<R::Answer> {
    catch_unwind(AssertUnwindSafe(|| job.check().and_then(|()| request.run(job)))).unwrap_or_else(
        |payload| {
            let message = panic_message(payload.as_ref());
            Err(EngineError::Panicked { job: name, message })
        },
    )
}

/// A queue and the threads that take from it.
struct Pool {
    queue: Option<Sender<Work>>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    fn start(name: &str, threads: usize) -> std::io::Result<Self> {
        let (queue, works) = bounded::<Work>(JOB_QUEUE);
        let threads = (0..threads)
            .map(|n| {
                let works = works.clone();
                std::thread::Builder::new()
                    .name(format!("{name}-{n}"))
                    .spawn(move || works.iter().for_each(|work| work()))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { queue: Some(queue), threads })
    }

    fn submit(&self, work: Work) -> Result<()> {
        match self.queue.as_ref().map(|queue| queue.try_send(work)) {
            Some(Ok(())) => Ok(()),
            Some(Err(TrySendError::Full(_))) => Err(EngineError::Busy),
            Some(Err(TrySendError::Disconnected(_))) | None => Err(EngineError::Ended),
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            // Jobs catch their panics, so there is nothing to learn from this.
            let _ended = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
