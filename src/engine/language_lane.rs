//! What the language lane owns: the text encoder, the chat model and the vision-language model of
//! this machine. Those on a server need no lane (`server.rs`).

use candle_core::Device;

use super::error::Result;
use super::protocol::Stopwatch;
use super::residency::{LoadedModels, Resident};
use fettle_domain::ModelId;
use fettle_models::roles::{ChatModel, TextEncoder, VisionChatModel};
use fettle_models::store::ModelStore;
use fettle_models::{llm, text_embedder, vlm};

pub(crate) struct LanguageLane {
    store: ModelStore,
    device: Device,
    text_encoder: Resident<dyn TextEncoder>,
    chat: Resident<dyn ChatModel>,
    vision_chat: Resident<dyn VisionChatModel>,
}

impl LanguageLane {
    pub(crate) fn new(store: ModelStore, device: Device, loaded: &LoadedModels) -> Self {
        Self {
            store,
            device,
            text_encoder: Resident::new("load.text-encoder", text_embedder::load, loaded),
            chat: Resident::new("load.chat", llm::load, loaded),
            vision_chat: Resident::new("load.vision-chat", vlm::load, loaded),
        }
    }

    /// The text encoder `id`, loaded if need be.
    pub(crate) fn text_encoder(
        &mut self,
        id: &ModelId,
        watch: &mut Stopwatch,
    ) -> Result<&dyn TextEncoder> {
        Ok(self.text_encoder.get(id, &self.store, &self.device, watch)?)
    }

    /// The chat model `id`, loaded if need be.
    pub(crate) fn chat(
        &mut self,
        id: &ModelId,
        watch: &mut Stopwatch,
    ) -> Result<&mut (dyn ChatModel + 'static)> {
        self.chat.get(id, &self.store, &self.device, watch)
    }

    /// The vision-language model `id`, loaded if need be.
    pub(crate) fn vision_chat(
        &mut self,
        id: &ModelId,
        watch: &mut Stopwatch,
    ) -> Result<&mut (dyn VisionChatModel + 'static)> {
        self.vision_chat.get(id, &self.store, &self.device, watch)
    }
}
