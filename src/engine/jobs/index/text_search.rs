//! The image embedder for searches by words.

use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ModelId, ModelRole, Role};
use fettle_models::clip_text_encoder::has_text_encoder;
use fettle_models::store::ModelState;

/// Finds the image embedder for [`Query::Words`](super::Query::Words); [`EngineError::NoWords`]
/// where no known embedder has a text encoder. Nothing is loaded.
#[derive(Debug, Clone, Copy)]
pub struct FindTextSearchModel;

/// An image embedder with a text encoder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextSearchModel {
    /// Id of the model.
    pub model: ModelId,
    /// Whether the model is the image embedder in use.
    pub is_chosen: bool,
    /// Whether the model files are on this computer.
    pub is_here: bool,
    /// Size of the model files, where known.
    pub bytes: Option<u64>,
}

impl TextSearchModel {
    /// Whether a search by words is possible now.
    pub fn is_ready(&self) -> bool {
        self.is_chosen && self.is_here
    }
}

impl Request for FindTextSearchModel {
    type Answer = TextSearchModel;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "ask-words-model"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<TextSearchModel> {
        let (model, is_chosen) = match text_search_model(job) {
            Ok(model) => (model, true),
            Err(EngineError::NoWords { able: Some(able), .. }) => (able, false),
            Err(error) => return Err(error),
        };
        let store = &job.shared.store;
        let entry = store.manifest().model(&model)?;
        Ok(TextSearchModel {
            is_here: store.state(entry) == ModelState::Present,
            bytes: entry.bytes(),
            model,
            is_chosen,
        })
    }
}

/// The image embedder in use, if the model has a text encoder.
pub(super) fn text_search_model(job: &JobContext) -> Result<ModelId> {
    let model = job.shared.model_for(ModelRole::ImageEmbedder)?;
    let manifest = job.shared.store.manifest();
    if !has_text_encoder(&manifest.model(&model)?.architecture) {
        let able = manifest.models().iter().find(|entry| {
            entry.roles.contains(&ModelRole::ImageEmbedder) && has_text_encoder(&entry.architecture)
        });
        return Err(EngineError::NoWords { model, able: able.map(|entry| entry.id.clone()) });
    }
    Ok(model)
}
