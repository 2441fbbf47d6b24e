//! Fitting a memory bank to normal pictures, for `fit-bank`, `extend-bank` and `evaluate`.

use std::collections::HashMap;
use std::sync::Arc;

use image::RgbImage;
use rayon::prelude::*;

use super::normal_capture::NormalCapture;
use super::normal_pictures::{
    BATCH, DecodedBatch, NormalPicture, evenly_spaced, read_pictures, sample_bits,
};
use super::patch_statistics::{LeaveFoldOutBank, PatchStatistics};
use crate::error::Result;
use crate::protocol::{JobContext, Stopwatch};
use fettle_domain::{BankRef, DetectionRecipe, ImageId, SampleBits};
use fettle_vision::VisionError;
use fettle_vision::coreset::CoresetPlan;
use fettle_vision::inspection_area::InspectionArea;
use fettle_vision::memory_bank::{BankFitter, Coreset, FIT_BUDGET, HoldOut, MemoryBank};
use fettle_vision::moments::Moments;
use fettle_vision::oddest_patches::OddestPatches;
use fettle_vision::patches::ImagePatches;
use fettle_vision::sensitivity::Sensitivity;
use fettle_vision::thresholds::{Folds, hold_out};
use fettle_vision::whitening::Whitening;

/// Minimum number of coreset rows: fewer rows save no noticeable time.
const MIN_ROWS: f64 = 2_000.0;
/// Maximum number of pictures in the sample for the whitening, evenly spaced; more pictures do not
/// improve the estimate.
const MAX_WHITENING_PICTURES: usize = 100;
/// Maximum size of the sample's patches kept in memory, in bytes.
const SAMPLE_BUDGET: usize = 256 << 20;
/// Dimensions of the random projection for the coreset.
const PROJECTION: usize = 64;
/// Maximum number of held-out pictures where the patches did not all fit in memory and the network
/// must run again, evenly spaced: enough for the confidence interval of the threshold, in minutes
/// rather than hours.
const MAX_HELD_OUT: usize = 512;
/// Number of pictures, evenly spaced, whose scores are measured in other light, focus and position.
const DISTURBED: usize = 8;

/// Parameters of a fit.
#[derive(Debug, Clone)]
pub(crate) struct Fit {
    /// The new bank, with its backbone.
    pub(crate) bank: BankRef,
    /// Recipe from pictures to patches.
    pub(crate) recipe: DetectionRecipe,
    /// Share of all patches that the coreset keeps; raised for small products.
    pub(crate) ratio: f32,
    /// Random seed of the coreset.
    pub(crate) seed: u64,
    /// Inspected area of the pictures; `None`: the whole picture.
    pub(crate) area: Option<Arc<InspectionArea>>,
    /// Bits of white in samples of 16 bits; `None`: all, of a new bank until its pictures say.
    pub(crate) sample_bits: Option<SampleBits>,
}

/// Result of a fit.
pub(crate) struct Fitted {
    pub(crate) bank: MemoryBank,
    /// Number of rows by the ratio, where the bank has fewer.
    pub(crate) rows_asked: Option<usize>,
}

/// The rows that held-out pictures are scored against.
pub(super) struct HoldOutReference<'a> {
    pub(super) coreset: &'a Coreset,
    pub(super) whitening: &'a Arc<Whitening>,
    /// Statistics behind the whitening; `None`: the held-out pictures had no part in the whitening.
    pub(super) statistics: Option<&'a PatchStatistics>,
}

