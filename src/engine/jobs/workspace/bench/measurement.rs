//! A measurement of run time.

use std::time::Instant;

use serde::Serialize;

use crate::error::Result;
use crate::protocol::JobContext;

/// Run time of an operation.
#[derive(Debug, Clone, Serialize)]
pub struct Measurement {
    /// Name of the operation, e.g. `embed`.
    pub name: &'static str,
    /// Subject of the operation, e.g. `efficientnet-lite0, batch of 8`.
    pub of: String,
    /// Median of the runs, in milliseconds.
    pub median_ms: f64,
    /// Fastest of the runs, in milliseconds.
    pub fastest_ms: f64,
    /// Number of runs.
    pub runs: usize,
}

impl Measurement {
    /// Runs `work` once to warm up and then `repeats` times. `work` returns its run time in
    /// milliseconds.
    pub(super) fn of(
        job: &JobContext,
        name: &'static str,
        of: String,
        repeats: usize,
        mut work: impl FnMut() -> Result<f64>,
    ) -> Result<Self> {
        let repeats = repeats.max(1);
        work()?;
        let mut runs = Vec::with_capacity(repeats);
        for done in 0..repeats {
            job.check()?;
            job.report("progress-bench", name, done as u64, repeats as u64);
            runs.push(work()?);
        }
        Ok(Self::from_runs(name, of, runs))
    }

    /// Runs a long `work` once, without warm-up.
    pub(super) fn once(
        job: &JobContext,
        name: &'static str,
        work: impl FnOnce() -> Result<String>,
    ) -> Result<Self> {
        job.report("progress-bench", name, 0, 1);
        let start = Instant::now();
        let of = work()?;
        Ok(Self::from_runs(name, of, vec![milliseconds(start)]))
    }

    fn from_runs(name: &'static str, of: String, mut runs: Vec<f64>) -> Self {
        runs.sort_unstable_by(f64::total_cmp);
        Self { name, of, median_ms: runs[runs.len() / 2], fastest_ms: runs[0], runs: runs.len() }
    }
}

/// Milliseconds since `start`.
pub(super) fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}
