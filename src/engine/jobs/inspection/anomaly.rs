//! The anomaly stage: verdict, anomalous regions, and the normal part for comparison.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use image::RgbImage;

use super::inspected_part::InspectedPart;
use super::jpeg_traces::jpeg_traces;
use super::result_pictures::{ReferencePicture, draw_pictures};
use super::verdict::{Decision, NormalTaking, Taken, decide};
use crate::error::Result;
use crate::jobs::bank::inspection_area::{LoadedArea, load_inspection_area};
use crate::jobs::bank::normal_index::normals_path;
use crate::protocol::{JobContext, Stopwatch};
use crate::vision_lane::{Detected, VisionLane};
use fettle_domain::{
    Anomaly, AnomalyMap, CaptureDeviation, ImageId, JpegQuality, KnownDefectsTerm, KnownImage,
    ModelId, ModelRole, NormalReference, ProductCode, Resemblance, SampleBits, SkipReason, Stage,
    Verdict,
};
use fettle_library::{LibraryError, RegisteredBank, read_image_of};
use fettle_report::Pictures;
use fettle_vision::align;
use fettle_vision::defect_term::DefectTerm;
use fettle_vision::memory_bank::MemoryBank;
use fettle_vision::part_area::Part;
use fettle_vision::regions::{mask_threshold, regions, smallest_area};

/// Below this number of normal images the limits are little more than a guess, and every verdict
/// says so.
pub const FEW_NORMALS: usize = 10;
/// Number of known defects named beside a part.
const RESEMBLANCES: usize = 3;

/// Result of the anomaly stage.
pub(super) struct AnomalyFinding {
    pub(super) anomaly: Anomaly,
    pub(super) map: AnomalyMap,
    pub(super) pictures: Pictures,
    /// What is missing from the result, in the language of the report: a normal reference, its
    /// alignment, a bank fitted with the current inspection area.
    pub(super) notices: Vec<String>,
}

/// Scores `picture`, from a file of this compression, against the active bank of `product`. `embedding` of the whole picture finds the
/// normal reference.
pub(super) fn anomaly_stage(
    job: &JobContext,
    product: &ProductCode,
    (picture, compression): (&Arc<RgbImage>, Option<JpegQuality>),
    embedding: Option<Vec<f32>>,
    watch: &mut Stopwatch,
) -> Result<Stage<AnomalyFinding>> {
    let code = product.clone();
    let Some(bank) = job.library(move |library| library.active_bank(&code))? else {
        return Ok(Stage::Skipped(SkipReason::NoBank { product: product.clone() }));
    };
    let area = load_inspection_area(job, product)?;
    let scored = score_picture(job, &bank, area.as_ref(), picture, embedding, watch)?;
    job.check()?;
    let image_score = scored.image_score()?;
    let within = area.as_ref().map(|loaded| &*loaded.area);
    let begun = Instant::now();
    let normal = NormalTaking::of(&scored.bank);
    let taken = Taken { picture, compression, area: within };
    let Decision { verdict, deviations } =
        decide(bank.thresholds, image_score, normal, taken, |other| {
            let other = Arc::new(other);
            score_picture(job, &bank, area.as_ref(), &other, None, watch)?.image_score()
        })?;
    watch.note("taken", begun);
    let known_defects = scored.known_defects(job, image_score, bank.term.clone())?;
    let ScoredPicture { detected, bank: memory, nearest_normal, .. } = scored;
    let normals = memory.info().held_out.len();
    let samples = memory.info().sample_bits;
    // An OK part has no anomalous regions.
    let above = (verdict != Verdict::Ok)
        .then(|| mask_threshold(&detected.map, bank.scale.low, bank.thresholds.pixel));
    let (mask, found) = watch.time("regions", || {
        let smallest = smallest_area(detected.map.width, detected.map.height);
        let part = Part::find(picture, area.as_ref().map(|loaded| &*loaded.area));
        regions(&detected.map, above.unwrap_or(f32::INFINITY), smallest, &part)
    })?;
    let language = job.shared.report_language();
    let mut notices = Vec::new();
    let hash = area.as_ref().and_then(|loaded| loaded.hash.clone());
    if hash != bank.area {
        let product = ("product", product.to_string().into());
        notices.push(fettle_i18n::text_with(language, "notice-area-changed", &[product]));
    }
    if normals < FEW_NORMALS {
        let values = [("product", product.to_string().into()), ("count", normals.into())];
        notices.push(fettle_i18n::text_with(language, "notice-few-normals", &values));
    }
    let is_said = |one: &CaptureDeviation| matches!(one, CaptureDeviation::Compressed { .. });
    if !deviations.iter().any(is_said) {
        notices.extend(jpeg_traces(job, &memory, compression)?);
    }
    let reference = match nearest_normal.and_then(|nearest| load_reference(job, nearest, samples)) {
        Ok(reference) => reference,
        Err(error) if error.is_recoverable() => {
            let reason = ("reason", error.explain(language).into());
            notices.push(fettle_i18n::text_with(language, "notice-no-reference", &[reason]));
            None
        }
        Err(other) => return Err(other),
    };
    let (reference, normal) = reference
        .map(|(mut reference, normal)| {
            reference.alignment = watch.time("align", || align::register(picture, &normal));
            let alignment = reference.alignment;
            (reference, ReferencePicture { picture: normal, alignment })
        })
        .unzip();
    if normal.as_ref().is_some_and(|normal| normal.alignment.is_none()) {
        notices.push(fettle_i18n::text(language, "notice-not-aligned"));
    }
    let pictures = watch.time("pictures", || {
        let shown_area = area.as_ref().map(|loaded| &*loaded.area);
        let inspected = InspectedPart::new(picture.dimensions(), detected.shown, shown_area);
        notices.extend(inspected.notices(language));
        draw_pictures(picture, &detected, bank.scale, &mask, inspected.mask.as_ref(), normal)
    })?;
    let anomaly = Anomaly {
        verdict,
        image_score,
        calibrated_score: Some(bank.thresholds.calibrated(image_score)),
        known_defects,
        deviations,
        sample_bits: samples,
        thresholds: bank.thresholds,
        scale: bank.scale,
        mask_threshold: above,
        bank: bank.bank,
        regions: found,
        area: hash,
        reference,
    };
    Ok(Stage::Done(AnomalyFinding { anomaly, map: detected.map, pictures, notices }))
}

