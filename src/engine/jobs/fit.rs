//! Pictures of normal parts to a memory bank: what `fit-bank` and `evaluate` share.

use std::path::PathBuf;
use std::sync::Arc;

use image::RgbImage;
use rayon::prelude::*;

use crate::domain::{BankRef, ComparedLayer, DetectionRecipe, ImageId};
use crate::engine::error::Result;
use crate::engine::request::{JobContext, Stopwatch};
use crate::library::read_image;
use crate::vision::bank_rows::BankRows;
use crate::vision::coreset::CoresetPlan;
use crate::vision::memory_bank::{BankFitter, Coreset, FIT_BUDGET, MemoryBank, PicturePatches};
use crate::vision::thresholds::{Folds, HeldOut, hold_out};
use crate::vision::whitening::{Moments, Whitening};

/// Pictures that the network sees at once.
const BATCH: usize = 8;
/// A coreset below this many rows saves no time worth having, so a small product keeps them.
const FEWEST_ROWS: f64 = 2_000.0;
/// From so many pictures, evenly spread, it is learnt how the patches vary; more would not be
/// trusted more.
const MOST_FOR_WHITENING: usize = 100;
/// Dimensions in which the coreset is chosen.
const PROJECTION: usize = 64;
/// Where the patches did not all stay in memory, so many pictures, evenly spread, are looked
/// at again and held out: enough for the threshold's interval, and minutes rather than hours.
const MOST_HELD_OUT: usize = 512;

/// A picture of a normal part.
#[derive(Debug, Clone)]
pub(super) struct NormalPicture {
    pub(super) id: ImageId,
    pub(super) path: PathBuf,
}

/// How a bank is fitted.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    /// What is fitted, by which backbone.
    pub(super) bank: BankRef,
    /// How pictures become patches.
    pub(super) recipe: DetectionRecipe,
    /// Share of all patches that the coreset keeps; a small product keeps more.
    pub(super) ratio: f32,
    /// Seed of the coreset.
    pub(super) seed: u64,
}

/// A bank, and whether fewer rows or pictures went into it than were asked for.
pub(super) struct Fitted {
    pub(super) bank: MemoryBank,
    /// How many rows the ratio comes to, where there are fewer.
    pub(super) rows_asked: Option<usize>,
}

/// What a sample of the pictures taught about how patches vary.
struct Learnt {
    whitening: Arc<Whitening>,
    folds: Folds,
    /// Of each fold.
    moments: Vec<Moments>,
}

/// A bank as if a fold had had no part in its metric.
struct Outside {
    fold: usize,
    /// From the whitening of all to that of the others.
    change: Whitening,
    rows: BankRows,
}

impl Learnt {
    fn outside(&self, fold: usize, layers: &[ComparedLayer], rows: &BankRows) -> Result<Outside> {
        let others = self.moments.iter().enumerate().filter(|(n, _)| *n != fold);
        let others = Moments::together(others.map(|(_, moments)| moments))?.whitening(layers)?;
        let change = others.after(&self.whitening)?;
        let rows = change.apply_to_bank(rows)?;
        Ok(Outside { fold, change, rows })
    }
}

impl Fit {
    /// Fits a bank to `pictures`, of which `subject` is said in progress. `also` is called with
    /// each batch of them while they are decoded.
    pub(super) fn run(
        &self,
        job: &JobContext,
        subject: &str,
        pictures: &[NormalPicture],
        mut also: impl FnMut(&[NormalPicture], &Arc<Vec<RgbImage>>) -> Result<()>,
    ) -> Result<Fitted> {
        let learnt = self.learn_whitening(job, subject, pictures)?;
        let whitening = Arc::clone(&learnt.whitening);
        let mut fitter: Option<BankFitter> = None;
        for (index, batch) in pictures.chunks(BATCH).enumerate() {
            job.check()?;
            let done = (index * BATCH) as u64;
            job.report("progress-features", subject, done, pictures.len() as u64);
            let (decoded, patches) = self.look_at(job, batch, Some(&whitening))?;
            for (picture, patches) in batch.iter().zip(&patches) {
                let fitter = fitter.get_or_insert_with(|| {
                    let total = patches.grid.len() * pictures.len();
                    BankFitter::new(self.plan(total), FIT_BUDGET)
                });
                fitter.add(picture.id, patches, job.sink.as_ref())?;
            }
            also(batch, &decoded)?;
        }
        let nothing = || crate::vision::VisionError::Nothing("normal images");
        let mut fitter = fitter.ok_or_else(nothing)?;
        let coreset = fitter.choose(job.sink.as_ref())?;
        let held_out = self.hold_out(job, subject, pictures, &learnt, &fitter, &coreset)?;
        let rows_asked = coreset.asked;
        drop(fitter);
        let (reference, recipe) = (self.bank.clone(), self.recipe.clone());
        let bank = MemoryBank::of_coreset(reference, recipe, whitening, coreset, held_out)?;
        Ok(Fitted { bank, rows_asked })
    }

