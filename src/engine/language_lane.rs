//! What the language lane owns: the text encoder and the chat model.

use candle_core::Device;

use super::error::Result;
use super::request::Stopwatch;
use super::residency::Resident;
use crate::domain::ModelId;
use crate::models::roles::{ChatModel, TextEncoder};
use crate::models::store::ModelStore;
use crate::models::{llm, text_embedder};

pub(super) struct LanguageLane {
    store: ModelStore,
    device: Device,
    text_encoder: Resident<dyn TextEncoder>,
    chat: Resident<dyn ChatModel>,
}

impl LanguageLane {
    pub(super) fn new(store: ModelStore, device: Device) -> Self {
        Self {
            store,
            device,
            text_encoder: Resident::new("load.text-encoder", text_embedder::load),
            chat: Resident::new("load.chat", llm::load),
        }
    }

    /// The text encoder `id`, loaded if need be.
    pub(super) fn text_encoder(
        &mut self,
        id: &ModelId,
        watch: &mut Stopwatch,
    ) -> Result<&dyn TextEncoder> {
        Ok(self.text_encoder.get(id, &self.store, &self.device, watch)?)
    }

    /// The chat model `id`, loaded if need be.
    pub(super) fn chat(
        &mut self,
        id: &ModelId,
        watch: &mut Stopwatch,
    ) -> Result<&mut (dyn ChatModel + 'static)> {
        self.chat.get(id, &self.store, &self.device, watch)
    }
}
