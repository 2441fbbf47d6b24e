//! Jobs that can be repeated after a crash, or after they were deferred.
//!
//! A repeatable job implements [`Repeatable`], gives [`Repeatable::record`] as its
//! [`Request::journal_record`], and has a line in the `KINDS` of `jobs/`.

use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::event::NoEvent;
use super::job_context::JobContext;
use super::journal::JobRecord;
use super::request::Request;
use crate::error::Result;
use fettle_domain::ProductCode;

/// A request that the journal keeps while its job is under way.
pub(crate) trait Repeatable:
    Request<Event = NoEvent> + Clone + Debug + Sync + Serialize + DeserializeOwned
{
    /// The kind's name in the journal. A name never changes: entries of earlier versions are
    /// found by it.
    const KIND: &'static str;

    /// The job in a person's words.
    fn summary(&self) -> JobSummary;

    /// The journal's record of the request; `None` where the request cannot be written as JSON, e.g.
    /// for a path that is not UTF-8: the job is worth more than its journal entry.
    fn record(&self) -> Option<JobRecord> {
        let request = serde_json::to_value(self)
            .inspect_err(|error| tracing::warn!(%error, job = Self::KIND, "no journal record"));
        Some(JobRecord { job: Self::KIND.to_owned(), request: request.ok()? })
    }
}

/// What a person is told of a job that can be repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobSummary {
    /// An i18n message id, e.g. `unfinished-fit`; its values are `product` and `count`.
    pub message: &'static str,
    /// The product that the job concerns.
    pub product: Option<ProductCode>,
    /// How many files the job was given; 0 where it takes none.
    pub count: usize,
}

/// A [`Repeatable`] of any type.
pub(crate) trait AnyRepeatable: Debug + Send + Sync {
    /// The request's name.
    fn name(&self) -> &'static str;
    fn record(&self) -> Option<JobRecord>;
    fn summary(&self) -> JobSummary;
    /// Does the job once more. What it had done is known and not done twice.
    fn repeat(&self, job: &JobContext) -> Result<()>;
}

impl<R: Repeatable> AnyRepeatable for R {
    fn name(&self) -> &'static str {
        Request::name(self)
    }

    fn record(&self) -> Option<JobRecord> {
        Repeatable::record(self)
    }

    fn summary(&self) -> JobSummary {
        Repeatable::summary(self)
    }

    fn repeat(&self, job: &JobContext) -> Result<()> {
        self.clone().run(job).map(drop)
    }
}

/// How a kind of repeatable job is read back from the journal.
pub(crate) struct RepeatableKind {
    /// [`Repeatable::KIND`].
    pub(crate) name: &'static str,
    pub(crate) read: fn(Value) -> serde_json::Result<Arc<dyn AnyRepeatable>>,
}

impl RepeatableKind {
    pub(crate) const fn of<R: Repeatable>() -> Self {
        Self { name: R::KIND, read: |request| Ok(Arc::new(serde_json::from_value::<R>(request)?)) }
    }
}

/// A job that was cut off, or deferred.
#[derive(Debug, Clone)]
pub struct UnfinishedJob {
    /// RFC 3339.
    pub begun_at: String,
    /// Who had the job done, where that is known.
    pub by: Option<String>,
    pub(crate) job: Arc<dyn AnyRepeatable>,
    /// The file of its journal entry.
    pub(crate) entry: PathBuf,
}

impl UnfinishedJob {
    /// The job in a person's words.
    pub fn summary(&self) -> JobSummary {
        self.job.summary()
    }
}
