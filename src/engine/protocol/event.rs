//! What a running job sends to the holder of its handle.

use crossbeam_channel::Sender;

use fettle_domain::{CancelToken, Cancelled, Progress, ProgressSink};

/// One message of a running job.
#[derive(Debug, Clone, PartialEq)]
pub enum JobUpdate<E> {
    /// The job's progress, which every job reports alike.
    Progress(Progress),
    /// An event of this kind of job ([`crate::Request::Event`]).
    Event(E),
}

/// The event type of jobs that report their progress and nothing else: no value exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoEvent {}

/// Sends a job's events. An event is dropped where its queue is full or nobody holds the handle
/// any more: a job never waits for its listener.
#[derive(Debug)]
pub(crate) struct EventSender<E> {
    /// `None`: nobody listens.
    updates: Option<Sender<JobUpdate<E>>>,
}

impl<E> EventSender<E> {
    /// A sender whose events nobody receives.
    pub(crate) fn unheard() -> Self {
        Self { updates: None }
    }

    pub(crate) fn send(&self, event: E) {
        if let Some(updates) = &self.updates {
            let _full = updates.try_send(JobUpdate::Event(event));
        }
    }
}

// Derived, `Clone` would ask for `E: Clone`.
impl<E> Clone for EventSender<E> {
    fn clone(&self) -> Self {
        Self { updates: self.updates.clone() }
    }
}

impl<E> From<Sender<JobUpdate<E>>> for EventSender<E> {
    fn from(updates: Sender<JobUpdate<E>>) -> Self {
        Self { updates: Some(updates) }
    }
}

/// The progress sink of a job. A report is dropped where the queue is full: the next one replaces
/// it anyway.
pub(crate) struct UpdateSink<E> {
    pub(crate) updates: Sender<JobUpdate<E>>,
    pub(crate) cancel: CancelToken,
}

impl<E: Send> ProgressSink for UpdateSink<E> {
    fn report(&self, progress: Progress) {
        let _full = self.updates.try_send(JobUpdate::Progress(progress));
    }

    fn check(&self) -> Result<(), Cancelled> {
        self.cancel.check()
    }
}
