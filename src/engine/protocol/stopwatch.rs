//! Timings of the parts of a job.

use std::time::Instant;

use fettle_domain::Timing;

/// Collects how long each part of a job took.
#[derive(Debug, Default)]
pub(crate) struct Stopwatch {
    /// In the order in which the parts ended.
    pub(crate) timings: Vec<Timing>,
}

impl Stopwatch {
    /// Runs `work` and notes its duration under `name`.
    pub(crate) fn time<R>(&mut self, name: &str, work: impl FnOnce() -> R) -> R {
        let start = Instant::now();
        let result = work();
        self.note(name, start);
        result
    }

    /// Notes the time since `start` under `name`.
    pub(crate) fn note(&mut self, name: &str, start: Instant) {
        let ms = start.elapsed().as_secs_f64() * 1e3;
        self.timings.push(Timing { name: name.to_owned(), ms });
    }
}
