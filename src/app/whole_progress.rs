//! How much of a whole job is done, and how long the rest takes.

use std::time::Duration;

use fettle_domain::Progress;
use fettle_engine::JobStep;

/// Below this fraction, too little is done to say how long the rest takes.
const LEAST_TO_TELL: f32 = 0.04;

/// The progress of a job over all of its steps. Where the steps are not known, it is that of the step
/// under way.
#[derive(Debug, Clone, Default)]
pub(crate) struct WholeProgress {
    steps: Vec<JobStep>,
    /// Index of the step under way.
    at: usize,
    /// 0 to 1; `None` while nothing with a known length was reported.
    fraction: Option<f32>,
    last: Option<Progress>,
}

impl WholeProgress {
    pub(crate) fn new(steps: &[JobStep]) -> Self {
        Self { steps: steps.to_vec(), ..Self::default() }
    }

    /// The last report.
    pub(crate) fn last(&self) -> Option<&Progress> {
        self.last.as_ref()
    }

    /// The done part of the job, 0 to 1.
    pub(crate) fn fraction(&self) -> Option<f32> {
        self.fraction
    }

    /// Takes a report.
    pub(crate) fn take(&mut self, progress: Progress) {
        let total = progress.total.filter(|total| *total > 0);
        let of_step = total.map(|total| (progress.done as f32 / total as f32).clamp(0.0, 1.0));
        if self.steps.is_empty() {
            self.fraction = of_step;
        } else if let Some(index) = self.find(progress.step) {
            self.at = index;
            let share = |steps: &[JobStep]| steps.iter().map(|one| one.share).sum::<f32>();
            let (before, rest) = self.steps.split_at(index);
            let own = rest.first().map_or(0.0, |one| one.share) * of_step.unwrap_or(0.0);
            let now = (share(before) + own) / share(&self.steps).max(f32::MIN_POSITIVE);
            // A bar never runs backwards.
            self.fraction = Some(now.max(self.fraction.unwrap_or(0.0)).min(1.0));
        }
        self.last = Some(progress);
    }

    /// The index of a step, at the one under way or after it.
    fn find(&self, step: &str) -> Option<usize> {
        let rest = self.steps.get(self.at..)?;
        Some(self.at + rest.iter().position(|one| one.step == step)?)
    }

    /// The time that the rest takes, where the job has run for `elapsed`; `None` while that cannot be
    /// told.
    pub(crate) fn left(&self, elapsed: Duration) -> Option<Duration> {
        let fraction = self.fraction.filter(|done| *done >= LEAST_TO_TELL)?;
        Some(elapsed.mul_f32((1.0 - fraction) / fraction))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(step: &'static str, done: u64, total: u64) -> Progress {
        Progress { step, subject: String::new(), done, total: Some(total) }
    }

    #[test]
    fn the_bar_is_of_the_whole_job_and_never_runs_backwards() {
        let steps = [("a", 1.0), ("b", 2.0), ("a", 1.0)];
        let mut whole = WholeProgress::new(&steps.map(|(step, share)| JobStep { step, share }));
        assert_eq!((whole.fraction(), whole.left(Duration::from_secs(9))), (None, None));
        // Report, expected percents.
        for (report, expected) in [
            (report("a", 0, 10), 0.0),
            (report("a", 5, 10), 12.5),
            (report("b", 0, 4), 25.0),
            (report("elsewhere", 3, 4), 25.0),
            (report("b", 2, 4), 50.0),
            (report("b", 1, 4), 50.0),
            (report("a", 5, 10), 87.5),
            (report("a", 10, 10), 100.0),
        ] {
            whole.take(report);
            assert_eq!(whole.fraction().map(|done| done * 100.0), Some(expected));
        }
        assert_eq!(whole.left(Duration::from_secs(9)), Some(Duration::ZERO));
    }

    #[test]
    fn the_rest_takes_as_long_as_the_done_part_did() {
        let mut whole = WholeProgress::new(&[]);
        whole.take(report("a", 1, 100));
        assert_eq!(whole.left(Duration::from_secs(10)), None);
        whole.take(report("a", 25, 100));
        let left = whole.left(Duration::from_secs(10)).unwrap();
        assert!((left.as_secs_f32() - 30.0).abs() < 0.01, "{left:?}");
    }
}
