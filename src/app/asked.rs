//! Something that the engine was asked for and that is shown until it is asked for anew.

use super::desk::Desk;
use super::tasks::Task;
use fettle_engine::{EngineError, Request};

/// An answer, on its way or there. An old one stays until the new one comes.
pub(super) struct Asked<A> {
    task: Option<Task<A>>,
    answer: Option<A>,
    error: Option<String>,
}

impl<A> Default for Asked<A> {
    fn default() -> Self {
        Self { task: None, answer: None, error: None }
    }
}

impl<A> Asked<A> {
    /// Asks, also where an answer is on its way.
    pub(super) fn ask<R: Request<Answer = A>>(&mut self, desk: &mut Desk<'_>, request: R) {
        self.task = desk.start(request);
        self.error = match self.task {
            Some(_) => None,
            None => Some(EngineError::Busy.explain(desk.words.0)),
        };
    }

    /// Asks where nothing was asked yet.
    pub(super) fn ask_once<R: Request<Answer = A>>(&mut self, desk: &mut Desk<'_>, request: R) {
        if self.task.is_none() && self.answer.is_none() && self.error.is_none() {
            self.ask(desk, request);
        }
    }

    /// Takes the answer; whether one came.
    pub(super) fn poll(&mut self, desk: &Desk<'_>) -> bool {
        let Some(answer) = self.task.as_ref().and_then(Task::poll) else {
            return false;
        };
        self.task = None;
        match answer {
            Ok(answer) => (self.answer, self.error) = (Some(answer), None),
            Err(error) => self.error = Some(error.explain(desk.words.0)),
        }
        true
    }

    /// Whether an answer is on its way.
    pub(super) fn is_awaited(&self) -> bool {
        self.task.is_some()
    }

    /// The last answer.
    pub(super) fn answer(&self) -> Option<&A> {
        self.answer.as_ref()
    }

    /// Why there is no newer answer.
    pub(super) fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }
}
