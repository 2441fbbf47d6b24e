//! How fast a download is, over all files of a queue, and how long the rest takes.

use std::time::{Duration, Instant};

use fettle_domain::Progress;

/// The step that fetches from the network; others copy, unpack and verify.
const DOWNLOAD: &str = "progress-model-download";
/// Below this time, a rate says little.
const LEAST_TO_TELL: Duration = Duration::from_secs(2);

/// Bytes fetched since the meter was made.
#[derive(Debug)]
pub(crate) struct DownloadMeter {
    begun: Option<Instant>,
    /// Bytes of files that are done, of this queue.
    finished: u64,
    /// The file under way: its name, its bytes as they were first seen, and now.
    file: Option<(String, u64, u64)>,
}

impl DownloadMeter {
    pub(crate) fn new() -> Self {
        Self { begun: None, finished: 0, file: None }
    }

    /// Takes a report of the job that fetches.
    pub(crate) fn take(&mut self, progress: &Progress, now: Instant) {
        if progress.step != DOWNLOAD {
            return;
        }
        self.begun.get_or_insert(now);
        match &mut self.file {
            // Two models may have a file of the same name: the count of the second one begins anew.
            Some((subject, _, done)) if *subject == progress.subject && *done <= progress.done => {
                *done = progress.done;
            }
            file => {
                if let Some((_, first, done)) = file.take() {
                    self.finished += done.saturating_sub(first);
                }
                // What an interrupted download left is not fetched again.
                *file = Some((progress.subject.clone(), progress.done, progress.done));
            }
        }
    }

    /// Bytes fetched, without those that were there.
    pub(crate) fn fetched(&self) -> u64 {
        let file = self.file.as_ref().map_or(0, |(_, first, done)| done.saturating_sub(*first));
        self.finished + file
    }

    /// Bytes a second; `None` while that says little.
    pub(crate) fn rate(&self, now: Instant) -> Option<f64> {
        let elapsed = now.saturating_duration_since(self.begun?);
        (elapsed >= LEAST_TO_TELL && self.fetched() > 0)
            .then(|| self.fetched() as f64 / elapsed.as_secs_f64())
    }

    /// The time in which `left` bytes come at the present rate.
    pub(crate) fn time_for(&self, left: u64, now: Instant) -> Option<Duration> {
        let seconds = left as f64 / self.rate(now)?;
        Duration::try_from_secs_f64(seconds).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_of_what_was_fetched_and_not_of_what_was_there() {
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let report = |subject: &str, step, done| Progress {
            step,
            subject: subject.to_owned(),
            done,
            total: Some(1_000),
        };
        let mut meter = DownloadMeter::new();
        meter.take(&report("a", DOWNLOAD, 400), at(0));
        assert_eq!((meter.fetched(), meter.rate(at(1))), (0, None));
        meter.take(&report("a", DOWNLOAD, 1_000), at(3));
        meter.take(&report("a", "progress-model-verify", 10), at(3));
        meter.take(&report("b", DOWNLOAD, 0), at(4));
        meter.take(&report("b", DOWNLOAD, 400), at(5));
        assert_eq!(meter.fetched(), 1_000);
        assert_eq!(meter.rate(at(5)), Some(200.0));
        assert_eq!(meter.time_for(600, at(5)), Some(Duration::from_secs(3)));
        // Another model's file of the same name.
        meter.take(&report("b", DOWNLOAD, 0), at(6));
        meter.take(&report("b", DOWNLOAD, 200), at(8));
        assert_eq!(meter.fetched(), 1_200);
    }
}
