//! `fettle inspect`.

use super::stage_result::done_or_print;
use crate::args;
use crate::terminal::Terminal;
use fettle_domain::{
    ActionMessage, Anomaly, Inspection, KnownImage, ManualFinding, PastAction, Report, ReportPart,
    Resemblance, SkipReason, Stage, Support, Verdict,
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
    let answer = terminal.run(engine, request)?;
    let ended = match answer.not_kept.as_slice() {
        [] => VerdictStatus::of(answer.inspection.verdict).filter(|_| args.exit_code),
        // Who counts on the record has to hear of it, whatever the verdict.
        lost => {
            lost.iter().for_each(|said| terminal.eprint_line(&format!("fettle: {said}")));
            Some(VerdictStatus::NOT_KEPT)
        }
    };
    let ended = ended.map_or(Ok(()), |status| Err(status.into()));
    if args.json {
        terminal.print_json(&answer.inspection)?;
        return ended;
    }
    print(terminal, &answer.inspection);
    if args.timings {
        print_timings(terminal, &answer.inspection);
    }
    if !answer.written.is_empty() {
        terminal.print_line("");
        for path in &answer.written {
            terminal.print_field("label-written", &path.display().to_string());
        }
    }
    ended
}

/// The exit status of a part that is not OK, where it was asked for. An error only in that it ends
/// the command: everything was printed before.
#[derive(Debug)]
pub(crate) struct VerdictStatus(pub(crate) u8);

impl VerdictStatus {
    /// Printed, but not kept as it was asked for: an error.
    const NOT_KEPT: Self = Self(1);

    /// `None`: OK.
    fn of(verdict: Verdict) -> Option<Self> {
        match verdict {
            Verdict::Ok => None,
            Verdict::Ng => Some(Self(2)),
            Verdict::Unsure => Some(Self(3)),
        }
    }
}

impl std::error::Error for VerdictStatus {}

impl std::fmt::Display for VerdictStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the part is not OK (status {})", self.0)
    }
}

/// Prints the result of an inspection as text.
pub(super) fn print(terminal: &Terminal, inspection: &Inspection) {
    terminal.print_field("label-image", &inspection.source);
    terminal.print_field("label-verdict", &terminal.text(inspection.verdict.message_id(), &[]));
    if let Some(product) = &inspection.product {
        terminal.print_field("label-product", product.as_str());
    }
    print_anomaly(terminal, inspection);
    // Similar defects are no information about an OK part.
    if inspection.verdict != Verdict::Ok {
        print_similarity(terminal, inspection);
    }
    print_report(terminal, inspection);
    print_past_actions(terminal, &inspection.past_actions);
    print_view(terminal, inspection);
    for notice in &inspection.notices {
        terminal.print_line(&format!("! {notice}"));
    }
    if let Some(id) = inspection.id {
        terminal.print_line("");
        terminal.print_field("label-record", &id.to_string());
    }
}

