//! Downloads of models, one after the other.

use std::collections::VecDeque;

use super::job_progress;
use super::tab_context::TabContext;
use super::tasks::Task;
use fettle_domain::ModelId;
use fettle_engine::{PullModels, PullReport};

/// A queue of downloads. Dropping the queue cancels; finished parts of a file are not downloaded
/// again.
#[derive(Default)]
pub(super) struct ModelPull {
    waiting: VecDeque<ModelId>,
    task: Option<(ModelId, Task<PullReport>)>,
}

impl ModelPull {
    /// Whether a download runs.
    pub(super) fn is_running(&self) -> bool {
        self.task.is_some()
    }

    /// Queues the downloads of `models`.
    pub(super) fn start(
        &mut self,
        cx: &mut TabContext<'_>,
        models: impl IntoIterator<Item = ModelId>,
    ) {
        self.waiting.extend(models);
        if self.task.is_none() {
            self.next(cx);
        }
    }

    fn next(&mut self, cx: &mut TabContext<'_>) {
        let Some(model) = self.waiting.pop_front() else { return };
        let request = PullModels { what: model.to_string(), from: None, offline: false };
        self.task = cx.start(request).map(|task| (model, task));
    }

    /// Takes answers. Once the queue is empty: whether all downloads succeeded. A toast names the
    /// error of the one that failed.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) -> Option<bool> {
        let (_, task) = self.task.as_ref()?;
        let answer = task.poll()?;
        self.task = None;
        if let Err(error) = answer {
            self.waiting.clear();
            cx.toasts.error(error.explain(cx.localizer.language));
            return Some(false);
        }
        self.next(cx);
        self.task.is_none().then_some(true)
    }

    /// Draws the name and progress of the running download, and a button that stops it.
    pub(super) fn show(&self, ui: &mut egui::Ui, cx: &TabContext<'_>) {
        if let Some((model, task)) = &self.task {
            ui.strong(model.to_string());
            job_progress::show(ui, cx, task);
        }
    }
}
