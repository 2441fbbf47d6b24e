//! Small banks for tests.

use std::sync::Arc;

use super::{BankFitter, FIT_BUDGET, HoldOut, MemoryBank};
use crate::Result;
use crate::coreset::CoresetPlan;
use crate::grid::Grid;
use crate::oddest_patches::OddestPatches;
use crate::patches::ImagePatches;
use crate::test_data::noise;
use crate::thresholds::{Folds, hold_out};
use crate::whitening::Whitening;
use fettle_domain::{
    BankRef, ComparedLayer, DetectionRecipe, ImageId, ImageRecipe, ModelId, NullProgress,
    ProductCode, RectPx, Resize, ResizeFilter, Tiling,
};

/// The model that the banks are made with.
pub(super) fn model() -> ModelId {
    ModelId("tiny".into())
}

/// A small bank of ten images of noise; `seed` tells banks apart.
pub(super) fn bank(seed: u64) -> MemoryBank {
    let grid = Grid { height: 4, width: 3 };
    let plan = CoresetPlan { ratio: 0.4, projection: None, seed: 1 };
    let mut fitter = BankFitter::new(plan, FIT_BUDGET);
    for id in 1..=10 {
        let place = |x| RectPx { x, y: id, width: 2, height: 1 };
        let patches = ImagePatches {
            rows: noise(grid.len() * 5, 100 * seed + u64::from(id)),
            dim: 5,
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
            hold_out(&coreset.rows, &coreset.origins, &folds, *image, &patches, (24, 32), 5)?;
        Ok((held_out, OddestPatches::of(&patches.rows, 5, &scores)?))
    });
    let (scores, oddest) = held_out.collect::<Result<Vec<_>>>().unwrap().into_iter().unzip();
    let reference =
        BankRef { product: ProductCode::new("prod1").unwrap(), version: 3, model: model() };
    let recipe = DetectionRecipe {
        input: ImageRecipe {
            resize: Resize::Exact { width: 24, height: 32 },
            filter: ResizeFilter::Bilinear,
            mean: [0.1, 0.2, 0.3],
            std: [0.5; 3],
        },
        tiling: Tiling { side: 64, overlap: 16, step: 8 },
        layers: vec![ComparedLayer { number: 2, channels: 5, stride: 8, locates: true }],
        finer: None,
    };
    let whitening = Arc::new(Whitening::new(noise(25, 3), noise(5, 4)).unwrap());
    let held_out = HoldOut { scores, oddest };
    MemoryBank::from_coreset(reference, recipe, whitening, coreset, held_out).unwrap()
}
