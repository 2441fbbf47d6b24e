//! Evaluating one class: fit, scores, metrics.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use image::RgbImage;
use rand::SeedableRng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::dataset::{Class, TestImage};
use super::plots::write_plots;
use super::quality::{DefectQuality, Quality, TestRates, best_threshold, by_defect, test_rates};
use super::scored_image::ScoredImage;
use super::truth::MaskNotes;
use crate::error::{EngineError, Result};
use crate::jobs::bank::KnownDefectsSummary;
use crate::jobs::bank::calibration::{Calibrated, KnownPicture, calibrate_with};
use crate::jobs::bank::fit::Fit;
use crate::jobs::bank::normal_pictures::NormalPicture;
use crate::jobs::bank::scored_bank::ScoredBank;
use crate::jobs::inspection::verdict::{Decision, NormalTaking, Taken, decide};
use crate::protocol::{JobContext, Stopwatch};
use crate::vision_lane::Detected;
use fettle_domain::{
    AnomalyMap, BankRef, DetectionRecipe, ImageId, KnownImage, Mask, ModelId, ProductCode,
    ThresholdRule, Thresholds, Timing, Verdict,
};
use fettle_library::read_image_of;
use fettle_vision::memory_bank::MemoryBank;
use fettle_vision::metrics::overlap::overlap;
use fettle_vision::metrics::pixels::PixelScores;
use fettle_vision::part_area::Part;
use fettle_vision::regions::{mask_threshold, regions, smallest_area};
use fettle_vision::thresholds::{Calibration, rates};

/// Results of a class.
#[derive(Debug, Clone, Serialize)]
pub struct ClassEvaluation {
    /// Name of the class folder.
    pub class: String,
    /// Number of normal pictures that the bank was fitted on.
    pub train: usize,
    /// Number of good test pictures.
    pub good: usize,
    /// Number of defective test pictures.
    pub defective: usize,
    /// Number of defective pictures with a mask. Pixel metrics leave the others out.
    pub masked: usize,
    /// What is to be known of the masks.
    pub masks: MaskNotes,
    /// Number of rows of the bank.
    pub rows: usize,
    /// Number of defective pictures that were taken as known; they are not among the test pictures.
    pub known: usize,
    /// What the known defects taught; `None` without any.
    pub learned: Option<KnownDefectsSummary>,
    /// Thresholds fitted on the training pictures and known defects alone.
    pub thresholds: Thresholds,
    /// Error rates at the thresholds.
    pub rates: TestRates,
    /// The image threshold with the highest F1 on the test pictures, where scores at or above are NG.
    /// Only for comparison with the fitted threshold.
    pub best_threshold: Option<f32>,
    /// Metrics of the class.
    pub quality: Quality,
    /// Metrics by defect, against all good pictures.
    pub defects: Vec<DefectQuality>,
    /// Seconds to read the training pictures and fit the bank.
    pub fit_seconds: f64,
    /// Mean milliseconds per test picture by stage, inspected one at a time.
    pub timings: Vec<Timing>,
    /// Test pictures with their scores.
    pub images: Vec<ScoredImage>,
}

/// Parameters common to all classes.
pub(super) struct Conditions {
    pub(super) model: ModelId,
    pub(super) recipe: DetectionRecipe,
    pub(super) ratio: f32,
    pub(super) seed: u64,
    pub(super) rule: ThresholdRule,
    /// Number of defective pictures of a class that are taken as known.
    pub(super) known: usize,
    /// Directory of the plots.
    pub(super) out: Option<PathBuf>,
}

