//! What another bank would have said of the inspections of the past.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use crate::error::Result;
use crate::request::{JobContext, Stopwatch};
use fettle_domain::{
    ContentHash, Inspection, InspectionId, ProductCode, Progress, ProgressSink, Verdict,
};
use fettle_library::{InspectionFilter, read_image};
use fettle_vision::inspection_area::InspectionArea;
use fettle_vision::memory_bank::MemoryBank;

/// Inspections read at once: their records are large.
const PAGE: usize = 64;

/// What changes for the inspections of the past.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Impact {
    /// How many were scored anew.
    pub rescored: usize,
    /// Whose picture is gone or cannot be read.
    pub unreadable: Vec<InspectionId>,
    /// Those that would get another verdict, newest first.
    pub changed: Vec<VerdictChange>,
}

/// An inspection that would get another verdict.
#[derive(Debug, Clone, Serialize)]
pub struct VerdictChange {
    /// Which.
    pub inspection: InspectionId,
    /// When, RFC 3339 with offset.
    pub created_at: String,
    /// The file inspected, as given then.
    pub source: String,
    /// The verdict of then.
    pub before: Verdict,
    /// The other bank's.
    pub after: Verdict,
    /// The image score of then.
    pub score_before: f32,
    /// The other bank's.
    pub score_after: f32,
}

/// Scores the pictures of the product's past inspections, or `area` of them, which `bank` was
/// fitted with, against `bank`, each once.
pub(super) fn impact(
    job: &JobContext,
    product: &ProductCode,
    bank: &Arc<MemoryBank>,
    area: Option<&Arc<InspectionArea>>,
) -> Result<Impact> {
    let mut found = Impact::default();
    let mut scores: HashMap<ContentHash, Option<f32>> = HashMap::new();
    let limit = bank.info().thresholds.image;
    for skip in (0..).step_by(PAGE) {
        let filter = InspectionFilter {
            product: Some(product.clone()),
            skip,
            ..InspectionFilter::default()
        };
        let page = job.shared.library(move |library| library.inspections(&filter, PAGE))?;
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
                None => score(job, bank, area, &inspection)?,
            };
            scores.insert(inspection.image_hash.clone(), score);
            let Some(score) = score else {
                found.unreadable.push(id);
                continue;
            };
            found.rescored += 1;
            let after = if score > limit { Verdict::Ng } else { Verdict::Ok };
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

/// The score of the picture that the workspace keeps of an inspection, if it still has it.
fn score(
    job: &JobContext,
    bank: &Arc<MemoryBank>,
    area: Option<&Arc<InspectionArea>>,
    inspection: &Inspection,
) -> Result<Option<f32>> {
    let Some(path) = &inspection.image_path else { return Ok(None) };
    let picture = match read_image(&job.shared.workspace.root().join(path)) {
        Ok(image) => area.map(|area| area.hide_outside(&image.rgb)).unwrap_or(image.rgb),
        Err(error) => {
            tracing::warn!(%error, "an inspection's picture is not scored anew");
            return Ok(None);
        }
    };
    let (bank, area) = (Arc::clone(bank), area.cloned());
    let score = job.shared.vision(move |lane| {
        Ok(lane.detect(&bank, &picture, area.as_deref(), &mut Stopwatch::default())?.image_score)
    })?;
    Ok(Some(score))
}