/// A picture scored against a bank.
pub(super) struct ScoredPicture {
    pub(super) detected: Detected,
    /// What known defects taught the bank.
    pub(super) term: Option<Arc<DefectTerm>>,
    /// The bank.
    pub(super) bank: Arc<MemoryBank>,
    /// The most similar normal image with its similarity. The reference is optional: its error must
    /// not remove the verdict.
    nearest_normal: Result<Option<(ImageId, f32)>>,
}

impl ScoredPicture {
    /// The image score with the term of known defects, where it is in force.
    pub(super) fn image_score(&self) -> Result<f32> {
        let Detected { image_score, oddest, .. } = &self.detected;
        match &self.term {
            Some(term) => Ok(term.score(*image_score, oddest)?),
            None => Ok(*image_score),
        }
    }

    /// What known defects account for in `image_score`, by the file `learned`; `None` where nothing was
    /// learned of them.
    fn known_defects(
        &self,
        job: &JobContext,
        image_score: f32,
        learned: Option<String>,
    ) -> Result<Option<KnownDefectsTerm>> {
        let Some(term) = &self.term else { return Ok(None) };
        let added = image_score - self.detected.image_score;
        let resembles = term.resembles(&self.detected.oddest, RESEMBLANCES)?;
        let resembles = job.library(move |library| {
            let with_path = |mut found: Resemblance| {
                if let KnownImage::Registered(image) = found.image {
                    found.path = match library.image(image) {
                        Ok(image) => Some(image.path),
                        // Removed since it was learned from.
                        Err(LibraryError::UnknownImage(_)) => None,
                        Err(other) => return Err(other),
                    };
                }
                Ok(found)
            };
            resembles.into_iter().map(with_path).collect()
        })?;
        Ok(Some(KnownDefectsTerm { learned, added, resembles }))
    }
}

/// Scores `picture` on the vision lane: features, nearest neighbours, anomaly map.
pub(super) fn score_picture(
    job: &JobContext,
    bank: &RegisteredBank,
    area: Option<&LoadedArea>,
    picture: &Arc<RgbImage>,
    embedding: Option<Vec<f32>>,
    watch: &mut Stopwatch,
) -> Result<ScoredPicture> {
    let path = job.shared.workspace.file(&bank.path);
    let encoder = job.shared.model_for(ModelRole::ImageEmbedder)?;
    let (product, model) = (bank.bank.product.clone(), bank.bank.model.clone());
    // A bank fitted on whole pictures would take the hidden area for a defect.
    let picture = match area.filter(|loaded| loaded.hash == bank.area) {
        Some(loaded) => Arc::new(watch.time("hide", || loaded.area.hide_outside(picture))),
        None => Arc::clone(picture),
    };
    let area = area.map(|loaded| Arc::clone(&loaded.area));
    let term = bank.term.as_ref().map(|term| job.shared.workspace.file(term));
    let (scored, timings) = job.vision(move |lane| {
        let mut watch = Stopwatch::default();
        let bank = lane.bank(&product, &path, &model, &mut watch)?;
        let detected = lane.detect(&bank, &picture, area.as_deref(), &mut watch)?;
        let dim = bank.rows().dim();
        let term = term.map(|term| lane.defect_term(&term, dim)).transpose()?;
        let nearest_normal =
            nearest_normal(lane, &normals_path(&path), &encoder, embedding, &mut watch);
        let scored = ScoredPicture { detected, term, bank, nearest_normal };
        Ok((scored, watch.timings))
    })?;
    watch.timings.extend(timings);
    Ok(scored)
}

/// The normal image with the most similar embedding.
fn nearest_normal(
    lane: &mut VisionLane,
    path: &Path,
    encoder: &ModelId,
    embedding: Option<Vec<f32>>,
    watch: &mut Stopwatch,
) -> Result<Option<(ImageId, f32)>> {
    let Some(embedding) = embedding else { return Ok(None) };
    let Some(index) = lane.index(path, encoder, watch)? else { return Ok(None) };
    let nearest = index.search(&embedding, 1)?;
    Ok(nearest.into_iter().next().map(|(id, score)| (ImageId(id), score)))
}

/// The record and picture of the nearest normal image.
fn load_reference(
    job: &JobContext,
    nearest: Option<(ImageId, f32)>,
    samples: Option<SampleBits>,
) -> Result<Option<(NormalReference, RgbImage)>> {
    let Some((id, similarity)) = nearest else { return Ok(None) };
    let found = job.library(move |library| match library.image(id) {
        Ok(image) => Ok(Some(image)),
        // Removed since the bank was fitted.
        Err(LibraryError::UnknownImage(_)) => Ok(None),
        Err(other) => Err(other),
    })?;
    let Some(image) = found else { return Ok(None) };
    let read = read_image_of(&job.shared.workspace.file(&image.path), samples)?;
    let reference = NormalReference { image: id, path: image.path, similarity, alignment: None };
    Ok(Some((reference, read.rgb)))
}
