//! An inspection of the past, scored once more with what it was made with.

use std::sync::Arc;

use image::RgbImage;

use super::anomaly;
use super::pictures::{self, Normal};
use crate::error::Result;
use crate::jobs::area::inspection_area;
use crate::request::{JobContext, Stopwatch};
use fettle_domain::{Anomaly, AnomalyMap, Verdict};
use fettle_library::read_image;
use fettle_report::Pictures;
use fettle_vision::part_area::Part;
use fettle_vision::regions::{mask_threshold, regions, smallest_area};

/// What became of it.
pub(in crate::jobs) enum Again {
    /// Map and pictures, as they were.
    Seen(AnomalyMap, Box<Pictures>),
    /// The bank is not there any more.
    NoBank,
    /// The product's inspection area is another one now.
    OtherArea,
}

/// Map and pictures of `anomaly`, which was found in `picture`: a record keeps neither. The limits
/// are those of the record.
pub(in crate::jobs) fn again(
    job: &JobContext,
    anomaly: &Anomaly,
    picture: &Arc<RgbImage>,
) -> Result<Again> {
    let product = anomaly.bank.product.clone();
    let banks = job.shared.library(move |library| library.banks(&product))?;
    let root = job.shared.workspace.root();
    let bank = banks.into_iter().find(|bank| bank.bank == anomaly.bank);
    let Some(mut bank) = bank.filter(|bank| root.join(&bank.path).is_file()) else {
        return Ok(Again::NoBank);
    };
    bank.thresholds = anomaly.thresholds;
    bank.scale = anomaly.scale;
    let area = inspection_area(job, &anomaly.bank.product)?;
    if area.as_ref().and_then(|read| read.hash.clone()) != anomaly.area {
        return Ok(Again::OtherArea);
    }
    let watch = &mut Stopwatch::default();
    let detected = anomaly::score(job, &bank, area.as_ref(), picture, None, watch)?.detected;
    job.check()?;
    let map = &detected.map;
    let above = anomaly.mask_threshold.or_else(|| {
        let is_ng = anomaly.verdict == Verdict::Ng;
        is_ng.then(|| mask_threshold(map, bank.scale.low, bank.thresholds.pixel))
    });
    let smallest = smallest_area(map.width, map.height);
    let area = area.as_ref().map(|read| &*read.area);
    let part = Part::find(picture, area);
    let (mask, _) = regions(map, above.unwrap_or(f32::INFINITY), smallest, &part)?;
    let normal = anomaly.reference.as_ref().and_then(|reference| {
        // Removed and gone since: the rest can still be seen.
        let read = read_image(&root.join(&reference.path)).ok()?;
        Some(Normal { picture: read.rgb, alignment: reference.alignment })
    });
    let pictures = pictures::draw(picture, &detected, bank.scale, &mask, area, normal)?;
    Ok(Again::Seen(detected.map, Box::new(pictures)))
}