/// Fits a bank on the training pictures of `class` and scores its test pictures.
pub(super) fn evaluate(
    job: &JobContext,
    class: &Class,
    conditions: &Conditions,
) -> Result<ClassEvaluation> {
    let start = Instant::now();
    let (known, test) = split_known(&class.test, conditions.known, conditions.seed);
    let fitted = fit(job, class, conditions, &known)?;
    let learned = KnownDefectsSummary::of(&fitted);
    let expected = rates(ScoredBank::of(&fitted)?.images(), fitted.limits.thresholds)?;
    let Calibrated { bank, term, limits: Calibration { thresholds, scale }, .. } = fitted;
    let bank = Arc::new(bank);
    let fit_seconds = start.elapsed().as_secs_f64();
    let mut watch = Stopwatch::default();
    let combined = |detected: &Detected| match &term {
        Some(term) => Ok::<f32, EngineError>(term.score(detected.image_score, &detected.oddest)?),
        None => Ok(detected.image_score),
    };
    let mut pixels = PixelScores::default();
    let mut notes = MaskNotes::of(class);
    let mut masks = Vec::new();
    let mut images = Vec::with_capacity(test.len());
    for (index, image) in test.iter().enumerate() {
        job.check()?;
        job.report("progress-evaluate", &class.name, index as u64, test.len() as u64);
        // One picture at a time, so that the times are those of an inspection.
        let samples = bank.info().sample_bits;
        let read = watch.time("decode", || read_image_of(&image.path, samples))?;
        let (picture, compression) = (read.rgb, read.compression);
        let (scored, timings) = score(job, &bank, picture.clone())?;
        watch.timings.extend(timings);
        let image_score = combined(&scored)?;
        let normal = NormalTaking::of(&bank);
        let taken = Taken { picture: &picture, compression, area: None };
        let Decision { verdict, .. } = watch.time("taken", || {
            decide(thresholds, image_score, normal, taken, |other| {
                combined(&score(job, &bank, other)?.0)
            })
        })?;
        let truth = image.mask.as_ref();
        let truth = truth.map(|files| notes.read_truth(&class.root, files, &scored.map));
        let truth = truth.transpose()?;
        match (&image.defect, &truth) {
            (None, _) => pixels.add_normal(&scored.map)?,
            (Some(_), Some(truth)) => pixels.add(&scored.map, truth)?,
            // The anomalous pixels are unknown.
            (Some(_), None) => {}
        }
        if let Some(truth) = truth.filter(|_| verdict != Verdict::Ok) {
            masks.extend(overlap(&mask(&scored.map, thresholds.pixel, scale.low)?, &truth)?);
        }
        let path = image.path.strip_prefix(&class.root).unwrap_or(&image.path).to_owned();
        images.push(ScoredImage {
            path,
            defect: image.defect.clone(),
            score: image_score,
            calibrated_score: thresholds.calibrated(image_score),
            verdict,
        });
    }
    let rates = test_rates(&images, expected);
    if let Some(dir) = &conditions.out {
        write_plots(job, &dir.join(&class.name), &images, &rates, thresholds.image)?;
    }
    Ok(ClassEvaluation {
        class: class.name.clone(),
        train: class.train.len(),
        good: images.iter().filter(|image| image.defect.is_none()).count(),
        defective: images.iter().filter(|image| image.defect.is_some()).count(),
        masked: test.iter().filter(|image| image.mask.is_some()).count(),
        masks: notes,
        rows: bank.rows().len(),
        known: known.len(),
        learned,
        thresholds,
        rates,
        best_threshold: best_threshold(&images)?,
        quality: Quality::of(&images, &pixels, &masks)?,
        defects: by_defect(&images)?,
        fit_seconds,
        timings: mean_by_stage(&watch.timings, images.len()),
        images,
    })
}

/// Defective pictures taken as known, drawn at random, and the other test pictures.
fn split_known(test: &[TestImage], count: usize, seed: u64) -> (Vec<&TestImage>, Vec<&TestImage>) {
    let defective: Vec<usize> =
        test.iter().enumerate().filter(|(_, i)| i.defect.is_some()).map(|(n, _)| n).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let drawn: HashSet<usize> = defective.sample(&mut rng, count).copied().collect();
    let (known, rest): (Vec<_>, Vec<_>) =
        test.iter().enumerate().partition(|(n, _)| drawn.contains(n));
    let images = |list: Vec<(usize, _)>| list.into_iter().map(|(_, image)| image).collect();
    (images(known), images(rest))
}

fn fit(
    job: &JobContext,
    class: &Class,
    conditions: &Conditions,
    known: &[&TestImage],
) -> Result<Calibrated> {
    // A folder name may have characters that a product code cannot.
    let plain: String =
        class.name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).take(64).collect();
    let product =
        ProductCode::new(&plain).map_err(|_| EngineError::NotADataset(class.root.clone()))?;
    let pictures: Vec<NormalPicture> = (0..)
        .zip(&class.train)
        .map(|(id, path)| NormalPicture { id: ImageId(id), path: path.clone() })
        .collect();
    let Conditions { model, recipe, ratio, seed, rule, .. } = conditions;
    let bank = BankRef { product, version: 1, model: model.clone() };
    let fit = Fit {
        bank,
        recipe: recipe.clone(),
        ratio: *ratio,
        seed: *seed,
        area: None,
        sample_bits: None,
    };
    let fitted = fit.run(job, &class.name, &pictures, |_, _| Ok(()))?.bank;
    let known: Vec<KnownPicture> = (0..)
        .zip(known)
        .map(|(id, image)| KnownPicture {
            image: KnownImage::Registered(ImageId(-1 - id)),
            defect: None,
            path: image.path.clone(),
        })
        .collect();
    calibrate_with(job, fitted, *rule, None, &known)
}

fn score(
    job: &JobContext,
    bank: &Arc<MemoryBank>,
    picture: RgbImage,
) -> Result<(Detected, Vec<Timing>)> {
    let bank = Arc::clone(bank);
    job.vision(move |lane| {
        let mut watch = Stopwatch::default();
        let detected = lane.detect(&bank, &picture, None, &mut watch)?;
        Ok((detected, watch.timings))
    })
}

/// The mask that an inspection would mark on a part that is not OK.
fn mask(map: &AnomalyMap, pixel_threshold: f32, normal: f32) -> Result<Mask> {
    let above = mask_threshold(map, normal, pixel_threshold);
    let smallest = smallest_area(map.width, map.height);
    Ok(regions(map, above, smallest, &Part::whole(map.width, map.height))?.0)
}

/// Mean milliseconds by stage, in the order of first appearance.
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
