//! Past inspections scored again with another bank.

use std::collections::HashMap;
use std::sync::Arc;

use image::RgbImage;
use serde::Serialize;

use super::calibration::Calibrated;
use crate::error::Result;
use crate::jobs::inspection::verdict::{NormalTaking, Taken, decide};
use crate::protocol::{JobContext, Stopwatch};
use fettle_domain::{
    ContentHash, Inspection, InspectionId, ProductCode, Progress, Thresholds, Verdict,
};
use fettle_library::{InspectionFilter, read_image_of};
use fettle_vision::defect_term::DefectTerm;
use fettle_vision::inspection_area::InspectionArea;
use fettle_vision::memory_bank::MemoryBank;

/// Inspections read at a time, since the records are large.
const PAGE: usize = 64;

/// Past inspections scored again with another bank.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Backtest {
    /// Number of inspections scored again.
    pub rescored: usize,
    /// Inspections whose picture is gone or cannot be read.
    pub unreadable: Vec<InspectionId>,
    /// Inspections with another verdict, newest first.
    pub changed: Vec<VerdictChange>,
}

/// An inspection with another verdict.
#[derive(Debug, Clone, Serialize)]
pub struct VerdictChange {
    /// The inspection.
    pub inspection: InspectionId,
    /// Time of the inspection, RFC 3339 with offset.
    pub created_at: String,
    /// The inspected file, as given.
    pub source: String,
    /// Recorded verdict.
    pub before: Verdict,
    /// Verdict with the other bank.
    pub after: Verdict,
    /// Recorded image score.
    pub score_before: f32,
    /// Image score with the other bank.
    pub score_after: f32,
}

/// Scores the pictures of the product's past inspections with `bank`, each distinct picture once.
/// `area` is the inspection area that the bank was fitted with.
pub(super) fn backtest(
    job: &JobContext,
    product: &ProductCode,
    calibrated: Calibrated,
    area: Option<&Arc<InspectionArea>>,
) -> Result<Backtest> {
    let Calibrated { bank, term, limits, .. } = calibrated;
    let bank = Arc::new(bank);
    let mut found = Backtest::default();
    let mut scores: HashMap<ContentHash, Option<(f32, Verdict)>> = HashMap::new();
    for skip in (0..).step_by(PAGE) {
        let filter = InspectionFilter {
            product: Some(product.clone()),
            newest: true,
            skip,
            ..InspectionFilter::default()
        };
        let page = job.library(move |library| library.inspections(&filter, PAGE))?;
        let last = page.len() < PAGE;
        for (index, inspection) in page.into_iter().enumerate() {
            job.check()?;
            job.sink.report(Progress {
                step: "progress-impact",
                subject: inspection.source.clone(),
                done: (skip + index) as u64,
                total: None,
            });
            let (Some(id), Some(anomaly)) = (inspection.id, inspection.anomaly.done()) else {
                continue;
            };
            let score = match scores.get(&inspection.image_hash) {
                Some(score) => *score,
                None => judge(job, &bank, (term.as_ref(), limits.thresholds), area, &inspection)?,
            };
            scores.insert(inspection.image_hash.clone(), score);
            let Some((score, after)) = score else {
                found.unreadable.push(id);
                continue;
            };
            found.rescored += 1;
            if after != anomaly.verdict {
                found.changed.push(VerdictChange {
                    inspection: id,
                    created_at: inspection.created_at.clone(),
                    source: inspection.source.clone(),
                    before: anomaly.verdict,
                    after,
                    score_before: anomaly.image_score,
                    score_after: score,
                });
            }
        }
        if last {
            break;
        }
    }
    Ok(found)
}

/// Image score and verdict of an inspection's picture, as an inspection would give them; `None` where
/// the workspace no longer has it.
fn judge(
    job: &JobContext,
    bank: &Arc<MemoryBank>,
    (term, thresholds): (Option<&DefectTerm>, Thresholds),
    area: Option<&Arc<InspectionArea>>,
    inspection: &Inspection,
) -> Result<Option<(f32, Verdict)>> {
    let Some(path) = &inspection.image_path else { return Ok(None) };
    let picture = match read_image_of(&job.shared.workspace.file(path), bank.info().sample_bits) {
        Ok(image) => image,
        Err(error) => {
            tracing::warn!(%error, "an inspection's picture is not scored again");
            return Ok(None);
        }
    };
    let score = |picture: &RgbImage| -> Result<f32> {
        let shown = area.map_or_else(|| picture.clone(), |area| area.hide_outside(picture));
        let (bank, area) = (Arc::clone(bank), area.cloned());
        let detected = job.vision(move |lane| {
            lane.detect(&bank, &shown, area.as_deref(), &mut Stopwatch::default())
        })?;
        Ok(match term {
            Some(term) => term.score(detected.image_score, &detected.oddest)?,
            None => detected.image_score,
        })
    };
    let found = score(&picture.rgb)?;
    let taken = Taken {
        picture: &picture.rgb,
        compression: picture.compression,
        area: area.map(|area| &**area),
    };
    let normal = NormalTaking::of(bank);
    let decision = decide(thresholds, found, normal, taken, |other| score(&other))?;
    Ok(Some((found, decision.verdict)))
}
