//! Pictures of normal parts to a memory bank: what `fit-bank` and `evaluate` share.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use image::RgbImage;
use rayon::prelude::*;

use crate::error::Result;
use crate::request::{JobContext, Stopwatch};
use fettle_domain::{BankRef, ComparedLayer, DetectionRecipe, ImageId};
use fettle_library::read_image;
use fettle_vision::VisionError;
use fettle_vision::bank_rows::BankRows;
use fettle_vision::coreset::CoresetPlan;
use fettle_vision::inspection_area::InspectionArea;
use fettle_vision::memory_bank::{
    BankFitter, Coreset, FIT_BUDGET, MemoryBank, Origin, PicturePatches,
};
use fettle_vision::thresholds::{Folds, HeldOut, hold_out};
use fettle_vision::whitening::{Moments, Whitening};

/// Pictures that the network sees at once.
pub(super) const BATCH: usize = 8;
/// A coreset below this many rows saves no time worth having, so a small product keeps them.
const FEWEST_ROWS: f64 = 2_000.0;
/// From so many pictures, evenly spread, it is learnt how the patches vary; more would not be
/// trusted more.
const MOST_FOR_WHITENING: usize = 100;
/// Bytes of that sample's patches that are kept until they are whitened.
const SAMPLE_BUDGET: usize = 256 << 20;
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
    /// The part of the pictures that is inspected; `None`: all.
    pub(super) area: Option<Arc<InspectionArea>>,
}

/// The pictures of a batch.
pub(super) fn decode(batch: &[NormalPicture]) -> Result<Arc<Vec<RgbImage>>> {
    let read = |picture: &NormalPicture| Ok(read_image(&picture.path)?.rgb);
    Ok(Arc::new(batch.par_iter().map(read).collect::<Result<_>>()?))
}

/// A bank, and whether fewer rows or pictures went into it than were asked for.
pub(super) struct Fitted {
    pub(super) bank: MemoryBank,
    /// How many rows the ratio comes to, where there are fewer.
    pub(super) rows_asked: Option<usize>,
}

/// What a sample of the pictures taught about how patches vary.
pub(super) struct Learnt {
    whitening: Arc<Whitening>,
    folds: Folds,
    /// Of each fold.
    moments: Vec<Moments>,
    /// Patches of the sample, not whitened, of as many pictures as [`SAMPLE_BUDGET`] holds: the
    /// network need not see these again.
    seen: HashMap<ImageId, PicturePatches>,
}

/// What pictures are held out against.
pub(super) struct Against<'a> {
    pub(super) coreset: &'a Coreset,
    pub(super) whitening: &'a Arc<Whitening>,
    /// How the whitening was learnt; `None`: not from these pictures.
    pub(super) learnt: Option<&'a Learnt>,
}

/// A bank as if a fold had had no part in it nor in its metric.
struct Outside {
    fold: usize,
    /// From the whitening of all to that of the others.
    change: Whitening,
    rows: BankRows,
    origins: Vec<Origin>,
}

impl Learnt {
    /// For `image`, which is of that fold.
    fn outside(
        &self,
        (image, fold): (ImageId, usize),
        layers: &[ComparedLayer],
        all: &Coreset,
    ) -> Result<Outside> {
        let others = self.moments.iter().enumerate().filter(|(n, _)| *n != fold);
        let others = Moments::together(others.map(|(_, moments)| moments))?.whitening(layers)?;
        let change = others.after(&self.whitening)?;
        let foreign = |origin: &Origin| self.folds.of_image(origin.image) != Some(fold);
        let (rows, origins): (Vec<usize>, Vec<Origin>) =
            all.origins.iter().enumerate().filter(|(_, origin)| foreign(origin)).unzip();
        if rows.is_empty() {
            return Err(VisionError::NothingLeft(image).into());
        }
        let rows = change.apply_to_bank(&all.rows.chosen(&rows)?)?;
        Ok(Outside { fold, change, rows, origins })
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
        let mut learnt = self.learn_whitening(job, subject, pictures)?;
        let whitening = Arc::clone(&learnt.whitening);
        let mut fitter: Option<BankFitter> = None;
        for (index, batch) in pictures.chunks(BATCH).enumerate() {
            job.check()?;
            let done = (index * BATCH) as u64;
            job.report("progress-features", subject, done, pictures.len() as u64);
            let decoded = decode(batch)?;
            let seen: Vec<_> = batch.iter().map(|one| learnt.seen.remove(&one.id)).collect();
            let unseen = (0..batch.len()).filter(|n| seen[*n].is_none()).collect();
            let mut new = self.see(job, &decoded, unseen, Some(&whitening))?.into_iter();
            for (picture, seen) in batch.iter().zip(seen) {
                let patches = match seen {
                    Some(raw) => PicturePatches { rows: whitening.apply(&raw.rows)?, ..raw },
                    None => new.next().ok_or(VisionError::Nothing("patches"))?,
                };
                let fitter = fitter.get_or_insert_with(|| {
                    let total = patches.places.len() * pictures.len();
                    BankFitter::new(self.plan(total), FIT_BUDGET)
                });
                fitter.add(picture.id, &patches, job.sink.as_ref())?;
            }
            also(batch, &decoded)?;
        }
        let mut fitter = fitter.ok_or(VisionError::Nothing("normal images"))?;
        let coreset = fitter.choose(job.sink.as_ref())?;
        let against = Against { coreset: &coreset, whitening: &whitening, learnt: Some(&learnt) };
        let kept = |image| fitter.kept(image);
        let held_out = self.hold_out(job, subject, pictures, &against, &kept)?;
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
        let (mut seen, mut held) = (HashMap::new(), 0);
        for (index, batch) in sample.chunks(BATCH).enumerate() {
            job.check()?;
            let done = (index * BATCH) as u64;
            job.report("progress-whitening", subject, done, sample.len() as u64);
            for (picture, patches) in batch.iter().zip(self.look_at(job, batch, None)?) {
                let fold = folds.of_image(picture.id).and_then(|fold| moments.get_mut(fold));
                if let Some(fold) = fold {
                    fold.add(&patches.rows)?;
                }
                held += size_of_val(patches.rows.as_slice());
                if held <= SAMPLE_BUDGET {
                    seen.insert(picture.id, patches);
                }
            }
        }
        let whitening = Moments::together(&moments)?.whitening(&self.recipe.layers)?;
        Ok(Learnt { whitening: Arc::new(whitening), folds, moments, seen })
    }

