//! The index of known defects.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use crossbeam_channel::bounded;
use image::RgbImage;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::register::Refusal;
use crate::domain::{ImageRecipe, ModelId, ModelRole, ProductCode, RegisteredImage};
use crate::engine::error::Result;
use crate::engine::request::{JobContext, Request, Stopwatch};
use crate::engine::shared::{Shared, no_thread};
use crate::engine::unfinished::Repeatable;
use crate::library::{LabelFilter, read_image};
use crate::retrieval::spread::Spreads;
use crate::retrieval::vector_index::VectorIndex;
use crate::vision::preprocess::resized;

/// Images that the network sees at once.
const BATCH: usize = 8;
/// Batches that wait, read and resized, while the network is at another.
const READY: usize = 1;

/// Brings the index in line with the library: embeds what is new, drops what is gone. A
/// registered file never changes, so what is indexed under its id stays right.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BuildIndex {
    /// Embed everything anew.
    pub rebuild: bool,
}

/// What became of it.
#[derive(Debug)]
pub struct BuiltIndex {
    /// The model that made the embeddings.
    pub model: ModelId,
    /// Images in the index now.
    pub total: usize,
    /// Newly embedded.
    pub added: usize,
    /// Dropped.
    pub removed: usize,
    /// Registered images that could not be read.
    pub refused: Vec<Refusal>,
}

impl Request for BuildIndex {
    type Answer = BuiltIndex;

    fn name(&self) -> &'static str {
        "build-index"
    }

    fn repeatable(&self) -> Option<Repeatable> {
        Some(Repeatable::BuildIndex(*self))
    }

    fn run(self, job: &JobContext) -> Result<BuiltIndex> {
        let model = job.shared.model_for(ModelRole::ImageEmbedder)?;
        let path = defects_path(&job.shared, &model);
        let images = job.shared.library(|library| library.images(None, &LabelFilter::AnyDefect))?;
        let mut index = match std::fs::exists(&path) {
            Ok(true) if !self.rebuild => Some(VectorIndex::load(&path, &model)?),
            _ => None,
        };
        let indexed: HashSet<i64> = index.iter().flat_map(VectorIndex::ids).collect();
        let registered: HashSet<i64> = images.iter().map(|image| image.id.0).collect();

        let gone: Vec<i64> = indexed.difference(&registered).copied().collect();
        if let Some(index) = &mut index {
            index.remove(&gone)?;
        }
        let mut products: BTreeMap<ProductCode, Vec<i64>> = BTreeMap::new();
        for image in &images {
            products.entry(image.product.clone()).or_default().push(image.id.0);
        }
        let new: Vec<RegisteredImage> =
            images.into_iter().filter(|image| !indexed.contains(&image.id.0)).collect();
        let mut built = BuiltIndex {
            model: model.clone(),
            total: 0,
            added: 0,
            removed: gone.len(),
            refused: Vec::new(),
        };
        embed_all(job, &new, &model, |batch, vectors| {
            built.refused.extend(batch.refused);
            if let Some(dim) = vectors.len().checked_div(batch.ids.len()) {
                let index = match &mut index {
                    Some(index) => index,
                    none => none.insert(VectorIndex::new(dim, model.clone())?),
                };
                index.add(&batch.ids, &vectors)?;
                built.added += batch.ids.len();
            }
            Ok(())
        })?;
        if let Some(index) = &mut index
            && (built.added > 0 || built.removed > 0)
        {
            job.report("progress-arrange", "", 0, 1);
            index.partition()?;
            job.check()?;
            index.spreads = Spreads::measure(index, &products)?;
            job.check()?;
            index.save(&path)?;
        }
        built.total = index.as_ref().map_or(0, VectorIndex::len);
        Ok(built)
    }
}

/// Images brought to the network's size.
struct Batch {
    ids: Vec<i64>,
    pictures: Vec<RgbImage>,
    refused: Vec<Refusal>,
}

