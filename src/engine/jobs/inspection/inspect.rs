//! The inspection pipeline: similarity → anomaly → manual → record → report → view.
//!
//! A stage with a missing requirement is skipped with the reason, a failed stage records its error;
//! the other stages still run. Only an unreadable image and cancellation end the job.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use image::RgbImage;

use super::anomaly::anomaly_stage;
use super::export_result::export_result;
use super::manual_section::manual_stage;
use super::measurement_summary::measurement_summary;
use super::model_answers::{ModelPart, OnText};
use super::model_view::{view_model, view_stage};
use super::product_range::read_for_product;
use super::report::report_stage;
use super::similarity::similarity_stage;
use super::stage::{failed_stage, split_stage};
use crate::error::{EngineError, Result};
use crate::jobs::corrective_action::past_actions::past_actions;
use crate::jobs::manual::manual_figures::reported_figures;
use crate::jobs::measuring::scale_in_force::scale_in_force;
use crate::jobs::registration::catalogue::require_product;
use crate::picture_notices::explain_notice;
use crate::protocol::{JobContext, Request, Stopwatch};
use fettle_domain::{
    AnomalyMap, Inspection, Judgement, ModelRole, PastAction, ProductCode, Role, SkipReason, Stage,
    Suggestion, Verdict,
};
use fettle_library::{LibraryError, OpenFault, decode_image, decode_image_of, read_source};
use fettle_report::Pictures;
use fettle_settings::Settings;

/// Inspects one image and records the result.
#[derive(Debug, Clone)]
pub struct Inspect {
    /// The image file.
    pub image: PathBuf,
    /// Product of the part; `None`: the product that the neighbours vote for.
    pub product: Option<ProductCode>,
    /// Whether the language model orders the report and the vision language model describes the
    /// part.
    pub with_llm: bool,
    /// Directory for pictures, report and result.
    pub out: Option<PathBuf>,
}

/// An inspection with its pictures.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspected {
    /// The recorded inspection.
    pub inspection: Inspection,
    /// The inspected image.
    pub picture: Arc<RgbImage>,
    /// The anomaly map, if the anomaly stage ran.
    pub map: Option<Arc<AnomalyMap>>,
    /// The pictures of the result, if the anomaly stage ran.
    pub pictures: Option<Arc<Pictures>>,
    /// Files written to `out`.
    pub written: Vec<PathBuf>,
    /// What of it could not be kept, as on a full disk, in the language of messages; the verdict holds
    /// all the same. The inspection's notices say it, too.
    pub not_kept: Vec<String>,
    /// What a person said of the part.
    pub judgement: Option<Judgement>,
    /// Whether this is the record of an earlier inspection, which was not repeated.
    pub recorded_before: bool,
}

/// What an inspection sends while it runs.
#[derive(Debug, Clone, PartialEq)]
pub enum InspectionEvent {
    /// The inspection as recorded, while a model still words its report or views the part.
    Recorded(Box<Inspected>),
    /// A piece of the report's text as the model writes it.
    ReportText(String),
    /// A piece of the view of the part as the vision-language model writes it.
    ViewText(String),
}

impl Request for Inspect {
    type Answer = Inspected;
    type Event = InspectionEvent;

    fn name(&self) -> &'static str {
        "inspect"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn may_wait_for_server(&self, settings: &Settings) -> bool {
        self.with_llm && !settings.remote.is_empty()
    }

