//! Measuring how well the anomaly stage works on a data set whose truth is known.

mod class;
mod dataset;
mod plotted;
mod quality;

use std::path::PathBuf;

use serde::Serialize;

use crate::devices::Placement;
use crate::error::Result;
use crate::request::{JobContext, Request};
use class::Conditions;
use fettle_domain::{
    DetectionRecipe, ModelId, ModelRole, RecipeChoice, ThresholdRule, Thresholds, Timing,
};
pub use quality::{DefectQuality, Quality, TestRates};

/// Fits a bank on each class of a data set and scores its test pictures, as `fit-bank` and
/// `inspect` would, without touching the library.
#[derive(Debug, Clone)]
pub struct Evaluate {
    /// The data set, in the folders of MVTec AD; or one class of it.
    pub dataset: PathBuf,
    /// Names of the classes to evaluate; none: all.
    pub classes: Vec<String>,
    /// Share of all patches that the coreset keeps, above 0 and up to 1.
    pub ratio: f32,
    /// Seed of the coreset's first point.
    pub seed: u64,
    /// How pictures are looked at.
    pub recipe: RecipeChoice,
    /// How the limits are set.
    pub rule: ThresholdRule,
    /// Where `eval.json` goes, and for each class a folder with `scores.png` and `roc.png`.
    pub out: Option<PathBuf>,
}

/// What an evaluation found.
#[derive(Debug, Clone, Serialize)]
pub struct Evaluation {
    /// The data set.
    pub dataset: PathBuf,
    /// When, RFC 3339.
    pub created_at: String,
    /// This program's version.
    pub version: &'static str,
    /// The backbone.
    pub model: ModelId,
    /// What it computed on.
    pub device: String,
    /// How pictures became patches.
    pub recipe: DetectionRecipe,
    /// The ratio asked for; a small class keeps more.
    pub ratio: f32,
    /// Seed of the coreset's first point.
    pub seed: u64,
    /// Each class, by name.
    pub classes: Vec<ClassEvaluation>,
    /// Each metric's mean over the classes that have it, each class counting as one.
    pub mean: Quality,
    /// The file written, if one was asked for.
    #[serde(skip)]
    pub written: Option<PathBuf>,
}

/// One class.
#[derive(Debug, Clone, Serialize)]
pub struct ClassEvaluation {
    /// Its folder's name.
    pub class: String,
    /// Normal pictures that the bank was fitted on.
    pub train: usize,
    /// Good pictures scored.
    pub good: usize,
    /// Defective pictures scored.
    pub defective: usize,
    /// How many of those have a mask. Pixel metrics leave the others out.
    pub masked: usize,
    /// Rows of the bank.
    pub rows: usize,
    /// Limits fitted on the training pictures alone.
    pub thresholds: Thresholds,
    /// What came of them.
    pub rates: TestRates,
    /// The image threshold with the highest F1 on the test pictures: scores at or above it are
    /// called NG. To hold the fitted one against, never to be used.
    pub best_threshold: Option<f32>,
    /// How well it works.
    pub quality: Quality,
    /// The same by defect, against all good pictures.
    pub defects: Vec<DefectQuality>,
    /// Seconds to read the training pictures and fit the bank.
    pub fit_seconds: f64,
    /// Milliseconds a test picture by stage, mean over pictures inspected one at a time.
    pub timings: Vec<Timing>,
    /// Each test picture.
    pub images: Vec<ScoredImage>,
}

/// One test picture.
#[derive(Debug, Clone, Serialize)]
pub struct ScoredImage {
    /// Its path in the class's folder.
    pub path: PathBuf,
    /// Its defect; `None`: good.
    pub defect: Option<String>,
    /// Its image score.
    pub score: f32,
}

impl Request for Evaluate {
    type Answer = Evaluation;

    fn name(&self) -> &'static str {
        "evaluate"
    }

    fn run(self, job: &JobContext) -> Result<Evaluation> {
        // Before hours of fitting; a data set's defects are for testing.
        fettle_vision::thresholds::check(&self.rule, false)?;
        let found = dataset::classes(&self.dataset, &self.classes)?;
        let model = job.shared.model_for(ModelRole::Backbone)?;
        let recipe = {
            let (model, choice) = (model.clone(), self.recipe);
            job.shared.vision(move |lane| lane.detection_recipe(&model, &choice))?
        };
        let conditions = Conditions {
            model: model.clone(),
            recipe: recipe.clone(),
            ratio: self.ratio,
            seed: self.seed,
            rule: self.rule,
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
