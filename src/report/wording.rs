//! Texts that Markdown and PDF share.

use super::translate::Translate;
use fettle_domain::{
    Anomaly, DefectCode, Inspection, ManualFinding, ManualFormat, Measurements, ModelView,
    PixelScale, Region, Report, ReportLine, ReportPart, Resemblance, ScaleSource, SkipReason,
    Stage, Support, significant,
};

/// The image score and the calibrated one.
pub(super) fn score_text(anomaly: &Anomaly, translate: &Translate<'_>) -> String {
    let values = [
        ("score", format!("{:.2}", anomaly.image_score)),
        ("calibrated", format!("{:.2}", anomaly.calibrated())),
    ];
    translate("score-calibrated", &values)
}

/// Both limits of the image score, or the one where there is no zone between them.
pub(super) fn limits_text(anomaly: &Anomaly, translate: &Translate<'_>) -> String {
    let limits = anomaly.thresholds;
    let values = [
        ("unsure", format!("{:.2}", limits.unsure)),
        ("threshold", format!("{:.2}", limits.image)),
    ];
    let has_zone = limits.unsure < limits.image;
    translate(if has_zone { "score-limits" } else { "score-one-limit" }, &values)
}

/// Why a part is unsure; empty where it is OK or NG.
pub(super) fn unsure_texts(inspection: &Inspection, translate: &Translate<'_>) -> Vec<String> {
    let reasons = inspection.unsure_reasons().into_iter();
    reasons
        .map(|reason| translate(reason.message_id(), &[("amount", reason.amount().to_string())]))
        .collect()
}

/// By how much known defects changed the score, and which of them the part resembles most; empty
/// where they did not. `name`
/// gives the name of a defect.
pub(super) fn known_defect_texts(
    anomaly: &Anomaly,
    translate: &Translate<'_>,
    name: impl Fn(&DefectCode) -> String,
) -> Vec<String> {
    let known = anomaly.known_defects.as_ref().filter(|known| known.added != 0.0);
    let Some(known) = known else { return Vec::new() };
    let mut texts = vec![translate(
        "known-added",
        &[
            ("score", format!("{:.2}", anomaly.image_score)),
            ("without", format!("{:.2}", anomaly.image_score - known.added)),
            ("added", format!("{:+.2}", known.added)),
        ],
    )];
    let unnamed = || translate("known-unnamed", &[]);
    let one = |one: &Resemblance| {
        let values = [
            ("defect", one.defect.as_ref().map_or_else(unnamed, &name)),
            ("percent", format!("{:.0}", one.similarity * 100.0)),
        ];
        translate("known-resembled", &values)
    };
    if !known.resembles.is_empty() {
        let all: Vec<String> = known.resembles.iter().map(one).collect();
        texts.push(format!("{} {}", translate("known-resembles", &[]), all.join(", ")));
    }
    texts
}

/// The score from which a pixel belongs to a region.
pub(super) fn mask_threshold_text(anomaly: &Anomaly, translate: &Translate<'_>) -> String {
    let threshold = anomaly.mask_threshold.unwrap_or(anomaly.thresholds.pixel);
    translate("mask-threshold", &[("threshold", format!("{threshold:.2}"))])
}

/// Size and longest extent of a region, where they were measured.
pub(super) fn region_size_text(
    measured: &Measurements,
    region: &Region,
    translate: &Translate<'_>,
) -> Option<String> {
    measured.region_size(region).map(|(id, values)| translate(id, &values))
}

/// The scale of a picture, and how it was found.
pub(super) fn scale_text(scale: &PixelScale, translate: &Translate<'_>) -> String {
    let mut how = translate(scale.found.message_id(), &[]);
    if let ScaleSource::Checkerboard { corners, residual_px, tilt_deg, .. } = scale.found {
        let values = [
            ("corners", corners.to_string()),
            ("residual", format!("{residual_px:.2}")),
            ("tilt", format!("{tilt_deg:.0}")),
        ];
        how = format!("{how}: {}", translate("scale-board", &values));
    }
    translate("scale-text", &[("mm", significant(scale.mm_per_px)), ("how", how)])
}

/// Message id of the title of a report part.
pub(super) fn part_title(part: ReportPart) -> &'static str {
    match part {
        ReportPart::Situation => "report-situation",
        ReportPart::Causes => "report-causes",
        ReportPart::Actions => "report-actions",
        ReportPart::Prevention => "report-prevention",
        ReportPart::Remarks => "report-remarks",
    }
}

