//! A job's access to the engine while it runs.

use std::sync::Arc;

use super::event::{EventSender, NoEvent};
use super::stopwatch::Stopwatch;
use crate::error::{EngineError, Result};
use crate::language_lane::LanguageLane;
use crate::shared::Shared;
use crate::vision_lane::VisionLane;
use fettle_domain::{Actor, CancelToken, ModelId, Progress, ProgressSink};
use fettle_library::{Library, LibraryError};
use fettle_models::roles::{ChatModel, VisionChatModel};
use fettle_settings::Settings;

/// What a running job works with: the engine's shared state and lanes, where its progress and its
/// events of type `E` go, and whether it was cancelled.
pub struct JobContext<E = NoEvent> {
    pub(crate) shared: Arc<Shared>,
    /// Who has the job done.
    pub(crate) actor: Actor,
    /// Takes the job's progress.
    pub(crate) sink: Arc<dyn ProgressSink>,
    pub(crate) cancel: CancelToken,
    pub(crate) events: EventSender<E>,
}

impl<E> JobContext<E> {
    /// `Err` once somebody cancelled the job.
    pub(crate) fn check(&self) -> Result<()> {
        self.cancel.check().map_err(EngineError::from)
    }

    /// Reports a step of the job's progress.
    pub(crate) fn report(&self, step: &'static str, subject: &str, done: u64, total: u64) {
        self.sink.report(Progress { step, subject: subject.to_owned(), done, total: Some(total) });
    }

    /// Runs `work` on the vision lane.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`] where the job is cancelled before `work` begins; the same for the
    /// other lanes.
    pub(crate) fn vision<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut VisionLane) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        self.shared.vision(&self.cancel, work)
    }

    /// Runs `work` on the language lane.
    pub(crate) fn language<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut LanguageLane) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        self.shared.language(&self.cancel, work)
    }

    /// Runs `work` with the chat model `model`; its [`Stopwatch`] holds the time of loading.
    pub(crate) fn chat<R: Send + 'static>(
        &self,
        model: ModelId,
        work: impl FnOnce(&mut dyn ChatModel, Stopwatch) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        self.shared.chat(&self.cancel, model, work)
    }

    /// Runs `work` with the vision-language model `model`; its [`Stopwatch`] holds the time of
    /// loading.
    pub(crate) fn vision_chat<R: Send + 'static>(
        &self,
        model: ModelId,
        work: impl FnOnce(&mut dyn VisionChatModel, Stopwatch) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        self.shared.vision_chat(&self.cancel, model, work)
    }

    /// Runs `work` on the library, which is opened where it is not open yet.
    pub(crate) fn library<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Library) -> Result<R, LibraryError> + Send + 'static,
    ) -> Result<R> {
        self.shared.library(&self.cancel, self.actor.clone(), work)
    }

    /// Runs `work` on the library also where the job was cancelled: `work` records a step that
    /// is done already, or takes one back.
    pub(crate) fn commit<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Library) -> Result<R, LibraryError> + Send + 'static,
    ) -> Result<R> {
        self.shared.library(&CancelToken::default(), self.actor.clone(), work)
    }

    /// Changes the settings. The change stands in the audit trail, unless there is no library to write it
    /// to: the settings choose what a machine computes with also beside a damaged one.
    pub(crate) fn change_settings(&self, change: impl FnOnce(&mut Settings)) -> Result<()> {
        let Some(changed) = self.shared.change_settings(change)? else { return Ok(()) };
        let [before, after] = differences(&changed);
        let recorded =
            self.commit(move |library| library.record_change("settings", "", [&before, &after]));
        if let Err(error) = recorded {
            tracing::warn!(%error, "a change of the settings is not in the audit trail");
        }
        Ok(())
    }

    /// The same job for code that sends other events, or none. Nobody receives those.
    pub(crate) fn with_unheard_events<Other>(&self) -> JobContext<Other> {
        JobContext {
            shared: Arc::clone(&self.shared),
            actor: self.actor.clone(),
            sink: Arc::clone(&self.sink),
            cancel: self.cancel.clone(),
            events: EventSender::unheard(),
        }
    }
}

/// The settings that are not the same in both, as JSON objects.
fn differences(settings: &[Settings; 2]) -> [String; 2] {
    let fields = |settings: &Settings| match serde_json::to_value(settings) {
        Ok(serde_json::Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let [before, after] = [fields(&settings[0]), fields(&settings[1])];
    let without = |mine: &serde_json::Map<_, _>, other: &serde_json::Map<_, _>| {
        let mut mine = mine.clone();
        mine.retain(|name, value| other.get(name) != Some(value));
        serde_json::Value::Object(mine).to_string()
    };
    [without(&before, &after), without(&after, &before)]
}
