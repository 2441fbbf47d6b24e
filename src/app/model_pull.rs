//! Downloads of models, one after the other.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::download_meter::DownloadMeter;
use super::job_progress;
use super::loadable::Loadable;
use super::tab_context::TabContext;
use super::tasks::Task;
use fettle_domain::ModelId;
use fettle_engine::{ListModels, ListedModel, ModelState, PullModels, PullReport};
use fettle_i18n::Value;

/// A number of bytes for people.
pub(crate) fn bytes_text(cx: &TabContext<'_>, bytes: u64) -> String {
    let (id, value, digits) = match bytes {
        0..1_000_000 => ("bytes-kilo", bytes as f64 / 1e3, 0),
        1_000_000..1_000_000_000 => ("bytes-mega", bytes as f64 / 1e6, 0),
        _ => ("bytes-giga", bytes as f64 / 1e9, 1),
    };
    cx.localizer.with(id, &[("size", Value::Number { value, digits })])
}

/// A queue of downloads. Dropping the queue cancels; finished parts of a file are not downloaded
/// again.
#[derive(Default)]
pub(super) struct ModelPull {
    waiting: VecDeque<ModelId>,
    task: Option<(ModelId, Task<PullReport>)>,
    /// A model of whose files nobody has written down the hash, until a person answers.
    asked: Option<ModelId>,
    /// How far the queue is, while it is not empty or its end was not said yet.
    state: Option<PullState>,
    models: Loadable<Vec<ListedModel>>,
    /// Models of the queue that are fetched.
    fetched: Vec<ModelId>,
    meter: Option<DownloadMeter>,
}

/// Whether all of a queue was fetched so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PullState {
    Complete,
    /// A model is missing: it was refused, or its job did not start.
    Incomplete,
}

impl ModelPull {
    /// Whether a download runs.
    pub(super) fn is_running(&self) -> bool {
        self.state.is_some()
    }

    /// Queues the downloads of `models`.
    pub(super) fn start(
        &mut self,
        cx: &mut TabContext<'_>,
        models: impl IntoIterator<Item = ModelId>,
    ) {
        self.waiting.extend(models);
        if self.state.is_none() && !self.waiting.is_empty() {
            self.state = Some(PullState::Complete);
            self.models.load(cx, ListModels);
            self.meter = Some(DownloadMeter::new());
            self.fetched.clear();
            self.next(cx);
        }
    }

    /// Fetches the next model for which a job starts.
    fn next(&mut self, cx: &mut TabContext<'_>) {
        while self.task.is_none()
            && let Some(model) = self.waiting.pop_front()
        {
            self.pull(cx, model, false);
        }
    }

    fn pull(&mut self, cx: &mut TabContext<'_>, model: ModelId, accept_unpinned: bool) {
        let what = model.to_string();
        let request = PullModels { what, from: None, offline: false, accept_unpinned };
        self.task = cx.start(request).map(|task| (model, task));
        if self.task.is_none() {
            self.state = Some(PullState::Incomplete);
        }
    }

    /// Takes answers. Once the queue is empty: whether all downloads succeeded. A toast names the
    /// error of the one that failed.
    pub(super) fn poll(&mut self, cx: &mut TabContext<'_>) -> Option<bool> {
        self.models.poll(cx);
        if let Some((_, task)) = &self.task {
            let answer = task.poll();
            if let (Some(meter), Some(progress)) = (&mut self.meter, task.progress()) {
                meter.take(&progress, Instant::now());
            }
            let answer = answer?;
            let model = self.task.take().map(|(model, _)| model);
            match answer {
                Ok(_) => {
                    self.fetched.extend(model);
                    self.next(cx);
                }
                Err(error) if error.is_unpinned_model() => self.asked = model,
                Err(error) => {
                    self.waiting.clear();
                    self.state = Some(PullState::Incomplete);
                    cx.toasts.error(error.explain(cx.localizer.language));
                }
            }
        }
        if self.task.is_some() || self.asked.is_some() {
            return None;
        }
        self.state.take().map(|state| state == PullState::Complete)
    }

