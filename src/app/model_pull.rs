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
    /// A model of whose files nobody has written down the hash, until a person answers.
    asked: Option<ModelId>,
}

impl ModelPull {
    /// Whether a download runs.
    pub(super) fn is_running(&self) -> bool {
        self.task.is_some() || self.asked.is_some()
    }

    /// Queues the downloads of `models`.
    pub(super) fn start(
        &mut self,
        cx: &mut TabContext<'_>,
        models: impl IntoIterator<Item = ModelId>,
    ) {
        self.waiting.extend(models);
        if !self.is_running() {
            self.next(cx);
        }
    }

    fn next(&mut self, cx: &mut TabContext<'_>) {
        let Some(model) = self.waiting.pop_front() else { return };
        self.pull(cx, model, false);
    }

    fn pull(&mut self, cx: &mut TabContext<'_>, model: ModelId, accept_unpinned: bool) {
        let what = model.to_string();
        let request = PullModels { what, from: None, offline: false, accept_unpinned };
        self.task = cx.start(request).map(|task| (model, task));
    }

    /// Takes answers. Once the queue is empty: whether all downloads succeeded. A toast names the
    /// error of the one that failed.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) -> Option<bool> {
        let (_, task) = self.task.as_ref()?;
        let answer = task.poll()?;
        let model = self.task.take().map(|(model, _)| model);
        if let Err(error) = answer {
            if error.is_unpinned_model() {
                self.asked = model;
                return None;
            }
            self.waiting.clear();
            cx.toasts.error(error.explain(cx.localizer.language));
            return Some(false);
        }
        self.next(cx);
        self.task.is_none().then_some(true)
    }

    /// Draws the name and progress of the running download, and a button that stops it; or the question
    /// whether a model is wanted that nothing identifies.
    pub(super) fn show(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        if let Some(model) = self.asked.clone() {
            let named = [("model", model.to_string().into())];
            ui.label(cx.localizer.with("pull-unpinned", &named));
            if ui.button(cx.text("pull-unpinned-yes")).clicked() {
                self.asked = None;
                self.pull(cx, model, true);
            } else if ui.button(cx.text("pull-unpinned-no")).clicked() {
                self.asked = None;
                self.next(cx);
            }
        }
        if let Some((model, task)) = &self.task {
            ui.strong(model.to_string());
            job_progress::show(ui, cx, task);
        }
    }
}
