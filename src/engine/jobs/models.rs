//! Model files: what is here, fetching, verifying.

use std::path::PathBuf;

use crate::error::Result;
use crate::request::{JobContext, Request};
use fettle_domain::ModelId;
use fettle_models::manifest::ModelEntry;
use fettle_models::store::{FileCheck, ModelState, PullOptions, PullReport};

/// Lists all models that Fettle knows.
#[derive(Debug, Clone, Copy)]
pub struct ListModels;

/// A model, the profiles that use it, and whether it is here.
#[derive(Debug, Clone)]
pub struct ListedModel {
    /// The model.
    pub entry: ModelEntry,
    /// Profiles it belongs to.
    pub profiles: Vec<String>,
    /// Whether it is here, by its files' sizes.
    pub state: ModelState,
}

impl Request for ListModels {
    type Answer = Vec<ListedModel>;

    fn name(&self) -> &'static str {
        "list-models"
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

/// Fetches what a profile or a model lacks.
#[derive(Debug, Clone)]
pub struct PullModels {
    /// A profile's name or a model's id.
    pub what: String,
    /// A directory to look in first.
    pub from: Option<PathBuf>,
    /// Ask no network.
    pub offline: bool,
}

impl Request for PullModels {
    type Answer = PullReport;

    fn name(&self) -> &'static str {
        "pull-models"
    }

    fn run(self, job: &JobContext) -> Result<PullReport> {
        let store = &job.shared.store;
        let ids = store.manifest().select(&self.what)?;
        let options =
            PullOptions { from: self.from, offline: self.offline, ..PullOptions::default() };
        Ok(store.pull(&ids, &options, job.sink.as_ref())?)
    }
}

/// Hashes the files of one model, or of all that are here.
#[derive(Debug, Clone)]
pub struct VerifyModels(pub Option<ModelId>);

/// What hashing a model's files showed.
#[derive(Debug, Clone)]
pub struct VerifiedModel {
    /// The model.
    pub model: ModelId,
    /// Each of its files.
    pub files: Vec<FileCheck>,
}

impl Request for VerifyModels {
    type Answer = Vec<VerifiedModel>;

    fn name(&self) -> &'static str {
        "verify-models"
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

/// Where a model's files are.
#[derive(Debug, Clone)]
pub struct FindModel(pub ModelId);

impl Request for FindModel {
    type Answer = Vec<PathBuf>;

    fn name(&self) -> &'static str {
        "find-model"
    }

    fn run(self, job: &JobContext) -> Result<Vec<PathBuf>> {
        Ok(job.shared.store.find(&self.0)?.paths())
    }
}