    /// A person does not want the model of which the hash is not known.
    fn refuse(&mut self, cx: &mut TabContext<'_>) {
        self.asked = None;
        self.state = Some(PullState::Incomplete);
        self.next(cx);
    }

    /// Stops the running download; none follows it.
    pub(super) fn stop(&mut self, cx: &mut TabContext<'_>) {
        self.waiting.clear();
        if let Some((_, task)) = &self.task {
            cx.stop(task.status());
        }
    }

    /// Draws the name and progress of the running download, and a button that stops it; or the question
    /// whether a model is wanted that nothing identifies.
    pub(super) fn show(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        self.show_question(ui, cx);
        if let Some((model, task)) = &self.task {
            ui.strong(model.to_string());
            job_progress::show(ui, cx, task);
            if let Some(rest) = self.rest_text(cx) {
                ui.label(rest);
            }
            ui.weak(cx.text("pull-resumes"));
        }
    }

    /// Draws the question whether a model is wanted that nothing identifies, where there is one.
    pub(super) fn show_question(&mut self, ui: &mut egui::Ui, cx: &mut TabContext<'_>) {
        if let Some(model) = self.asked.clone() {
            let named = [("model", model.to_string().into())];
            ui.label(cx.localizer.with("pull-unpinned", &named));
            if ui.button(cx.text("pull-unpinned-yes")).clicked() {
                self.asked = None;
                self.pull(cx, model, true);
            } else if ui.button(cx.text("pull-unpinned-no")).clicked() {
                self.refuse(cx);
            }
        }
    }

    /// What is being fetched, and how much is left.
    pub(super) fn step_text(&self, cx: &TabContext<'_>) -> Option<String> {
        let (model, _) = self.task.as_ref()?;
        let rest = self.rest_text(cx).unwrap_or_default();
        Some(format!("{model}  {rest}").trim_end().to_owned())
    }

    /// The time that the download of the whole queue takes, once its rate is known.
    pub(super) fn time_left(&self, now: Instant) -> Option<Duration> {
        let (fetched, whole) = self.fetched_of_all()?;
        self.meter.as_ref()?.time_for(whole.saturating_sub(fetched), now)
    }

    /// Bytes fetched, of all bytes of the queue that were not there.
    pub(super) fn fetched_of_all(&self) -> Option<(u64, u64)> {
        let (meter, models) = (self.meter.as_ref()?, self.models.answer()?);
        let (current, _) = self.task.as_ref()?;
        let size = |id: &ModelId| {
            let model = models.iter().find(|model| model.entry.id == *id)?;
            let there = match model.state {
                ModelState::Partial { bytes, .. } => bytes,
                _ => 0,
            };
            model.entry.bytes().map(|bytes| bytes.saturating_sub(there))
        };
        let done: u64 = self.fetched.iter().filter_map(size).sum();
        let whole = done + size(current)? + self.waiting.iter().filter_map(size).sum::<u64>();
        Some((meter.fetched(), whole))
    }

    /// What is left of the whole queue, how fast it comes, and how long that takes.
    fn rest_text(&self, cx: &TabContext<'_>) -> Option<String> {
        let (fetched, whole) = self.fetched_of_all()?;
        let meter = self.meter.as_ref()?;
        let left = whole.saturating_sub(fetched);
        let now = Instant::now();
        let mut values = vec![("left", Value::from(bytes_text(cx, left)))];
        let (Some(rate), Some(time)) = (meter.rate(now), meter.time_for(left, now)) else {
            return Some(cx.localizer.with("pull-left", &values));
        };
        values.push(("rate", bytes_text(cx, rate as u64).into()));
        values.push(("seconds", Value::Number { value: time.as_secs_f64(), digits: 0 }));
        Some(cx.localizer.with("pull-left-at", &values))
    }
}
