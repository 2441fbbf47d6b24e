//! What the language lane owns: the text encoder, the chat model, and the one that looks at
//! pictures. The latter two may be on a server.

use std::sync::Arc;

use candle_core::Device;

use super::error::Result;
use super::request::Stopwatch;
use super::residency::Resident;
use fettle_domain::{ModelId, ModelRole, RemoteModel};
use fettle_models::remote::{Remote, RemoteError};
use fettle_models::roles::{ChatModel, TextEncoder, VisionChatModel};
use fettle_models::store::ModelStore;
use fettle_models::{llm, text_embedder, vlm};

/// The model on a server of that role and id, if it is one.
pub(super) type RemoteOf = Arc<dyn Fn(ModelRole, &ModelId) -> Option<RemoteModel> + Send + Sync>;

pub(super) struct LanguageLane {
    store: ModelStore,
    device: Device,
    text_encoder: Resident<dyn TextEncoder>,
    chat: Resident<dyn ChatModel>,
    vision_chat: Resident<dyn VisionChatModel>,
    remote: RemoteOf,
    remote_chat: Option<Remote>,
    remote_vision_chat: Option<Remote>,
}

impl LanguageLane {
    pub(super) fn new(store: ModelStore, device: Device, remote: RemoteOf) -> Self {
        Self {
            store,
            device,
            text_encoder: Resident::new("load.text-encoder", text_embedder::load),
            chat: Resident::new("load.chat", llm::load),
            vision_chat: Resident::new("load.vision-chat", vlm::load),
            remote,
            remote_chat: None,
            remote_vision_chat: None,
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

    /// The chat model `id`, loaded if need be; one on a server is asked anew what it holds.
    pub(super) fn chat(
        &mut self,
        id: &ModelId,
        watch: &mut Stopwatch,
    ) -> Result<&mut (dyn ChatModel + 'static)> {
        match (self.remote)(ModelRole::Chat, id) {
            Some(remote) => Ok(self.remote_chat.insert(connect(&remote)?)),
            None => self.chat.get(id, &self.store, &self.device, watch),
        }
    }

    /// The vision-language model `id`, likewise.
    pub(super) fn vision_chat(
        &mut self,
        id: &ModelId,
        watch: &mut Stopwatch,
    ) -> Result<&mut (dyn VisionChatModel + 'static)> {
        match (self.remote)(ModelRole::VisionChat, id) {
            Some(remote) => Ok(self.remote_vision_chat.insert(connect(&remote)?)),
            None => self.vision_chat.get(id, &self.store, &self.device, watch),
        }
    }
}

/// The server of `remote`, with the key that its variable of the environment holds.
pub(super) fn connect(remote: &RemoteModel) -> fettle_models::Result<Remote> {
    let key = match &remote.key_variable {
        None => None,
        Some(variable) => {
            let key = std::env::var(variable).ok().filter(|key| !key.is_empty());
            Some(key.ok_or_else(|| RemoteError::NoKey(variable.clone()))?)
        }
    };
    Remote::connect(remote, key)
}
