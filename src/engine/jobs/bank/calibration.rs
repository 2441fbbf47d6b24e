//! Thresholds of a new bank, with the scores of the product's known defects.

use std::sync::Arc;

use rayon::prelude::*;

use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, Stopwatch};
use fettle_domain::{ImageLabel, ProductCode, ThresholdRule};
use fettle_library::{LabelFilter, read_image};
use fettle_vision::inspection_area::InspectionArea;
use fettle_vision::memory_bank::MemoryBank;
use fettle_vision::thresholds::KnownDefect;

/// Pictures decoded in parallel.
const BATCH: usize = 8;
/// Maximum number of scored pictures, evenly spaced: enough for the confidence interval of a rate.
const MAX_SCORED: usize = 512;

/// Scores the product's defect images and sets the thresholds of `bank` by `rule`.
pub(super) fn calibrate(
    job: &JobContext,
    bank: MemoryBank,
    rule: ThresholdRule,
    area: Option<&Arc<InspectionArea>>,
) -> Result<MemoryBank> {
    let product = bank.info().bank.product.clone();
    let images =
        job.library(move |library| library.images(Some(&product), &LabelFilter::AnyDefect))?;
    let count = images.len().min(MAX_SCORED);
    let chosen: Vec<_> = (0..count).map(|n| &images[n * images.len() / count]).collect();
    let bank = Arc::new(bank);
    let mut known = Vec::with_capacity(count);
    for batch in chosen.chunks(BATCH) {
        job.check()?;
        job.report("progress-known-defects", "", known.len() as u64, count as u64);
        let root = job.shared.workspace.root();
        let pictures = batch
            .par_iter()
            .map(|image| {
                let picture = read_image(&root.join(&image.path))?.rgb;
                Ok(area.map(|area| area.hide_outside(&picture)).unwrap_or(picture))
            })
            .collect::<Result<Vec<_>>>()?;
        let (scorer, area) = (Arc::clone(&bank), area.cloned());
        let scores = job.vision(move |lane| {
            let watch = &mut Stopwatch::default();
            pictures
                .iter()
                .map(|picture| {
                    let detected = lane.detect(&scorer, picture, area.as_deref(), watch)?;
                    let pixel_max = detected.map.scores.iter().copied().fold(0.0, f32::max);
                    Ok((detected.image_score, pixel_max))
                })
                .collect::<Result<Vec<_>>>()
        })?;
        for (image, (image_score, pixel_max)) in batch.iter().zip(scores) {
            if let ImageLabel::Defect(defect) = &image.label {
                let (image, defect) = (image.id, defect.clone());
                known.push(KnownDefect { image, defect, image_score, pixel_max });
            }
        }
    }
    // The lane dropped its clone when it answered.
    let bank = Arc::into_inner(bank).ok_or(EngineError::Ended)?;
    Ok(bank.recalibrated(known, rule)?)
}

/// Rejects a rule that cannot set thresholds, before the long part of a fit.
pub(super) fn check_rule(
    job: &JobContext,
    product: &ProductCode,
    rule: &ThresholdRule,
) -> Result<()> {
    let product = product.clone();
    let defects =
        job.library(move |library| library.images(Some(&product), &LabelFilter::AnyDefect))?;
    Ok(fettle_vision::thresholds::check_rule(rule, !defects.is_empty())?)
}
