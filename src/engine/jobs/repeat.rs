//! Jobs that a crash cut off, asked for again.

use crate::error::Result;
use crate::request::{JobContext, Request};
use crate::unfinished::{Repeatable, UnfinishedJob, cross_out, left_over};

/// Lists the jobs that were cut off, the oldest first.
#[derive(Debug, Clone, Copy)]
pub struct ListUnfinished;

impl Request for ListUnfinished {
    type Answer = Vec<UnfinishedJob>;

    fn name(&self) -> &'static str {
        "list-unfinished"
    }

    fn run(self, job: &JobContext) -> Result<Vec<UnfinishedJob>> {
        Ok(left_over(&job.shared.workspace.unfinished_dir()))
    }
}

/// Does a job again that was cut off. What it had done is known and not done twice.
#[derive(Debug, Clone)]
pub struct RepeatJob(pub UnfinishedJob);

impl Request for RepeatJob {
    type Answer = ();

    fn name(&self) -> &'static str {
        match &self.0.job {
            Repeatable::FitBank(request) => request.name(),
            Repeatable::RegisterImages(request) => request.name(),
            Repeatable::RegisterDefect(request) => request.name(),
            Repeatable::BuildIndex(request) => request.name(),
        }
    }

    fn repeatable(&self) -> Option<Repeatable> {
        Some(self.0.job.clone())
    }

    fn run(self, job: &JobContext) -> Result<()> {
        // It has a note of its own now.
        cross_out(&self.0.note);
        match self.0.job {
            Repeatable::FitBank(request) => request.run(job).map(drop),
            Repeatable::RegisterImages(request) => request.run(job).map(drop),
            Repeatable::RegisterDefect(request) => request.run(job).map(drop),
            Repeatable::BuildIndex(request) => request.run(job).map(drop),
        }
    }
}

/// Does not do it again.
#[derive(Debug, Clone)]
pub struct ForgetJob(pub UnfinishedJob);

impl Request for ForgetJob {
    type Answer = ();

    fn name(&self) -> &'static str {
        "forget-job"
    }

    fn run(self, _job: &JobContext) -> Result<()> {
        cross_out(&self.0.note);
        Ok(())
    }
}