impl Fit {
    /// Fits a bank to `pictures`. `subject` appears in progress reports; `on_batch` is called with
    /// each batch and its decoded pictures.
    pub(crate) fn run(
        &self,
        job: &JobContext,
        subject: &str,
        pictures: &[NormalPicture],
        mut on_batch: impl FnMut(&[NormalPicture], &DecodedBatch) -> Result<()>,
    ) -> Result<Fitted> {
        let fit = Self { sample_bits: sample_bits(job, pictures)?, ..self.clone() };
        let mut capture = NormalCapture::of(pictures.len());
        let Fitted { bank, rows_asked } =
            fit.run_at_scale(job, subject, pictures, |batch, decoded| {
                capture.add(decoded, fit.area.as_deref());
                on_batch(batch, decoded)
            })?;
        let sensitivity = fit.sensitivity(job, subject, pictures, &bank)?;
        let bank = bank
            .with_capture(capture.range(), sensitivity)
            .with_position(capture.position())
            .with_sample_bits(fit.sample_bits);
        let Some(finer) = fit.finer_scale() else { return Ok(Fitted { bank, rows_asked }) };
        let finer = finer.run_at_scale(job, subject, pictures, |_, _| Ok(()))?;
        let rows_asked = rows_asked.max(finer.rows_asked);
        Ok(Fitted { bank: bank.joined(finer.bank)?, rows_asked })
    }

    /// The fit of the finer scale; `None` for a recipe of one scale.
    pub(super) fn finer_scale(&self) -> Option<Self> {
        Some(Self { recipe: self.recipe.finer_scale()?, ..self.clone() })
    }

    /// As [`Self::run`], at the recipe's first scale alone.
    fn run_at_scale(
        &self,
        job: &JobContext,
        subject: &str,
        pictures: &[NormalPicture],
        mut on_batch: impl FnMut(&[NormalPicture], &DecodedBatch) -> Result<()>,
    ) -> Result<Fitted> {
        let mut statistics = self.patch_statistics(job, subject, pictures)?;
        let whitening = Arc::clone(&statistics.whitening);
        let mut fitter: Option<BankFitter> = None;
        for (index, batch) in pictures.chunks(BATCH).enumerate() {
            job.check()?;
            let done = (index * BATCH) as u64;
            job.report("progress-features", subject, done, pictures.len() as u64);
            let decoded = read_pictures(batch, self.sample_bits)?;
            let cached: Vec<_> =
                batch.iter().map(|one| statistics.patches.remove(&one.id)).collect();
            let missing = (0..batch.len()).filter(|n| cached[*n].is_none()).collect();
            let new = self.extract_patches(job, &decoded.pictures, missing, Some(&whitening))?;
            let mut new = new.into_iter();
            for (picture, cached) in batch.iter().zip(cached) {
                let patches = match cached {
                    Some(raw) => ImagePatches { rows: whitening.apply(&raw.rows)?, ..raw },
                    None => new.next().ok_or(VisionError::Empty("patches"))?,
                };
                let fitter = fitter.get_or_insert_with(|| {
                    let total = patches.places.len() * pictures.len();
                    BankFitter::new(self.plan(total), FIT_BUDGET)
                });
                fitter.add(picture.id, &patches, job.sink.as_ref())?;
            }
            on_batch(batch, &decoded)?;
        }
        let mut fitter = fitter.ok_or(VisionError::Empty("normal images"))?;
        let coreset = fitter.choose(job.sink.as_ref())?;
        let statistics = Some(&statistics);
        let reference = HoldOutReference { coreset: &coreset, whitening: &whitening, statistics };
        let kept = |image| fitter.kept(image);
        let held_out = self.hold_out(job, subject, pictures, &reference, &kept)?;
        let rows_asked = coreset.requested;
        drop(fitter);
        let (bank, recipe) = (self.bank.clone(), self.recipe.clone());
        let bank = MemoryBank::from_coreset(bank, recipe, whitening, coreset, held_out)?;
        Ok(Fitted { bank, rows_asked })
    }

