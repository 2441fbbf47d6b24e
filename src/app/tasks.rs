//! Jobs of the engine that the window started. The widget that started a job keeps its [`Task`];
//! the jobs panel shows all of them.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Instant;

use super::whole_progress::WholeProgress;
use fettle_domain::{Actor, CancelToken, Progress, Role};
use fettle_engine::{EngineError, JobHandle, JobUpdate, NoEvent};

/// The state of a job, as the jobs panel shows it.
pub(super) struct JobStatus {
    /// The name of the request.
    pub(super) name: &'static str,
    /// The name of who started it.
    by: String,
    pub(super) started: Instant,
    pub(super) progress: RefCell<WholeProgress>,
    /// Ask [`JobStatus::may_be_stopped_by`] first.
    pub(super) cancel: CancelToken,
    /// Whether the job can be offered again at the next start of the program.
    pub(super) is_repeatable: bool,
    /// Whether the answer was taken.
    ended: Cell<bool>,
    /// Whether the answer is there: a hidden tab may take it later.
    is_answered: Box<dyn Fn() -> bool>,
}

impl JobStatus {
    /// Whether a person waits for the job. Quick look-ups for a list are not repeatable and report
    /// no progress.
    pub(super) fn is_work(&self) -> bool {
        self.is_repeatable || self.progress.borrow().last().is_some()
    }

    /// Whether a person may stop the job: one's own, or as an engineer anybody's.
    pub(super) fn may_be_stopped_by(&self, person: &Actor) -> bool {
        person.role >= Role::Engineer || person.name == self.by
    }
}

/// A running job and its answer to come. Dropping the task cancels the job.
pub(super) struct Task<A, E = NoEvent> {
    handle: JobHandle<A, E>,
    status: Rc<JobStatus>,
}

impl<A, E> Task<A, E> {
    /// The answer, once it is there.
    pub(super) fn poll(&self) -> Option<Result<A, EngineError>> {
        self.poll_with(|_| {})
    }

    /// The answer, once it is there. Passes the events of the job to `on_event`.
    pub(super) fn poll_with(&self, mut on_event: impl FnMut(E)) -> Option<Result<A, EngineError>> {
        for update in self.handle.updates() {
            match update {
                JobUpdate::Progress(progress) => {
                    self.status.progress.borrow_mut().take(progress);
                }
                JobUpdate::Event(event) => on_event(event),
            }
        }
        let answer = self.handle.try_answer()?;
        self.status.ended.set(true);
        Some(answer)
    }

    /// The last progress that the job reported.
    pub(super) fn progress(&self) -> Option<Progress> {
        self.status.progress.borrow().last().cloned()
    }

    /// The state of the job, as the jobs panel shows it.
    pub(super) fn status(&self) -> &JobStatus {
        &self.status
    }

    /// Asks the job to stop; its answer is then [`EngineError::Cancelled`].
    pub(super) fn cancel(&self) {
        self.status.cancel.cancel();
    }
}

/// All running jobs.
#[derive(Default)]
pub(super) struct Tasks(Vec<Weak<JobStatus>>);

impl Tasks {
    /// Makes the task of a job. The job is listed as long as the task lives.
    pub(super) fn watch<A: 'static, E: 'static>(&mut self, handle: JobHandle<A, E>) -> Task<A, E> {
        let status = Rc::new(JobStatus {
            name: handle.name(),
            by: handle.by().to_owned(),
            started: Instant::now(),
            progress: RefCell::new(WholeProgress::new(handle.steps())),
            cancel: handle.cancel_token(),
            is_repeatable: handle.is_repeatable(),
            ended: Cell::new(false),
            is_answered: Box::new(handle.is_answered()),
        });
        self.0.push(Rc::downgrade(&status));
        Task { handle, status }
    }

    /// The jobs without an answer, the oldest first.
    pub(super) fn running(&mut self) -> Vec<Rc<JobStatus>> {
        let is_running = |job: &JobStatus| !job.ended.get() && !(job.is_answered)();
        self.0.retain(|job| job.upgrade().is_some_and(|job| is_running(&job)));
        self.0.iter().filter_map(Weak::upgrade).collect()
    }
}
