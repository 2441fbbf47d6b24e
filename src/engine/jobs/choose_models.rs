//! Which models fill which role.

use std::collections::BTreeMap;

use crate::error::{EngineError, Result};
use crate::request::{JobContext, Request};
use fettle_domain::{ModelId, ModelRole};
use fettle_models::ModelsError;

/// Jobs that begin from now on use these models, and the settings remember it.
#[derive(Debug, Clone)]
pub struct ChooseModels {
    /// The profile.
    pub profile: String,
    /// Models that are used instead of the profile's.
    pub models: BTreeMap<ModelRole, ModelId>,
}

impl Request for ChooseModels {
    type Answer = ();

    fn name(&self) -> &'static str {
        "choose-models"
    }

    fn run(self, job: &JobContext) -> Result<()> {
        job.shared.store.manifest().profile(&self.profile)?;
        for (role, model) in &self.models {
            check_role(job, *role, model)?;
        }
        job.shared.change_settings(|settings| {
            settings.profile = self.profile;
            settings.models = self.models;
        })
    }
}

/// Jobs that begin from now on use this model in this role, and the settings remember it.
#[derive(Debug, Clone)]
pub struct ChooseModel {
    /// The role.
    pub role: ModelRole,
    /// The model.
    pub model: ModelId,
}

impl Request for ChooseModel {
    type Answer = ();

    fn name(&self) -> &'static str {
        "choose-model"
    }

    fn run(self, job: &JobContext) -> Result<()> {
        let Self { role, model } = self;
        check_role(job, role, &model)?;
        job.shared.change_settings(|settings| {
            settings.models.insert(role, model);
        })
    }
}

/// Whether `model` can fill `role`.
fn check_role(job: &JobContext, role: ModelRole, model: &ModelId) -> Result<()> {
    let manifest = job.shared.store.manifest();
    if manifest.model(model)?.roles.contains(&role) {
        return Ok(());
    }
    let able = manifest.models().iter().filter(|entry| entry.roles.contains(&role));
    let known: Vec<&str> = able.map(|entry| entry.id.0.as_str()).collect();
    Err(EngineError::Models(ModelsError::Unknown {
        wanted: model.to_string(),
        known: known.join(", "),
    }))
}

/// Asks which models are chosen.
#[derive(Debug, Clone, Copy)]
pub struct ChosenModels;

impl Request for ChosenModels {
    type Answer = ChooseModels;

    fn name(&self) -> &'static str {
        "chosen-models"
    }

    fn run(self, job: &JobContext) -> Result<ChooseModels> {
        let settings = job.shared.settings();
        Ok(ChooseModels { profile: settings.profile, models: settings.models })
    }
}