    /// How the scores of [`DISTURBED`] pictures change with light, focus, position and compression,
    /// against the rows of the pictures outside their fold, at the first scale.
    fn sensitivity(
        &self,
        job: &JobContext,
        subject: &str,
        pictures: &[NormalPicture],
        bank: &MemoryBank,
    ) -> Result<Option<Sensitivity>> {
        let chosen = evenly_spaced(pictures, pictures.len().min(DISTURBED));
        let ids: Vec<ImageId> = pictures.iter().map(|picture| picture.id).collect();
        let folds = Folds::of(&ids);
        let (patch, locating) = (self.recipe.patch_px(), self.recipe.locating_values());
        let mut scores = Vec::with_capacity(chosen.len());
        for picture in &chosen {
            job.check()?;
            let (done, total) = (scores.len() as u64, chosen.len() as u64);
            job.report("progress-sensitivity", subject, done, total);
            let plain = read_pictures(std::slice::from_ref(picture), self.sample_bits)?.pictures;
            let Some(plain) = plain.first() else { continue };
            let views: Vec<RgbImage> =
                std::iter::once(plain.clone()).chain(Sensitivity::disturbed(plain)).collect();
            let whitening = Some(bank.whitening());
            let which = (0..views.len()).collect();
            let seen = self.extract_patches(job, &Arc::new(views), which, whitening)?;
            let score = |patches: &ImagePatches| {
                let input = (patches.grid.width * patch, patches.grid.height * patch);
                let (rows, origins) = (bank.rows(), bank.origins());
                let (held_out, _) =
                    hold_out(rows, origins, &folds, picture.id, patches, input, locating)?;
                Ok::<f32, VisionError>(held_out.image_score)
            };
            let found = seen.iter().map(score).collect::<Result<Vec<f32>, VisionError>>()?;
            let [plain, disturbed @ ..] = found.as_slice() else {
                return Err(VisionError::Empty("patches").into());
            };
            let disturbed =
                disturbed.try_into().map_err(|_| VisionError::Empty("disturbed pictures"))?;
            scores.push((*plain, disturbed));
        }
        Ok(Sensitivity::of(&scores))
    }

    /// The coreset plan for `patches`, with the ratio raised to at least [`MIN_ROWS`] rows.
    fn plan(&self, patches: usize) -> CoresetPlan {
        let ratio = f64::from(self.ratio).max(MIN_ROWS / patches.max(1) as f64).min(1.0);
        CoresetPlan { ratio, projection: Some(PROJECTION), seed: self.seed }
    }

    /// Moments of the patches of a sample, by fold, and the whitening from all of them.
    fn patch_statistics(
        &self,
        job: &JobContext,
        subject: &str,
        pictures: &[NormalPicture],
    ) -> Result<PatchStatistics> {
        let sample = evenly_spaced(pictures, MAX_WHITENING_PICTURES);
        let dim = self.recipe.layers.iter().map(|layer| layer.channels).sum();
        let ids: Vec<ImageId> = pictures.iter().map(|picture| picture.id).collect();
        let folds = Folds::of(&ids);
        let mut moments: Vec<Moments> = (0..folds.count()).map(|_| Moments::new(dim)).collect();
        let (mut kept, mut kept_bytes) = (HashMap::new(), 0);
        for (index, batch) in sample.chunks(BATCH).enumerate() {
            job.check()?;
            let done = (index * BATCH) as u64;
            job.report("progress-whitening", subject, done, sample.len() as u64);
            for (picture, patches) in batch.iter().zip(self.read_patches(job, batch, None)?) {
                let fold = folds.of_image(picture.id).and_then(|fold| moments.get_mut(fold));
                if let Some(fold) = fold {
                    fold.add(&patches.rows)?;
                }
                kept_bytes += size_of_val(patches.rows.as_slice());
                if kept_bytes <= SAMPLE_BUDGET {
                    kept.insert(picture.id, patches);
                }
            }
        }
        let whitening = Moments::merge(&moments)?.whitening(&self.recipe.layers)?;
        Ok(PatchStatistics { whitening: Arc::new(whitening), folds, moments, patches: kept })
    }

    /// Reads the pictures of a batch and extracts their patches.
    pub(super) fn read_patches(
        &self,
        job: &JobContext,
        batch: &[NormalPicture],
        whitening: Option<&Arc<Whitening>>,
    ) -> Result<Vec<ImagePatches>> {
        let decoded = read_pictures(batch, self.sample_bits)?.pictures;
        self.extract_patches(job, &decoded, (0..batch.len()).collect(), whitening)
    }

