//! Answers of the engine that stay on screen until a newer one comes.

use super::tab_context::TabContext;
use super::tasks::Task;
use fettle_engine::{EngineError, NoEvent, Request};

/// An answer of the engine: not requested, loading, loaded, or failed. While a newer answer loads,
/// the old one stays.
pub(super) struct Loadable<A> {
    task: Option<Task<A>>,
    answer: Option<A>,
    error: Option<String>,
}

impl<A> Default for Loadable<A> {
    fn default() -> Self {
        Self { task: None, answer: None, error: None }
    }
}

impl<A> Loadable<A> {
    /// Sends `request`. A request still under way is cancelled.
    pub(super) fn load<R: Request<Answer = A, Event = NoEvent>>(
        &mut self,
        cx: &mut TabContext<'_>,
        request: R,
    ) {
        self.task = cx.start(request);
        self.error = match self.task {
            Some(_) => None,
            None => Some(EngineError::Busy.explain(cx.localizer.language)),
        };
    }

    /// Sends `request` unless one is under way, answered or failed.
    pub(super) fn load_once<R: Request<Answer = A, Event = NoEvent>>(
        &mut self,
        cx: &mut TabContext<'_>,
        request: R,
    ) {
        if self.task.is_none() && self.answer.is_none() && self.error.is_none() {
            self.load(cx, request);
        }
    }

    /// Sends `request` once nothing else is under way and the engine has room; whether it was sent. For a newer
    /// answer that nobody at the window asked for.
    pub(super) fn renew<R: Request<Answer = A, Event = NoEvent>>(
        &mut self,
        cx: &mut TabContext<'_>,
        request: R,
    ) -> bool {
        if self.is_loading() {
            return false;
        }
        self.task = cx.start_when_idle(request);
        self.is_loading()
    }

    /// Takes the answer or the error; whether one came.
    pub(super) fn poll(&mut self, cx: &TabContext<'_>) -> bool {
        let Some(answer) = self.task.as_ref().and_then(Task::poll) else {
            return false;
        };
        self.task = None;
        match answer {
            Ok(answer) => (self.answer, self.error) = (Some(answer), None),
            Err(error) => self.error = Some(error.explain(cx.localizer.language)),
        }
        true
    }

    /// Whether a request is under way.
    pub(super) fn is_loading(&self) -> bool {
        self.task.is_some()
    }

    /// The last answer.
    pub(super) fn answer(&self) -> Option<&A> {
        self.answer.as_ref()
    }

    /// Why the last request failed, in the language of the window.
    pub(super) fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }
}