fn print_anomaly(terminal: &Terminal, inspection: &Inspection) {
    let Some(anomaly) = done_or_print(terminal, "label-score", &inspection.anomaly) else { return };
    let values = [
        ("score", anomaly.image_score.into()),
        ("calibrated", anomaly.thresholds.calibrated(anomaly.image_score).into()),
        ("unsure", anomaly.thresholds.unsure.into()),
        ("threshold", anomaly.thresholds.image.into()),
    ];
    terminal.print_field("label-score", &terminal.text("score-against-limits", &values));
    for deviation in &anomaly.deviations {
        let amount = Value::Number { value: deviation.amount().into(), digits: 0 };
        let text = terminal.text(deviation.message_id(), &[("amount", amount)]);
        terminal.print_line(&format!("  ! {text}"));
    }
    print_known_defects(terminal, anomaly);
    if !anomaly.regions.is_empty() {
        let threshold = anomaly.mask_threshold.unwrap_or(anomaly.thresholds.pixel);
        let above = terminal.text("mask-threshold", &[("threshold", threshold.into())]);
        terminal.print_field("label-regions", &above);
    }
    for region in &anomaly.regions {
        let rect = region.rect_in_image;
        let values = [
            ("place", Value::from(terminal.text(region.place.message_id(), &[]))),
            ("whole", terminal.text(region.share_of.message_id(), &[]).into()),
            ("area", region.area_px.into()),
            ("width", rect.width.into()),
            ("height", rect.height.into()),
            ("x", rect.x.into()),
            ("y", rect.y.into()),
            ("percent", (region.share * 100.0).into()),
            ("peak", region.peak_score.into()),
        ];
        let mut line = terminal.text("region-line", &values);
        if let Some((id, values)) = inspection.measurements.region_size(region) {
            let values: Vec<(&str, Value)> =
                values.into_iter().map(|(name, value)| (name, value.into())).collect();
            line = format!("{line}; {}", terminal.text(id, &values));
        }
        terminal.print_line(&format!("  - {line}"));
    }
    if let Some(reference) = &anomaly.reference {
        let text = format!("{} ({:.3})", reference.path, reference.similarity);
        terminal.print_field("label-reference", &text);
        if let Some(alignment) = &reference.alignment {
            let moved = alignment.transform;
            let values = [
                ("degrees", Value::Number { value: moved.rotation_deg.into(), digits: 1 }),
                ("percent", Value::Number { value: f64::from(moved.scale) * 100.0, digits: 1 }),
                ("x", Value::Number { value: moved.shift_x_px.into(), digits: 1 }),
                ("y", Value::Number { value: moved.shift_y_px.into(), digits: 1 }),
                ("quality", alignment.quality.into()),
            ];
            terminal.print_line(&format!("  {}", terminal.text("alignment-line", &values)));
        }
    }
}

/// Prints what known defects added to the score, and which the part resembles.
fn print_known_defects(terminal: &Terminal, anomaly: &Anomaly) {
    let Some(known) = &anomaly.known_defects else { return };
    if known.added != 0.0 {
        let values = [
            ("score", Value::Text(format!("{:.2}", anomaly.image_score))),
            ("without", Value::Text(format!("{:.2}", anomaly.image_score - known.added))),
            ("added", Value::Text(format!("{:+.2}", known.added))),
        ];
        terminal.print_line(&format!("  {}", terminal.text("known-added", &values)));
    }
    if anomaly.verdict == Verdict::Ok {
        return;
    }
    for one in &known.resembles {
        let values = [
            ("image", known_image(terminal, one).into()),
            ("defect", one.defect.as_ref().map_or("–".to_owned(), ToString::to_string).into()),
            ("percent", Value::Number { value: f64::from(one.similarity) * 100.0, digits: 0 }),
        ];
        terminal.print_line(&format!("  - {}", terminal.text("known-resembles-line", &values)));
    }
}

/// The file of a registered image, or the inspection of a judged part.
fn known_image(terminal: &Terminal, one: &Resemblance) -> String {
    match (one.image, &one.path) {
        (KnownImage::Judged { inspection }, _) => {
            terminal.text("known-image-inspection", &[("id", inspection.to_string().into())])
        }
        (KnownImage::Registered(_), Some(path)) => path.clone(),
        (image, None) => image.to_string(),
    }
}

fn print_similarity(terminal: &Terminal, inspection: &Inspection) {
    let Some(found) = done_or_print(terminal, "label-similar", &inspection.similarity) else {
        return;
    };
    super::search::print_suggestion(terminal, found.suggestion.as_ref());
    super::search::print_hits(terminal, &found.hits);
}

fn print_report(terminal: &Terminal, inspection: &Inspection) {
    terminal.print_line("");
    let Some(report) = done_or_print(terminal, "label-report", &inspection.report) else { return };
    print_sections(terminal, report);
    if let Some(finding) = inspection.manual.done() {
        print_source(terminal, finding);
    }
}