    /// The patches of the pictures of `decoded` at the positions `which`.
    fn extract_patches(
        &self,
        job: &JobContext,
        decoded: &Arc<Vec<RgbImage>>,
        which: Vec<usize>,
        whitening: Option<&Arc<Whitening>>,
    ) -> Result<Vec<ImagePatches>> {
        if which.is_empty() {
            return Ok(Vec::new());
        }
        let pictures = match &self.area {
            Some(area) => Arc::new(decoded.par_iter().map(|one| area.hide_outside(one)).collect()),
            None => Arc::clone(decoded),
        };
        let (model, recipe) = (self.bank.model.clone(), self.recipe.clone());
        let (whitening, area) = (whitening.cloned(), self.area.clone());
        job.vision(move |lane| {
            let pictures: Vec<&RgbImage> = which.iter().filter_map(|n| pictures.get(*n)).collect();
            let watch = &mut Stopwatch::default();
            let (whitening, area) = (whitening.as_deref(), area.as_deref());
            lane.patches(&model, &pictures, &recipe, whitening, area, watch)
        })
    }

    /// Scores pictures against the rows of the other pictures: all pictures where their patches are
    /// `kept` in memory, otherwise [`MAX_HELD_OUT`] whose patches are extracted again.
    pub(super) fn hold_out(
        &self,
        job: &JobContext,
        subject: &str,
        pictures: &[NormalPicture],
        reference: &HoldOutReference<'_>,
        kept: &dyn Fn(ImageId) -> Option<ImagePatches>,
    ) -> Result<HoldOut> {
        let coreset = reference.coreset;
        let in_memory = pictures.first().is_some_and(|first| kept(first.id).is_some());
        let count = if in_memory { pictures.len() } else { pictures.len().min(MAX_HELD_OUT) };
        let chosen = evenly_spaced(pictures, count);
        let patch = self.recipe.patch_px();
        let locating = self.recipe.locating_values();
        let all = Folds::of(&coreset.fit.images);
        let folds = reference.statistics.map_or(&all, |statistics| &statistics.folds);
        // Consecutive pictures are of one fold, so each fold's bank is made once.
        let mut without_fold: Option<LeaveFoldOutBank> = None;
        let mut held_out = HoldOut::default();
        for batch in chosen.chunks(if in_memory { 1 } else { BATCH }) {
            job.check()?;
            job.report("progress-held-out", subject, held_out.scores.len() as u64, count as u64);
            let in_memory: Option<Vec<_>> = batch.iter().map(|one| kept(one.id)).collect();
            let patches = match in_memory {
                Some(patches) => patches,
                None => self.read_patches(job, batch, Some(reference.whitening))?,
            };
            for (picture, mut patches) in batch.iter().zip(patches) {
                let statistics = reference.statistics;
                let fold = statistics.and_then(|found| found.folds.of_image(picture.id));
                if without_fold.as_ref().map(|bank| bank.fold) != fold {
                    without_fold = statistics
                        .zip(fold)
                        .map(|(statistics, fold)| {
                            let layers = &self.recipe.layers;
                            statistics.leave_fold_out((picture.id, fold), layers, coreset)
                        })
                        .transpose()?;
                }
                let whitened = patches.rows.clone();
                // A picture without a fold had no part in the whitening.
                let (rows, origins) = match &without_fold {
                    Some(LeaveFoldOutBank { change, rows, origins, .. }) => {
                        patches.rows = change.apply(&patches.rows)?;
                        (rows, origins)
                    }
                    None => (&coreset.rows, &coreset.origins),
                };
                let input = (patches.grid.width * patch, patches.grid.height * patch);
                let id = picture.id;
                let (scored, scores) =
                    hold_out(rows, origins, folds, id, &patches, input, locating)?;
                held_out.oddest.push(OddestPatches::of(&whitened, patches.dim, &scores)?);
                held_out.scores.push(scored);
            }
        }
        Ok(held_out)
    }
}
