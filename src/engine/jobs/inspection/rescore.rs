//! Scoring a past inspection again with its own bank, for the anomaly map and pictures.

use std::sync::Arc;

use image::RgbImage;

use super::anomaly::score_picture;
use super::inspected_part::InspectedPart;
use super::result_pictures::{ReferencePicture, draw_pictures};
use crate::error::Result;
use crate::jobs::bank::inspection_area::load_inspection_area;
use crate::protocol::{JobContext, Stopwatch};
use fettle_domain::{Anomaly, AnomalyMap, Verdict};
use fettle_library::read_image_of;
use fettle_report::Pictures;
use fettle_vision::part_area::Part;
use fettle_vision::regions::{mask_threshold, regions, smallest_area};

/// Result of [`rescore`].
pub(super) enum Rescored {
    /// The anomaly map and pictures, as at the inspection.
    Done(AnomalyMap, Box<Pictures>),
    /// The file of the bank is gone.
    NoBank,
    /// The product's inspection area changed since.
    AreaChanged,
}

/// Computes the anomaly map and pictures of a recorded `anomaly` of `picture` again: a record keeps
/// neither. The thresholds are those of the record.
pub(super) fn rescore(
    job: &JobContext,
    anomaly: &Anomaly,
    picture: &Arc<RgbImage>,
) -> Result<Rescored> {
    let product = anomaly.bank.product.clone();
    let banks = job.library(move |library| library.banks(&product))?;
    let workspace = &job.shared.workspace;
    let bank = banks.into_iter().find(|bank| bank.bank == anomaly.bank);
    let Some(mut bank) = bank.filter(|bank| workspace.file(&bank.path).is_file()) else {
        return Ok(Rescored::NoBank);
    };
    bank.thresholds = anomaly.thresholds;
    bank.scale = anomaly.scale;
    let area = load_inspection_area(job, &anomaly.bank.product)?;
    if area.as_ref().and_then(|loaded| loaded.hash.clone()) != anomaly.area {
        return Ok(Rescored::AreaChanged);
    }
    let watch = &mut Stopwatch::default();
    let detected = score_picture(job, &bank, area.as_ref(), picture, None, watch)?.detected;
    job.check()?;
    let map = &detected.map;
    let above = anomaly.mask_threshold.or_else(|| {
        let is_anomalous = anomaly.verdict != Verdict::Ok;
        is_anomalous.then(|| mask_threshold(map, bank.scale.low, bank.thresholds.pixel))
    });
    let smallest = smallest_area(map.width, map.height);
    let area = area.as_ref().map(|loaded| &*loaded.area);
    let part = Part::find(picture, area);
    let (mask, _) = regions(map, above.unwrap_or(f32::INFINITY), smallest, &part)?;
    let normal = anomaly.reference.as_ref().and_then(|reference| {
        // The reference is gone: the other pictures are still drawn.
        let read = read_image_of(&workspace.file(&reference.path), anomaly.sample_bits).ok()?;
        Some(ReferencePicture { picture: read.rgb, alignment: reference.alignment })
    });
    let inspected = InspectedPart::new(picture.dimensions(), detected.shown, area).mask;
    let pictures =
        draw_pictures(picture, &detected, bank.scale, &mask, inspected.as_ref(), normal)?;
    Ok(Rescored::Done(detected.map, Box::new(pictures)))
}