/// One or several places in the manual at `path`: pages, paragraphs or lines, by format.
pub(super) fn place_text(path: &str, places: &str, translate: &Translate<'_>) -> String {
    translate(ManualFormat::of_stored(path).position_message_id(), &[("page", places.to_owned())])
}

/// The source of a line, after its machine translation where it has one.
pub(super) fn line_source(
    report: &Report,
    line: &ReportLine,
    finding: Option<&ManualFinding>,
    translate: &Translate<'_>,
) -> Option<String> {
    let source = source_text(&line.support, finding, translate);
    let Some(text) = report.translation(line) else { return source };
    let text = translate("machine-translation", &[("text", text.to_owned())]);
    Some([Some(text), source].into_iter().flatten().collect::<Vec<_>>().join(" · "))
}

/// The place of a sentence in the manual, or that the manual lacks the sentence. `None` for
/// measurements.
fn source_text(
    support: &Support,
    finding: Option<&ManualFinding>,
    translate: &Translate<'_>,
) -> Option<String> {
    match support {
        Support::Measured => None,
        Support::Unsupported => Some(translate("source-unsupported", &[])),
        Support::Manual { statements }
        | Support::Composed { statements }
        | Support::Reference { statements }
        | Support::Paraphrase { statements } => {
            let mut pages: Vec<u32> = finding
                .into_iter()
                .flat_map(|finding| finding.section.all_statements())
                .filter(|statement| statements.contains(&statement.id))
                .map(|statement| statement.page())
                .collect();
            pages.sort_unstable();
            pages.dedup();
            let pages: Vec<_> = pages.iter().map(ToString::to_string).collect();
            let path = finding.map_or("", |finding| finding.path.as_str());
            let place = place_text(path, &pages.join(", "), translate);
            let values = [("place", place), ("ids", statements.join(", "))];
            let id = match support {
                Support::Paraphrase { .. } => "source-paraphrase",
                Support::Composed { .. } => "source-composed",
                _ => "source-manual",
            };
            Some(translate(id, &values))
        }
    }
}

/// Manual, bank and models behind a result, each with the message id of its label.
pub(super) fn provenance(inspection: &Inspection) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    if let Some(finding) = inspection.manual.done() {
        let (heading, version) = (&finding.section.heading, finding.version());
        rows.push(("label-manual", format!("{} — {heading} ({version})", finding.path)));
        for other in &finding.others {
            rows.push(("label-manual-also", format!("{} — {}", other.path, other.heading)));
        }
    }
    if let Some(anomaly) = inspection.anomaly.done() {
        let bank = &anomaly.bank;
        rows.push(("label-bank", format!("{} v{} ({})", bank.product, bank.version, bank.model)));
    }
    // A model with two roles is listed once.
    let mut models: Vec<_> = inspection.models.iter().map(ToString::to_string).collect();
    models.dedup();
    rows.push(("label-models", models.join(", ")));
    rows
}

/// The model that described the pictures, and which pictures it saw.
pub(super) fn view_source_text(view: &ModelView, translate: &Translate<'_>) -> String {
    let shown: Vec<_> =
        view.shown.iter().map(|picture| translate(picture.message_id(), &[])).collect();
    let values = [("model", view.model.to_string()), ("pictures", shown.join(", "))];
    translate("view-by-model", &values)
}

/// Why a requested description by a model is missing. `None` if there is one or none was requested.
pub(super) fn missing_view_reason(
    stage: &Stage<ModelView>,
    translate: &Translate<'_>,
) -> Option<String> {
    match stage {
        Stage::Skipped(SkipReason::NoModel { .. }) | Stage::Failed { .. } => {
            missing_reason(stage, translate)
        }
        Stage::Done(_) | Stage::Skipped(_) => None,
    }
}

/// Why a stage has no result. `None` if the stage has one.
pub(super) fn missing_reason<T>(stage: &Stage<T>, translate: &Translate<'_>) -> Option<String> {
    match stage {
        Stage::Done(_) => None,
        Stage::Skipped(reason) => {
            Some(translate(&format!("skip-{}", reason.key()), &reason.values()))
        }
        Stage::Failed { message } => Some(message.clone()),
    }
}
