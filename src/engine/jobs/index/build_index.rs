//! Building the index of known defects.

use std::collections::{BTreeMap, HashSet};

use crossbeam_channel::bounded;
use image::RgbImage;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::crop::crop_region;
use super::entry_ids::{self, is_whole};
use super::paths::defects_path;
use crate::error::{EngineError, Result};
use crate::jobs::registration::rejected_file::RejectedFile;
use crate::protocol::{JobContext, JobRecord, JobSummary, NoEvent, Repeatable, Request, Stopwatch};
use fettle_domain::{ImageRecipe, ModelId, ModelRole, ProductCode, RectPx, RegisteredImage, Role};
use fettle_library::{LabelFilter, read_image};
use fettle_retrieval::vector_index::VectorIndex;
use fettle_vision::preprocess::resized;

/// Images in a batch of the network.
const BATCH: usize = 8;
/// Number of batches read ahead of the network.
const READ_AHEAD: usize = 1;

/// Updates the index from the library: embeds new images, drops removed ones. A registered file
/// never changes, so an indexed entry never goes stale.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BuildIndex {
    /// Embed all images again.
    pub rebuild: bool,
}

/// Result of [`BuildIndex`].
#[derive(Debug)]
pub struct BuiltIndex {
    /// Image embedder of the index.
    pub model: ModelId,
    /// Number of images in the index.
    pub total: usize,
    /// Number of images embedded by this job.
    pub added: usize,
    /// Number of images dropped by this job.
    pub removed: usize,
    /// Registered images that could not be read, or whose file is gone; of the latter, those that
    /// are in the index stay there.
    pub rejected: Vec<RejectedFile>,
}

impl Repeatable for BuildIndex {
    const KIND: &'static str = "build_index";

    fn summary(&self) -> JobSummary {
        JobSummary { message: "unfinished-index", product: None, count: 0 }
    }
}

impl Request for BuildIndex {
    type Answer = BuiltIndex;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "build-index"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn journal_record(&self) -> Option<JobRecord> {
        self.record()
    }

    fn run(self, job: &JobContext) -> Result<BuiltIndex> {
        let model = job.shared.model_for(ModelRole::ImageEmbedder)?;
        let path = defects_path(&job.shared, &model);
        let images = job.library(|library| library.images(None, &LabelFilter::AnyDefect))?;
        let mut index = match std::fs::exists(&path) {
            Ok(true) if !self.rebuild => Some(VectorIndex::load(&path, &model)?),
            _ => None,
        };
        let known: HashSet<i64> = index.iter().flat_map(VectorIndex::ids).collect();
        let registered: HashSet<i64> =
            images.iter().flat_map(entry_ids::ids).map(|(id, _)| id).collect();

        let gone: Vec<i64> = known.difference(&registered).copied().collect();
        if let Some(index) = &mut index {
            index.remove(&gone)?;
        }
        let mut products: BTreeMap<ProductCode, Vec<i64>> = BTreeMap::new();
        for image in &images {
            products.entry(image.product.clone()).or_default().push(image.id.0);
        }
        let entries_of = |image: &RegisteredImage| {
            let ids = entry_ids::ids(image);
            ids.map(|(id, region)| Entry { id, path: image.path.clone(), region })
                .collect::<Vec<_>>()
        };
        // Known ones, too: the index shows them, and a click on one would find nothing.
        let workspace = &job.shared.workspace;
        let (gone_files, images): (Vec<_>, Vec<_>) =
            images.iter().partition(|image| !workspace.file(&image.path).is_file());
        let new: Vec<Entry> = images
            .into_iter()
            .flat_map(entries_of)
            .filter(|entry| !known.contains(&entry.id))
            .collect();
        let mut built = BuiltIndex {
            model: model.clone(),
            total: 0,
            added: 0,
            removed: count_images(&gone),
            rejected: gone_files.into_iter().map(gone_file).collect(),
        };
        let mut changed = !gone.is_empty();
        embed_all(job, &new, &model, |batch, vectors| {
            built.rejected.extend(batch.rejected);
            if let Some(dim) = vectors.len().checked_div(batch.ids.len()) {
                let index = match &mut index {
                    Some(index) => index,
                    none => none.insert(VectorIndex::new(dim, model.clone())?),
                };
                index.add(&batch.ids, &vectors)?;
                built.added += count_images(&batch.ids);
                changed = true;
            }
            Ok(())
        })?;
        if let Some(index) = index.as_mut().filter(|_| changed) {
            job.report("progress-arrange", "", 0, 1);
            index.partition()?;
            job.check()?;
            index.neighbour_distances = index.measure_neighbour_distances(&products)?;
            job.check()?;
            index.save(&path)?;
        }
        built.total = index.map_or(0, |index| index.ids().filter(|id| is_whole(*id)).count());
        Ok(built)
    }
}

