//! What the vision lane owns: image networks, memory banks and vector indexes. The first job that
//! needs one loads it; it is kept until another takes its place.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use candle_core::{Device, Tensor};
use image::RgbImage;

use super::error::{EngineError, Result};
use super::protocol::Stopwatch;
use super::residency::{LoadedModels, Resident, ResidentBanks};
use fettle_domain::{
    AnomalyMap, DetectionRecipe, ImageRecipe, ModelId, ProductCode, RecipeChoice, RectPx,
};
use fettle_models::roles::{FeatureExtractor, ImageEncoder, TextEncoder};
use fettle_models::store::ModelStore;
use fettle_models::{backbone, clip_text_encoder, image_encoder};
use fettle_retrieval::vector_index::VectorIndex;
use fettle_vision::VisionError;
use fettle_vision::anomaly_map::{anomaly_map, to_image_size};
use fettle_vision::defect_term::DefectTerm;
use fettle_vision::inspection_area::InspectionArea;
use fettle_vision::memory_bank::{BankInfo, MemoryBank};
use fettle_vision::oddest_patches::OddestPatches;
use fettle_vision::patch_embedding::{PatchEmbeddings, patch_embedding};
use fettle_vision::patches::{ImagePatches, Origin};
use fettle_vision::preprocess::{InputMapping, to_tensor};
use fettle_vision::tiles::Tiles;
use fettle_vision::whitening::Whitening;

/// The `PatchCore` result of one picture.
pub(crate) struct Detected {
    /// The re-weighted image score, without the term of known defects.
    pub(crate) image_score: f32,
    /// The patches farthest from the bank.
    pub(crate) oddest: OddestPatches,
    /// The anomaly map in the pixels of the picture.
    pub(crate) map: AnomalyMap,
    /// The pixels that were looked at: all but for a recipe that crops.
    pub(crate) shown: RectPx,
}

pub(crate) struct VisionLane {
    store: ModelStore,
    device: Device,
    encoder: Resident<dyn ImageEncoder>,
    text_encoder: Resident<dyn TextEncoder>,
    backbone: Resident<dyn FeatureExtractor>,
    banks: ResidentBanks,
    /// The term of known defects that was used last.
    term: Option<(PathBuf, Arc<DefectTerm>)>,
    indexes: HashMap<PathBuf, (Option<SystemTime>, VectorIndex)>,
}

impl VisionLane {
    pub(crate) fn new(store: ModelStore, device: Device, loaded: &LoadedModels) -> Self {
        Self {
            store,
            device,
            encoder: Resident::new("load.image-embedder", image_encoder::load, loaded),
            text_encoder: Resident::new("load.words", clip_text_encoder::load, loaded),
            backbone: Resident::new("load.backbone", backbone::load, loaded),
            banks: ResidentBanks::default(),
            term: None,
            indexes: HashMap::new(),
        }
    }

    /// Embeds images: one vector of unit length each.
    pub(crate) fn embed(
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
        let rows = embedded.to_vec2::<f32>().map_err(fettle_models::ModelsError::from)?;
        watch.note("network.embed", start);
        Ok(rows)
    }

    /// The text tower of the image encoder `model`, loaded if need be.
    pub(crate) fn text_encoder(
        &mut self,
        model: &ModelId,
        watch: &mut Stopwatch,
    ) -> Result<&dyn TextEncoder> {
        Ok(self.text_encoder.get(model, &self.store, &self.device, watch)?)
    }

    /// The preprocessing of the image encoder `model`.
    pub(crate) fn encoder_recipe(&mut self, model: &ModelId) -> Result<ImageRecipe> {
        let watch = &mut Stopwatch::default();
        Ok(self.encoder.get(model, &self.store, &self.device, watch)?.recipe())
    }

    /// The backbone `model`, loaded if need be.
    pub(crate) fn backbone(&mut self, model: &ModelId) -> Result<&dyn FeatureExtractor> {
        let watch = &mut Stopwatch::default();
        Ok(self.backbone.get(model, &self.store, &self.device, watch)?)
    }

    /// The detection recipe of the backbone `model` with what a person chose.
    pub(crate) fn detection_recipe(
        &mut self,
        model: &ModelId,
        choice: &RecipeChoice,
    ) -> Result<DetectionRecipe> {
        let watch = &mut Stopwatch::default();
        let backbone = self.backbone.get(model, &self.store, &self.device, watch)?;
        Ok(backbone::detection_recipe(backbone, choice)?)
    }