    fn run(self, job: &JobContext<InspectionEvent>) -> Result<Inspected> {
        let events = job.events.clone();
        let job = &job.with_unheard_events();
        let begun = Instant::now();
        let mut watch = Stopwatch::default();
        if let Some(product) = &self.product {
            require_product(job, product)?;
        }
        let bytes = watch.time("read", || read_source(&self.image))?;
        let image = watch.time("decode", || decode_image(&bytes, &self.image))?;
        let language = job.shared.report_language();
        let compression = image.compression;
        let mut read_notices = image.notices;
        let mut picture = Arc::new(image.rgb);

        job.report("progress-similarity", "", 0, 6);
        let (similarity, mut embedding) =
            match similarity_stage(job, &picture, self.product.as_ref(), &mut watch) {
                Ok(found) => (found.similarity, Some(found.embedding)),
                Err(error) => (failed_stage(job, error)?, None),
            };
        let suggestion = similarity.done().and_then(|found| found.suggestion.clone());
        let product =
            self.product.clone().or_else(|| suggestion.as_ref().map(|s| s.product.clone()));

        job.report("progress-anomaly", "", 1, 6);
        // Which undeclared samples are white is known with the product.
        let read = match product.as_ref().filter(|_| image.undeclared_bits.is_some()) {
            Some(product) => {
                let decode = |samples| {
                    let image = decode_image_of(&bytes, &self.image, Some(samples))?;
                    Ok((image.rgb, image.notices))
                };
                read_for_product(job, product, decode, embedding.as_deref(), &mut watch)
            }
            None => Ok(None),
        };
        let outcome = match (&product, read) {
            (None, _) => Ok(Stage::Skipped(SkipReason::NoProduct)),
            (Some(_), Err(error)) => Err(error),
            (Some(product), Ok(read)) => {
                if let Some(read) = read {
                    (picture, read_notices, embedding) =
                        (read.picture, read.notices, read.embedding);
                }
                let seen = (&picture, compression);
                anomaly_stage(job, product, seen, embedding, &mut watch)
            }
        };
        let (anomaly, seen) = split_stage(job, outcome, |found| {
            (found.anomaly, (found.map, found.pictures, found.notices))
        })?;
        let (map, pictures, mut notices) = match seen {
            Some((map, pictures, notices)) => {
                (Some(Arc::new(map)), Some(Arc::new(pictures)), notices)
            }
            None => (None, None, Vec::new()),
        };
        let read_notices = read_notices.iter().map(|notice| explain_notice(notice, language));
        notices.splice(0..0, read_notices);
        let verdict = anomaly.done().map_or(Verdict::Unsure, |found| found.verdict);

        job.report("progress-manual", "", 2, 6);
        let (manual, _) = split_stage(
            job,
            manual_stage(
                job,
                product.as_ref(),
                suggestion.as_ref(),
                verdict,
                (&mut watch, &mut notices),
            ),
            |finding| (finding, ()),
        )?;

        let summary =
            measurement_summary(language, anomaly.done(), manual.done(), suggestion.as_ref());
        // First a complete report in the words of the manual: recorded at once, and kept if the
        // model is stopped.
        let (report, evidence) = report_stage(job, &manual, &summary, None, &mut watch)?;
        let about_manual = notices.len();
        notices.extend(evidence.notice);

        let past_actions = watch.time("last-time", || {
            past_actions_stage(job, product.as_ref(), suggestion.as_ref(), verdict, &mut notices)
        })?;

        let viewer =
            if self.with_llm { view_model(job, verdict)? } else { Err(SkipReason::NotAsked) };
        let mut models = Vec::new();
        if similarity.done().is_some() {
            models.push(job.shared.model_for(ModelRole::ImageEmbedder)?);
        }
        if let Some(found) = anomaly.done() {
            models.push(found.bank.model.clone());
        }
        let size = (picture.width(), picture.height());
        let measurements = scale_in_force(job, product.as_ref(), size);
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
            width_px: size.0,
            height_px: size.1,
            product,
            product_given: self.product.is_some(),
            models,
            verdict,
            similarity,
            anomaly,
            manual,
            report,
            view: Stage::Skipped(viewer.as_ref().err().cloned().unwrap_or(SkipReason::NotAsked)),
            past_actions,
            notices,
            timings: Vec::new(),
            measurements,
        };
        job.report("progress-record", "", 3, 6);
        let recorded = Instant::now();
        watch.note("pipeline", begun);
        let timings = watch.timings.clone();
        let mut not_kept = Vec::new();
        let inspection = Inspection { timings, ..inspection };
        let (mut inspection, judgement) = match record(job, inspection.clone(), bytes) {
            Err(error) if error.is_recoverable() => {
                let mut inspection = inspection;
                note_lost(job, &error, "inspection-not-recorded", &mut inspection, &mut not_kept);
                (inspection, None)
            }
            recorded => recorded?,
        };
        watch.note("record", recorded);
        let send_recorded = |inspection: &Inspection| {
            events.send(InspectionEvent::Recorded(Box::new(Inspected {
                inspection: inspection.clone(),
                picture: Arc::clone(&picture),
                map: map.clone(),
                pictures: pictures.clone(),
                written: Vec::new(),
                not_kept: Vec::new(),
                judgement: judgement.clone(),
                recorded_before: false,
            })));
        };
        if self.with_llm && inspection.manual.done().is_some() {
            send_recorded(&inspection);
            job.report("progress-report", "", 4, 6);
            let events = events.clone();
            let on_text: OnText =
                Box::new(move |piece| events.send(InspectionEvent::ReportText(piece.to_owned())));
            let writes = job.shared.settings().model_text;
            let asked = Some(ModelPart { on_text, writes });
            let (by_model, wording) =
                report_stage(job, &inspection.manual, &summary, asked, &mut watch)?;
            inspection.report = by_model;
            inspection.models.extend(wording.model);
            inspection.models.dedup();
            // This notice says what that of the evidence said, too.
            inspection.notices.truncate(about_manual);
            inspection.notices.extend(wording.notice);
            update_record(job, &mut inspection, (begun, &mut watch), &mut not_kept)?;
        }
        if let Ok(model) = viewer {
            send_recorded(&inspection);
            job.report("progress-view", "", 5, 6);
            let events = events.clone();
            let on_text: OnText =
                Box::new(move |piece| events.send(InspectionEvent::ViewText(piece.to_owned())));
            let shown = (&*picture, pictures.as_deref());
            let seen = view_stage(job, model.clone(), shown, on_text, &mut watch);
            (inspection.view, _) = split_stage(job, seen, |view| (view, ()))?;
            if inspection.view.done().is_some() {
                inspection.models.push(model);
            }
            update_record(job, &mut inspection, (begun, &mut watch), &mut not_kept)?;
        }
        inspection.timings = watch.timings;

