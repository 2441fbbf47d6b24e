//! The image score, the limits it is held against, and why a part is unsure, in words.

use crate::tab_context::TabContext;
use fettle_domain::{Anomaly, Inspection, Thresholds, Verdict};

/// The image score and the calibrated one.
pub(crate) fn score_text(cx: &TabContext<'_>, anomaly: &Anomaly) -> String {
    let values =
        [("score", anomaly.image_score.into()), ("calibrated", anomaly.calibrated().into())];
    cx.localizer.with("score-calibrated", &values)
}

/// Both limits, or the one where there is no zone between them.
pub(crate) fn limits_text(cx: &TabContext<'_>, limits: &Thresholds) -> String {
    let values = [("unsure", limits.unsure.into()), ("threshold", limits.image.into())];
    let has_zone = limits.unsure < limits.image;
    cx.localizer.with(if has_zone { "score-limits" } else { "score-one-limit" }, &values)
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
