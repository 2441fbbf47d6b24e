//! The stages of the pipeline as one status line, and the time of the whole.

use egui::{Label, RichText};

use super::shown_part::ShownPart;
use crate::clock::local_time;
use crate::tab_context::TabContext;
use crate::widgets::inspection::skip_reason::skip_reason;
use fettle_domain::{Inspection, Progress, SkipReason, Stage};
use fettle_i18n::Value;

/// Width below which stages that are not under way have their sign alone, in points.
const MIN_NAMES_WIDTH: f32 = 760.0;

/// The state of one stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Pending,
    Running,
    Done,
    Skipped,
    Failed,
    /// A person stopped it, or the inspection before it began.
    Stopped,
}

/// The progress message of each stage, and the locale id of its label.
const STAGES: [(&str, &str); 6] = [
    ("progress-similarity", "step-similarity"),
    ("progress-anomaly", "step-anomaly"),
    ("progress-manual", "step-manual"),
    ("progress-record", "step-record"),
    ("progress-report", "step-report"),
    ("progress-view", "step-view"),
];
/// Index of the stage that writes the report.
const REPORT: usize = 4;
/// Index of the stage of the vision-language model, which most machines do without.
const VIEW: usize = 5;

/// Adds the stages to the current row. `progress` is that of a running inspection of the current
/// part, `part` the current part once it is recorded.
pub(super) fn show(
    ui: &mut egui::Ui,
    cx: &TabContext<'_>,
    progress: Option<&Progress>,
    part: Option<&ShownPart>,
) {
    let has_names = ui.available_width() >= MIN_NAMES_WIDTH;
    let inspection = part.map(|part| &part.inspection);
    for (index, (_, label)) in STAGES.iter().enumerate() {
        let state = state(index, progress, part);
        let has_view = match (inspection, state) {
            (_, State::Running | State::Stopped) => true,
            (Some(inspection), _) => is_view_requested(inspection),
            _ => false,
        };
        if index == VIEW && !has_view {
            continue;
        }
        let visuals = ui.visuals();
        let (sign, colour) = match state {
            State::Pending => ("○", visuals.weak_text_color()),
            State::Running => ("●", visuals.hyperlink_color),
            State::Done => ("✔", visuals.text_color()),
            State::Skipped => ("–", visuals.weak_text_color()),
            State::Failed => ("✖", visuals.error_fg_color),
            State::Stopped => ("■", visuals.warn_fg_color),
        };
        let name = cx.text(label);
        let text = match has_names || state == State::Running {
            true => format!("{sign} {name}"),
            false => sign.to_owned(),
        };
        let shown = ui.add(Label::new(RichText::new(text).small().color(colour)).extend());
        let reason = match state {
            State::Stopped => Some(cx.text("step-stopped")),
            _ => inspection.and_then(|inspection| stage_reason(index, inspection, cx)),
        };
        shown.on_hover_text(reason.map_or(name.clone(), |reason| format!("{name}: {reason}")));
    }
    let Some(part) = part.filter(|_| progress.is_none()) else { return };
    if part.recorded_before {
        let values = [("time", local_time(&part.inspection.created_at).into())];
        let text = RichText::new(cx.localizer.with("inspect-recorded", &values)).small();
        ui.add(Label::new(text.weak()).truncate());
    } else if let Some(total) = total_ms(&part.inspection) {
        let values = [("ms", Value::Number { value: total, digits: 0 })];
        let text = RichText::new(cx.localizer.with("inspect-took", &values)).small();
        ui.add(Label::new(text.weak()).truncate());
    }
}

/// The state of a stage: while the inspection runs, by its progress; then by its record.
fn state(index: usize, progress: Option<&Progress>, part: Option<&ShownPart>) -> State {
    let place = |step: &str| STAGES.iter().position(|(id, _)| *id == step);
    if let Some(progress) = progress {
        let now = place(progress.step);
        return match now {
            Some(now) if index < now => State::Done,
            Some(now) if index == now => State::Running,
            _ => State::Pending,
        };
    }
    let Some(part) = part else { return State::Pending };
    if part.stopped_at.and_then(place).is_some_and(|at| index >= at) {
        return State::Stopped;
    }
    ended_state(index, &part.inspection)
}

