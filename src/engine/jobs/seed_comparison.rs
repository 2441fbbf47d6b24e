//! A bank of the seed system beside the one in use, on the same pictures.

use std::sync::Arc;

use serde::Serialize;

use super::bank::FitBank;
use super::bank_stats::{BankStatistics, BankStats};
use super::inspect::stage_of;
use crate::error::Result;
use crate::request::{JobContext, Request};
use fettle_domain::{BankRef, ModelId, ModelRole, ProductCode, Rate, Stage};
use fettle_library::read_image;
use fettle_vision::metrics::ranking::Ranking;
use fettle_vision::metrics::roc::auroc;
use fettle_vision::preprocess::to_tensor;
use fettle_vision::seed_bank::{SeedBank, SeedLook};

/// Of more pictures of a kind so many, evenly spread, are compared.
const MOST_COMPARED: usize = 100;

/// How two banks tell the product's normal images from its known defects.
///
/// The bank of ours had not seen a normal image that it scored. The seed system's was made of
/// them all, and its thresholds too: it looks better here than it was.
#[derive(Debug, Clone, Serialize)]
pub struct SeedComparison {
    /// The bank of ours: the one in use, or fitted for this.
    pub bank: BankRef,
    /// How many normal images both scored.
    pub normals: usize,
    /// How many defective ones.
    pub defects: usize,
    /// The seed system's bank, at its own threshold.
    pub seed: BankQuality,
    /// Ours, at the threshold in force.
    pub fettle: BankQuality,
}

/// How well a bank tells defective images from normal ones.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BankQuality {
    /// Area under the ROC curve of the image scores, 0 to 1; `None` where a kind is absent.
    pub image_auroc: Option<f64>,
    /// The image threshold.
    pub threshold: f32,
    /// Normal images above it.
    pub overkill: Option<Rate>,
    /// Defective images not above it.
    pub escape: Option<Rate>,
}

/// Compares, unless something is lacking for it.
pub(super) fn compare(
    job: &JobContext,
    product: &ProductCode,
    bank: &Arc<SeedBank>,
) -> Result<Stage<SeedComparison>> {
    match run(job, product, bank) {
        Ok(found) => Ok(Stage::Done(found)),
        Err(error) => stage_of(job, error),
    }
}

fn run(job: &JobContext, product: &ProductCode, bank: &Arc<SeedBank>) -> Result<SeedComparison> {
    let scorer = Scorer::of(job, bank)?;
    let ours = ours(job, product)?;
    // Images that were removed since have no file.
    let normals = ours.normals.iter().map(|n| (&n.path, n.score, false));
    let defects = ours.defects.iter().map(|d| (&d.path, d.score, true));
    let mut chosen = spread(normals.filter(|n| !n.0.is_empty()).collect());
    let count = chosen.len();
    chosen.extend(spread(defects.filter(|d| !d.0.is_empty()).collect()));
    let mut seed_scores = Vec::with_capacity(chosen.len());
    for (path, _, is_defect) in &chosen {
        job.check()?;
        let (done, total) = (seed_scores.len() as u64, chosen.len() as u64);
        job.report("progress-compare", product.as_str(), done, total);
        seed_scores.push((scorer.score(job, path)?, *is_defect));
    }
    let scores: Vec<(f32, bool)> =
        chosen.iter().map(|(_, score, is_defect)| (*score, *is_defect)).collect();
    Ok(SeedComparison {
        normals: count,
        defects: chosen.len() - count,
        seed: BankQuality::of(&seed_scores, bank.thresholds().image)?,
        fettle: BankQuality::of(&scores, ours.thresholds.image)?,
        bank: ours.bank,
    })
}

/// What the bank in use says of the product's images; one is fitted where there is none.
fn ours(job: &JobContext, product: &ProductCode) -> Result<BankStatistics> {
    let wanted = product.clone();
    if job.shared.library(move |library| library.active_bank(&wanted))?.is_none() {
        FitBank::new(product.clone()).run(job)?;
    }
    BankStats { product: product.clone(), plot: None }.run(job)
}

/// At most [`MOST_COMPARED`] of `all`, evenly spread.
fn spread<T: Copy>(all: Vec<T>) -> Vec<T> {
    let count = all.len().min(MOST_COMPARED);
    (0..count).map(|n| all[n * all.len() / count]).collect()
}

/// The seed system's bank and the network that made it.
struct Scorer {
    bank: Arc<SeedBank>,
    model: ModelId,
    look: SeedLook,
}

impl Scorer {
    /// Refuses a bank that no network here can have made.
    fn of(job: &JobContext, bank: &Arc<SeedBank>) -> Result<Self> {
        let wanted = &bank.config().backbone;
        let mut known = job.shared.store.manifest().models().iter();
        let entry = known
            .find(|m| m.architecture == *wanted && m.roles.contains(&ModelRole::Backbone))
            .ok_or_else(|| bank.wrong(format!("no network '{wanted}' is known")))?;
        let (bank, model) = (Arc::clone(bank), entry.id.clone());
        job.shared.vision(move |lane| {
            let backbone = lane.backbone(&model)?;
            let layers = backbone.layers();
            let channels =
                |number| layers.iter().find(|l| l.number == number).map(|layer| layer.channels);
            let look = bank.look(backbone.recipe(), channels)?;
            Ok(Self { bank, model, look })
        })
    }

    /// The image score of the picture at `path` in the workspace.
    fn score(&self, job: &JobContext, path: &str) -> Result<f32> {
        let picture = read_image(&job.shared.workspace.root().join(path))?.rgb;
        let (bank, model, look) = (Arc::clone(&self.bank), self.model.clone(), self.look.clone());
        job.shared.vision(move |lane| {
            let backbone = lane.backbone(&model)?;
            let pixels = to_tensor(&[&picture], &look.input, backbone.device())?;
            Ok(bank.score(&backbone.features(&pixels, &look.layers)?)?)
        })
    }
}

impl BankQuality {
    /// Of images with `(score, is defective)`.
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
        assert!(spread(Vec::<u32>::new()).is_empty());
        assert_eq!(spread(vec![7, 8, 9]), [7, 8, 9]);
        let found = spread((0..250).collect());
        assert_eq!((found.len(), found[0], found[1], found[99]), (100, 0, 2, 247));
    }
}
