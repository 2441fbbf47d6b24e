//! What the vision lane owns: image networks, memory banks and vector indexes, each loaded
//! by the first job that needs it and kept until another one is asked for.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use candle_core::Device;
use image::RgbImage;

use super::error::{EngineError, Result};
use super::request::Stopwatch;
use super::residency::{Resident, ResidentBanks};
use crate::domain::{AnomalyMap, ImageRecipe, ModelId, ProductCode};
use crate::models::roles::{FeatureExtractor, ImageEncoder};
use crate::models::store::ModelStore;
use crate::models::{backbone, image_encoder};
use crate::retrieval::vector_index::VectorIndex;
use crate::vision::anomaly_map::{anomaly_map, to_image_size};
use crate::vision::memory_bank::{MemoryBank, PicturePatches};
use crate::vision::patch_embedding::{patch_embedding, to_rows};
use crate::vision::preprocess::{InputMapping, input_size, to_tensor};

/// What `PatchCore` says of one picture.
pub(super) struct Detected {
    /// The re-weighted image score.
    pub(super) image_score: f32,
    /// In the pixels of the picture.
    pub(super) map: AnomalyMap,
}

pub(super) struct VisionLane {
    store: ModelStore,
    device: Device,
    encoder: Resident<dyn ImageEncoder>,
    backbone: Resident<dyn FeatureExtractor>,
    banks: ResidentBanks,
    indexes: HashMap<PathBuf, (Option<SystemTime>, VectorIndex)>,
}

impl VisionLane {
    pub(super) fn new(store: ModelStore, device: Device) -> Self {
        Self {
            store,
            device,
            encoder: Resident::new("load.image-embedder", image_encoder::load),
            backbone: Resident::new("load.backbone", backbone::load),
            banks: ResidentBanks::default(),
            indexes: HashMap::new(),
        }
    }

    /// One embedding of unit length an image.
    pub(super) fn embed(
        &mut self,
        model: &ModelId,
        images: &[&RgbImage],
        watch: &mut Stopwatch,
    ) -> Result<Vec<Vec<f32>>> {
        let encoder = self.encoder.get(model, &self.store, &self.device, watch)?;
        let pixels =
            watch.time("preprocess", || to_tensor(images, &encoder.recipe(), encoder.device()))?;
        let start = Instant::now();
        let embedded = encoder.embed(&pixels)?;
        let rows = embedded.to_vec2::<f32>().map_err(crate::models::ModelsError::from)?;
        watch.note("network.embed", start);
        Ok(rows)
    }

    /// How the backbone `model` wants its pictures.
    pub(super) fn backbone_recipe(&mut self, model: &ModelId) -> Result<ImageRecipe> {
        let watch = &mut Stopwatch::default();
        Ok(self.backbone.get(model, &self.store, &self.device, watch)?.recipe())
    }

    /// The patches of each of `images`, brought to size by `recipe`.
    pub(super) fn patches(
        &mut self,
        model: &ModelId,
        images: &[&RgbImage],
        recipe: &ImageRecipe,
        watch: &mut Stopwatch,
    ) -> Result<Vec<PicturePatches>> {
        let backbone = self.backbone.get(model, &self.store, &self.device, watch)?;
        let pixels = watch.time("preprocess", || to_tensor(images, recipe, backbone.device()))?;
        let taps = watch.time("network.features", || backbone.features(&pixels))?;
        let start = Instant::now();
        let (embedding, grid) = patch_embedding(&taps)?;
        let (_, dim) = embedding.dims2().map_err(crate::vision::VisionError::from)?;
        let rows = to_rows(&embedding)?;
        let pictures = images
            .iter()
            .zip(rows.chunks_exact((grid.len() * dim).max(1)))
            .map(|(image, rows)| {
                let mapping = InputMapping::new(image.width(), image.height(), recipe.resize)?;
                Ok(PicturePatches { rows: rows.to_vec(), dim, grid, places: grid.places(&mapping) })
            })
            .collect::<Result<_>>()?;
        watch.note("patch-embedding", start);
        Ok(pictures)
    }

    /// Scores `picture` against `bank`: what an inspection does, and what `eval` measures.
    pub(super) fn detect(
        &mut self,
        bank: &MemoryBank,
        picture: &RgbImage,
        watch: &mut Stopwatch,
    ) -> Result<Detected> {
        let recipe = bank.info().recipe;
        let seen = self.patches(&bank.info().bank.model, &[picture], &recipe, watch)?;
        let [patches] = seen.as_slice() else {
            return Err(EngineError::Vision(crate::vision::VisionError::Nothing("patches")));
        };
        let scores = watch.time("nearest-neighbours", || bank.rows().score(&patches.rows, None))?;
        let map = watch.time("anomaly-map", || {
            let (width, height) = input_size(recipe.resize);
            let map = anomaly_map(&scores.scores(), patches.grid, width, height)?;
            let mapping = InputMapping::new(picture.width(), picture.height(), recipe.resize)?;
            to_image_size(&map, &mapping)
        })?;
        Ok(Detected { image_score: scores.image_score, map })
    }

    /// The bank at `path`, which `model` must have made.
    pub(super) fn bank(
        &mut self,
        product: &ProductCode,
        path: &Path,
        model: &ModelId,
        watch: &mut Stopwatch,
    ) -> Result<Arc<MemoryBank>> {
        // A bank's file never changes: each fit writes a new one.
        if let Some(held) = self.banks.get(path).filter(|held| held.info().bank.model == *model) {
            return Ok(held);
        }
        let loaded = watch.time("load.bank", || MemoryBank::load(path, model));
        let bank = loaded
            .map_err(|source| EngineError::Bank { product: product.clone(), source })
            .map(Arc::new)?;
        self.banks.keep(path.to_owned(), Arc::clone(&bank));
        Ok(bank)
    }

    /// The index at `path`, which `model` must have made; `None` where there is no file.
    /// Read again when another process replaced it.
    pub(super) fn index(
        &mut self,
        path: &Path,
        model: &ModelId,
        watch: &mut Stopwatch,
    ) -> Result<Option<&VectorIndex>> {
        let written = match std::fs::metadata(path) {
            Ok(metadata) => metadata.modified().ok(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                self.indexes.remove(path);
                return Ok(None);
            }
            Err(source) => return Err(EngineError::File { path: path.to_owned(), source }),
        };
        let current = self
            .indexes
            .get(path)
            .is_some_and(|(at, held)| *at == written && at.is_some() && held.model() == model);
        if !current {
            let index = watch.time("load.index", || VectorIndex::load(path, model))?;
            self.indexes.insert(path.to_owned(), (written, index));
        }
        Ok(self.indexes.get(path).map(|(_, index)| index))
    }
}
