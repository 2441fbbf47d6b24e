//! A submitted job, seen by its submitter.

use std::time::Duration;

use crossbeam_channel::{Receiver, TryRecvError, select};

use super::claim::Claim;
use super::event::{JobUpdate, NoEvent};
use super::request::JobStep;
use crate::error::{EngineError, Result};
use fettle_domain::CancelToken;

/// How often [`JobHandle::wait`] looks whether a job that has not begun was cancelled.
const TICK: Duration = Duration::from_millis(20);

/// A submitted job. Dropping the handle cancels the job.
#[must_use = "dropping a handle cancels its job"]
pub struct JobHandle<A, E = NoEvent> {
    pub(crate) name: &'static str,
    /// Who has the job done.
    pub(crate) by: String,
    pub(crate) is_repeatable: bool,
    pub(crate) steps: Vec<JobStep>,
    pub(crate) updates: Receiver<JobUpdate<E>>,
    pub(crate) answer: Receiver<Result<A>>,
    pub(crate) cancel: CancelToken,
    /// Taken by the job's thread as the job begins.
    pub(crate) start: Claim,
}

impl<A, E> JobHandle<A, E> {
    /// The request's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The name of who asked for the job.
    pub fn by(&self) -> &str {
        &self.by
    }

    /// The steps of the job, as its request says them.
    pub fn steps(&self) -> &[JobStep] {
        &self.steps
    }

    /// Whether the job can be repeated where it does not come to its end: what
    /// [`CancelToken::defer`] provides for.
    pub fn is_repeatable(&self) -> bool {
        self.is_repeatable
    }

    /// A token that cancels this job from anywhere, e.g. from a Ctrl-C handler.
    pub fn cancel_token(&self) -> CancelToken {
        self.cancel.clone()
    }

    /// Returns a function that tells whether the answer is there and nobody has taken it.
    pub fn is_answered(&self) -> impl Fn() -> bool + use<A, E> {
        let answer = self.answer.clone();
        move || !answer.is_empty()
    }

    /// The job's updates since the last call; never waits.
    pub fn updates(&self) -> impl Iterator<Item = JobUpdate<E>> {
        self.updates.try_iter()
    }

    /// The answer once it is there; never waits.
    pub fn try_answer(&self) -> Option<Result<A>> {
        match self.answer.try_recv() {
            Ok(answer) => Some(answer),
            Err(TryRecvError::Empty) if self.is_withdrawn() => Some(Err(EngineError::Cancelled)),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err(EngineError::Ended)),
        }
    }

    /// Waits for the answer and passes the job's updates to `on_update` meanwhile.
    pub fn wait(self, mut on_update: impl FnMut(JobUpdate<E>)) -> Result<A> {
        loop {
            select! {
                recv(self.updates) -> update => match update {
                    Ok(update) => on_update(update),
                    // The job has let go of its sink: its answer is there or comes now.
                    Err(_) => return self.answer.recv().unwrap_or(Err(EngineError::Ended)),
                },
                recv(self.answer) -> answer => {
                    self.updates.try_iter().for_each(&mut on_update);
                    return answer.unwrap_or(Err(EngineError::Ended));
                }
                default(TICK) => if self.is_withdrawn() {
                    return Err(EngineError::Cancelled);
                },
            }
        }
    }

    /// Whether the job was cancelled before it began. Its thread then only does the bookkeeping,
    /// once it comes to it.
    fn is_withdrawn(&self) -> bool {
        self.cancel.is_cancelled() && self.start.withdraw()
    }
}

impl<A, E> Drop for JobHandle<A, E> {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}