    /// The patches of each of `images`, or of `area` of it, by `recipe`, whitened if `whitening`
    /// is given. Images whose inputs are of one size go through the network together, large ones
    /// tile by tile.
    pub(crate) fn patches(
        &mut self,
        model: &ModelId,
        images: &[&RgbImage],
        recipe: &DetectionRecipe,
        whitening: Option<&Whitening>,
        area: Option<&InspectionArea>,
        watch: &mut Stopwatch,
    ) -> Result<Vec<ImagePatches>> {
        let backbone = self.backbone.get(model, &self.store, &self.device, watch)?;
        let layers = recipe.layer_numbers();
        let mut mapped = Vec::with_capacity(images.len());
        for image in images {
            let resize = recipe.input.resize;
            mapped.push((*image, InputMapping::new(image.width(), image.height(), resize)?));
        }
        let same_input = |(_, a): &(&RgbImage, InputMapping),
                          (_, b): &(&RgbImage, InputMapping)| {
            (a.input_width, a.input_height) == (b.input_width, b.input_height)
        };
        let mut pictures = Vec::with_capacity(images.len());
        for batch in mapped.chunk_by(same_input) {
            let images: Vec<&RgbImage> = batch.iter().map(|(image, _)| *image).collect();
            let pixels = watch
                .time("preprocess", || to_tensor(&images, &recipe.input, backbone.device()))?;
            let taps =
                watch.time("network.features", || features(backbone, &pixels, &layers, recipe))?;
            let start = Instant::now();
            let PatchEmbeddings { mut rows, dim, grid } = patch_embedding(&taps)?;
            watch.note("patch-embedding", start);
            if let Some(whitening) = whitening {
                rows = watch.time("whitening", || whitening.apply(&rows))?;
            }
            let each = rows.chunks_exact((grid.len() * dim).max(1));
            for ((_, mapping), rows) in batch.iter().zip(each) {
                let (rows, places) = (rows.to_vec(), grid.places(mapping));
                let patches = ImagePatches { rows, dim, grid, places, inspected: None };
                pictures.push(match area {
                    Some(area) => patches.within(area, mapping)?,
                    None => patches,
                });
            }
        }
        Ok(pictures)
    }

    /// Scores `picture`, or only `area` of it, against `bank`, at both of its scales where it has
    /// two: what an inspection does, and what `eval` measures.
    pub(crate) fn detect(
        &mut self,
        bank: &MemoryBank,
        picture: &RgbImage,
        area: Option<&InspectionArea>,
        watch: &mut Stopwatch,
    ) -> Result<Detected> {
        let mut detected = self.detect_at_scale(bank, picture, area, watch)?;
        if let Some(finer) = bank.finer() {
            let found = self.detect_at_scale(finer.bank(), picture, area, watch)?;
            let units = finer.units();
            detected.image_score = units.image_score(detected.image_score, found.image_score);
            units.average_maps(&mut detected.map, &found.map)?;
        }
        Ok(detected)
    }

    /// As [`Self::detect`], against the rows of one scale.
    fn detect_at_scale(
        &mut self,
        bank: &MemoryBank,
        picture: &RgbImage,
        area: Option<&InspectionArea>,
        watch: &mut Stopwatch,
    ) -> Result<Detected> {
        let BankInfo { bank: reference, recipe, .. } = bank.info();
        let whitening = Some(bank.whitening().as_ref());
        let seen = self.patches(&reference.model, &[picture], recipe, whitening, area, watch)?;
        let [patches] = seen.as_slice() else {
            return Err(EngineError::Vision(VisionError::Empty("patches")));
        };
        let scores = watch.time("nearest-neighbours", || bank.rows().score(&patches.rows, None))?;
        let (map, shown) = watch.time("anomaly-map", || {
            let values = recipe.locating_values();
            let located =
                bank.rows().localisation_scores(&patches.rows, &scores.nearest, values)?;
            let on_grid = patches.on_grid(located)?;
            let resize = recipe.input.resize;
            let mapping = InputMapping::new(picture.width(), picture.height(), resize)?;
            let (width, height) = (mapping.input_width, mapping.input_height);
            let map = anomaly_map(&on_grid, patches.grid, width, height)?;
            let mut map = to_image_size(&map, &mapping)?;
            if let Some(area) = area {
                area.clear_outside(&mut map);
            }
            Ok::<_, EngineError>((map, mapping.shown()))
        })?;
        let oddest = OddestPatches::of(&patches.rows, patches.dim, &scores.scores())?;
        Ok(Detected { image_score: scores.image_score, oddest, map, shown })
    }

