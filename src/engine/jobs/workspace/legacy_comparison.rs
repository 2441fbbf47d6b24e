//! Comparing a memory bank of the replaced system with Fettle's, on the same pictures.

use std::sync::Arc;

use serde::Serialize;

use crate::error::Result;
use crate::jobs::bank::bank_stats::{BankStatistics, BankStats};
use crate::jobs::bank::fit_bank::FitBank;
use crate::jobs::inspection::stage::failed_stage;
use crate::protocol::{JobContext, Request};
use fettle_domain::{BankRef, ModelId, ModelRole, ProductCode, Rate, Stage};
use fettle_library::read_image;
use fettle_vision::legacy_bank::{LegacyBank, LegacyRecipe};
use fettle_vision::metrics::ranking::Ranking;
use fettle_vision::metrics::roc::auroc;
use fettle_vision::preprocess::to_tensor;

/// Maximum number of compared pictures of a kind, evenly spaced.
const MAX_COMPARED: usize = 100;

/// Two banks on the normal images and known defects of a product.
///
/// Fettle's scores of normal images are held-out scores. The legacy bank and its thresholds were made
/// from all of these images, so the comparison flatters it.
#[derive(Debug, Clone, Serialize)]
pub struct LegacyComparison {
    /// Fettle's bank: the active one, or one fitted for the comparison.
    pub bank: BankRef,
    /// Number of normal images scored by both.
    pub normals: usize,
    /// Number of defective images scored by both.
    pub defects: usize,
    /// The legacy bank, at its own threshold.
    #[serde(rename = "seed")]
    pub legacy: BankQuality,
    /// Fettle's bank, at the threshold in force.
    pub fettle: BankQuality,
}

/// Quality of a bank on normal and defective images.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BankQuality {
    /// Area under the ROC curve of the image scores, 0 to 1; `None` without normal or defective
    /// images.
    pub image_auroc: Option<f64>,
    /// The image threshold.
    pub threshold: f32,
    /// Rate of normal images above the threshold.
    pub overkill: Option<Rate>,
    /// Rate of defective images not above the threshold.
    pub escape: Option<Rate>,
}

/// Compares the banks; skipped or failed where a model or an image is missing.
pub(super) fn compare_banks(
    job: &JobContext,
    product: &ProductCode,
    bank: &Arc<LegacyBank>,
) -> Result<Stage<LegacyComparison>> {
    match compare(job, product, bank) {
        Ok(found) => Ok(Stage::Done(found)),
        Err(error) => failed_stage(job, error),
    }
}

fn compare(
    job: &JobContext,
    product: &ProductCode,
    bank: &Arc<LegacyBank>,
) -> Result<LegacyComparison> {
    let scorer = Scorer::of(job, bank)?;
    let fettle = active_statistics(job, product)?;
    // Images that were removed since have no file.
    let normals = fettle.normals.iter().map(|n| (&n.path, n.score, false));
    let defects = fettle.defects.iter().map(|d| (&d.path, d.score, true));
    let mut chosen = evenly_spaced(normals.filter(|n| !n.0.is_empty()).collect());
    let count = chosen.len();
    chosen.extend(evenly_spaced(defects.filter(|d| !d.0.is_empty()).collect()));
    let mut legacy_scores = Vec::with_capacity(chosen.len());
    for (path, _, is_defect) in &chosen {
        job.check()?;
        let (done, total) = (legacy_scores.len() as u64, chosen.len() as u64);
        job.report("progress-compare", product.as_str(), done, total);
        legacy_scores.push((scorer.score(job, path)?, *is_defect));
    }
    let scores: Vec<(f32, bool)> =
        chosen.iter().map(|(_, score, is_defect)| (*score, *is_defect)).collect();
    Ok(LegacyComparison {
        normals: count,
        defects: chosen.len() - count,
        legacy: BankQuality::of(&legacy_scores, bank.thresholds().image)?,
        fettle: BankQuality::of(&scores, fettle.thresholds.image)?,
        bank: fettle.bank,
    })
}

