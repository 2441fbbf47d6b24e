//! Whether and where the part is anomalous, and the normal part to compare it with.

use std::path::Path;
use std::sync::Arc;

use image::{Rgb, RgbImage};

use crate::domain::{
    Anomaly, ImageId, ModelId, ModelRole, NormalReference, ProductCode, SkipReason, Stage, Verdict,
};
use crate::engine::error::Result;
use crate::engine::jobs::bank::normals_path;
use crate::engine::request::{JobContext, Stopwatch};
use crate::engine::vision_lane::{Detected, VisionLane};
use crate::i18n;
use crate::library::{LibraryError, RegisteredBank, read_image};
use crate::report::Pictures;
use crate::vision::regions::{regions, smallest_area};
use crate::vision::{compare, heatmap};

/// Colour of the line around anomalous regions: seen on grey metal and on brown leather.
const CONTOUR: Rgb<u8> = Rgb([255, 40, 40]);
/// How strongly the hottest colour covers the part.
const OVERLAY_STRENGTH: f32 = 0.65;
/// Height of the comparison picture, within reason for thumbnails and for large images.
const COMPARISON_HEIGHT_PX: (u32, u32) = (256, 1024);

pub(super) struct Found {
    pub(super) anomaly: Anomaly,
    pub(super) pictures: Pictures,
    /// Why there is no normal reference, in the report's language.
    pub(super) notice: Option<String>,
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
    let Scored { detected, nearest_normal } = score(job, &bank, picture, embedding, watch)?;
    job.check()?;
    let verdict =
        if detected.image_score > bank.thresholds.image { Verdict::Ng } else { Verdict::Ok };
    let (mask, found) = watch.time("regions", || {
        let smallest = smallest_area(detected.map.width, detected.map.height);
        regions(&detected.map, bank.thresholds.pixel, smallest)
    })?;
    let (reference, notice) = match nearest_normal.and_then(|nearest| reference(job, nearest)) {
        Ok(reference) => (reference, None),
        Err(error) if error.is_local() => {
            let language = job.shared.language_of_text();
            let why = ("reason", error.explain(language).into());
            (None, Some(i18n::text_with(language, "notice-no-reference", &[why])))
        }
        Err(other) => return Err(other),
    };
    let pictures = watch.time("pictures", || -> Result<Pictures> {
        let overlay = heatmap::overlay(picture, &detected.map, bank.scale, OVERLAY_STRENGTH)?;
        let line_px = compare::contour_width(picture.width(), picture.height());
        let outlined = compare::contour(picture, &mask, line_px, CONTOUR)?;
        let (low, high) = COMPARISON_HEIGHT_PX;
        let height = picture.height().clamp(low, high);
        let normal = reference.as_ref().map(|(_, normal)| normal);
        let beside: Vec<&RgbImage> =
            [Some(&outlined), normal, Some(&overlay)].into_iter().flatten().collect();
        Ok(Pictures {
            heatmap: heatmap::heatmap(&detected.map, bank.scale)?,
            mask: heatmap::mask_image(&mask)?,
            comparison: compare::side_by_side(&beside, height)?,
            overlay,
        })
    })?;
    let anomaly = Anomaly {
        verdict,
        image_score: detected.image_score,
        thresholds: bank.thresholds,
        scale: bank.scale,
        bank: bank.bank,
        regions: found,
        reference: reference.map(|(reference, _)| reference),
    };
    Ok(Stage::Done(Found { anomaly, pictures, notice }))
}

struct Scored {
    detected: Detected,
    /// The most similar normal image, and how similar. A convenience beside the verdict: its
    /// error must not take the verdict away.
    nearest_normal: Result<Option<(ImageId, f32)>>,
}

/// What runs on the vision lane: features, nearest neighbours, map.
fn score(
    job: &JobContext,
    bank: &RegisteredBank,
    picture: &Arc<RgbImage>,
    embedding: Option<Vec<f32>>,
    watch: &mut Stopwatch,
) -> Result<Scored> {
    let path = job.shared.workspace.root().join(&bank.path);
    let encoder = job.shared.model_for(ModelRole::ImageEmbedder)?;
    let (product, model) = (bank.bank.product.clone(), bank.bank.model.clone());
    let picture = Arc::clone(picture);
    let (scored, timings) = job.shared.vision(move |lane| {
        let mut watch = Stopwatch::default();
        let bank = lane.bank(&product, &path, &model, &mut watch)?;
        let detected = lane.detect(&bank, &picture, &mut watch)?;
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
    Ok(Some((NormalReference { image: id, path: image.path, similarity }, read.rgb)))
}
