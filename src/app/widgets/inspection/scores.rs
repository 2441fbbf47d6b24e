//! The image score, the limits it is held against, and why a part is unsure, in words.

use crate::tab_context::TabContext;
use fettle_domain::{Anomaly, Inspection, Thresholds, Verdict};

/// The image score and the calibrated one.
pub(crate) fn score_text(cx: &TabContext<'_>, anomaly: &Anomaly) -> String {
    let values =
        [("score", anomaly.image_score.into()), ("calibrated", anomaly.calibrated().into())];
    cx.localizer.with("score-calibrated", &values)
}

/// Both limits of the image score, or the one where there is no zone between them.
pub(crate) fn limits_text(cx: &TabContext<'_>, limits: &Thresholds) -> String {
    let values = [("first", limits.unsure.into()), ("second", limits.image.into())];
    let has_zone = limits.unsure < limits.image;
    cx.localizer.with(if has_zone { "image-limits" } else { "image-one-limit" }, &values)
}

/// The limits of the map: the product's, and that of this part's regions where it has some.
pub(crate) fn map_limits_text(cx: &TabContext<'_>, anomaly: &Anomaly) -> String {
    let pixel = [("limit", anomaly.thresholds.pixel.into())];
    let pixel = cx.localizer.with("pixel-limit", &pixel);
    match anomaly.mask_threshold {
        Some(limit) => {
            let region = cx.localizer.with("region-limit", &[("limit", limit.into())]);
            format!("{region} · {pixel}")
        }
        None => pixel,
    }
}

/// Why a part is unsure; empty where it is OK or NG.
pub(crate) fn unsure_texts(cx: &TabContext<'_>, inspection: &Inspection) -> Vec<String> {
    let reasons = inspection.unsure_reasons().into_iter();
    let text = |reason: fettle_domain::UnsureReason| {
        cx.localizer.with(reason.message_id(), &[("amount", reason.amount().into())])
    };
    let mut texts: Vec<String> = reasons.map(text).collect();
    if inspection.verdict == Verdict::Unsure {
        texts.push(cx.text("unsure-look"));
    }
    texts
}
