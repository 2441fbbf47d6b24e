//! Models, and the state of the server.

use serde::Serialize;
use utoipa::ToSchema;

use fettle_engine::{ListedModel, ModelState};

/// A model that Fettle knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Model)]
pub(crate) struct ModelDto {
    /// Its id.
    #[schema(example = "efficientnet-lite0")]
    pub(crate) id: String,
    /// Profiles that use it.
    pub(crate) profiles: Vec<String>,
    /// Whether all its files are here.
    pub(crate) present: bool,
}

impl From<&ListedModel> for ModelDto {
    fn from(listed: &ListedModel) -> Self {
        Self {
            id: listed.entry.id.to_string(),
            profiles: listed.profiles.clone(),
            present: matches!(listed.state, ModelState::Present),
        }
    }
}

/// All models that Fettle knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ModelList {
    /// The models.
    pub(crate) models: Vec<ModelDto>,
}

/// Whether the server can do its work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// Whether it can.
    pub(crate) ready: bool,
    /// Version of Fettle.
    pub(crate) version: String,
    /// Whether it only answers questions.
    pub(crate) read_only: bool,
    /// Inspections that wait.
    pub(crate) waiting: usize,
    /// Inspections that run.
    pub(crate) running: usize,
    /// What is missing, in words.
    pub(crate) missing: Vec<String>,
}
