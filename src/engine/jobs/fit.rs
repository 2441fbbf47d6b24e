//! Pictures of normal parts to a memory bank: what `fit-bank` and `evaluate` share.

use std::path::PathBuf;
use std::sync::Arc;

use image::RgbImage;
use rayon::prelude::*;

use crate::domain::{BankRef, ImageId, ImageRecipe};
use crate::engine::error::Result;
use crate::engine::request::{JobContext, Stopwatch};
use crate::library::read_image;
use crate::vision::coreset::CoresetPlan;
use crate::vision::memory_bank::{BankFitter, Coreset, FIT_BUDGET, MemoryBank, PicturePatches};
use crate::vision::preprocess::input_size;
use crate::vision::thresholds::{HeldOut, leave_one_image_out};

/// Pictures that the network sees at once.
pub(super) const BATCH: usize = 8;
/// A coreset below this many rows saves no time worth having, so a small product keeps them.
const FEWEST_ROWS: f64 = 1_000.0;
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
    /// How pictures are brought to it.
    pub(super) recipe: ImageRecipe,
    /// Share of all patches that the coreset keeps; a small product keeps more.
    pub(super) ratio: f32,
    /// Seed of the coreset.
    pub(super) seed: u64,
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
        let mut fitter: Option<BankFitter> = None;
        for (index, batch) in pictures.chunks(BATCH).enumerate() {
            job.check()?;
            let done = (index * BATCH) as u64;
            job.report("progress-features", subject, done, pictures.len() as u64);
            let (decoded, patches) = self.look_at(job, batch)?;
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
        let kept = |image| fitter.kept(image);
        let held_out = self.hold_out(job, subject, pictures, &kept, &coreset)?;
        let rows_asked = coreset.asked;
        drop(fitter);
        let bank = MemoryBank::of_coreset(self.bank.clone(), self.recipe, coreset, held_out)?;
        Ok(Fitted { bank, rows_asked })
    }

    /// The ratio is raised so that a small product still gets [`FEWEST_ROWS`].
    fn plan(&self, patches: usize) -> CoresetPlan {
        let ratio = f64::from(self.ratio).max(FEWEST_ROWS / patches.max(1) as f64).min(1.0);
        CoresetPlan { ratio, projection: Some(PROJECTION), seed: self.seed }
    }

    /// The pictures of a batch, decoded, and what the network sees in them.
    pub(super) fn look_at(
        &self,
        job: &JobContext,
        batch: &[NormalPicture],
    ) -> Result<(Arc<Vec<RgbImage>>, Vec<PicturePatches>)> {
        let decoded = decode(batch)?;
        let (pictures, model, recipe) =
            (Arc::clone(&decoded), self.bank.model.clone(), self.recipe);
        let patches = job.shared.vision(move |lane| {
            let pictures: Vec<&RgbImage> = pictures.iter().collect();
            lane.patches(&model, &pictures, &recipe, &mut Stopwatch::default())
        })?;
        Ok((decoded, patches))
    }

    /// The scores of the pictures against the rows of the others: of all where their patches
    /// are `kept` in memory, else of [`MOST_HELD_OUT`] that the network sees again.
    pub(super) fn hold_out(
        &self,
        job: &JobContext,
        subject: &str,
        pictures: &[NormalPicture],
        kept: &dyn Fn(ImageId) -> Option<PicturePatches>,
        coreset: &Coreset,
    ) -> Result<Vec<HeldOut>> {
        let in_memory = pictures.first().is_some_and(|first| kept(first.id).is_some());
        let count = if in_memory { pictures.len() } else { pictures.len().min(MOST_HELD_OUT) };
        let chosen: Vec<NormalPicture> =
            (0..count).map(|n| pictures[n * pictures.len() / count].clone()).collect();
        let input = input_size(self.recipe.resize);
        let mut held_out = Vec::with_capacity(count);
        for batch in chosen.chunks(if in_memory { 1 } else { BATCH }) {
            job.check()?;
            job.report("progress-held-out", subject, held_out.len() as u64, count as u64);
            let in_memory: Option<Vec<_>> = batch.iter().map(|one| kept(one.id)).collect();
            let patches = match in_memory {
                Some(patches) => patches,
                None => self.look_at(job, batch)?.1,
            };
            for (picture, patches) in batch.iter().zip(&patches) {
                let (rows, origins) = (&coreset.rows, &coreset.origins);
                held_out.push(leave_one_image_out(rows, origins, picture.id, patches, input)?);
            }
        }
        Ok(held_out)
    }
}
