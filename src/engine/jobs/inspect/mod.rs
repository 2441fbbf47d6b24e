//! The pipeline: similarity → anomaly → manual → record → report → view.
//!
//! A stage that lacks something is skipped with its reason, one that breaks says why; the
//! others run all the same. Only an image that cannot be read, and a cancel, end the job.

mod again;
mod anomaly;
mod manual;
mod pictures;
mod report;
mod similarity;
mod situation;
#[cfg(test)]
mod tests;
mod view;
mod written;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use image::RgbImage;

use crate::error::{EngineError, Result};
use crate::request::{JobContext, Request, Stopwatch};
pub(super) use again::{Again, again};
use fettle_domain::{
    AnomalyMap, Inspection, ManualFinding, ModelId, ModelRole, ProductCode, Report, SkipReason,
    Stage, Verdict,
};
use fettle_library::{decode_image, read_source};
use fettle_report::Pictures;
pub(super) use manual::find_section;
pub(super) use written::words;
use written::written;

/// Inspects one image and records the result.
#[derive(Debug, Clone)]
pub struct Inspect {
    /// The image file.
    pub image: PathBuf,
    /// Its product; `None`: what its neighbours vote for.
    pub product: Option<ProductCode>,
    /// Whether the language model words the report, and the one that looks at pictures says what
    /// it sees.
    pub with_llm: bool,
    /// Where to write pictures, report and result.
    pub out: Option<PathBuf>,
}

/// An inspection and its pictures.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspected {
    /// What was found, as recorded.
    pub inspection: Inspection,
    /// The image inspected.
    pub picture: Arc<RgbImage>,
    /// Its anomaly map, where the anomaly stage ran.
    pub map: Option<Arc<AnomalyMap>>,
    /// Pictures of it, where the anomaly stage ran.
    pub pictures: Option<Arc<Pictures>>,
    /// The files written to `out`.
    pub written: Vec<PathBuf>,
}

impl Request for Inspect {
    type Answer = Inspected;

    fn name(&self) -> &'static str {
        "inspect"
    }

    fn run(self, job: &JobContext) -> Result<Inspected> {
        let begun = Instant::now();
        let mut watch = Stopwatch::default();
        if let Some(product) = &self.product {
            super::catalogue::require_product(job, product)?;
        }
        let bytes = watch.time("read", || read_source(&self.image))?;
        let image = watch.time("decode", || decode_image(&bytes, &self.image))?;
        let picture = Arc::new(image.rgb);

        job.report("progress-similarity", "", 0, 6);
        let (similarity, embedding) =
            match similarity::run(job, &picture, self.product.as_ref(), &mut watch) {
                Ok(found) => (found.similarity, Some(found.embedding)),
                Err(error) => (stage_of(job, error)?, None),
            };
        let suggestion = similarity.done().and_then(|found| found.suggestion.clone());
        let product =
            self.product.clone().or_else(|| suggestion.as_ref().map(|s| s.product.clone()));

        job.report("progress-anomaly", "", 1, 6);
        let searched = match &product {
            None => Ok(Stage::Skipped(SkipReason::NoProduct)),
            Some(product) => anomaly::run(job, product, &picture, embedding, &mut watch),
        };
        let (anomaly, seen) = split(job, searched, |found| {
            (found.anomaly, (found.map, found.pictures, found.notices))
        })?;
        let (map, pictures, mut notices) = match seen {
            Some((map, pictures, notices)) => {
                (Some(Arc::new(map)), Some(Arc::new(pictures)), notices)
            }
            None => (None, None, Vec::new()),
        };
        let verdict = anomaly.done().map_or(Verdict::Unsure, |found| found.verdict);

        job.report("progress-manual", "", 2, 6);
        let (manual, _) = split(
            job,
            manual::run(
                job,
                product.as_ref(),
                suggestion.as_ref(),
                verdict,
                (&mut watch, &mut notices),
            ),
            |finding| (finding, ()),
        )?;

        let language = job.shared.language_of_text();
        let situation =
            situation::situation(language, anomaly.done(), manual.done(), suggestion.as_ref());
        // In the manual's own words at once: complete, recorded, and what is left if the model
        // is stopped or the part is changed for the next.
        let (words, _) = write_report(job, &manual, situation.clone(), false, &mut watch)?;

        let viewer =
            if self.with_llm { view::viewer(job, verdict)? } else { Err(SkipReason::NotAsked) };
        let mut models = Vec::new();
        if similarity.done().is_some() {
            models.push(job.shared.model_for(ModelRole::ImageEmbedder)?);
        }
        if let Some(found) = anomaly.done() {
            models.push(found.bank.model.clone());
        }
        let inspection = Inspection {
            id: None,
            created_at: jiff::Zoned::now()
                .round(jiff::Unit::Second)
                .unwrap_or_else(|_| jiff::Zoned::now())
                .strftime("%Y-%m-%dT%H:%M:%S%:z")
                .to_string(),
            source: self.image.display().to_string(),
            image_hash: image.hash,
            image_path: None,
            width_px: picture.width(),
            height_px: picture.height(),
            product,
            models,
            verdict,
            similarity,
            anomaly,
            manual,
            report: words,
            view: Stage::Skipped(viewer.as_ref().err().cloned().unwrap_or(SkipReason::NotAsked)),
            notices,
            timings: Vec::new(),
        };
        job.report("progress-record", "", 3, 6);
        let recorded = Instant::now();
        watch.note("pipeline", begun);
        let timings = watch.timings.clone();
        let mut inspection = record(job, Inspection { timings, ..inspection }, bytes)?;
        watch.note("record", recorded);
        let found = |inspection: &Inspection| {
            job.sink.found(Inspected {
                inspection: inspection.clone(),
                picture: Arc::clone(&picture),
                map: map.clone(),
                pictures: pictures.clone(),
                written: Vec::new(),
            });
        };
        if self.with_llm && inspection.manual.done().is_some() {
            found(&inspection);
            job.report("progress-report", "", 4, 6);
            let (by_model, wrote) =
                write_report(job, &inspection.manual, situation, true, &mut watch)?;
            inspection.report = by_model;
            let (wrote, notice) = wrote.unwrap_or_default();
            inspection.models.extend(wrote);
            inspection.models.dedup();
            inspection.notices.extend(notice);
            rewrite(job, &mut inspection, begun, &mut watch)?;
        }
        if let Ok(model) = viewer {
            found(&inspection);
            job.report("progress-view", "", 5, 6);
            let seen = view::run(job, model.clone(), &picture, pictures.as_deref(), &mut watch);
            (inspection.view, _) = split(job, seen, |view| (view, ()))?;
            if inspection.view.done().is_some() {
                inspection.models.push(model);
            }
            rewrite(job, &mut inspection, begun, &mut watch)?;
        }
        inspection.timings = watch.timings;

        let written = match &self.out {
            Some(dir) => {
                let names = job.shared.library(|library| library.names())?;
                written(dir, (language, names), &inspection, &picture, pictures.as_deref())?
            }
            None => Vec::new(),
        };
        Ok(Inspected { inspection, picture, map, pictures, written })
    }
}

