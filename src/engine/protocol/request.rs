//! The requests that the engine takes.

use super::job_context::JobContext;
use super::journal::JobRecord;
use crate::error::Result;
use fettle_domain::Role;
use fettle_settings::Settings;

/// A step of a job and its share of the job's time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JobStep {
    /// Id of the message that names the step, as in [`fettle_domain::Progress::step`].
    pub step: &'static str,
    /// Its part of the whole time, in any unit: the shares of all steps need not be 1.
    pub share: f32,
}

/// A job description: one type in `jobs/` for each thing that the engine can do. Window and
/// command line submit the same ones.
pub trait Request: Send + 'static {
    /// The result of the job.
    type Answer: Send + 'static;

    /// What the job sends beside its progress while it runs; [`crate::NoEvent`] for most.
    type Event: Send + 'static;

    /// The job's name in logs and in the jobs panel, e.g. `inspect`.
    fn name(&self) -> &'static str;

    /// The role that may have it done, and those above it.
    fn role(&self) -> Role;

    /// The journal's record of the job, from which it can be repeated after a crash or where it
    /// was deferred; `None` where that is not worth it.
    fn journal_record(&self) -> Option<JobRecord> {
        None
    }

    /// The steps of the job in their order, where a person waits for it: what is done of all of them
    /// is one bar. Empty where the job has one step, or where they are not known.
    fn steps(&self) -> Vec<JobStep> {
        Vec::new()
    }

    /// Whether the job may wait for a model server, with these settings. Such jobs have threads of
    /// their own, so that a slow server keeps no others waiting.
    fn may_wait_for_server(&self, _settings: &Settings) -> bool {
        false
    }

    /// Whether the job reads a few rows of the library, or looks at a few files, and does nothing else. Such jobs
    /// have threads of their own: who a caller is, and what a list holds, is answered while all others are at work.
    fn is_quick(&self) -> bool {
        false
    }

    /// Does the job, on a job thread.
    fn run(self, job: &JobContext<Self::Event>) -> Result<Self::Answer>;
}