        let written = match &self.out {
            Some(dir) => {
                let names = job.library(|library| library.names())?;
                let manual = inspection.manual.done();
                let figures = manual.map(|manual| reported_figures(job, manual)).transpose()?;
                let figures = figures.unwrap_or_default();
                let shown = (pictures.as_deref(), figures.as_slice());
                match export_result(dir, (language, names), &inspection, &picture, shown) {
                    Err(error) if error.is_recoverable() => {
                        let id = "inspection-not-written";
                        note_lost(job, &error, id, &mut inspection, &mut not_kept);
                        Vec::new()
                    }
                    written => written?,
                }
            }
            None => Vec::new(),
        };
        Ok(Inspected {
            inspection,
            picture,
            map,
            pictures,
            written,
            not_kept,
            judgement,
            recorded_before: false,
        })
    }
}

/// What was done last time about the suggested defect of a part that is not OK. An inspection does
/// not fail because its library cannot say.
fn past_actions_stage(
    job: &JobContext,
    product: Option<&ProductCode>,
    suggestion: Option<&Suggestion>,
    verdict: Verdict,
    notices: &mut Vec<String>,
) -> Result<Vec<PastAction>> {
    let suggested = suggestion.filter(|found| Some(&found.product) == product);
    let defect = suggested.and_then(|found| found.defect.as_ref());
    let (Some(product), Some(defect)) = (product, defect) else { return Ok(Vec::new()) };
    if verdict == Verdict::Ok {
        return Ok(Vec::new());
    }
    match past_actions(job, product, defect) {
        Err(error) if error.is_recoverable() => {
            notices.push(error.explain(job.shared.report_language()));
            Ok(Vec::new())
        }
        found => found,
    }
}

/// Updates the record, with the time since `begun`. One that could not be made at first is not made
/// now.
fn update_record(
    job: &JobContext,
    inspection: &mut Inspection,
    (begun, watch): (Instant, &mut Stopwatch),
    not_kept: &mut Vec<String>,
) -> Result<()> {
    watch.timings.retain(|timing| timing.name != "pipeline");
    watch.note("pipeline", begun);
    inspection.timings.clone_from(&watch.timings);
    if inspection.id.is_none() {
        return Ok(());
    }
    let updated = inspection.clone();
    match job.library(move |library| library.rewrite_inspection(&updated)) {
        Err(error) if error.is_recoverable() => {
            note_lost(job, &error, "inspection-not-recorded", inspection, not_kept);
            Ok(())
        }
        updated => updated,
    }
}

/// Notes what could not be kept of an inspection. The verdict is worth more than its record: a person
/// waits for it with the part in hand.
fn note_lost(
    job: &JobContext,
    error: &EngineError,
    message: &str,
    inspection: &mut Inspection,
    not_kept: &mut Vec<String>,
) {
    let language = job.shared.report_language();
    let reason = match full_disk(job, error) {
        Some(full) => full.explain(language),
        None => error.explain(language),
    };
    let values = [("reason", reason.into())];
    let said = fettle_i18n::text_with(language, message, &values);
    inspection.notices.push(said.clone());
    not_kept.push(said);
}

/// A library on a full disk is opened for reading alone, and calls itself write-protected: why.
fn full_disk(job: &JobContext, error: &EngineError) -> Option<EngineError> {
    const LITTLE: u64 = 256 << 10;
    let EngineError::Library(LibraryError::CannotOpen { fault, .. }) = error else { return None };
    let root = job.shared.workspace.root().as_path();
    let is_full = || fettle_system::free_bytes(root).is_some_and(|free| free < LITTLE);
    (*fault == OpenFault::WriteProtected && is_full())
        .then(|| LibraryError::DiskFull { path: root.to_owned() }.into())
}

/// Stores the image and the record of the inspection; returns what a person said of the part before.
fn record(
    job: &JobContext,
    mut inspection: Inspection,
    bytes: Vec<u8>,
) -> Result<(Inspection, Option<Judgement>)> {
    job.library(move |library| {
        library.record_with_image(&mut inspection, &bytes)?;
        let judgement = inspection.id.map(|id| library.judgement(id)).transpose()?.flatten();
        Ok((inspection, judgement))
    })
}

#[cfg(test)]
mod pictures;
#[cfg(test)]
mod tests;
