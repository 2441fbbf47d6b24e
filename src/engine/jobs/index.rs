//! The index of known defects.

use std::collections::HashSet;
use std::path::PathBuf;

use image::RgbImage;
use rayon::prelude::*;
use serde::Serialize;

use super::register::Refusal;
use crate::domain::{ModelId, ModelRole, RegisteredImage};
use crate::engine::error::{EngineError, Result};
use crate::engine::request::{JobContext, Request, Stopwatch};
use crate::engine::shared::Shared;
use crate::library::{LabelFilter, read_image};
use crate::retrieval::vector_index::VectorIndex;

/// Images that the network sees at once.
const BATCH: usize = 8;

/// Brings the index in line with the library: embeds what is new, drops what is gone.
#[derive(Debug, Clone, Copy)]
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
        let new: Vec<RegisteredImage> =
            images.into_iter().filter(|image| !indexed.contains(&image.id.0)).collect();
        let mut built = BuiltIndex {
            model: model.clone(),
            total: 0,
            added: 0,
            removed: gone.len(),
            refused: Vec::new(),
        };
        let total = new.len() as u64;
        for (batch_index, batch) in new.chunks(BATCH).enumerate() {
            job.check()?;
            job.report("progress-embed", "", (batch_index * BATCH) as u64, total);
            let (ids, vectors) = embed(job, batch, &model, &mut built.refused)?;
            if ids.is_empty() {
                continue;
            }
            let index = match &mut index {
                Some(index) => index,
                none => none.insert(VectorIndex::new(vectors.len() / ids.len(), model.clone())?),
            };
            index.add(&ids, &vectors)?;
            built.added += ids.len();
        }
        if let Some(index) = &index
            && (built.added > 0 || built.removed > 0)
        {
            if let Some(dir) = path.parent() {
                std::fs::create_dir_all(dir)
                    .map_err(|source| EngineError::File { path: dir.to_owned(), source })?;
            }
            index.save(&path)?;
        }
        built.total = index.as_ref().map_or(0, VectorIndex::len);
        Ok(built)
    }
}

/// Embeds those of `batch` that can be read: their ids, and their vectors one after another.
fn embed(
    job: &JobContext,
    batch: &[RegisteredImage],
    model: &ModelId,
    refused: &mut Vec<Refusal>,
) -> Result<(Vec<i64>, Vec<f32>)> {
    let root = job.shared.workspace.root();
    let read: Vec<_> = batch
        .par_iter()
        .map(|image| (image.id.0, image, read_image(&root.join(&image.path))))
        .collect();
    let mut ids = Vec::new();
    let mut pictures = Vec::new();
    for (id, image, picture) in read {
        match picture {
            Ok(picture) => {
                ids.push(id);
                pictures.push(picture.rgb);
            }
            Err(error) => {
                refused.push(Refusal { path: root.join(&image.path), error: error.into() });
            }
        }
    }
    if pictures.is_empty() {
        return Ok((ids, Vec::new()));
    }
    let model = model.clone();
    let vectors = job.shared.vision(move |lane| {
        let pictures: Vec<&RgbImage> = pictures.iter().collect();
        lane.embed(&model, &pictures, &mut Stopwatch::default())
    })?;
    Ok((ids, vectors.concat()))
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