    /// What the network sees in the pictures of a batch.
    pub(super) fn look_at(
        &self,
        job: &JobContext,
        batch: &[NormalPicture],
        whitening: Option<&Arc<Whitening>>,
    ) -> Result<Vec<PicturePatches>> {
        self.see(job, &decode(batch)?, (0..batch.len()).collect(), whitening)
    }

    /// What the network sees in `which` of the pictures `decoded`.
    fn see(
        &self,
        job: &JobContext,
        decoded: &Arc<Vec<RgbImage>>,
        which: Vec<usize>,
        whitening: Option<&Arc<Whitening>>,
    ) -> Result<Vec<PicturePatches>> {
        if which.is_empty() {
            return Ok(Vec::new());
        }
        let pictures = match &self.area {
            Some(area) => Arc::new(decoded.par_iter().map(|one| area.hide_outside(one)).collect()),
            None => Arc::clone(decoded),
        };
        let (model, recipe) = (self.bank.model.clone(), self.recipe.clone());
        let (whitening, area) = (whitening.cloned(), self.area.clone());
        job.shared.vision(move |lane| {
            let pictures: Vec<&RgbImage> = which.iter().filter_map(|n| pictures.get(*n)).collect();
            let watch = &mut Stopwatch::default();
            let (whitening, area) = (whitening.as_deref(), area.as_deref());
            lane.patches(&model, &pictures, &recipe, whitening, area, watch)
        })
    }

    /// The scores of the pictures against the rows of the others: of all where their patches
    /// are `kept` in memory, else of [`MOST_HELD_OUT`] that the network sees again.
    pub(super) fn hold_out(
        &self,
        job: &JobContext,
        subject: &str,
        pictures: &[NormalPicture],
        against: &Against<'_>,
        kept: &dyn Fn(ImageId) -> Option<PicturePatches>,
    ) -> Result<Vec<HeldOut>> {
        let coreset = against.coreset;
        let in_memory = pictures.first().is_some_and(|first| kept(first.id).is_some());
        let count = if in_memory { pictures.len() } else { pictures.len().min(MOST_HELD_OUT) };
        let chosen = spread(pictures, count);
        let patch = self.recipe.patch_px();
        let locating = self.recipe.locating_values();
        let all = Folds::of(&coreset.fit.images);
        let folds = against.learnt.map_or(&all, |learnt| &learnt.folds);
        // Neighbours are of one fold, so that each fold's rows are made once.
        let mut outside: Option<Outside> = None;
        let mut held_out = Vec::with_capacity(count);
        for batch in chosen.chunks(if in_memory { 1 } else { BATCH }) {
            job.check()?;
            job.report("progress-held-out", subject, held_out.len() as u64, count as u64);
            let in_memory: Option<Vec<_>> = batch.iter().map(|one| kept(one.id)).collect();
            let patches = match in_memory {
                Some(patches) => patches,
                None => self.look_at(job, batch, Some(against.whitening))?,
            };
            for (picture, mut patches) in batch.iter().zip(patches) {
                let learnt = against.learnt;
                let fold = learnt.and_then(|learnt| learnt.folds.of_image(picture.id));
                if outside.as_ref().map(|outside| outside.fold) != fold {
                    outside = learnt
                        .zip(fold)
                        .map(|(learnt, fold)| {
                            learnt.outside((picture.id, fold), &self.recipe.layers, coreset)
                        })
                        .transpose()?;
                }
                // A picture of no fold had no part in the metric.
                let (rows, origins) = match &outside {
                    Some(Outside { change, rows, origins, .. }) => {
                        patches.rows = change.apply(&patches.rows)?;
                        (rows, origins)
                    }
                    None => (&coreset.rows, &coreset.origins),
                };
                let input = (patches.grid.width * patch, patches.grid.height * patch);
                let id = picture.id;
                held_out.push(hold_out(rows, origins, folds, id, &patches, input, locating)?);
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
