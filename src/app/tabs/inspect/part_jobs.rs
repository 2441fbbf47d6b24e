//! The inspections under way: that of the current part, and those of parts that a person judged by a
//! key before they were inspected.

use std::path::{Path, PathBuf};

use super::running_inspection::{Brought, RunningInspection};
use crate::tab_context::TabContext;
use fettle_domain::Verdict;
use fettle_engine::{EngineError, Inspect, InspectOnce, Inspected};

/// A judgement given by a key before its part was inspected; `None`: as the machine will find.
pub(super) type Typed = Option<Verdict>;

/// The inspection of one part.
struct PartJob {
    request: Inspect,
    /// Whether to inspect again, whatever is recorded.
    again: bool,
    running: Option<RunningInspection>,
    /// Judgements to be recorded once the part is inspected, in the order of the keys.
    typed: Vec<Typed>,
}

/// What an inspection brought.
pub(super) struct PartNews {
    /// The image file.
    pub(super) image: PathBuf,
    pub(super) outcome: Result<Box<Inspected>, EngineError>,
    /// Whether the job has ended; else a model still writes.
    pub(super) has_ended: bool,
    /// The step that was under way when it ended.
    pub(super) last_step: Option<&'static str>,
    /// Judgements that waited for it.
    pub(super) typed: Vec<Typed>,
}

/// The inspections under way, those of parts left behind in the order in which they were left.
#[derive(Default)]
pub(super) struct PartJobs(Vec<PartJob>);

impl PartJobs {
    /// Asks for the inspection of the current part. One that is under way goes on, unless it is to be
    /// made `again`; those of other parts go on where a judgement waits for them.
    pub(super) fn ask(&mut self, request: Inspect, again: bool) {
        let typed = self.job(&request.image).map(|job| job.typed.clone()).unwrap_or_default();
        if again {
            self.0.retain(|job| job.request.image != request.image);
        }
        self.0.retain(|job| job.request.image == request.image || !job.typed.is_empty());
        if self.job(&request.image).is_none() {
            self.0.push(PartJob { request, again, running: None, typed });
        }
    }

    /// Ends the inspections that no judgement waits for, but for that of `current`.
    pub(super) fn leave(&mut self, current: Option<&Path>) {
        self.0.retain(|job| current == Some(&job.request.image) || !job.typed.is_empty());
    }

    /// Notes a judgement of the part `image`; whether its inspection is under way.
    pub(super) fn note(&mut self, image: &Path, typed: Typed) -> bool {
        let job = self.0.iter_mut().find(|job| job.request.image == image);
        let is_under_way = job.is_some();
        if let Some(job) = job {
            job.typed.push(typed);
        }
        is_under_way
    }

    /// How many judgements wait for an inspection.
    pub(super) fn typed(&self) -> usize {
        self.0.iter().map(|job| job.typed.len()).sum()
    }

    /// Gives up the judgements that wait for an inspection.
    pub(super) fn forget_typed(&mut self) {
        self.0.iter_mut().for_each(|job| job.typed.clear());
    }

    /// Whether nothing is inspected, but for what a model still writes.
    pub(super) fn is_idle(&self) -> bool {
        let writes = |running: &RunningInspection| running.is_model_writing();
        self.0.iter().all(|job| job.running.as_ref().is_some_and(writes))
    }

    /// The running inspection of `image`.
    pub(super) fn running(&self, image: Option<&Path>) -> Option<&RunningInspection> {
        self.job(image?)?.running.as_ref()
    }

    /// Whether the inspection of `image` is under way, or about to begin.
    pub(super) fn has(&self, image: Option<&Path>) -> bool {
        image.is_some_and(|image| self.job(image).is_some())
    }

    /// Starts the inspection of `current` and the oldest of the others, one at a time, where the
    /// engine is not too busy; takes what they bring.
    pub(super) fn poll(
        &mut self,
        cx: &mut TabContext<'_>,
        current: Option<&Path>,
    ) -> Vec<PartNews> {
        let mut is_other_running = false;
        for job in &mut self.0 {
            let is_current = current == Some(&job.request.image);
            if job.running.is_none() && (is_current || !is_other_running) {
                job.start(cx);
            }
            is_other_running |= !is_current;
        }
        let mut news = Vec::new();
        for job in &mut self.0 {
            news.extend(job.poll());
        }
        // What ended goes, and so does what nothing waits for any more.
        self.0.retain(|job| {
            let ended = news.iter().any(|one| one.has_ended && one.image == job.request.image);
            let is_current = current == Some(&job.request.image);
            !ended && (is_current || !job.typed.is_empty())
        });
        news
    }

    fn job(&self, image: &Path) -> Option<&PartJob> {
        self.0.iter().find(|job| job.request.image == image)
    }
}

impl PartJob {
    fn start(&mut self, cx: &mut TabContext<'_>) {
        let request = self.request.clone();
        let task = match self.again {
            true => cx.start_when_idle(request),
            false => cx.start_when_idle(InspectOnce(request)),
        };
        self.running = task.map(RunningInspection::new);
    }

    /// What the inspection brought since the last frame: its record, its end, or neither.
    fn poll(&mut self) -> Option<PartNews> {
        let running = self.running.as_mut()?;
        let Brought { recorded, answer } = running.poll();
        let has_ended = answer.is_some();
        let last_step = running.progress().map(|progress| progress.step);
        let outcome = match (answer, recorded) {
            // The record was made before a model was stopped.
            (Some(Err(_)), Some(recorded)) if !self.typed.is_empty() => Ok(recorded),
            (Some(answer), _) => answer.map(Box::new),
            (None, Some(recorded)) => Ok(recorded),
            (None, None) => return None,
        };
        let typed = std::mem::take(&mut self.typed);
        Some(PartNews { image: self.request.image.clone(), outcome, has_ended, last_step, typed })
    }
}
