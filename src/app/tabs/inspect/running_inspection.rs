//! A running inspection and the text streamed by its models.

use crate::tasks::Task;
use fettle_domain::Progress;
use fettle_engine::{EngineError, Inspected, InspectionEvent};

/// A running inspection.
pub(super) struct RunningInspection {
    task: Task<Inspected, InspectionEvent>,
    /// The report as far as the language model has written it.
    pub(super) report_text: String,
    /// The text of the vision-language model, once its step has begun.
    pub(super) view_text: Option<String>,
}

/// What a running inspection brought since the last frame.
#[derive(Default)]
pub(super) struct Brought {
    /// The inspection as it was recorded, while a model still writes.
    pub(super) recorded: Option<Box<Inspected>>,
    /// The outcome, once the job has ended.
    pub(super) answer: Option<Result<Inspected, EngineError>>,
}

impl RunningInspection {
    pub(super) fn new(task: Task<Inspected, InspectionEvent>) -> Self {
        Self { task, report_text: String::new(), view_text: None }
    }

    /// Takes the events of the job.
    pub(super) fn poll(&mut self) -> Brought {
        let Self { task, report_text, view_text } = self;
        let mut recorded = None;
        let answer = task.poll_with(|event| match event {
            InspectionEvent::ReportText(text) => report_text.push_str(&text),
            InspectionEvent::ViewText(text) => view_text.get_or_insert_default().push_str(&text),
            InspectionEvent::Recorded(found) => {
                // The report is complete before the view begins.
                report_text.clear();
                recorded = Some(found);
            }
        });
        if task.progress().is_some_and(|progress| progress.step == "progress-view") {
            view_text.get_or_insert_default();
        }
        Brought { recorded, answer }
    }

    pub(super) fn progress(&self) -> Option<Progress> {
        self.task.progress()
    }

    pub(super) fn cancel(&self) {
        self.task.cancel();
    }
}
