//! The asker's side of a job.

use crossbeam_channel::{Receiver, TryRecvError, select};

use super::error::{EngineError, Result};
use super::request::JobEvent;
use fettle_domain::CancelToken;

/// A submitted job. Dropping it cancels the job.
#[must_use = "dropping a handle cancels its job"]
pub struct JobHandle<A> {
    pub(super) name: &'static str,
    pub(super) is_repeatable: bool,
    pub(super) events: Receiver<JobEvent>,
    pub(super) answer: Receiver<Result<A>>,
    pub(super) cancel: CancelToken,
}

impl<A> JobHandle<A> {
    /// The request's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether it can be asked for again where it does not come to its end: what its
    /// [`CancelToken::put_off`] then does.
    pub fn is_repeatable(&self) -> bool {
        self.is_repeatable
    }

    /// A token that cancels this job from anywhere, e.g. from a Ctrl-C handler.
    pub fn cancel_token(&self) -> CancelToken {
        self.cancel.clone()
    }

    /// Tells whether the answer is there and nobody has taken it.
    pub fn is_answered(&self) -> impl Fn() -> bool + use<A> {
        let answer = self.answer.clone();
        move || !answer.is_empty()
    }

    /// What the job told since the last call; never waits.
    pub fn events(&self) -> impl Iterator<Item = JobEvent> {
        self.events.try_iter()
    }

    /// The answer once it is there; never waits.
    pub fn try_answer(&self) -> Option<Result<A>> {
        match self.answer.try_recv() {
            Ok(answer) => Some(answer),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err(EngineError::Ended)),
        }
    }

    /// Waits for the answer and passes what the job tells to `on_event` meanwhile.
    pub fn wait(self, mut on_event: impl FnMut(JobEvent)) -> Result<A> {
        loop {
            select! {
                recv(self.events) -> event => match event {
                    Ok(event) => on_event(event),
                    // The job has let go of its sink: its answer is there or comes now.
                    Err(_) => return self.answer.recv().unwrap_or(Err(EngineError::Ended)),
                },
                recv(self.answer) -> answer => {
                    self.events.try_iter().for_each(&mut on_event);
                    return answer.unwrap_or(Err(EngineError::Ended));
                }
            }
        }
    }
}

impl<A> Drop for JobHandle<A> {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}
