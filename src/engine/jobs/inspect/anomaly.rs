//! Whether and where the part is anomalous, and the normal part to compare it with.

use std::path::Path;
use std::sync::Arc;

use image::RgbImage;

use super::pictures::{self, Normal};
use crate::error::Result;
use crate::jobs::area::{ReadArea, inspection_area};
use crate::jobs::bank::normals_path;
use crate::request::{JobContext, Stopwatch};
use crate::vision_lane::{Detected, VisionLane};
use fettle_domain::{
    Anomaly, AnomalyMap, ImageId, ModelId, ModelRole, NormalReference, ProductCode, SkipReason,
    Stage, Verdict,
};
use fettle_library::{LibraryError, RegisteredBank, read_image};
use fettle_report::Pictures;
use fettle_vision::align;
use fettle_vision::part_area::Part;
use fettle_vision::regions::{mask_threshold, regions, smallest_area};

pub(super) struct Found {
    pub(super) anomaly: Anomaly,
    pub(super) map: AnomalyMap,
    pub(super) pictures: Pictures,
    /// What was done without, in the report's language: a normal reference, its alignment, a bank
    /// of the inspection area as it is now.
    pub(super) notices: Vec<String>,
}

pub(super) fn run(
    job: &JobContext,
    product: &ProductCode,
    picture: &Arc<RgbImage>,
    embedding: Option<Vec<f32>>,
    watch: &mut Stopwatch,
) -> Result<Stage<Found>> {
    let code = product.clone();
    let Some(bank) = job.shared.library(move |library| library.active_bank(&code))? else {
        return Ok(Stage::Skipped(SkipReason::NoBank { product: product.clone() }));
    };
    let area = inspection_area(job, product)?;
    let Scored { detected, nearest_normal } =
        score(job, &bank, area.as_ref(), picture, embedding, watch)?;
    job.check()?;
    let verdict =
        if detected.image_score > bank.thresholds.image { Verdict::Ng } else { Verdict::Ok };
    // The verdict says whether; only of what is NG there is a where.
    let above = (verdict == Verdict::Ng)
        .then(|| mask_threshold(&detected.map, bank.scale.low, bank.thresholds.pixel));
    let (mask, found) = watch.time("regions", || {
        let smallest = smallest_area(detected.map.width, detected.map.height);
        let part = Part::find(picture, area.as_ref().map(|read| &*read.area));
        regions(&detected.map, above.unwrap_or(f32::INFINITY), smallest, &part)
    })?;
    let language = job.shared.language_of_text();
    let mut notices = Vec::new();
    let hash = area.as_ref().and_then(|read| read.hash.clone());
    if hash != bank.area {
        let product = ("product", product.to_string().into());
        notices.push(fettle_i18n::text_with(language, "notice-area-changed", &[product]));
    }
    let found_normal = match nearest_normal.and_then(|nearest| reference(job, nearest)) {
        Ok(reference) => reference,
        Err(error) if error.is_local() => {
            let why = ("reason", error.explain(language).into());
            notices.push(fettle_i18n::text_with(language, "notice-no-reference", &[why]));
            None
        }
        Err(other) => return Err(other),
    };
    let (reference, normal) = found_normal
        .map(|(mut reference, normal)| {
            reference.alignment = watch.time("align", || align::register(picture, &normal));
            let alignment = reference.alignment;
            (reference, Normal { picture: normal, alignment })
        })
        .unzip();
    if normal.as_ref().is_some_and(|normal| normal.alignment.is_none()) {
        notices.push(fettle_i18n::text(language, "notice-not-aligned"));
    }
    let pictures = watch.time("pictures", || {
        let area = area.as_ref().map(|read| &*read.area);
        pictures::draw(picture, &detected, bank.scale, &mask, area, normal)
    })?;
    let anomaly = Anomaly {
        verdict,
        image_score: detected.image_score,
        thresholds: bank.thresholds,
        scale: bank.scale,
        mask_threshold: above,
        bank: bank.bank,
        regions: found,
        area: hash,
        reference,
    };
    Ok(Stage::Done(Found { anomaly, map: detected.map, pictures, notices }))
}

pub(super) struct Scored {
    pub(super) detected: Detected,
    /// The most similar normal image, and how similar. A convenience beside the verdict: its
    /// error must not take the verdict away.
    nearest_normal: Result<Option<(ImageId, f32)>>,
}

/// What runs on the vision lane: features, nearest neighbours, map.
pub(super) fn score(
    job: &JobContext,
    bank: &RegisteredBank,
    area: Option<&ReadArea>,
    picture: &Arc<RgbImage>,
    embedding: Option<Vec<f32>>,
    watch: &mut Stopwatch,
) -> Result<Scored> {
    let path = job.shared.workspace.root().join(&bank.path);
    let encoder = job.shared.model_for(ModelRole::ImageEmbedder)?;
    let (product, model) = (bank.bank.product.clone(), bank.bank.model.clone());
    // A bank fitted on whole pictures would take the hidden area for a defect.
    let picture = match area.filter(|read| read.hash == bank.area) {
        Some(read) => Arc::new(watch.time("hide", || read.area.hide_outside(picture))),
        None => Arc::clone(picture),
    };
    let area = area.map(|read| Arc::clone(&read.area));
    let (scored, timings) = job.shared.vision(move |lane| {
        let mut watch = Stopwatch::default();
        let bank = lane.bank(&product, &path, &model, &mut watch)?;
        let detected = lane.detect(&bank, &picture, area.as_deref(), &mut watch)?;
        let nearest_normal =
            nearest_normal(lane, &normals_path(&path), &encoder, embedding, &mut watch);
        Ok((Scored { detected, nearest_normal }, watch.timings))
    })?;
    watch.timings.extend(timings);
    Ok(scored)
}

/// The normal image whose whole picture is most like this one.
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

/// The reference's row and picture.
fn reference(
    job: &JobContext,
    nearest: Option<(ImageId, f32)>,
) -> Result<Option<(NormalReference, RgbImage)>> {
    let Some((id, similarity)) = nearest else { return Ok(None) };
    let found = job.shared.library(move |library| match library.image(id) {
        Ok(image) => Ok(Some(image)),
        // Removed since the bank was fitted.
        Err(LibraryError::UnknownImage(_)) => Ok(None),
        Err(other) => Err(other),
    })?;
    let Some(image) = found else { return Ok(None) };
    let read = read_image(&job.shared.workspace.root().join(&image.path))?;
    let reference = NormalReference { image: id, path: image.path, similarity, alignment: None };
    Ok(Some((reference, read.rgb)))
}
