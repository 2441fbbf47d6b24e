//! Limits of a bank, with the product's known defects and what they teach.

use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, Stopwatch};
use fettle_domain::{DefectCode, ImageLabel, KnownImage, ProductCode, ThresholdRule};
use fettle_library::{LabelFilter, read_image_of};
use fettle_vision::defect_term::{DefectTerm, Example, learn};
use fettle_vision::inspection_area::InspectionArea;
use fettle_vision::memory_bank::MemoryBank;
use fettle_vision::thresholds::{Calibration, KnownDefect, ScoredImages, calibrate};

/// Pictures decoded in parallel.
const BATCH: usize = 8;
/// Maximum number of scored pictures, evenly spaced: enough for the confidence interval of a rate,
/// and learned from in seconds.
const MAX_SCORED: usize = 512;

/// The picture of a known defect.
#[derive(Debug, Clone)]
pub(crate) struct KnownPicture {
    pub(crate) image: KnownImage,
    pub(crate) defect: Option<DefectCode>,
    pub(crate) path: PathBuf,
}

/// A bank with limits that its known defects had a part in.
pub(crate) struct Calibrated {
    /// The bank, with limits for scores without the term.
    pub(crate) bank: MemoryBank,
    /// What the known defects teach; `None` without known defects.
    pub(crate) term: Option<DefectTerm>,
    /// Limits and scale for scores with the term where it is in force.
    pub(crate) limits: Calibration,
    /// Number of known defects whose pictures could not be read.
    pub(crate) unread: usize,
}

/// Scores the product's known defects, learns from them, and sets the limits of `bank` by `rule`.
pub(super) fn calibrate_bank(
    job: &JobContext,
    bank: MemoryBank,
    rule: ThresholdRule,
    area: Option<&Arc<InspectionArea>>,
) -> Result<Calibrated> {
    let known = known_pictures(job, &bank.info().bank.product)?;
    calibrate_with(job, bank, rule, area, &known)
}

/// Scores `known` defects, learns from them, and sets the limits of `bank` by `rule`.
pub(crate) fn calibrate_with(
    job: &JobContext,
    bank: MemoryBank,
    rule: ThresholdRule,
    area: Option<&Arc<InspectionArea>>,
    known: &[KnownPicture],
) -> Result<Calibrated> {
    let bank = Arc::new(bank);
    let examples = examples(job, &bank, area, known)?;
    // The lane dropped its clone when it answered.
    let bank = Arc::into_inner(bank).ok_or(EngineError::Ended)?;
    let scored = examples.iter().map(|example| example.defect.clone()).collect();
    let bank = bank.recalibrated(scored, rule)?;
    let term = learned(&bank, &examples)?;
    let limits = limits(&bank, term.as_ref(), &rule)?;
    let unread = known.len() - examples.len();
    Ok(Calibrated { bank, term, limits, unread })
}

/// What `examples` teach `bank`; `None` without any.
pub(super) fn learned(bank: &MemoryBank, examples: &[Example]) -> Result<Option<DefectTerm>> {
    if examples.is_empty() {
        return Ok(None);
    }
    Ok(Some(learn(&bank.info().held_out, bank.oddest(), examples)?))
}

/// Limits by `rule` for the scores of `bank` with `term`.
pub(super) fn limits(
    bank: &MemoryBank,
    term: Option<&DefectTerm>,
    rule: &ThresholdRule,
) -> Result<Calibration> {
    let info = bank.info();
    let Some(term) = term else {
        let (held_out, known) = (&info.held_out, &info.known_defects);
        return Ok(calibrate(ScoredImages { held_out, known, with_term: false }, rule)?);
    };
    let held_out = term.with_term(&info.held_out)?;
    let known: Vec<KnownDefect> = term.known().cloned().collect();
    let with_term = term.in_force();
    Ok(calibrate(ScoredImages { held_out: &held_out, known: &known, with_term }, rule)?)
}

/// The known defects of a product: registered images of defects, and pictures of inspections that a
/// person judged NG, each picture once.
pub(super) fn known_pictures(job: &JobContext, product: &ProductCode) -> Result<Vec<KnownPicture>> {
    let product = product.clone();
    let workspace = &job.shared.workspace;
    let (registered, judged) = job.library(move |library| {
        let registered = library.images(Some(&product), &LabelFilter::AnyDefect)?;
        Ok((registered, library.judged_defective(&product)?))
    })?;
    let mut known = Vec::with_capacity(registered.len() + judged.len());
    for image in &registered {
        if let ImageLabel::Defect(defect) = &image.label {
            known.push(KnownPicture {
                image: KnownImage::Registered(image.id),
                defect: Some(defect.clone()),
                path: workspace.file(&image.path),
            });
        }
    }
    for picture in judged {
        if !registered.iter().any(|image| image.content_hash == picture.image_hash) {
            known.push(KnownPicture {
                image: KnownImage::Judged { inspection: picture.inspection },
                defect: picture.defect,
                path: workspace.file(&picture.image_path),
            });
        }
    }
    let count = known.len().min(MAX_SCORED);
    Ok((0..count).map(|n| known[n * known.len() / count].clone()).collect())
}

/// Scores and oddest patches of `known` defects. A picture that cannot be read is left out.
pub(super) fn examples(
    job: &JobContext,
    bank: &Arc<MemoryBank>,
    area: Option<&Arc<InspectionArea>>,
    known: &[KnownPicture],
) -> Result<Vec<Example>> {
    let mut found = Vec::with_capacity(known.len());
    let samples = bank.info().sample_bits;
    for (index, batch) in known.chunks(BATCH).enumerate() {
        job.check()?;
        job.report("progress-known-defects", "", (index * BATCH) as u64, known.len() as u64);
        let read: Vec<_> = batch
            .par_iter()
            .map(|picture| {
                let read = read_image_of(&picture.path, samples)?.rgb;
                Ok(area.map(|area| area.hide_outside(&read)).unwrap_or(read))
            })
            .collect::<Vec<Result<_>>>();
        let mut pictures = Vec::with_capacity(batch.len());
        for (known, picture) in batch.iter().zip(read) {
            match picture {
                Ok(picture) => pictures.push((known.clone(), picture)),
                Err(error) if error.is_recoverable() => {
                    tracing::warn!(%error, "a known defect is left out");
                }
                Err(error) => return Err(error),
            }
        }
        let (scorer, area) = (Arc::clone(bank), area.cloned());
        found.extend(job.vision(move |lane| {
            let watch = &mut Stopwatch::default();
            pictures
                .into_iter()
                .map(|(KnownPicture { image, defect, .. }, picture)| {
                    let detected = lane.detect(&scorer, &picture, area.as_deref(), watch)?;
                    let pixel_max = detected.map.scores.iter().copied().fold(0.0, f32::max);
                    let image_score = detected.image_score;
                    let defect = KnownDefect { image, defect, image_score, pixel_max };
                    Ok(Example { defect, oddest: detected.oddest })
                })
                .collect::<Result<Vec<_>>>()
        })?);
    }
    Ok(found)
}

/// Rejects a rule that cannot set thresholds, before the long part of a fit.
pub(super) fn check_rule(
    job: &JobContext,
    product: &ProductCode,
    rule: &ThresholdRule,
) -> Result<()> {
    let any_known = !known_pictures(job, product)?.is_empty();
    Ok(fettle_vision::thresholds::check_rule(rule, any_known)?)
}