    /// The ratio is raised so that a small product still gets [`FEWEST_ROWS`].
    fn plan(&self, patches: usize) -> CoresetPlan {
        let ratio = f64::from(self.ratio).max(FEWEST_ROWS / patches.max(1) as f64).min(1.0);
        CoresetPlan { ratio, projection: Some(PROJECTION), seed: self.seed }
    }

    /// How patches vary, from a sample of the pictures: all of it, and without each fold.
    fn learn_whitening(
        &self,
        job: &JobContext,
        subject: &str,
        pictures: &[NormalPicture],
    ) -> Result<Learnt> {
        let sample = spread(pictures, MOST_FOR_WHITENING);
        let dim = self.recipe.layers.iter().map(|layer| layer.channels).sum();
        let ids: Vec<ImageId> = pictures.iter().map(|picture| picture.id).collect();
        let folds = Folds::of(&ids);
        let mut moments: Vec<Moments> = (0..folds.count()).map(|_| Moments::new(dim)).collect();
        for (index, batch) in sample.chunks(BATCH).enumerate() {
            job.check()?;
            let done = (index * BATCH) as u64;
            job.report("progress-whitening", subject, done, sample.len() as u64);
            for (picture, patches) in batch.iter().zip(self.look_at(job, batch, None)?.1) {
                let fold = folds.of_image(picture.id).and_then(|fold| moments.get_mut(fold));
                if let Some(fold) = fold {
                    fold.add(&patches.rows)?;
                }
            }
        }
        let whitening = Moments::together(&moments)?.whitening(&self.recipe.layers)?;
        Ok(Learnt { whitening: Arc::new(whitening), folds, moments })
    }

    fn look_at(
        &self,
        job: &JobContext,
        batch: &[NormalPicture],
        whitening: Option<&Arc<Whitening>>,
    ) -> Result<(Arc<Vec<RgbImage>>, Vec<PicturePatches>)> {
        let decoded: Vec<RgbImage> = batch
            .par_iter()
            .map(|picture| Ok(read_image(&picture.path)?.rgb))
            .collect::<Result<_>>()?;
        let decoded = Arc::new(decoded);
        let (pictures, model, recipe) =
            (Arc::clone(&decoded), self.bank.model.clone(), self.recipe.clone());
        let whitening = whitening.cloned();
        let patches = job.shared.vision(move |lane| {
            let pictures: Vec<&RgbImage> = pictures.iter().collect();
            let watch = &mut Stopwatch::default();
            lane.patches(&model, &pictures, &recipe, whitening.as_deref(), watch)
        })?;
        Ok((decoded, patches))
    }

    /// The scores of the pictures against the rows of the others: of all where their patches
    /// are still in memory, else of [`MOST_HELD_OUT`] that the network sees again.
    fn hold_out(
        &self,
        job: &JobContext,
        subject: &str,
        pictures: &[NormalPicture],
        learnt: &Learnt,
        fitter: &BankFitter,
        coreset: &Coreset,
    ) -> Result<Vec<HeldOut>> {
        let in_memory = pictures.first().is_some_and(|first| fitter.kept(first.id).is_some());
        let count = if in_memory { pictures.len() } else { pictures.len().min(MOST_HELD_OUT) };
        let chosen = spread(pictures, count);
        let patch = self.recipe.patch_px();
        let locating = self.recipe.locating_values();
        // Neighbours are of one fold, so that each fold's rows are made once.
        let mut outside: Option<Outside> = None;
        let mut held_out = Vec::with_capacity(count);
        for batch in chosen.chunks(if in_memory { 1 } else { BATCH }) {
            job.check()?;
            job.report("progress-held-out", subject, held_out.len() as u64, count as u64);
            let kept: Option<Vec<_>> = batch.iter().map(|one| fitter.kept(one.id)).collect();
            let patches = match kept {
                Some(patches) => patches,
                None => self.look_at(job, batch, Some(&learnt.whitening))?.1,
            };
            for (picture, patches) in batch.iter().zip(&patches) {
                let fold = learnt.folds.of_image(picture.id);
                if outside.as_ref().map(|outside| outside.fold) != fold {
                    let of = |fold| learnt.outside(fold, &self.recipe.layers, &coreset.rows);
                    outside = fold.map(of).transpose()?;
                }
                let mut patches = patches.clone();
                // A picture of no fold had no part in the metric.
                let rows = match &outside {
                    Some(Outside { change, rows, .. }) => {
                        patches.rows = change.apply(&patches.rows)?;
                        rows
                    }
                    None => &coreset.rows,
                };
                let input = (patches.grid.width * patch, patches.grid.height * patch);
                let (origins, folds) = (&coreset.origins, &learnt.folds);
                held_out
                    .push(hold_out(rows, origins, folds, picture.id, &patches, input, locating)?);
            }
        }
        Ok(held_out)
    }
}

/// At most `most` of `pictures`, evenly spread.
fn spread(pictures: &[NormalPicture], most: usize) -> Vec<NormalPicture> {
    let count = pictures.len().min(most);
    (0..count).map(|n| pictures[n * pictures.len() / count].clone()).collect()
}