/// Prints the sections of a report, each line with its source.
pub(super) fn print_sections(terminal: &Terminal, report: &Report) {
    for section in &report.sections {
        let title = terminal.text(section.part.message_id(), &[]);
        terminal.print_line(&format!("[{title}]"));
        if section.lines.is_empty() {
            terminal.print_line(&format!("  {}", terminal.text("report-nothing", &[])));
        }
        if section.part == ReportPart::Remarks {
            terminal.print_line(&format!("  {}", terminal.text("report-remarks-note", &[])));
        }
        for (number, line) in (1..).zip(&section.lines) {
            let source = match &line.support {
                Support::Manual { statements }
                | Support::Composed { statements }
                | Support::Reference { statements } => format!("  [{}]", statements.join(", ")),
                Support::Paraphrase { statements } => {
                    let ids = [("ids", statements.join(", ").into())];
                    format!("  [{}]", terminal.text("source-paraphrase-short", &ids))
                }
                Support::Measured => String::new(),
                Support::Unsupported => {
                    format!("  [{}]", terminal.text("source-unsupported", &[]))
                }
            };
            let mark = section.part.list_mark(number);
            terminal.print_line(&format!("  {mark} {}{source}", line.text));
            if let Some(text) = report.translation(line) {
                let values = [("text", text.into())];
                terminal
                    .print_line(&format!("    {}", terminal.text("machine-translation", &values)));
            }
        }
    }
}

/// Prints the manual's section that a report is based on.
pub(super) fn print_source(terminal: &Terminal, finding: &ManualFinding) {
    let place = terminal.position(&finding.path, finding.section.page);
    let (heading, version) = (&finding.section.heading, finding.version());
    let text = format!("{} — {heading} ({place}; {version})", finding.path);
    terminal.print_field("label-manual", &text);
    for other in &finding.others {
        let place = terminal.position(&other.path, other.page);
        let text = format!("{} — {} ({place})", other.path, other.heading);
        terminal.print_field("label-manual-also", &text);
    }
}

/// Prints what was done last time; nothing where there is no record.
fn print_past_actions(terminal: &Terminal, past_actions: &[PastAction]) {
    if past_actions.is_empty() {
        return;
    }
    let text = |(id, values): ActionMessage| {
        let values: Vec<(&str, Value)> =
            values.into_iter().map(|(name, value)| (name, value.into())).collect();
        terminal.text(id, &values)
    };
    terminal.print_line("");
    terminal.print_line(&format!("[{}]", terminal.text("past-actions-title", &[])));
    terminal.print_line(&format!("  {}", terminal.text("past-actions-note", &[])));
    for past in past_actions {
        let facts: Vec<String> = past.facts().into_iter().map(text).collect();
        terminal.print_line(&format!("  - {}  [{}]", past.action_line(), past.action.mark()));
        terminal.print_line(&format!("    {}", facts.join(" · ")));
        for detail in past.details() {
            terminal.print_line(&format!("    {}", text(detail)));
        }
    }
}

/// Prints a vision-language model's description; nothing where none was requested.
fn print_view(terminal: &Terminal, inspection: &Inspection) {
    let view = match &inspection.view {
        Stage::Done(view) => view,
        Stage::Failed { .. } | Stage::Skipped(SkipReason::NoModel { .. }) => {
            done_or_print(terminal, "view-title", &inspection.view);
            return;
        }
        Stage::Skipped(_) => return,
    };
    let shown: Vec<String> =
        view.shown.iter().map(|picture| terminal.text(picture.message_id(), &[])).collect();
    let values = [("model", view.model.to_string().into()), ("pictures", shown.join(", ").into())];
    terminal.print_line("");
    terminal.print_line(&format!("[{}]", terminal.text("view-title", &[])));
    terminal.print_line(&format!("  {}", terminal.text("view-by-model", &values)));
    terminal.print_line(&format!("  {}", view.text));
}

fn print_timings(terminal: &Terminal, inspection: &Inspection) {
    terminal.print_line("");
    terminal.print_field("label-timings", "");
    for timing in &inspection.timings {
        terminal.print_line(&format!("  {:>9.1} ms  {}", timing.ms, timing.name));
    }
}
