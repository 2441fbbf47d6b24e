//! One class: fit, score, measure.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use image::RgbImage;

use super::dataset::{Class, TestImage};
use super::plotted::write_plots;
use super::quality::{Quality, best_threshold, by_defect, test_rates};
use super::{ClassEvaluation, ScoredImage};
use crate::domain::{
    AnomalyMap, BankRef, DetectionRecipe, ImageId, Mask, ModelId, ProductCode, ThresholdRule,
    Timing,
};
use crate::engine::error::{EngineError, Result};
use crate::engine::jobs::fit::{Fit, NormalPicture};
use crate::engine::request::{JobContext, Stopwatch};
use crate::engine::vision_lane::Detected;
use crate::library::read_image;
use crate::vision::memory_bank::MemoryBank;
use crate::vision::metrics::pixels::PixelScores;
use crate::vision::thresholds::FEWEST_NORMALS;

/// What is the same for all classes.
pub(super) struct Conditions {
    pub(super) model: ModelId,
    pub(super) recipe: DetectionRecipe,
    pub(super) ratio: f32,
    pub(super) seed: u64,
    pub(super) rule: ThresholdRule,
    /// Where plots go.
    pub(super) out: Option<PathBuf>,
}

pub(super) fn evaluate(
    job: &JobContext,
    class: &Class,
    conditions: &Conditions,
) -> Result<ClassEvaluation> {
    let start = Instant::now();
    let bank = Arc::new(fit(job, class, conditions)?);
    let fit_seconds = start.elapsed().as_secs_f64();
    let mut watch = Stopwatch::default();
    let mut pixels = PixelScores::default();
    let mut images = Vec::with_capacity(class.test.len());
    for (index, image) in class.test.iter().enumerate() {
        job.check()?;
        job.report("progress-evaluate", &class.name, index as u64, class.test.len() as u64);
        // One at a time, as they are inspected, so that the times are those of an inspection.
        let picture = watch.time("decode", || read_image(&image.path))?.rgb;
        let (scored, timings) = score(job, &bank, picture)?;
        watch.timings.extend(timings);
        count_pixels(&mut pixels, &scored.map, image)?;
        let path = image.path.strip_prefix(&class.root).unwrap_or(&image.path).to_owned();
        images.push(ScoredImage { path, defect: image.defect.clone(), score: scored.image_score });
    }
    let thresholds = bank.info().thresholds;
    let rates = test_rates(&images, bank.info())?;
    if let Some(dir) = &conditions.out {
        write_plots(job, &dir.join(&class.name), &images, &rates, thresholds.image)?;
    }
    Ok(ClassEvaluation {
        class: class.name.clone(),
        train: class.train.len(),
        good: images.iter().filter(|image| image.defect.is_none()).count(),
        defective: images.iter().filter(|image| image.defect.is_some()).count(),
        masked: class.test.iter().filter(|image| image.mask.is_some()).count(),
        rows: bank.rows().len(),
        thresholds,
        rates,
        best_threshold: best_threshold(&images)?,
        quality: Quality::of(&images, &pixels, thresholds.image)?,
        defects: by_defect(&images, thresholds.image)?,
        fit_seconds,
        timings: mean_by_stage(&watch.timings, images.len()),
        images,
    })
}

fn fit(job: &JobContext, class: &Class, conditions: &Conditions) -> Result<MemoryBank> {
    // A class's name is a folder's, which may have characters that a code cannot.
    let plain: String =
        class.name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).take(64).collect();
    let product =
        ProductCode::new(&plain).map_err(|_| EngineError::NotADataset(class.root.clone()))?;
    if class.train.len() < FEWEST_NORMALS {
        let (count, needed) = (class.train.len(), FEWEST_NORMALS);
        return Err(EngineError::TooFewTrainImages { class: class.root.clone(), count, needed });
    }
    let pictures: Vec<NormalPicture> = (0..)
        .zip(&class.train)
        .map(|(id, path)| NormalPicture { id: ImageId(id), path: path.clone() })
        .collect();
    let Conditions { model, recipe, ratio, seed, rule, .. } = conditions;
    let bank = BankRef { product, version: 1, model: model.clone() };
    let fit = Fit { bank, recipe: recipe.clone(), ratio: *ratio, seed: *seed };
    let fitted = fit.run(job, &class.name, &pictures, |_, _| Ok(()))?.bank;
    Ok(fitted.recalibrated(Vec::new(), *rule)?)
}

fn score(
    job: &JobContext,
    bank: &Arc<MemoryBank>,
    picture: RgbImage,
) -> Result<(Detected, Vec<Timing>)> {
    let bank = Arc::clone(bank);
    job.shared.vision(move |lane| {
        let mut watch = Stopwatch::default();
        let detected = lane.detect(&bank, &picture, &mut watch)?;
        Ok((detected, watch.timings))
    })
}

fn count_pixels(pixels: &mut PixelScores, map: &AnomalyMap, image: &TestImage) -> Result<()> {
    match (&image.defect, &image.mask) {
        (None, _) => pixels.add_normal(map)?,
        (Some(_), Some(path)) => {
            let truth = read_mask(path)?;
            if (truth.width, truth.height) != (map.width, map.height) {
                return Err(EngineError::MaskSize { mask: path.clone() });
            }
            pixels.add(map, &truth)?;
        }
        // Which of its pixels are anomalous nobody knows.
        (Some(_), None) => {}
    }
    Ok(())
}

/// Anything but black is anomalous: masks mark with 255 or with 1.
fn read_mask(path: &Path) -> Result<Mask> {
    let picture = read_image(path)?.rgb;
    let set = picture.pixels().map(|pixel| pixel.0 != [0, 0, 0]).collect();
    Ok(Mask { width: picture.width(), height: picture.height(), set })
}

/// Mean milliseconds by name, in the order in which the stages first ran.
fn mean_by_stage(timings: &[Timing], images: usize) -> Vec<Timing> {
    let mut means: Vec<Timing> = Vec::new();
    for timing in timings {
        let ms = timing.ms / images as f64;
        match means.iter_mut().find(|mean| mean.name == timing.name) {
            Some(mean) => mean.ms += ms,
            None => means.push(Timing { name: timing.name.clone(), ms }),
        }
    }
    means
}
