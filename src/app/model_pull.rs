//! Models being fetched, one after the other.

use std::collections::VecDeque;

use super::desk::Desk;
use super::tasks::Task;
use super::under_way;
use fettle_domain::ModelId;
use fettle_engine::{PullModels, PullReport};

/// Which models are still to come. Dropping it stops; what came so far is not fetched again.
#[derive(Default)]
pub(super) struct ModelPull {
    waiting: VecDeque<ModelId>,
    task: Option<(ModelId, Task<PullReport>)>,
}

impl ModelPull {
    /// Whether something is being fetched.
    pub(super) fn is_running(&self) -> bool {
        self.task.is_some()
    }

    /// Begins to fetch `models`.
    pub(super) fn start(&mut self, desk: &mut Desk<'_>, models: impl IntoIterator<Item = ModelId>) {
        self.waiting.extend(models);
        if self.task.is_none() {
            self.next(desk);
        }
    }

    fn next(&mut self, desk: &mut Desk<'_>) {
        let Some(model) = self.waiting.pop_front() else { return };
        let request = PullModels { what: model.to_string(), from: None, offline: false };
        self.task = desk.start(request).map(|task| (model, task));
    }

    /// Takes answers; once all ended, whether all came. What did not is told in a toast.
    pub(super) fn poll(&mut self, desk: &mut Desk<'_>) -> Option<bool> {
        let (_, task) = self.task.as_ref()?;
        let answer = task.poll()?;
        self.task = None;
        if let Err(error) = answer {
            self.waiting.clear();
            desk.toasts.error(error.explain(desk.words.0));
            return Some(false);
        }
        self.next(desk);
        self.task.is_none().then_some(true)
    }

    /// What is being fetched, how far, and a button that stops it.
    pub(super) fn show(&self, ui: &mut egui::Ui, desk: &Desk<'_>) {
        if let Some((model, task)) = &self.task {
            ui.strong(model.to_string());
            under_way::show(ui, desk, task);
        }
    }
}
