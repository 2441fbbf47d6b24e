//! The index of known defects.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use crossbeam_channel::bounded;
use image::RgbImage;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::indexed::{self, is_whole};
use super::register::Refusal;
use super::search::cut_out;
use crate::error::Result;
use crate::request::{JobContext, Request, Stopwatch};
use crate::shared::{Shared, no_thread};
use crate::unfinished::Repeatable;
use fettle_domain::{
    ImageId, ImageRecipe, ModelId, ModelRole, ProductCode, RectPx, RegisteredImage,
};
use fettle_library::{LabelFilter, read_image};
use fettle_retrieval::spread::Spreads;
use fettle_retrieval::vector_index::VectorIndex;
use fettle_vision::preprocess::resized;

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
        let known: HashSet<i64> = index.iter().flat_map(VectorIndex::ids).collect();
        let registered: HashSet<i64> =
            images.iter().flat_map(indexed::ids).map(|(id, _)| id).collect();

        let gone: Vec<i64> = known.difference(&registered).copied().collect();
        if let Some(index) = &mut index {
            index.remove(&gone)?;
        }
        let mut products: BTreeMap<ProductCode, Vec<i64>> = BTreeMap::new();
        for image in &images {
            products.entry(image.product.clone()).or_default().push(image.id.0);
        }
        let of_image = |image: &RegisteredImage| {
            let path = image.path.clone();
            let views = indexed::ids(image).map(move |(id, region)| (id, path.clone(), region));
            views.map(|(id, path, region)| View { id, path, region }).collect::<Vec<_>>()
        };
        let new: Vec<View> =
            images.iter().flat_map(of_image).filter(|view| !known.contains(&view.id)).collect();
        let mut built = BuiltIndex {
            model: model.clone(),
            total: 0,
            added: 0,
            removed: images_among(&gone),
            refused: Vec::new(),
        };
        let mut changed = !gone.is_empty();
        embed_all(job, &new, &model, |batch, vectors| {
            built.refused.extend(batch.refused);
            if let Some(dim) = vectors.len().checked_div(batch.ids.len()) {
                let index = match &mut index {
                    Some(index) => index,
                    none => none.insert(VectorIndex::new(dim, model.clone())?),
                };
                index.add(&batch.ids, &vectors)?;
                built.added += images_among(&batch.ids);
                changed = true;
            }
            Ok(())
        })?;
        if let Some(index) = index.as_mut().filter(|_| changed) {
            job.report("progress-arrange", "", 0, 1);
            index.partition()?;
            job.check()?;
            index.spreads = Spreads::measure(index, &products)?;
            job.check()?;
            index.save(&path)?;
        }
        built.total = index.map_or(0, |index| index.ids().filter(|id| is_whole(*id)).count());
        Ok(built)
    }
}

/// How many images are among these ids.
fn images_among(ids: &[i64]) -> usize {
    ids.iter().filter(|id| is_whole(**id)).count()
}

/// What is embedded under one id.
struct View {
    id: i64,
    /// The image's file, relative to the workspace.
    path: String,
    /// The part of it; `None`: all.
    region: Option<RectPx>,
}

/// Views brought to the network's size.
struct Batch {
    ids: Vec<i64>,
    pictures: Vec<RgbImage>,
    refused: Vec<Refusal>,
}

/// Embeds `views` batch by batch and gives each with its vectors, one after another, to
/// `take`. A thread of its own reads and resizes the next batch while the network is at the
/// current one.
fn embed_all(
    job: &JobContext,
    views: &[View],
    model: &ModelId,
    mut take: impl FnMut(Batch, Vec<f32>) -> Result<()>,
) -> Result<()> {
    if views.is_empty() {
        return Ok(());
    }
    let id = model.clone();
    let recipe = job.shared.vision(move |lane| lane.encoder_recipe(&id))?;
    let (ready, batches) = bounded::<Batch>(READY);
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().name("fettle-index-reader".to_owned());
        let reading = reader.spawn_scoped(scope, move || {
            for batch in views.chunks(BATCH) {
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
            job.report("progress-embed", "", done, views.len() as u64);
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

/// Reads and resizes those of `views` that can be read.
fn read_batch(job: &JobContext, views: &[View], recipe: &ImageRecipe) -> Batch {
    let root = job.shared.workspace.root();
    let read = views.par_iter().map(|view| -> Result<RgbImage> {
        let picture = read_image(&root.join(&view.path))?.rgb;
        let picture = match view.region {
            Some(region) => cut_out(&picture, region)?,
            None => picture,
        };
        Ok(resized(&picture, recipe)?)
    });
    let read: Vec<Result<RgbImage>> = read.collect();
    let mut batch = Batch { ids: Vec::new(), pictures: Vec::new(), refused: Vec::new() };
    for (view, picture) in views.iter().zip(read) {
        match picture {
            Ok(picture) => {
                batch.ids.push(view.id);
                batch.pictures.push(picture);
            }
            // Said once an image.
            Err(_) if view.region.is_some() => {}
            Err(error) => batch.refused.push(Refusal { path: root.join(&view.path), error }),
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
    /// Registered images that are not in it or whose region was drawn since, and images in it
    /// that are not registered.
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
        let registered: HashSet<i64> =
            images.iter().flat_map(indexed::ids).map(|(id, _)| id).collect();
        job.shared.vision(move |lane| {
            let index = lane.index(&path, &model, &mut Stopwatch::default())?;
            Ok(index.map(|index| {
                let known: HashSet<i64> = index.ids().collect();
                let behind = registered.symmetric_difference(&known);
                let behind: HashSet<ImageId> = behind.map(|id| indexed::image_of(*id)).collect();
                let images = known.iter().filter(|id| is_whole(**id)).count();
                IndexState { model, images, behind: behind.len() }
            }))
        })
    }
}
