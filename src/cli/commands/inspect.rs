//! `fettle inspect`.

use super::done_or_why;
use crate::args;
use crate::terminal::Terminal;
use fettle_domain::{
    Inspection, ManualFinding, Report, ReportPart, SkipReason, Stage, Support, Verdict,
};
use fettle_engine::{Engine, Inspect};
use fettle_i18n::Value;

pub(crate) fn run(
    engine: &Engine,
    terminal: &Terminal,
    args: &args::Inspect,
) -> anyhow::Result<()> {
    let request = Inspect {
        image: args.image.clone(),
        product: args.product.clone(),
        with_llm: !args.no_llm,
        out: args.out.clone(),
    };
    let answer = terminal.wait(engine, request)?;
    if args.json {
        return terminal.json(&answer.inspection);
    }
    print(terminal, &answer.inspection);
    if args.timings {
        print_timings(terminal, &answer.inspection);
    }
    if !answer.written.is_empty() {
        terminal.print("");
        for path in &answer.written {
            terminal.field("label-written", &path.display().to_string());
        }
    }
    Ok(())
}

/// The result for a person.
pub(super) fn print(terminal: &Terminal, inspection: &Inspection) {
    terminal.field("label-image", &inspection.source);
    terminal.field("label-verdict", &terminal.word(inspection.verdict.word(), &[]));
    if let Some(product) = &inspection.product {
        terminal.field("label-product", product.as_str());
    }
    print_anomaly(terminal, inspection);
    // Known defects say nothing about a part that has none.
    if inspection.verdict != Verdict::Ok {
        print_similarity(terminal, inspection);
    }
    print_report(terminal, inspection);
    print_view(terminal, inspection);
    for notice in &inspection.notices {
        terminal.print(&format!("! {notice}"));
    }
    if let Some(id) = inspection.id {
        terminal.print("");
        terminal.field("label-record", &id.to_string());
    }
}

fn print_anomaly(terminal: &Terminal, inspection: &Inspection) {
    let Some(anomaly) = done_or_say(terminal, "label-score", &inspection.anomaly) else { return };
    let values =
        [("score", anomaly.image_score.into()), ("threshold", anomaly.thresholds.image.into())];
    terminal.field("label-score", &terminal.word("score-against-threshold", &values));
    if !anomaly.regions.is_empty() {
        let threshold = anomaly.mask_threshold.unwrap_or(anomaly.thresholds.pixel);
        let above = terminal.word("mask-threshold", &[("threshold", threshold.into())]);
        terminal.field("label-regions", &above);
    }
    for region in &anomaly.regions {
        let rect = region.rect_in_image;
        let values = [
            ("place", Value::from(terminal.word(region.place.word(), &[]))),
            ("whole", terminal.word(region.share_of.word(), &[]).into()),
            ("area", region.area_px.into()),
            ("width", rect.width.into()),
            ("height", rect.height.into()),
            ("x", rect.x.into()),
            ("y", rect.y.into()),
            ("percent", (region.share * 100.0).into()),
            ("peak", region.peak_score.into()),
        ];
        terminal.print(&format!("  - {}", terminal.word("region-line", &values)));
    }
    if let Some(reference) = &anomaly.reference {
        let text = format!("{} ({:.3})", reference.path, reference.similarity);
        terminal.field("label-reference", &text);
        if let Some(alignment) = &reference.alignment {
            let moved = alignment.transform;
            let values = [
                ("degrees", Value::Number { value: moved.rotation_deg.into(), digits: 1 }),
                ("percent", Value::Number { value: f64::from(moved.scale) * 100.0, digits: 1 }),
                ("x", Value::Number { value: moved.shift_x_px.into(), digits: 1 }),
                ("y", Value::Number { value: moved.shift_y_px.into(), digits: 1 }),
                ("quality", alignment.quality.into()),
            ];
            terminal.print(&format!("  {}", terminal.word("alignment-line", &values)));
        }
    }
}

fn print_similarity(terminal: &Terminal, inspection: &Inspection) {
    let Some(found) = done_or_say(terminal, "label-similar", &inspection.similarity) else {
        return;
    };
    super::search::print_suggestion(terminal, found.suggestion.as_ref());
    super::search::print_hits(terminal, &found.hits);
}

fn print_report(terminal: &Terminal, inspection: &Inspection) {
    terminal.print("");
    let Some(report) = done_or_say(terminal, "label-report", &inspection.report) else { return };
    print_sections(terminal, report);
    if let Some(finding) = inspection.manual.done() {
        print_source(terminal, finding);
    }
}

/// The four sections, each line with what it rests on.
pub(super) fn print_sections(terminal: &Terminal, report: &Report) {
    for section in &report.sections {
        let title = match section.part {
            ReportPart::Situation => "report-situation",
            ReportPart::Causes => "report-causes",
            ReportPart::Actions => "report-actions",
            ReportPart::Prevention => "report-prevention",
        };
        terminal.print(&format!("[{}]", terminal.word(title, &[])));
        if section.lines.is_empty() {
            terminal.print(&format!("  {}", terminal.word("report-nothing", &[])));
        }
        for line in &section.lines {
            let source = match &line.support {
                Support::Manual { statements } => format!("  [{}]", statements.join(", ")),
                Support::Paraphrase { statements } => {
                    let ids = [("ids", statements.join(", ").into())];
                    format!("  [{}]", terminal.word("source-paraphrase-short", &ids))
                }
                Support::Measured => String::new(),
                Support::Unsupported => {
                    format!("  [{}]", terminal.word("source-unsupported", &[]))
                }
            };
            terminal.print(&format!("  - {}{source}", line.text));
        }
    }
}

/// Where the manual says so.
pub(super) fn print_source(terminal: &Terminal, finding: &ManualFinding) {
    let place = terminal.place(&finding.path, finding.section.page);
    let (heading, version) = (&finding.section.heading, finding.version());
    let text = format!("{} — {heading} ({place}; {version})", finding.path);
    terminal.field("label-manual", &text);
    for other in &finding.others {
        let place = terminal.place(&other.path, other.page);
        let text = format!("{} — {} ({place})", other.path, other.heading);
        terminal.field("label-manual-also", &text);
    }
}

/// What a model saw; nothing where nobody asked for that.
fn print_view(terminal: &Terminal, inspection: &Inspection) {
    let view = match &inspection.view {
        Stage::Done(view) => view,
        Stage::Failed { .. } | Stage::Skipped(SkipReason::NoModel { .. }) => {
            done_or_say(terminal, "view-title", &inspection.view);
            return;
        }
        Stage::Skipped(_) => return,
    };
    let shown: Vec<String> =
        view.shown.iter().map(|picture| terminal.word(picture.word(), &[])).collect();
    let values = [("model", view.model.to_string().into()), ("pictures", shown.join(", ").into())];
    terminal.print("");
    terminal.print(&format!("[{}]", terminal.word("view-title", &[])));
    terminal.print(&format!("  {}", terminal.word("view-by-model", &values)));
    terminal.print(&format!("  {}", view.text));
}

/// The stage's result, or else says under `label` why there is none.
pub(super) fn done_or_say<'a, T>(
    terminal: &Terminal,
    label: &str,
    stage: &'a Stage<T>,
) -> Option<&'a T> {
    done_or_why(terminal, stage).map_err(|why| terminal.field(label, &why)).ok()
}

fn print_timings(terminal: &Terminal, inspection: &Inspection) {
    terminal.print("");
    terminal.field("label-timings", "");
    for timing in &inspection.timings {
        terminal.print(&format!("  {:>9.1} ms  {}", timing.ms, timing.name));
    }
}
