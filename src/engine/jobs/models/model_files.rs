//! Model files: listing, downloading, verifying.

use std::path::PathBuf;

use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ModelId, Role};
use fettle_models::manifest::ModelEntry;
use fettle_models::store::{FileCheck, ModelState, PullOptions, PullReport};

/// Lists all models of the manifest.
#[derive(Debug, Clone, Copy)]
pub struct ListModels;

/// A model with its profiles and the state of its files.
#[derive(Debug, Clone)]
pub struct ListedModel {
    /// Manifest entry of the model.
    pub entry: ModelEntry,
    /// Profiles with the model.
    pub profiles: Vec<String>,
    /// State of the model files, by their sizes.
    pub state: ModelState,
}

impl Request for ListModels {
    type Answer = Vec<ListedModel>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "list-models"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Vec<ListedModel>> {
        let store = &job.shared.store;
        let profiles = store.manifest().profiles();
        Ok(store
            .manifest()
            .models()
            .iter()
            .map(|entry| ListedModel {
                profiles: profiles
                    .iter()
                    .filter(|profile| profile.ids().contains(&entry.id))
                    .map(|profile| profile.id.clone())
                    .collect(),
                state: store.state(entry),
                entry: entry.clone(),
            })
            .collect())
    }
}

/// Downloads the missing files of a profile or a model.
#[derive(Debug, Clone)]
pub struct PullModels {
    /// Name of a profile or id of a model.
    pub what: String,
    /// Directory to search first.
    pub from: Option<PathBuf>,
    /// Use no network connection.
    pub offline: bool,
    /// Somebody agreed to files whose bytes the manifest does not say.
    pub accept_unpinned: bool,
}

impl Request for PullModels {
    type Answer = PullReport;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "pull-models"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn run(self, job: &JobContext) -> Result<PullReport> {
        let store = &job.shared.store;
        let ids = store.manifest().select(&self.what)?;
        let options = PullOptions {
            from: self.from,
            offline: self.offline,
            pinned_only: !self.accept_unpinned,
            ..PullOptions::default()
        };
        Ok(store.pull(&ids, &options, job.sink.as_ref())?)
    }
}

/// Verifies the hashes of the files of a model, or of all present models.
#[derive(Debug, Clone)]
pub struct VerifyModels(pub Option<ModelId>);

/// Result of verifying a model.
#[derive(Debug, Clone)]
pub struct VerifiedModel {
    /// The model.
    pub model: ModelId,
    /// Results by file.
    pub files: Vec<FileCheck>,
}

impl Request for VerifyModels {
    type Answer = Vec<VerifiedModel>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "verify-models"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Vec<VerifiedModel>> {
        let store = &job.shared.store;
        let ids = match self.0 {
            Some(id) => vec![id],
            None => {
                let here = |entry: &&ModelEntry| {
                    matches!(store.state(entry), ModelState::Present | ModelState::WrongSize { .. })
                };
                store.manifest().models().iter().filter(here).map(|e| e.id.clone()).collect()
            }
        };
        ids.into_iter()
            .map(|model| {
                let files = store.verify(&model, job.sink.as_ref())?;
                Ok(VerifiedModel { model, files })
            })
            .collect()
    }
}

/// Finds the files of a model.
#[derive(Debug, Clone)]
pub struct FindModel(pub ModelId);

impl Request for FindModel {
    type Answer = Vec<PathBuf>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "find-model"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Vec<PathBuf>> {
        Ok(job.shared.store.find(&self.0)?.paths())
    }
}
