//! Fitting a product's memory bank.

use std::sync::Arc;

use image::RgbImage;
use rayon::prelude::*;
use serde::Serialize;

use crate::domain::{
    BankRef, HeatmapScale, ImageId, ModelId, ModelRole, ProductCode, RegisteredImage, Thresholds,
};
use crate::engine::error::{EngineError, Result};
use crate::engine::jobs::area::{ReadArea, inspection_area};
use crate::engine::request::{JobContext, Request, Stopwatch};
use crate::engine::vision_lane::Patches;
use crate::library::{LabelFilter, RegisteredBank, read_image};
use crate::retrieval::vector_index::VectorIndex;
use crate::vision::coreset::CoresetPlan;
use crate::vision::inspection_area::InspectionArea;
use crate::vision::memory_bank::{MemoryBank, NormalPatches};
use crate::vision::preprocess::InputMapping;
use crate::vision::thresholds::FEWEST_NORMALS;

/// Images that the network sees at once.
pub(super) const BATCH: usize = 8;
/// A coreset below this many rows saves no time worth having, so a small product keeps them.
const FEWEST_ROWS: f64 = 1_000.0;
/// Dimensions in which the coreset is chosen.
const PROJECTION: usize = 64;

/// Fits a memory bank on the product's normal images. The bank in use stays in use until the
/// new one is whole.
#[derive(Debug, Clone)]
pub struct FitBank {
    /// The product.
    pub product: ProductCode,
    /// Share of all patches that the coreset keeps, above 0 and up to 1.
    pub ratio: f32,
    /// Seed of the coreset's first point.
    pub seed: u64,
}

/// A bank that was fitted.
#[derive(Debug, Clone, Serialize)]
pub struct FittedBank {
    /// Which.
    pub bank: BankRef,
    /// How many rows it has.
    pub rows: usize,
    /// On how many images it was fitted.
    pub images: usize,
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
        let backbone = job.shared.model_for(ModelRole::Backbone)?;
        let encoder = job.shared.model_for(ModelRole::ImageEmbedder)?;
        let bank = BankRef { product: self.product.clone(), version, model: backbone.clone() };

