//! Which models fill which role.

use std::collections::BTreeMap;

use crate::domain::{ModelId, ModelRole};
use crate::engine::error::{EngineError, Result};
use crate::engine::request::{JobContext, Request};
use crate::models::ModelsError;

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
        let manifest = job.shared.store.manifest();
        manifest.profile(&self.profile)?;
        for (role, model) in &self.models {
            if !manifest.model(model)?.roles.contains(role) {
                let able = manifest.models().iter().filter(|entry| entry.roles.contains(role));
                let known: Vec<&str> = able.map(|entry| entry.id.0.as_str()).collect();
                return Err(EngineError::Models(ModelsError::Unknown {
                    wanted: model.to_string(),
                    known: known.join(", "),
                }));
            }
        }
        job.shared.change_settings(|settings| {
            settings.profile = self.profile;
            settings.models = self.models;
        })
    }
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