    /// The patch of `picture` that the pixel `at` lies in, its distance to the nearest row of
    /// `bank`, and that row's origin; `None` outside the picture and outside `area`.
    pub(crate) fn nearest_patch(
        &mut self,
        bank: &MemoryBank,
        picture: &RgbImage,
        area: Option<&InspectionArea>,
        at: (u32, u32),
    ) -> Result<Option<(RectPx, f32, Origin)>> {
        let BankInfo { bank: reference, recipe, .. } = bank.info();
        let whitening = Some(bank.whitening().as_ref());
        let watch = &mut Stopwatch::default();
        let seen = self.patches(&reference.model, &[picture], recipe, whitening, area, watch)?;
        let Some(patches) = seen.first() else { return Ok(None) };
        // The last patch ends a pixel before the picture does.
        let holds = |place: &&RectPx| {
            let across = place.x..=place.x + place.width;
            let down = place.y..=place.y + place.height;
            across.contains(&at.0) && down.contains(&at.1)
        };
        let rows = patches.rows.chunks_exact(patches.dim.max(1));
        let found = patches.places.iter().zip(rows).find(|(place, _)| holds(place));
        let Some((place, row)) = found else { return Ok(None) };
        let nearest = bank.rows().nearest(row, None)?;
        Ok(nearest.first().and_then(|nearest| {
            let origin = bank.origins().get(nearest.row)?;
            Some((*place, nearest.distance, *origin))
        }))
    }

    /// The bank at `path`, which must have been fitted with `model`.
    pub(crate) fn bank(
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
            .map(|bank| Arc::new(bank.with_product(product.clone())))?;
        self.banks.keep(path.to_owned(), Arc::clone(&bank));
        Ok(bank)
    }

    /// What known defects teach the bank whose rows have `dim` values, from the file at `path`.
    pub(crate) fn defect_term(&mut self, path: &Path, dim: usize) -> Result<Arc<DefectTerm>> {
        // A term's file never changes either.
        if let Some((_, held)) = self.term.as_ref().filter(|(of, _)| of == path) {
            return Ok(Arc::clone(held));
        }
        let term = Arc::new(DefectTerm::load(path, dim)?);
        self.term = Some((path.to_owned(), Arc::clone(&term)));
        Ok(term)
    }

    /// The index at `path`, which must have been built with `model`; `None` where there is no file.
    /// The file is read again when another process replaced it.
    pub(crate) fn index(
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

/// The feature maps of a batch of one input size, computed tile by tile where the input is large.
fn features(
    backbone: &dyn FeatureExtractor,
    pixels: &Tensor,
    layers: &[usize],
    recipe: &DetectionRecipe,
) -> Result<Vec<Tensor>> {
    let (_, _, height, width) = pixels.dims4().map_err(VisionError::from)?;
    let tiles = Tiles::new(width as u32, height as u32, recipe.tiling);
    let maps = tiles
        .iter()
        .map(|tile| {
            let [x, y, width, height] =
                [tile.x, tile.y, tile.width, tile.height].map(|side| side as usize);
            let part = pixels.narrow(2, y, height).and_then(|rows| rows.narrow(3, x, width));
            let part = part.and_then(|part| part.contiguous()).map_err(VisionError::from)?;
            Ok(backbone.features(&part, layers)?)
        })
        .collect::<Result<_>>()?;
    Ok(tiles.join(maps)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_testing::data::model;

    /// The same network on the whole and on tiles: equal but for what lies beyond a tile's edge.
    #[test]
    fn tiles_change_features_little() {
        let Some(path) = model("efficientnet-lite0", "efficientnet-lite0-57934424.pth") else {
            return;
        };
        let id = ModelId("under-test".into());
        let network = backbone::load(&id, "efficientnet_lite0", &[path], &Device::Cpu).unwrap();
        let mut recipe =
            backbone::detection_recipe(network.as_ref(), &RecipeChoice::default()).unwrap();
        recipe.tiling.side = 512;
        let pixels = (0..3 * 256 * 736).map(|n: u32| {
            let noise = (n.wrapping_mul(2_654_435_761) >> 20) as f32 / 4096.0;
            noise + (n as f32 / 37.0).sin() - 0.5
        });
        let pixels = Tensor::from_iter(pixels, &Device::Cpu).unwrap();
        let pixels = pixels.reshape((1, 3, 256, 736)).unwrap();
        let layers = recipe.layer_numbers();
        let whole = network.features(&pixels, &layers).unwrap();
        assert_eq!(Tiles::new(736, 256, recipe.tiling).iter().count(), 2);
        let tiled = features(network.as_ref(), &pixels, &layers, &recipe).unwrap();
        for (layer, (whole, tiled)) in layers.iter().zip(whole.iter().zip(&tiled)) {
            assert_eq!(whole.dims(), tiled.dims());
            let size = |map: &Tensor| {
                map.sqr().unwrap().mean_all().unwrap().to_scalar::<f32>().unwrap().sqrt()
            };
            let share = size(&(whole - tiled).unwrap()) / size(whole);
            // What a cell of block 14 sees reaches beyond the overlap.
            let tolerance = if *layer == 14 { 0.1 } else { 0.02 };
            assert!(share < tolerance, "layer {layer}: {share}");
        }
    }
}