/// What a report is put into words by, and why not by the model that was asked.
pub(super) type Wrote = (Option<ModelId>, Option<String>);

/// The report of what the manual says, in its own words or in a model's.
pub(super) fn write_report(
    job: &JobContext,
    manual: &Stage<ManualFinding>,
    situation: Vec<String>,
    with_llm: bool,
    watch: &mut Stopwatch,
) -> Result<(Stage<Report>, Option<Wrote>)> {
    let written = match manual {
        Stage::Done(finding) => {
            report::run(job, finding, situation, with_llm, watch).map(Stage::Done)
        }
        Stage::Skipped(reason) => Ok(Stage::Skipped(reason.clone())),
        Stage::Failed { message } => Ok(Stage::Failed { message: message.clone() }),
    };
    split(job, written, |written| (written.report, (written.by, written.notice)))
}

/// A stage's outcome as what is recorded of it and what later stages need. An error of the
/// stage becomes its `Failed`; one that concerns the whole job ends it.
fn split<T, R, Extra>(
    job: &JobContext,
    outcome: Result<Stage<T>>,
    parts: impl FnOnce(T) -> (R, Extra),
) -> Result<(Stage<R>, Option<Extra>)> {
    job.check()?;
    Ok(match outcome {
        Ok(Stage::Done(result)) => {
            let (recorded, extra) = parts(result);
            (Stage::Done(recorded), Some(extra))
        }
        Ok(Stage::Skipped(reason)) => (Stage::Skipped(reason), None),
        Ok(Stage::Failed { message }) => (Stage::Failed { message }, None),
        Err(error) => (stage_of(job, error)?, None),
    })
}

/// An error as its stage's outcome, or back where it concerns the whole job.
pub(super) fn stage_of<T>(job: &JobContext, error: EngineError) -> Result<Stage<T>> {
    match error {
        EngineError::Models(fettle_models::ModelsError::Missing { model, .. }) => {
            Ok(Stage::Skipped(SkipReason::NoModel { model }))
        }
        error if error.is_local() => {
            tracing::warn!(%error, "stage failed");
            Ok(Stage::Failed { message: error.explain(job.shared.language_of_text()) })
        }
        error => Err(error),
    }
}

/// Records the result anew, with the time since it was `begun`.
fn rewrite(
    job: &JobContext,
    inspection: &mut Inspection,
    begun: Instant,
    watch: &mut Stopwatch,
) -> Result<()> {
    watch.timings.retain(|timing| timing.name != "pipeline");
    watch.note("pipeline", begun);
    inspection.timings.clone_from(&watch.timings);
    let rewritten = inspection.clone();
    job.shared.library(move |library| library.rewrite_inspection(&rewritten))
}

/// Keeps the image's bytes and the result.
fn record(job: &JobContext, mut inspection: Inspection, bytes: Vec<u8>) -> Result<Inspection> {
    job.shared.library(move |library| {
        library.keep_inspection(&mut inspection, &bytes)?;
        Ok(inspection)
    })
}
