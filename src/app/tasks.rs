//! Jobs that the window started: who asked keeps the [`Task`], the jobs panel sees them all.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Instant;

use fettle_domain::{CancelToken, Progress};
use fettle_engine::{EngineError, JobEvent, JobHandle};

/// What the jobs panel shows of a job.
pub(super) struct Watched {
    /// The request's name.
    pub(super) name: &'static str,
    pub(super) started: Instant,
    pub(super) progress: RefCell<Option<Progress>>,
    pub(super) cancel: CancelToken,
    /// Whether it can be offered again at the next start.
    pub(super) is_repeatable: bool,
    /// Its answer was taken.
    ended: Cell<bool>,
    /// Its answer is there: a tab that is not shown may take it later.
    is_answered: Box<dyn Fn() -> bool>,
}

impl Watched {
    /// Whether somebody waits for it: what is looked up for a list is not missed, and tells no
    /// progress.
    pub(super) fn is_work(&self) -> bool {
        self.is_repeatable || self.progress.borrow().is_some()
    }
}

/// A job under way. Dropping it cancels the job.
pub(super) struct Task<A> {
    handle: JobHandle<A>,
    watched: Rc<Watched>,
}

impl<A> Task<A> {
    /// The answer once it is there.
    pub(super) fn poll(&self) -> Option<Result<A, EngineError>> {
        self.poll_with(|_| {})
    }

    /// The same; passes what the job told meanwhile, other than its progress, to `on_event`.
    pub(super) fn poll_with(
        &self,
        mut on_event: impl FnMut(JobEvent),
    ) -> Option<Result<A, EngineError>> {
        for event in self.handle.events() {
            match event {
                JobEvent::Progress(progress) => {
                    *self.watched.progress.borrow_mut() = Some(progress)
                }
                other => on_event(other),
            }
        }
        let answer = self.handle.try_answer()?;
        self.watched.ended.set(true);
        Some(answer)
    }

    /// How far it is.
    pub(super) fn progress(&self) -> Option<Progress> {
        self.watched.progress.borrow().clone()
    }

    /// Asks it to stop; its answer is then [`EngineError::Cancelled`].
    pub(super) fn cancel(&self) {
        self.watched.cancel.cancel();
    }
}

/// All jobs under way.
#[derive(Default)]
pub(super) struct Tasks(Vec<Weak<Watched>>);

impl Tasks {
    /// Shows a job in the panel as long as its task lives.
    pub(super) fn watch<A: 'static>(&mut self, handle: JobHandle<A>) -> Task<A> {
        let watched = Rc::new(Watched {
            name: handle.name(),
            started: Instant::now(),
            progress: RefCell::default(),
            cancel: handle.cancel_token(),
            is_repeatable: handle.is_repeatable(),
            ended: Cell::new(false),
            is_answered: Box::new(handle.is_answered()),
        });
        self.0.push(Rc::downgrade(&watched));
        Task { handle, watched }
    }

    /// Those that have not ended, the oldest first.
    pub(super) fn running(&mut self) -> Vec<Rc<Watched>> {
        let is_running = |job: &Watched| !job.ended.get() && !(job.is_answered)();
        self.0.retain(|job| job.upgrade().is_some_and(|job| is_running(&job)));
        self.0.iter().filter_map(Weak::upgrade).collect()
    }
}
