//! Evaluating the anomaly stage on the classes of a data set.

use std::path::PathBuf;

use serde::Serialize;

use super::class::{self, ClassEvaluation, Conditions};
use super::dataset;
use super::quality::Quality;
use crate::devices::Placement;
use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{DetectionRecipe, ModelId, ModelRole, RecipeChoice, Role, ThresholdRule};

/// Fits a bank on each class of a data set and scores its test pictures, as `fit-bank` and
/// `inspect` would, without touching the library.
#[derive(Debug, Clone)]
pub struct Evaluate {
    /// Data set in the folder layout of MVTec AD, or one class of it.
    pub dataset: PathBuf,
    /// Names of the classes to evaluate; empty: all.
    pub classes: Vec<String>,
    /// Share of all patches that the coreset keeps, above 0 and up to 1.
    pub ratio: f32,
    /// Random seed of the coreset.
    pub seed: u64,
    /// Choices of the detection recipe.
    pub recipe: RecipeChoice,
    /// Rule of the thresholds.
    pub rule: ThresholdRule,
    /// Number of defective pictures of each class that are taken as known, drawn at random by `seed`;
    /// the others are tested.
    pub known: usize,
    /// Directory for `eval.json` and, per class, a folder with `scores.png` and `roc.png`.
    pub out: Option<PathBuf>,
}

/// Result of [`Evaluate`].
#[derive(Debug, Clone, Serialize)]
pub struct Evaluation {
    /// The data set.
    pub dataset: PathBuf,
    /// Time of the evaluation, RFC 3339.
    pub created_at: String,
    /// Version of the program.
    pub version: &'static str,
    /// The backbone.
    pub model: ModelId,
    /// Device of the backbone.
    pub device: String,
    /// Recipe from pictures to patches.
    pub recipe: DetectionRecipe,
    /// Requested ratio; raised for small classes.
    pub ratio: f32,
    /// Random seed of the coreset.
    pub seed: u64,
    /// Number of defective pictures of each class taken as known.
    pub known: usize,
    /// Results by class.
    pub classes: Vec<ClassEvaluation>,
    /// Mean of each metric over the classes that have it, unweighted.
    pub mean: Quality,
    /// The written file, if requested.
    #[serde(skip)]
    pub written: Option<PathBuf>,
}

impl Request for Evaluate {
    type Answer = Evaluation;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "evaluate"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn run(self, job: &JobContext) -> Result<Evaluation> {
        // Checked before hours of fitting.
        fettle_vision::thresholds::check_rule(&self.rule, self.known > 0)?;
        let found = dataset::classes(&self.dataset, &self.classes)?;
        for class in &found {
            class.check()?;
        }
        let model = job.shared.model_for(ModelRole::Backbone)?;
        let recipe = {
            let (model, choice) = (model.clone(), self.recipe);
            job.vision(move |lane| lane.detection_recipe(&model, &choice))?
        };
        let conditions = Conditions {
            model: model.clone(),
            recipe: recipe.clone(),
            ratio: self.ratio,
            seed: self.seed,
            rule: self.rule,
            known: self.known,
            out: self.out.clone(),
        };
        let classes: Vec<ClassEvaluation> = found
            .iter()
            .map(|class| class::evaluate(job, class, &conditions))
            .collect::<Result<_>>()?;
        let mut evaluation = Evaluation {
            dataset: self.dataset,
            created_at: jiff::Timestamp::now().to_string(),
            version: env!("CARGO_PKG_VERSION"),
            model,
            device: Placement::describe(&job.shared.placement().vision),
            recipe,
            ratio: self.ratio,
            seed: self.seed,
            known: self.known,
            mean: Quality::mean(classes.iter().map(|class| &class.quality)),
            classes,
            written: None,
        };
        if let Some(dir) = &self.out {
            evaluation.written = Some(fettle_report::write_json(dir, "eval.json", &evaluation)?);
        }
        Ok(evaluation)
    }
}
