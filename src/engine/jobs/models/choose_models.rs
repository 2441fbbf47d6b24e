//! Choosing the models of the roles.

use std::collections::BTreeMap;

use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ModelId, ModelRole, Role};
use fettle_models::ModelsError;

/// Sets the profile and models for later jobs, and stores them in the settings.
#[derive(Debug, Clone)]
pub struct ChooseModels {
    /// The profile.
    pub profile: String,
    /// Models that override the profile.
    pub models: BTreeMap<ModelRole, ModelId>,
}

impl Request for ChooseModels {
    type Answer = ();
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "choose-models"
    }

    fn role(&self) -> Role {
        Role::Admin
    }

    fn run(self, job: &JobContext) -> Result<()> {
        job.shared.store.manifest().profile(&self.profile)?;
        for (role, model) in &self.models {
            check_role(job, *role, model)?;
        }
        job.change_settings(|settings| {
            settings.profile = self.profile;
            settings.models = self.models;
        })
    }
}

/// Sets the model of a role for later jobs, and stores it in the settings.
#[derive(Debug, Clone)]
pub struct ChooseModel {
    /// The role.
    pub role: ModelRole,
    /// The model.
    pub model: ModelId,
}

impl Request for ChooseModel {
    type Answer = ();
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "choose-model"
    }

    fn role(&self) -> Role {
        Role::Admin
    }

    fn run(self, job: &JobContext) -> Result<()> {
        let Self { role, model } = self;
        check_role(job, role, &model)?;
        job.change_settings(|settings| {
            settings.models.insert(role, model);
        })
    }
}

/// An error where `model` cannot fill `role`.
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

/// Reads the chosen profile and models.
#[derive(Debug, Clone, Copy)]
pub struct GetChosenModels;

impl Request for GetChosenModels {
    type Answer = ChooseModels;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "chosen-models"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<ChooseModels> {
        let settings = job.shared.settings();
        Ok(ChooseModels { profile: settings.profile, models: settings.models })
    }
}