/// Scores of the active bank; a bank is fitted where there is none.
fn active_statistics(job: &JobContext, product: &ProductCode) -> Result<BankStatistics> {
    let wanted = product.clone();
    if job.library(move |library| library.active_bank(&wanted))?.is_none() {
        FitBank::new(product.clone()).run(job)?;
    }
    BankStats { product: product.clone(), plot: None }.run(job)
}

/// At most [`MAX_COMPARED`] of `all`, evenly spaced.
fn evenly_spaced<T: Copy>(all: Vec<T>) -> Vec<T> {
    let count = all.len().min(MAX_COMPARED);
    (0..count).map(|n| all[n * all.len() / count]).collect()
}

/// A legacy bank with the network that made it.
struct Scorer {
    bank: Arc<LegacyBank>,
    model: ModelId,
    look: LegacyRecipe,
}

impl Scorer {
    /// An error where no known network can have made the bank.
    fn of(job: &JobContext, bank: &Arc<LegacyBank>) -> Result<Self> {
        let wanted = &bank.config().backbone;
        let mut known = job.shared.store.manifest().models().iter();
        let entry = known
            .find(|m| m.architecture == *wanted && m.roles.contains(&ModelRole::Backbone))
            .ok_or_else(|| bank.bad_config(format!("no network '{wanted}' is known")))?;
        let (bank, model) = (Arc::clone(bank), entry.id.clone());
        job.vision(move |lane| {
            let backbone = lane.backbone(&model)?;
            let layers = backbone.layers();
            let channels =
                |number| layers.iter().find(|l| l.number == number).map(|layer| layer.channels);
            let look = bank.recipe(backbone.recipe(), channels)?;
            Ok(Self { bank, model, look })
        })
    }

    /// The image score of the picture at `path` in the workspace.
    fn score(&self, job: &JobContext, path: &str) -> Result<f32> {
        let picture = read_image(&job.shared.workspace.file(path))?.rgb;
        let (bank, model, look) = (Arc::clone(&self.bank), self.model.clone(), self.look.clone());
        job.vision(move |lane| {
            let backbone = lane.backbone(&model)?;
            let pixels = to_tensor(&[&picture], &look.input, backbone.device())?;
            Ok(bank.score(&backbone.features(&pixels, &look.layers)?)?)
        })
    }
}

impl BankQuality {
    /// Quality at `threshold` for scores with `(score, is defective)`.
    fn of(scores: &[(f32, bool)], threshold: f32) -> Result<Self> {
        let of = |defective: bool| scores.iter().filter(move |s| s.1 == defective);
        Ok(Self {
            image_auroc: auroc(&Ranking::new(scores.iter().copied())?),
            threshold,
            overkill: Rate::count(of(false), |s| s.0 > threshold),
            escape: Rate::count(of(true), |s| s.0 <= threshold),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bank_is_judged_at_its_own_threshold() {
        let scores = [(1.0, false), (3.0, false), (2.0, true), (4.0, true)];
        let found = BankQuality::of(&scores, 2.0).unwrap();
        assert_eq!(found.image_auroc, Some(0.75));
        // At the threshold itself a part is OK.
        assert_eq!((found.overkill, found.escape), (Rate::of(1, 2), Rate::of(1, 2)));
        let normal = BankQuality::of(&scores[..2], 0.5).unwrap();
        assert_eq!((normal.image_auroc, normal.escape), (None, None));
        assert_eq!(normal.overkill, Rate::of(2, 2));
    }

    #[test]
    fn many_images_are_sampled_evenly() {
        assert!(evenly_spaced(Vec::<u32>::new()).is_empty());
        assert_eq!(evenly_spaced(vec![7, 8, 9]), [7, 8, 9]);
        let found = evenly_spaced((0..250).collect());
        assert_eq!((found.len(), found[0], found[1], found[99]), (100, 0, 2, 247));
    }
}