        let area = inspection_area(job, &self.product)?;
        let seen = look_at(job, &images, &backbone, &encoder, area.as_ref())?;
        let ids: Vec<ImageId> = images.iter().map(|image| image.id).collect();
        let plan = coreset_plan(self.ratio, self.seed, seen.patches.rows.len() / seen.patches.dim);
        let normal = NormalPatches {
            rows: &seen.patches.rows,
            dim: seen.patches.dim,
            images: &ids,
            grid: seen.patches.grid,
            inspected: area.as_ref().map(|_| seen.inspected.as_slice()),
        };
        let fitted =
            MemoryBank::fit(&normal, bank.clone(), seen.patches.recipe, &plan, job.sink.as_ref())?;
        job.check()?;
        let info = fitted.info();
        let mut registered = save(job, &bank, &fitted, &seen.normals)?;
        registered.area = area.and_then(|area| area.hash);
        job.shared.library(move |library| library.add_bank(&registered))?;
        Ok(FittedBank {
            bank,
            rows: fitted.rows().len(),
            images: images.len(),
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

/// How the rows of a bank are chosen of so many patches.
pub(super) fn coreset_plan(asked: f32, seed: u64, patches: usize) -> CoresetPlan {
    CoresetPlan { ratio: ratio(asked, patches), projection: Some(PROJECTION), seed }
}

/// The ratio asked for, raised so that a small product still gets [`FEWEST_ROWS`].
fn ratio(asked: f32, patches: usize) -> f64 {
    f64::from(asked).max(FEWEST_ROWS / patches.max(1) as f64).min(1.0)
}

/// What the networks see in the normal images.
struct Seen {
    patches: Patches,
    /// Which patches lie in the inspection area, one flag a row; empty where all do.
    inspected: Vec<bool>,
    /// Whole-picture embeddings, by image id: the index of normal references.
    normals: VectorIndex,
}

fn look_at(
    job: &JobContext,
    images: &[RegisteredImage],
    backbone: &ModelId,
    encoder: &ModelId,
    area: Option<&ReadArea>,
) -> Result<Seen> {
    let mut seen: Option<Seen> = None;
    let total = images.len() as u64;
    for (batch_index, batch) in images.chunks(BATCH).enumerate() {
        job.check()?;
        job.report("progress-features", "", (batch_index * BATCH) as u64, total);
        let root = job.shared.workspace.root();
        let pictures: Vec<RgbImage> = batch
            .par_iter()
            .map(|image| Ok(read_image(&root.join(&image.path))?.rgb))
            .collect::<Result<_>>()?;
        let (backbone, with) = (backbone.clone(), encoder.clone());
        let area = area.map(|read| Arc::clone(&read.area));
        let (patches, inspected, embeddings) = job.shared.vision(move |lane| {
            let pictures: Vec<&RgbImage> = pictures.iter().collect();
            let watch = &mut Stopwatch::default();
            let hidden: Vec<RgbImage> =
                area.iter().flat_map(|area| hide_outside(area, &pictures)).collect();
            let hidden: Vec<&RgbImage> = hidden.iter().collect();
            let seen = if area.is_some() { &hidden } else { &pictures };
            let patches = lane.patches(&backbone, seen, None, watch)?;
            let inspected = match area {
                Some(area) => inspected_patches(&area, &patches, &pictures)?,
                None => Vec::new(),
            };
            Ok((patches, inspected, lane.embed(&with, &pictures, watch)?))
        })?;
        let seen = match &mut seen {
            Some(seen) => {
                seen.patches.rows.extend(patches.rows);
                seen.inspected.extend(inspected);
                seen
            }
            none => {
                let dim = embeddings.first().map_or(0, Vec::len);
                let normals = VectorIndex::new(dim, encoder.clone())?;
                none.insert(Seen { patches, inspected, normals })
            }
        };
        let ids: Vec<i64> = batch.iter().map(|image| image.id.0).collect();
        seen.normals.add(&ids, &embeddings.concat())?;
    }
    seen.ok_or(EngineError::Vision(crate::vision::VisionError::Nothing("normal images")))
}

fn hide_outside(area: &InspectionArea, pictures: &[&RgbImage]) -> Vec<RgbImage> {
    pictures.par_iter().map(|picture| area.hide_outside(picture)).collect()
}

/// One flag a patch of all pictures, in the order of their rows.
fn inspected_patches(
    area: &InspectionArea,
    patches: &Patches,
    pictures: &[&RgbImage],
) -> Result<Vec<bool>> {
    let mut flags = Vec::with_capacity(pictures.len() * patches.grid.len());
    for picture in pictures {
        let resize = patches.recipe.resize;
        let mapping = InputMapping::new(picture.width(), picture.height(), resize)?;
        flags.extend_from_slice(area.patches(patches.grid, &mapping).keep());
    }
    Ok(flags)
}

/// Writes the bank and its index of normal images under names of their own: two fits of one
/// product at once must not write into one file.
fn save(
    job: &JobContext,
    bank: &BankRef,
    fitted: &MemoryBank,
    normals: &VectorIndex,
) -> Result<RegisteredBank> {
    let dir = job.shared.workspace.banks_dir().join(bank.product.as_str());
    std::fs::create_dir_all(&dir)
        .map_err(|source| EngineError::File { path: dir.clone(), source })?;
    let now = jiff::Timestamp::now();
    let stem = format!("v{}-{}-{}", bank.version, now.as_millisecond(), std::process::id());
    let path = dir.join(format!("{stem}.bank"));
    // The index first: a bank without it shows no reference, an index without a bank is unused.
    normals.save(&normals_path(&path))?;
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
    /// How many normal images were held out to set the thresholds.
    pub held_out: usize,
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
        let fitted_on: Vec<ImageId> = info.held_out.iter().map(|held| held.image).collect();
        Ok(Some(BankState {
            bank: active.bank,
            created_at: active.created_at,
            rows: bank.rows().len(),
            held_out: fitted_on.len(),
            thresholds: active.thresholds,
            scale: active.scale,
            area_changed: active.area != area.hash,
            unseen_images: images.iter().filter(|image| !fitted_on.contains(&image.id)).count(),
        }))
    }
}
