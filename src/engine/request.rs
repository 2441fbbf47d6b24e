//! What can be asked of the engine, and the work's side of a job.

use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::Sender;

use super::error::{EngineError, Result};
use super::jobs::Inspected;
use super::shared::Shared;
use super::unfinished::Repeatable;
use fettle_domain::{CancelToken, Cancelled, Progress, ProgressSink, Timing};

/// Something the engine can do. One file in `jobs/` each; window, server and command
/// line submit the same ones.
pub trait Request: Send + 'static {
    /// What comes back.
    type Answer: Send + 'static;

    /// Its name in logs and in the jobs panel, e.g. `inspect`.
    fn name(&self) -> &'static str;

    /// What to ask for again where a crash cuts it off, or where it is put off; `None`: it is not
    /// worth it.
    fn repeatable(&self) -> Option<Repeatable> {
        None
    }

    /// Does it, on a job thread.
    fn run(self, job: &JobContext) -> Result<Self::Answer>;
}

/// What a running job tells whoever waits for it.
#[derive(Debug, Clone, PartialEq)]
pub enum JobEvent {
    /// How far it is.
    Progress(Progress),
    /// The report's text as a model writes it, piece by piece.
    Text(String),
    /// What a model that looks at the part says of it, likewise.
    View(String),
    /// An inspection as recorded, while a model still words its report or looks at it.
    Found(Box<Inspected>),
}

/// Through which a job reaches the engine's lanes and its listener.
pub struct JobContext {
    pub(super) shared: Arc<Shared>,
    pub(super) sink: Arc<JobSink>,
}

impl JobContext {
    /// `Err` once somebody cancelled this job.
    pub(super) fn check(&self) -> Result<()> {
        self.sink.check().map_err(EngineError::from)
    }

    /// Reports a step.
    pub(super) fn report(&self, step: &'static str, subject: &str, done: u64, total: u64) {
        self.sink.report(Progress { step, subject: subject.to_owned(), done, total: Some(total) });
    }
}

/// The sink behind a [`JobContext`]: reports are dropped rather than waited for when
/// nobody reads them, since each is replaced by the next.
pub(super) struct JobSink {
    pub(super) events: Sender<JobEvent>,
    pub(super) cancel: CancelToken,
}

impl JobSink {
    pub(super) fn found(&self, inspected: Inspected) {
        let _full = self.events.try_send(JobEvent::Found(Box::new(inspected)));
    }

    pub(super) fn text(&self, piece: &str) {
        let _full = self.events.try_send(JobEvent::Text(piece.to_owned()));
    }

    pub(super) fn view(&self, piece: &str) {
        let _full = self.events.try_send(JobEvent::View(piece.to_owned()));
    }
}

impl ProgressSink for JobSink {
    fn report(&self, progress: Progress) {
        let _full = self.events.try_send(JobEvent::Progress(progress));
    }

    fn check(&self) -> Result<(), Cancelled> {
        self.cancel.check()
    }
}

/// Measures the parts of a job.
#[derive(Debug, Default)]
pub(super) struct Stopwatch {
    pub(super) timings: Vec<Timing>,
}

impl Stopwatch {
    /// Runs `work` and notes how long it took under `name`.
    pub(super) fn time<R>(&mut self, name: &str, work: impl FnOnce() -> R) -> R {
        let start = Instant::now();
        let result = work();
        self.note(name, start);
        result
    }

    /// Notes the time since `start` under `name`.
    pub(super) fn note(&mut self, name: &str, start: Instant) {
        let ms = start.elapsed().as_secs_f64() * 1e3;
        self.timings.push(Timing { name: name.to_owned(), ms });
    }
}
