//! The steps of the pipeline, their progress, and the time of the whole.

use egui::RichText;

use crate::tab_context::TabContext;
use crate::widgets::inspection::skip_reason::skip_reason;
use fettle_domain::{Inspection, Progress, SkipReason, Stage};
use fettle_i18n::Value;

/// The state of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Pending,
    Running,
    Done,
    Skipped,
    Failed,
}

/// The progress message of each step, and the locale id of its label.
const STEPS: [(&str, &str); 6] = [
    ("progress-similarity", "step-similarity"),
    ("progress-anomaly", "step-anomaly"),
    ("progress-manual", "step-manual"),
    ("progress-record", "step-record"),
    ("progress-report", "step-report"),
    ("progress-view", "step-view"),
];
/// Index of the step of the vision-language model, which most machines do without.
const VIEW: usize = 5;

/// Shows all steps. `progress` is that of a running inspection, `inspection` the one that ended.
pub(super) fn show(
    ui: &mut egui::Ui,
    cx: &TabContext<'_>,
    progress: Option<&Progress>,
    inspection: Option<&Inspection>,
) {
    for (index, (_, label)) in STEPS.iter().enumerate() {
        let state = match inspection {
            Some(inspection) => ended_state(index, inspection),
            None => running_state(index, progress),
        };
        let has_view = inspection.map_or(state == State::Running, is_view_requested);
        if index == VIEW && !has_view {
            continue;
        }
        let (sign, colour) = match state {
            State::Pending => ("○", ui.visuals().weak_text_color()),
            State::Running => ("●", ui.visuals().hyperlink_color),
            State::Done => ("✔", ui.visuals().text_color()),
            State::Skipped => ("–", ui.visuals().weak_text_color()),
            State::Failed => ("✖", ui.visuals().error_fg_color),
        };
        ui.horizontal(|ui| {
            ui.label(RichText::new(sign).color(colour));
            ui.label(RichText::new(cx.text(label)).color(colour));
        });
        if let Some(reason) =
            inspection.and_then(|inspection| step_skip_reason(index, inspection, cx))
        {
            ui.indent(index, |ui| ui.small(reason));
        }
    }
    if let Some(total) = inspection.and_then(total_ms) {
        let values = [("ms", Value::Number { value: total, digits: 0 })];
        ui.weak(cx.localizer.with("inspect-took", &values));
    }
}

/// The state of a step of a running inspection: steps before the one reported are done.
fn running_state(index: usize, progress: Option<&Progress>) -> State {
    let now = progress.and_then(|progress| STEPS.iter().position(|(id, _)| *id == progress.step));
    match now {
        Some(now) if index < now => State::Done,
        Some(now) if index == now => State::Running,
        _ => State::Pending,
    }
}

/// Whether a vision-language model was asked about the part.
fn is_view_requested(inspection: &Inspection) -> bool {
    !matches!(
        &inspection.view,
        Stage::Skipped(SkipReason::NotAsked | SkipReason::NoVisionChat | SkipReason::PartIsOk)
    )
}

/// The state of a step of an inspection that ended.
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
        VIEW => of(&inspection.view),
        _ => of(&inspection.report),
    }
}

/// Why a step did not run, where no other view says so.
fn step_skip_reason(index: usize, inspection: &Inspection, cx: &TabContext<'_>) -> Option<String> {
    match index {
        0 => skip_reason(&inspection.similarity, cx),
        1 => skip_reason(&inspection.anomaly, cx),
        2 => skip_reason(&inspection.manual, cx),
        // The report is skipped for the reason of the manual, and the report view says why there is
        // no view.
        _ => None,
    }
}

/// The time of the whole pipeline, in milliseconds.
fn total_ms(inspection: &Inspection) -> Option<f64> {
    inspection.timings.iter().find(|timing| timing.name == "pipeline").map(|timing| timing.ms)
}
