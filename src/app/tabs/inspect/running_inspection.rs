//! A running inspection and the text streamed by its model.

use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_domain::Progress;
use fettle_engine::{EngineError, Inspected, InspectionEvent};

/// A running inspection.
pub(super) struct RunningInspection {
    task: Task<Inspected, InspectionEvent>,
    /// The text of the vision-language model, once its step has begun.
    pub(super) view_text: Option<String>,
}

/// Whether a model writes in this step, after the inspection is recorded.
pub(super) fn is_of_model(step: Option<&str>) -> bool {
    matches!(step, Some("progress-report" | "progress-view"))
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
        Self { task, view_text: None }
    }

    /// Takes the events of the job.
    pub(super) fn poll(&mut self) -> Brought {
        let Self { task, view_text } = self;
        let mut recorded = None;
        let answer = task.poll_with(|event| match event {
            // The report that stands there already says the same.
            InspectionEvent::ReportText(_) => {}
            InspectionEvent::ViewText(text) => view_text.get_or_insert_default().push_str(&text),
            InspectionEvent::Recorded(found) => recorded = Some(found),
        });
        if task.progress().is_some_and(|progress| progress.step == "progress-view") {
            view_text.get_or_insert_default();
        }
        Brought { recorded, answer }
    }

    pub(super) fn progress(&self) -> Option<Progress> {
        self.task.progress()
    }

    /// Whether the inspection is recorded and a model still writes.
    pub(super) fn is_model_writing(&self) -> bool {
        is_of_model(self.progress().map(|progress| progress.step))
    }

    pub(super) fn stop(&self, cx: &mut TabContext<'_>) {
        cx.stop(self.task.status());
    }
}
