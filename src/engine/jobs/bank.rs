//! Fitting a product's memory bank.

use std::collections::HashSet;
use std::sync::Arc;

use image::RgbImage;
use serde::{Deserialize, Serialize};

use super::fit::{Fit, Fitted, NormalPicture};
use super::known_defects;
use crate::error::{EngineError, Result};
use crate::jobs::area::inspection_area;
use crate::request::{JobContext, Request, Stopwatch};
use crate::unfinished::Repeatable;
use fettle_domain::{
    BankRef, DetectionRecipe, HeatmapScale, ImageId, ModelId, ModelRole, ProductCode, RecipeChoice,
    ThresholdRule, Thresholds,
};
use fettle_library::{LabelFilter, RegisteredBank};
use fettle_retrieval::vector_index::VectorIndex;
use fettle_vision::memory_bank::MemoryBank;
use fettle_vision::thresholds::FEWEST_NORMALS;

/// Fits a memory bank on the product's normal images. The bank in use stays in use until the
/// new one is whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FitBank {
    /// The product.
    pub product: ProductCode,
    /// Share of all patches that the coreset keeps, above 0 and up to 1.
    pub ratio: f32,
    /// Seed of the coreset's first point.
    pub seed: u64,
    /// How its limits are set; `None`: as the settings say.
    pub rule: Option<ThresholdRule>,
    /// How its pictures are looked at.
    pub recipe: RecipeChoice,
}

impl FitBank {
    /// The share of patches kept where nobody says another.
    pub const RATIO: f32 = 0.02;

    /// As is best where nobody says otherwise (docs/detection.md).
    pub fn new(product: ProductCode) -> Self {
        Self { product, ratio: Self::RATIO, seed: 0, rule: None, recipe: RecipeChoice::default() }
    }
}

/// A bank that was fitted.
#[derive(Debug, Clone, Serialize)]
pub struct FittedBank {
    /// Which.
    pub bank: BankRef,
    /// How many rows it has.
    pub rows: usize,
    /// How many rows the ratio comes to, where a bank may not have so many.
    pub rows_asked: Option<usize>,
    /// On how many images it was fitted.
    pub images: usize,
    /// How many of them were held out to set the thresholds.
    pub held_out: usize,
    /// From held-out normal images.
    pub thresholds: Thresholds,
    /// Of all heatmaps of this product.
    pub scale: HeatmapScale,
    /// Normal images that look abnormal to the rest, relative to the workspace.
    pub suspicious: Vec<String>,
}

impl Request for FitBank {
    type Answer = FittedBank;

