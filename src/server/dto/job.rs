//! Jobs as callers see them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;
use fettle_domain::Progress;

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum JobState {
    /// It has not begun.
    Waiting,
    /// It runs.
    Running,
    /// It ended well.
    Done,
    /// It ended with a problem.
    Failed,
    /// It was cancelled.
    Cancelled,
}

impl JobState {
    /// Whether nothing more will change.
    pub(crate) fn has_ended(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// A step of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct JobProgress {
    /// The step, as a stable key, e.g. `progress-anomaly`.
    pub(crate) step: String,
    /// What it works on: a file, a product.
    pub(crate) subject: String,
    /// Units done.
    pub(crate) done: u64,
    /// Units in all, where that is known.
    pub(crate) total: Option<u64>,
}

impl From<Progress> for JobProgress {
    fn from(Progress { step, subject, done, total }: Progress) -> Self {
        Self { step: step.to_owned(), subject, done, total }
    }
}

/// A job of the engine that a caller began.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Job {
    /// Number among the server's jobs since its start.
    #[schema(example = 17)]
    pub(crate) id: u64,
    /// What it does.
    #[schema(example = "inspect")]
    pub(crate) name: String,
    /// How far it is.
    pub(crate) state: JobState,
    /// The step under way.
    pub(crate) progress: Option<JobProgress>,
    /// When it was asked for, RFC 3339.
    pub(crate) created_at: String,
    /// When it ended, RFC 3339.
    pub(crate) ended_at: Option<String>,
    /// Where its result is, once it is done.
    #[schema(example = "/api/v1/inspections/42")]
    pub(crate) resource: Option<String>,
    /// What it says beside, once it is done.
    #[schema(value_type = Option<Object>)]
    pub(crate) result: Option<serde_json::Value>,
    /// Why it failed.
    pub(crate) problem: Option<Problem>,
}

/// The jobs that the server remembers, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct JobList {
    /// The jobs.
    pub(crate) jobs: Vec<Job>,
}

/// A server-sent event: each of the stream is one.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what is sent as text")]
pub(crate) struct JobEvent {
    /// What the event is called.
    #[schema(pattern = "^job$")]
    event: String,
    /// The number of the job.
    #[schema(pattern = "^[0-9]+$")]
    id: String,
    /// The job as it is now (`Job`), as JSON.
    #[schema(content_media_type = "application/json")]
    data: String,
}