/// Whether a vision-language model was asked about the part.
fn is_view_requested(inspection: &Inspection) -> bool {
    !matches!(
        &inspection.view,
        Stage::Skipped(SkipReason::NotAsked | SkipReason::NoVisionChat | SkipReason::PartIsOk)
    )
}

/// The state of a stage of an inspection that ended.
fn ended_state(index: usize, inspection: &Inspection) -> State {
    fn of<T>(stage: &Stage<T>) -> State {
        match stage {
            Stage::Done(_) => State::Done,
            Stage::Skipped(_) => State::Skipped,
            Stage::Failed { .. } => State::Failed,
        }
    }
    match index {
        0 => of(&inspection.similarity),
        1 => of(&inspection.anomaly),
        2 => of(&inspection.manual),
        3 if inspection.id.is_some() => State::Done,
        3 => State::Failed,
        REPORT => of(&inspection.report),
        _ => of(&inspection.view),
    }
}

/// Why a stage did not run.
fn stage_reason(index: usize, inspection: &Inspection, cx: &TabContext<'_>) -> Option<String> {
    match index {
        0 => skip_reason(&inspection.similarity, cx),
        1 => skip_reason(&inspection.anomaly, cx),
        2 => skip_reason(&inspection.manual, cx),
        REPORT => skip_reason(&inspection.report, cx),
        VIEW => skip_reason(&inspection.view, cx),
        _ => None,
    }
}

/// The time of the whole pipeline, in milliseconds.
fn total_ms(inspection: &Inspection) -> Option<f64> {
    inspection.timings.iter().find(|timing| timing.name == "pipeline").map(|timing| timing.ms)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::tests::inspections::skipped_inspection;
    use crate::widgets::part_view::PartView;
    use fettle_domain::{Author, Language, Report, Verdict};

    fn part(stopped_at: Option<&'static str>) -> ShownPart {
        let report = Report {
            language: Language::En,
            author: Author::Evidence,
            sections: Vec::new(),
            translations: Vec::new(),
        };
        let inspection = Inspection {
            id: Some(fettle_domain::InspectionId(1)),
            report: Stage::Done(report),
            ..skipped_inspection("/line/a.png", Verdict::Unsure)
        };
        ShownPart {
            image: "a.png".into(),
            inspection,
            judgement: None,
            recorded_before: false,
            view: PartView::new(Arc::new(image::RgbImage::new(4, 4)), None, None, None),
            stopped_at,
        }
    }

    #[test]
    fn a_stage_that_was_stopped_is_not_done() {
        use State::{Done, Pending, Running, Skipped, Stopped};
        let states = |progress: Option<&'static str>, part: Option<&ShownPart>| -> Vec<State> {
            let progress = progress.map(|step| Progress {
                step,
                subject: String::new(),
                done: 0,
                total: None,
            });
            (0..STAGES.len()).map(|index| state(index, progress.as_ref(), part)).collect()
        };
        let (whole, stopped) = (part(None), part(Some("progress-report")));
        // Progress, part, expected.
        let cases = [
            (None, None, [Pending; 6]),
            (Some("progress-manual"), None, [Done, Done, Running, Pending, Pending, Pending]),
            (None, Some(&whole), [Skipped, Skipped, Skipped, Done, Done, Skipped]),
            (None, Some(&stopped), [Skipped, Skipped, Skipped, Done, Stopped, Stopped]),
            // A part shown before says nothing of the one under way.
            (
                Some("progress-similarity"),
                Some(&whole),
                [Running, Pending, Pending, Pending, Pending, Pending],
            ),
        ];
        for (progress, part, expected) in cases {
            assert_eq!(states(progress, part), expected, "{progress:?}");
        }
    }
}