    fn name(&self) -> &'static str {
        "fit-bank"
    }

    fn repeatable(&self) -> Option<Repeatable> {
        Some(Repeatable::FitBank(self.clone()))
    }

    fn run(self, job: &JobContext) -> Result<FittedBank> {
        super::catalogue::require_product(job, &self.product)?;
        let product = self.product.clone();
        let (images, version) = job.shared.library(move |library| {
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
        known_defects::check_rule(job, &self.product, &rule)?;
        let backbone = job.shared.model_for(ModelRole::Backbone)?;
        let encoder = job.shared.model_for(ModelRole::ImageEmbedder)?;
        let bank = BankRef { product: self.product.clone(), version, model: backbone.clone() };

        let recipe = {
            let (backbone, choice) = (backbone.clone(), self.recipe.clone());
            job.shared.vision(move |lane| lane.detection_recipe(&backbone, &choice))?
        };
        let root = job.shared.workspace.root();
        let pictures: Vec<NormalPicture> = images
            .iter()
            .map(|image| NormalPicture { id: image.id, path: root.join(&image.path) })
            .collect();
        let mut normals: Option<VectorIndex> = None;
        let area = inspection_area(job, &self.product)?;
        let fit = Fit {
            bank: bank.clone(),
            recipe,
            ratio: self.ratio,
            seed: self.seed,
            area: area.as_ref().map(|read| Arc::clone(&read.area)),
        };
        let Fitted { bank: fitted, rows_asked } =
            fit.run(job, "", &pictures, |batch, decoded| {
                embed(job, &encoder, batch, decoded, &mut normals)
            })?;
        let fitted = known_defects::calibrate(job, fitted, rule, fit.area.as_ref())?;
        job.check()?;
        let info = fitted.info();
        let mut registered = save(job, &bank, &fitted, normals.as_ref())?;
        registered.area = area.and_then(|area| area.hash);
        job.shared.library(move |library| library.add_bank(&registered))?;
        Ok(FittedBank {
            bank,
            rows: fitted.rows().len(),
            rows_asked,
            images: images.len(),
            held_out: info.held_out.len(),
            thresholds: info.thresholds,
            scale: info.scale,
            suspicious: images
                .iter()
                .filter(|image| info.suspicious.contains(&image.id))
                .map(|image| image.path.clone())
                .collect(),
        })
    }
}

/// Adds the whole-picture embeddings of a batch to the index of normal references.
pub(super) fn embed(
    job: &JobContext,
    encoder: &ModelId,
    batch: &[NormalPicture],
    decoded: &Arc<Vec<RgbImage>>,
    normals: &mut Option<VectorIndex>,
) -> Result<()> {
    let (with, pictures) = (encoder.clone(), Arc::clone(decoded));
    let embeddings = job.shared.vision(move |lane| {
        let pictures: Vec<&RgbImage> = pictures.iter().collect();
        lane.embed(&with, &pictures, &mut Stopwatch::default())
    })?;
    let normals = match normals {
        Some(normals) => normals,
        none => {
            let dim = embeddings.first().map_or(0, Vec::len);
            none.insert(VectorIndex::new(dim, encoder.clone())?)
        }
    };
    let ids: Vec<i64> = batch.iter().map(|picture| picture.id.0).collect();
    Ok(normals.add(&ids, &embeddings.concat())?)
}

/// Writes the bank and its index of normal images under names of their own: two fits of one
/// product at once must not write into one file.
pub(super) fn save(
    job: &JobContext,
    bank: &BankRef,
    fitted: &MemoryBank,
    normals: Option<&VectorIndex>,
) -> Result<RegisteredBank> {
    let dir = job.shared.workspace.banks_dir().join(bank.product.as_str());
    std::fs::create_dir_all(&dir)
        .map_err(|source| EngineError::File { path: dir.clone(), source })?;
    let now = jiff::Timestamp::now();
    let stem = format!("v{}-{}-{}", bank.version, now.as_millisecond(), std::process::id());
    let path = dir.join(format!("{stem}.bank"));
    // The index first: a bank without it shows no reference, an index without a bank is unused.
    if let Some(normals) = normals {
        normals.save(&normals_path(&path))?;
    }
    fitted.save(&path)?;
    let relative = path.strip_prefix(job.shared.workspace.root()).unwrap_or(&path);
    let info = fitted.info();
    Ok(RegisteredBank {
        bank: bank.clone(),
        path: relative.to_string_lossy().replace('\\', "/"),
        thresholds: info.thresholds,
        scale: info.scale,
        area: None,
        created_at: now.to_string(),
        active: true,
    })
}

/// Where the index of a bank's normal images is.
pub(super) fn normals_path(bank: &std::path::Path) -> std::path::PathBuf {
    bank.with_extension("normals")
}

/// Asks for the bank in use.
#[derive(Debug, Clone)]
pub struct BankInfo(pub ProductCode);

/// The bank in use, as its file says.
#[derive(Debug, Clone, Serialize)]
pub struct BankState {
    /// Which.
    pub bank: BankRef,
    /// When it was fitted, RFC 3339.
    pub created_at: String,
    /// How many rows it has.
    pub rows: usize,
    /// On how many images it was fitted.
    pub images: usize,
    /// How many of them were held out to set the thresholds.
    pub held_out: usize,
    /// How pictures become patches.
    pub recipe: DetectionRecipe,
    /// Limits in force.
    pub thresholds: Thresholds,
    /// Of all heatmaps of this product.
    pub scale: HeatmapScale,
    /// Normal images registered now that the bank was not fitted on.
    pub unseen_images: usize,
    /// Whether the product's inspection area is another than the bank was fitted with.
    pub area_changed: bool,
}

impl Request for BankInfo {
    type Answer = Option<BankState>;

    fn name(&self) -> &'static str {
        "bank-info"
    }

    fn run(self, job: &JobContext) -> Result<Option<BankState>> {
        super::catalogue::require_product(job, &self.0)?;
        let product = self.0.clone();
        let (active, images, area) = job.shared.library(move |library| {
            let images = library.images(Some(&product), &LabelFilter::Normal)?;
            let area = library.inspection_area(&product)?;
            Ok((library.active_bank(&product)?, images, area))
        })?;
        let Some(active) = active else { return Ok(None) };
        let path = job.shared.workspace.root().join(&active.path);
        let (product, model) = (self.0, active.bank.model.clone());
        let bank: Arc<MemoryBank> = job
            .shared
            .vision(move |lane| lane.bank(&product, &path, &model, &mut Stopwatch::default()))?;
        let info = bank.info();
        let fitted_on: HashSet<ImageId> = info.fit.images.iter().copied().collect();
        Ok(Some(BankState {
            bank: active.bank,
            created_at: active.created_at,
            rows: bank.rows().len(),
            images: info.fit.images.len(),
            held_out: info.held_out.len(),
            recipe: info.recipe.clone(),
            thresholds: active.thresholds,
            scale: active.scale,
            area_changed: active.area != area.hash,
            unseen_images: images.iter().filter(|image| !fitted_on.contains(&image.id)).count(),
        }))
    }
}
