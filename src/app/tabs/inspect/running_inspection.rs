//! A running inspection and the text streamed by its models.

use super::shown_part::ShownPart;
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

impl RunningInspection {
    pub(super) fn new(task: Task<Inspected, InspectionEvent>) -> Self {
        Self { task, report_text: String::new(), view_text: None }
    }

    /// Takes events of the job: shows the part once it is inspected, and appends streamed text.
    /// Returns the outcome once the job has ended.
    pub(super) fn poll(
        &mut self,
        shown: &mut Option<ShownPart>,
    ) -> Option<Result<Inspected, EngineError>> {
        let Self { task, report_text, view_text } = self;
        let answer = task.poll_with(|event| match event {
            InspectionEvent::ReportText(text) => report_text.push_str(&text),
            InspectionEvent::ViewText(text) => view_text.get_or_insert_default().push_str(&text),
            InspectionEvent::Recorded(found) => match shown {
                // The report is complete; the view keeps its zoom and position.
                Some(shown) if shown.inspection.id == found.inspection.id => {
                    shown.inspection = found.inspection;
                    report_text.clear();
                }
                _ => *shown = Some(ShownPart::new(*found)),
            },
        });
        if task.progress().is_some_and(|progress| progress.step == "progress-view") {
            view_text.get_or_insert_default();
        }
        answer
    }

    pub(super) fn progress(&self) -> Option<Progress> {
        self.task.progress()
    }

    pub(super) fn cancel(&self) {
        self.task.cancel();
    }
}
