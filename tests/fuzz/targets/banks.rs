//! Memory banks and indexes: what is damaged is refused, also where the checksum agrees.

use std::path::Path;
use std::sync::Arc;

use fettle_domain::{
    BankRef, ComparedLayer, DetectionRecipe, ImageId, ImageRecipe, ModelId, NullProgress,
    ProductCode, RectPx, Resize, ResizeFilter, Tiling,
};
use fettle_fuzz::wrapping::Wrapping;
use fettle_fuzz::{Target, outcome};
use fettle_retrieval::vector_index::VectorIndex;
use fettle_vision::coreset::CoresetPlan;
use fettle_vision::grid::Grid;
use fettle_vision::memory_bank::{BankFitter, FIT_BUDGET, HoldOut, MemoryBank};
use fettle_vision::oddest_patches::OddestPatches;
use fettle_vision::patches::ImagePatches;
use fettle_vision::thresholds::{Folds, hold_out};
use fettle_vision::whitening::Whitening;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Numbers of a patch.
const DIM: usize = 5;

pub(super) fn targets() -> Vec<Target> {
    vec![
        Target {
            name: "bank",
            file: "v1.bank",
            wrapping: Wrapping::Sealed(seal_bank),
            seeds: banks,
            refused: &[],
            read: |path, _| outcome(MemoryBank::load(path, &model()), |bank| bank.bytes()),
        },
        Target {
            name: "index",
            file: "a.index",
            wrapping: Wrapping::Sealed(seal_index),
            seeds: indexes,
            refused: &[],
            read: read_index,
        },
    ]
}

fn model() -> ModelId {
    ModelId("tiny".into())
}

fn noise(count: usize, seed: u64) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|_| rng.random_range(-1.0f32..1.0)).collect()
}

/// Written by `save` in a folder for a while.
fn saved(save: impl FnOnce(&Path)) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("saved");
    save(&path);
    std::fs::read(path).unwrap()
}

fn banks() -> Vec<Vec<u8>> {
    let grid = Grid { height: 4, width: 3 };
    let mut fitter =
        BankFitter::new(CoresetPlan { ratio: 0.4, projection: None, seed: 1 }, FIT_BUDGET);
    for id in 1..=10 {
        let place = |x| RectPx { x, y: id, width: 2, height: 1 };
        let patches = ImagePatches {
            rows: noise(grid.len() * DIM, u64::from(id)),
            dim: DIM,
            grid,
            places: (0..12).map(place).collect(),
            inspected: None,
        };
        fitter.add(ImageId(i64::from(id)), &patches, &NullProgress).unwrap();
    }
    let coreset = fitter.choose(&NullProgress).unwrap();
    let folds = Folds::of(&coreset.fit.images);
    let held_out = coreset.fit.images.iter().map(|image| {
        let patches = fitter.kept(*image).unwrap();
        let (held_out, scores) =
            hold_out(&coreset.rows, &coreset.origins, &folds, *image, &patches, (24, 32), DIM)
                .unwrap();
        (held_out, OddestPatches::of(&patches.rows, DIM, &scores).unwrap())
    });
    let (scores, oddest) = held_out.unzip();
    let bank = BankRef { product: ProductCode::new("p").unwrap(), version: 3, model: model() };
    let recipe = DetectionRecipe {
        input: ImageRecipe {
            resize: Resize::Exact { width: 24, height: 32 },
            filter: ResizeFilter::Bilinear,
            mean: [0.1, 0.2, 0.3],
            std: [0.5; 3],
        },
        tiling: Tiling { side: 64, overlap: 16, step: 8 },
        layers: vec![ComparedLayer { number: 2, channels: DIM, stride: 8, locates: true }],
        finer: None,
    };
    let whitening = Arc::new(Whitening::new(noise(DIM * DIM, 3), noise(DIM, 4)).unwrap());
    let held_out = HoldOut { scores, oddest };
    let bank = MemoryBank::from_coreset(bank, recipe, whitening, coreset, held_out).unwrap();
    vec![saved(|path| bank.save(path).unwrap())]
}

fn indexes() -> Vec<Vec<u8>> {
    let mut index = VectorIndex::new(8, model()).unwrap();
    // Of unit length.
    let vectors: Vec<f32> =
        (0..3).flat_map(|row| (0..8).map(move |at| f32::from(at == row))).collect();
    index.add(&[3, 5, 9], &vectors).unwrap();
    let few = saved(|path| index.save(path).unwrap());
    index.remove(&[5]).unwrap();
    vec![few, saved(|path| index.save(path).unwrap())]
}

fn read_index(path: &Path, _: &[u8]) -> String {
    let read = VectorIndex::load(path, &model()).and_then(|index| {
        // Of unit length, as every query.
        let dim = index.dim().min(4096);
        let found = index.search(&vec![(dim as f32).sqrt().recip(); dim], 3)?;
        let ids: Vec<i64> = index.ids().take(100).collect();
        for id in ids {
            index.vector(id)?;
        }
        Ok(found.len())
    });
    outcome(read, |found| found)
}

/// Writes the right SHA-256 into the metadata of a safetensors file: that of the header's text and all
/// tensors' bytes.
fn seal_bank(bytes: &mut Vec<u8>) {
    let Some(sealed) = sealed_bank(bytes) else { return };
    *bytes = sealed;
}

fn sealed_bank(bytes: &[u8]) -> Option<Vec<u8>> {
    let length = usize::try_from(u64::from_le_bytes(bytes.get(..8)?.try_into().ok()?)).ok()?;
    let end = length.checked_add(8)?;
    let mut json: Value = serde_json::from_slice(bytes.get(8..end)?).ok()?;
    let data = bytes.get(end..)?;
    let metadata = json.get_mut("__metadata__")?.as_object_mut()?;
    let header = metadata.values().filter_map(Value::as_str).find(|text| text.starts_with('{'))?;
    let mut hash = Sha256::new();
    hash.update(header.as_bytes());
    hash.update(data);
    let hash = hex::encode(hash.finalize());
    let old =
        metadata.values_mut().find(|value| value.as_str().is_some_and(|text| text.len() == 64))?;
    *old = Value::String(hash);
    let json = serde_json::to_vec(&json).ok()?;
    Some([&(json.len() as u64).to_le_bytes(), json.as_slice(), data].concat())
}

/// Writes the right SHA-256 and the right lengths into the header at the end of an index.
fn seal_index(bytes: &mut Vec<u8>) {
    let Some(sealed) = sealed_index(bytes) else { return };
    *bytes = sealed;
}

fn sealed_index(bytes: &[u8]) -> Option<Vec<u8>> {
    let tail = bytes.len().checked_sub(16)?;
    let length = u64::from_le_bytes(bytes.get(tail..tail + 8)?.try_into().ok()?);
    let at = tail.checked_sub(usize::try_from(length).ok()?)?;
    let mut json: Value = serde_json::from_slice(bytes.get(at..tail)?).ok()?;
    let content = bytes.get(..at)?;
    let slots = json.get("slots")?.as_u64()?;
    json["faiss_bytes"] = (content.len() as u64).checked_sub(slots.checked_mul(8)?)?.into();
    json["sha256"] = hex::encode(Sha256::digest(content)).into();
    let json = serde_json::to_vec(&json).ok()?;
    Some([content, &json, &(json.len() as u64).to_le_bytes(), bytes.get(tail + 8..)?].concat())
}
