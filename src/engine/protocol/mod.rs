//! The protocol between the engine and its jobs: requests, what a job works with and sends, the
//! handle of a submitted job, and the journal of repeatable jobs. No file here knows a job.

mod claim;
mod event;
mod handle;
mod job_context;
pub(crate) mod journal;
mod repeatable;
mod request;
mod stopwatch;

pub(crate) use claim::Claim;
pub(crate) use event::{EventSender, UpdateSink};
pub use event::{JobUpdate, NoEvent};
pub use handle::JobHandle;
pub use job_context::JobContext;
pub use journal::JobRecord;
pub(crate) use journal::JournalEntry;
pub use repeatable::{JobSummary, UnfinishedJob};
pub(crate) use repeatable::{Repeatable, RepeatableKind};
pub use request::{JobStep, Request};
pub(crate) use stopwatch::Stopwatch;
