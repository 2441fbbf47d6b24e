//! Fitting the memory bank of a product.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::bank_files::commit_bank;
use super::calibration;
use super::fit::{Fit, Fitted};
use super::inspection_area::load_inspection_area;
use super::known_defects_summary::KnownDefectsSummary;
use super::normal_index::add_to_index;
use super::normal_pictures::NormalPicture;
use super::product_lock::ProductLock;
use super::scored_bank::ScoredBank;
use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, JobRecord, JobStep, JobSummary, NoEvent, Repeatable, Request};
use fettle_domain::{
    BankRef, HeatmapScale, InputFit, ModelRole, ProductCode, RecipeChoice, Role, ThresholdRule,
    Thresholds,
};
use fettle_library::LabelFilter;
use fettle_retrieval::vector_index::VectorIndex;
use fettle_vision::sensitivity::Sensitivity;
use fettle_vision::thresholds::{FEWEST_NORMALS, Rates, rates};

/// Fits a memory bank on the normal images of a product. The previous bank stays active until the
/// new one is complete.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FitBank {
    /// The product.
    pub product: ProductCode,
    /// Share of all patches that the coreset keeps, above 0 and up to 1.
    pub ratio: f32,
    /// Random seed of the coreset.
    pub seed: u64,
    /// Rule of the thresholds; `None`: the rule of the settings.
    pub rule: Option<ThresholdRule>,
    /// Choices of the detection recipe.
    pub recipe: RecipeChoice,
}

impl FitBank {
    /// Default share of the patches that the coreset keeps.
    pub const RATIO: f32 = 0.02;

    /// A fit with the recommended defaults (docs/detection.md).
    pub fn new(product: ProductCode) -> Self {
        Self { product, ratio: Self::RATIO, seed: 0, rule: None, recipe: RecipeChoice::default() }
    }
}

/// The steps at one scale. The shares are estimates, by how often a step goes through the pictures: the
/// bar's order is certain, its pace is not.
const SCALE_STEPS: [JobStep; 4] = [
    JobStep { step: "progress-whitening", share: 0.40 },
    JobStep { step: "progress-features", share: 0.20 },
    JobStep { step: "progress-coreset", share: 0.10 },
    JobStep { step: "progress-held-out", share: 0.10 },
];
const SENSITIVITY_STEP: JobStep = JobStep { step: "progress-sensitivity", share: 0.15 };
const KNOWN_DEFECTS_STEP: JobStep = JobStep { step: "progress-known-defects", share: 0.05 };

impl Repeatable for FitBank {
    const KIND: &'static str = "fit_bank";

    fn summary(&self) -> JobSummary {
        JobSummary { message: "unfinished-fit", product: Some(self.product.clone()), count: 0 }
    }
}

/// Result of [`FitBank`].
#[derive(Debug, Clone, Serialize)]
pub struct FittedBank {
    /// The bank.
    pub bank: BankRef,
    /// Number of rows.
    pub rows: usize,
    /// Number of rows by the ratio, where that exceeds the maximum of a bank.
    pub rows_asked: Option<usize>,
    /// Number of images that the bank was fitted on.
    pub images: usize,
    /// Number of these images held out to set the thresholds.
    pub held_out: usize,
    /// Thresholds from the held-out normal images.
    pub thresholds: Thresholds,
    /// Scale of the heatmaps of this product.
    pub scale: HeatmapScale,
    /// Error rates at the thresholds, and how certain they are.
    pub rates: Rates,
    /// How scores change with light, focus and position.
    pub sensitivity: Option<Sensitivity>,
    /// What the known defects taught; `None` without any.
    pub known: Option<KnownDefectsSummary>,
    /// Normal images that look abnormal compared with the others, relative to the workspace.
    pub suspicious: Vec<String>,
}

impl Request for FitBank {
    type Answer = FittedBank;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "fit-bank"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn journal_record(&self) -> Option<JobRecord> {
        self.record()
    }

    fn steps(&self) -> Vec<JobStep> {
        // At the finer of two scales, the steps of a scale come again.
        let finer = (self.recipe.fit == InputFit::Fine).then_some(SCALE_STEPS);
        let of_scales = SCALE_STEPS.into_iter().chain([SENSITIVITY_STEP]);
        of_scales.chain(finer.into_iter().flatten()).chain([KNOWN_DEFECTS_STEP]).collect()
    }

    fn run(self, job: &JobContext) -> Result<FittedBank> {
        let _lock = ProductLock::acquire(job, &self.product)?;
        let product = self.product.clone();
        let (images, version) = job.library(move |library| {
            let images = library.images(Some(&product), &LabelFilter::Normal)?;
            Ok((images, library.next_bank_version(&product)?))
        })?;
        if images.len() < FEWEST_NORMALS {
            return Err(EngineError::TooFewNormals {
                product: self.product,
                count: images.len(),
                needed: FEWEST_NORMALS,
            });
        }
        let rule = self.rule.unwrap_or_else(|| job.shared.settings().threshold_rule);
        calibration::check_rule(job, &self.product, &rule)?;
        let backbone = job.shared.model_for(ModelRole::Backbone)?;
        let encoder = job.shared.model_for(ModelRole::ImageEmbedder)?;
        let bank = BankRef { product: self.product.clone(), version, model: backbone.clone() };

        let recipe = {
            let (backbone, choice) = (backbone.clone(), self.recipe.clone());
            job.vision(move |lane| lane.detection_recipe(&backbone, &choice))?
        };
        let pictures: Vec<NormalPicture> = images
            .iter()
            .map(|image| NormalPicture {
                id: image.id,
                path: job.shared.workspace.file(&image.path),
            })
            .collect();
        let mut normals: Option<VectorIndex> = None;
        let area = load_inspection_area(job, &self.product)?;
        let fit = Fit {
            bank: bank.clone(),
            recipe,
            ratio: self.ratio,
            seed: self.seed,
            area: area.as_ref().map(|loaded| Arc::clone(&loaded.area)),
            sample_bits: None,
        };
        let Fitted { bank: fitted, rows_asked } =
            fit.run(job, "", &pictures, |batch, decoded| {
                add_to_index(job, &encoder, batch, &decoded.pictures, &mut normals)
            })?;
        let fitted = calibration::calibrate_bank(job, fitted, rule, fit.area.as_ref())?;
        job.check()?;
        let area = area.and_then(|area| area.hash);
        let fitted = commit_bank(job, fitted, normals.as_ref(), area.as_ref())?;
        let info = fitted.bank.info();
        let known = KnownDefectsSummary::of(&fitted);
        let scored = ScoredBank::of(&fitted)?;
        Ok(FittedBank {
            bank: info.bank.clone(),
            rows: fitted.bank.rows().len(),
            rows_asked,
            images: images.len(),
            held_out: info.held_out.len(),
            thresholds: fitted.limits.thresholds,
            scale: fitted.limits.scale,
            rates: rates(scored.images(), fitted.limits.thresholds)?,
            sensitivity: info.sensitivity,
            known,
            suspicious: images
                .iter()
                .filter(|image| info.suspicious.contains(&image.id))
                .map(|image| image.path.clone())
                .collect(),
        })
    }
}