/// Embeds `images` batch by batch and gives each with its vectors, one after another, to
/// `take`. A thread of its own reads and resizes the next batch while the network is at the
/// current one.
fn embed_all(
    job: &JobContext,
    images: &[RegisteredImage],
    model: &ModelId,
    mut take: impl FnMut(Batch, Vec<f32>) -> Result<()>,
) -> Result<()> {
    if images.is_empty() {
        return Ok(());
    }
    let id = model.clone();
    let recipe = job.shared.vision(move |lane| lane.encoder_recipe(&id))?;
    let (ready, batches) = bounded::<Batch>(READY);
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().name("fettle-index-reader".to_owned());
        let reading = reader.spawn_scoped(scope, move || {
            for batch in images.chunks(BATCH) {
                // Cancelled, or nobody takes any more.
                if job.check().is_err() || ready.send(read_batch(job, batch, &recipe)).is_err() {
                    break;
                }
            }
        });
        reading.map_err(no_thread)?;
        let mut done = 0;
        for mut batch in batches {
            job.check()?;
            job.report("progress-embed", "", done, images.len() as u64);
            done += (batch.ids.len() + batch.refused.len()) as u64;
            let pictures = std::mem::take(&mut batch.pictures);
            let vectors = if pictures.is_empty() {
                Vec::new()
            } else {
                let model = model.clone();
                job.shared.vision(move |lane| {
                    let pictures: Vec<&RgbImage> = pictures.iter().collect();
                    lane.embed(&model, &pictures, &mut Stopwatch::default())
                })?
            };
            take(batch, vectors.concat())?;
        }
        job.check()
    })
}

/// Reads and resizes those of `images` that can be read.
fn read_batch(job: &JobContext, images: &[RegisteredImage], recipe: &ImageRecipe) -> Batch {
    let root = job.shared.workspace.root();
    let read = images.par_iter().map(|image| -> Result<RgbImage> {
        Ok(resized(&read_image(&root.join(&image.path))?.rgb, recipe)?)
    });
    let read: Vec<Result<RgbImage>> = read.collect();
    let mut batch = Batch { ids: Vec::new(), pictures: Vec::new(), refused: Vec::new() };
    for (image, picture) in images.iter().zip(read) {
        match picture {
            Ok(picture) => {
                batch.ids.push(image.id.0);
                batch.pictures.push(picture);
            }
            Err(error) => batch.refused.push(Refusal { path: root.join(&image.path), error }),
        }
    }
    batch
}

/// Where the index of known defects is: one a model, so that changing the model back needs no
/// rebuilding.
pub(super) fn defects_path(shared: &Shared, model: &ModelId) -> PathBuf {
    shared.workspace.index_dir().join(format!("defects-{model}.index"))
}

/// Asks how the index is.
#[derive(Debug, Clone, Copy)]
pub struct IndexInfo;

/// How the index is.
#[derive(Debug, Clone, Serialize)]
pub struct IndexState {
    /// The model that made the embeddings.
    pub model: ModelId,
    /// Images in it.
    pub images: usize,
    /// Registered images that are not in it, and images in it that are not registered.
    pub behind: usize,
}

impl Request for IndexInfo {
    type Answer = Option<IndexState>;

    fn name(&self) -> &'static str {
        "index-info"
    }

    fn run(self, job: &JobContext) -> Result<Option<IndexState>> {
        let model = job.shared.model_for(ModelRole::ImageEmbedder)?;
        let path = defects_path(&job.shared, &model);
        let images = job.shared.library(|library| library.images(None, &LabelFilter::AnyDefect))?;
        let registered: HashSet<i64> = images.iter().map(|image| image.id.0).collect();
        job.shared.vision(move |lane| {
            let index = lane.index(&path, &model, &mut Stopwatch::default())?;
            Ok(index.map(|index| {
                let indexed: HashSet<i64> = index.ids().collect();
                IndexState {
                    model,
                    images: indexed.len(),
                    behind: registered.symmetric_difference(&indexed).count(),
                }
            }))
        })
    }
}