fn gone_file(image: &RegisteredImage) -> RejectedFile {
    let error = EngineError::PictureGone(image.path.clone());
    RejectedFile { path: image.path.clone().into(), error }
}

/// Number of whole pictures among the entries.
fn count_images(ids: &[i64]) -> usize {
    ids.iter().filter(|id| is_whole(**id)).count()
}

/// An entry to embed.
struct Entry {
    id: i64,
    /// Image file, relative to the workspace.
    path: String,
    /// Region of the entry; `None`: the whole picture.
    region: Option<RectPx>,
}

/// Entries, read and resized to the input of the network.
struct Batch {
    ids: Vec<i64>,
    pictures: Vec<RgbImage>,
    rejected: Vec<RejectedFile>,
}

/// Embeds `entries` batch by batch and passes each batch with its concatenated vectors to `take`.
/// A reader thread prepares the next batch while the network computes the current one.
fn embed_all(
    job: &JobContext,
    entries: &[Entry],
    model: &ModelId,
    mut take: impl FnMut(Batch, Vec<f32>) -> Result<()>,
) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let id = model.clone();
    let recipe = job.vision(move |lane| lane.encoder_recipe(&id))?;
    let (ready, batches) = bounded::<Batch>(READ_AHEAD);
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().name("fettle-index-reader".to_owned());
        let reading = reader.spawn_scoped(scope, move || {
            for batch in entries.chunks(BATCH) {
                // Cancelled, or the receiver is gone.
                if job.check().is_err() || ready.send(read_batch(job, batch, &recipe)).is_err() {
                    break;
                }
            }
        });
        reading.map_err(EngineError::NoThread)?;
        let mut done = 0;
        for mut batch in batches {
            job.check()?;
            job.report("progress-embed", "", done, entries.len() as u64);
            done += (batch.ids.len() + batch.rejected.len()) as u64;
            let pictures = std::mem::take(&mut batch.pictures);
            let vectors = if pictures.is_empty() {
                Vec::new()
            } else {
                let model = model.clone();
                job.vision(move |lane| {
                    let pictures: Vec<&RgbImage> = pictures.iter().collect();
                    lane.embed(&model, &pictures, &mut Stopwatch::default())
                })?
            };
            take(batch, vectors.concat())?;
        }
        job.check()
    })
}

/// Reads and resizes `entries`; unreadable images are rejected.
fn read_batch(job: &JobContext, entries: &[Entry], recipe: &ImageRecipe) -> Batch {
    let workspace = &job.shared.workspace;
    let read = entries.par_iter().map(|entry| -> Result<RgbImage> {
        let picture = read_image(&workspace.file(&entry.path))?.rgb;
        let picture = match entry.region {
            Some(region) => crop_region(&picture, region)?,
            None => picture,
        };
        Ok(resized(&picture, recipe)?)
    });
    let read: Vec<Result<RgbImage>> = read.collect();
    let mut batch = Batch { ids: Vec::new(), pictures: Vec::new(), rejected: Vec::new() };
    for (entry, picture) in entries.iter().zip(read) {
        match picture {
            Ok(picture) => {
                batch.ids.push(entry.id);
                batch.pictures.push(picture);
            }
            // Reported once, with the whole picture.
            Err(_) if entry.region.is_some() => {}
            Err(error) => {
                batch.rejected.push(RejectedFile { path: workspace.file(&entry.path), error });
            }
        }
    }
    batch
}
