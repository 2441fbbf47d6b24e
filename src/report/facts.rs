//! What every form of a report says, in words: Markdown and print set it differently.

use super::Words;
use fettle_domain::{
    Anomaly, Inspection, ManualFinding, ManualFormat, ModelView, ReportPart, SkipReason, Stage,
    Support,
};

/// The image score against its threshold.
pub(super) fn score(anomaly: &Anomaly, words: &Words<'_>) -> String {
    let values = [
        ("score", format!("{:.2}", anomaly.image_score)),
        ("threshold", format!("{:.2}", anomaly.thresholds.image)),
    ];
    words("score-against-threshold", &values)
}

/// From which score on a pixel is in a region.
pub(super) fn mask(anomaly: &Anomaly, words: &Words<'_>) -> String {
    let threshold = anomaly.mask_threshold.unwrap_or(anomaly.thresholds.pixel);
    words("mask-threshold", &[("threshold", format!("{threshold:.2}"))])
}

pub(super) fn part_title(part: ReportPart) -> &'static str {
    match part {
        ReportPart::Situation => "report-situation",
        ReportPart::Causes => "report-causes",
        ReportPart::Actions => "report-actions",
        ReportPart::Prevention => "report-prevention",
    }
}

/// A place in the manual at `path`, or several: pages, paragraphs or lines.
pub(super) fn place(path: &str, places: &str, words: &Words<'_>) -> String {
    words(ManualFormat::stored(path).place(), &[("page", places.to_owned())])
}

/// Where in the manual a sentence stands, or that it does not; `None` for what Fettle measured.
pub(super) fn source(
    support: &Support,
    finding: Option<&ManualFinding>,
    words: &Words<'_>,
) -> Option<String> {
    match support {
        Support::Measured => None,
        Support::Unsupported => Some(words("source-unsupported", &[])),
        Support::Manual { statements } | Support::Paraphrase { statements } => {
            let mut pages: Vec<u32> = finding
                .into_iter()
                .flat_map(|finding| finding.section.statements())
                .filter(|statement| statements.contains(&statement.id))
                .map(|statement| statement.page())
                .collect();
            pages.sort_unstable();
            pages.dedup();
            let pages: Vec<_> = pages.iter().map(ToString::to_string).collect();
            let path = finding.map_or("", |finding| finding.path.as_str());
            let place = place(path, &pages.join(", "), words);
            let values = [("place", place), ("ids", statements.join(", "))];
            let id = match support {
                Support::Paraphrase { .. } => "source-paraphrase",
                _ => "source-manual",
            };
            Some(words(id, &values))
        }
    }
}

/// What the result was made with: a label's id and a value each.
pub(super) fn made_with(inspection: &Inspection) -> Vec<(&'static str, String)> {
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
    // One that fills two roles is said once.
    let mut models: Vec<_> = inspection.models.iter().map(ToString::to_string).collect();
    models.dedup();
    rows.push(("label-models", models.join(", ")));
    rows
}

/// Whose view it is of which pictures, and that it is no more than that.
pub(super) fn viewed(view: &ModelView, words: &Words<'_>) -> String {
    let shown: Vec<_> = view.shown.iter().map(|picture| words(picture.word(), &[])).collect();
    let values = [("model", view.model.to_string()), ("pictures", shown.join(", "))];
    words("view-by-model", &values)
}

/// Why there is no view of a model that was asked for one; `None` where there is, or nobody
/// asked.
pub(super) fn why_no_view(stage: &Stage<ModelView>, words: &Words<'_>) -> Option<String> {
    match stage {
        Stage::Skipped(SkipReason::NoModel { .. }) | Stage::Failed { .. } => why(stage, words),
        Stage::Done(_) | Stage::Skipped(_) => None,
    }
}

/// Why a stage has no result; `None` where it has.
pub(super) fn why<T>(stage: &Stage<T>, words: &Words<'_>) -> Option<String> {
    match stage {
        Stage::Done(_) => None,
        Stage::Skipped(reason) => Some(words(&format!("skip-{}", reason.key()), &reason.values())),
        Stage::Failed { message } => Some(message.clone()),
    }
}
