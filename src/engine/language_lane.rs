//! What the language lane owns: the text encoder and the chat model, each loaded by the
//! first job that needs it and kept until another one is asked for.

use std::time::Instant;

use candle_core::Device;

use super::error::Result;
use super::request::Stopwatch;
use crate::domain::ModelId;
use crate::models::roles::{ChatModel, TextEncoder};
use crate::models::store::ModelStore;
use crate::models::{llm, text_embedder};

pub(super) struct LanguageLane {
    store: ModelStore,
    device: Device,
    text_encoder: Option<Box<dyn TextEncoder>>,
    chat: Option<Box<dyn ChatModel>>,
}

impl LanguageLane {
    pub(super) fn new(store: ModelStore, device: Device) -> Self {
        Self { store, device, text_encoder: None, chat: None }
    }

    /// The text encoder `id`; loads it, and notes the time, if it is not the one held.
    pub(super) fn text_encoder(
        &mut self,
        id: &ModelId,
        watch: &mut Stopwatch,
    ) -> Result<&dyn TextEncoder> {
        let held = self.text_encoder.take().filter(|held| held.id() == id);
        let encoder = match held {
            Some(held) => held,
            None => {
                let start = Instant::now();
                let files = self.store.find(id)?;
                let architecture = &files.entry.architecture;
                let loaded = text_embedder::load(id, architecture, &files.paths(), &self.device)?;
                watch.note("load.text-encoder", start);
                loaded
            }
        };
        Ok(&**self.text_encoder.insert(encoder))
    }

    /// The chat model `id`; loads it, and notes the time, if it is not the one held.
    pub(super) fn chat(
        &mut self,
        id: &ModelId,
        watch: &mut Stopwatch,
    ) -> Result<&mut dyn ChatModel> {
        let held = self.chat.take().filter(|held| held.id() == id);
        let chat = match held {
            Some(held) => held,
            None => {
                let start = Instant::now();
                let files = self.store.find(id)?;
                let architecture = &files.entry.architecture;
                let loaded = llm::load(id, architecture, &files.paths(), &self.device)?;
                watch.note("load.chat", start);
                loaded
            }
        };
        Ok(&mut **self.chat.insert(chat))
    }
}
