//! The steps of the pipeline, lit up one after another, with their times.

use egui::RichText;

use crate::desk::Desk;
use fettle_domain::{Inspection, Progress, SkipReason, Stage};
use fettle_i18n::Value;

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Waits,
    Runs,
    Done,
    Skipped,
    Failed,
}

/// The id of a step's progress message and of its label.
const STEPS: [(&str, &str); 6] = [
    ("progress-similarity", "step-similarity"),
    ("progress-anomaly", "step-anomaly"),
    ("progress-manual", "step-manual"),
    ("progress-record", "step-record"),
    ("progress-report", "step-report"),
    ("progress-view", "step-view"),
];
/// The step that most machines do without.
const VIEW: usize = 5;

pub(super) fn show(
    ui: &mut egui::Ui,
    desk: &Desk<'_>,
    progress: Option<&Progress>,
    inspection: Option<&Inspection>,
) {
    for (index, (_, label)) in STEPS.iter().enumerate() {
        let state = match inspection {
            Some(inspection) => ended(index, inspection),
            None => under_way(index, progress),
        };
        let looks = inspection.map_or(state == State::Runs, looked_for);
        if index == VIEW && !looks {
            continue;
        }
        let (sign, colour) = match state {
            State::Waits => ("○", ui.visuals().weak_text_color()),
            State::Runs => ("●", ui.visuals().hyperlink_color),
            State::Done => ("✔", ui.visuals().text_color()),
            State::Skipped => ("–", ui.visuals().weak_text_color()),
            State::Failed => ("✖", ui.visuals().error_fg_color),
        };
        ui.horizontal(|ui| {
            ui.label(RichText::new(sign).color(colour));
            ui.label(RichText::new(desk.text(label)).color(colour));
        });
        if let Some(why) = inspection.and_then(|inspection| why_not(index, inspection, desk)) {
            ui.indent(index, |ui| ui.small(why));
        }
    }
    if let Some(total) = inspection.and_then(total_ms) {
        let values = [("ms", Value::Number { value: total, digits: 0 })];
        ui.weak(desk.words.with("inspect-took", &values));
    }
}

/// Of an inspection under way: steps before the one reported are done.
fn under_way(index: usize, progress: Option<&Progress>) -> State {
    let now = progress.and_then(|progress| STEPS.iter().position(|(id, _)| *id == progress.step));
    match now {
        Some(now) if index < now => State::Done,
        Some(now) if index == now => State::Runs,
        _ => State::Waits,
    }
}

/// Whether a model was to look at the part.
fn looked_for(inspection: &Inspection) -> bool {
    !matches!(
        &inspection.view,
        Stage::Skipped(SkipReason::NotAsked | SkipReason::NoVisionChat | SkipReason::PartIsOk)
    )
}

fn ended(index: usize, inspection: &Inspection) -> State {
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

/// Why a step did not run.
fn why_not(index: usize, inspection: &Inspection, desk: &Desk<'_>) -> Option<String> {
    match index {
        0 => reason(&inspection.similarity, desk),
        1 => reason(&inspection.anomaly, desk),
        2 => reason(&inspection.manual, desk),
        // The report lacks what the manual lacked, and beside the report stands why there is no
        // view; once is enough.
        _ => None,
    }
}

/// Why a stage did not run, in words.
pub(super) fn reason<T>(stage: &Stage<T>, desk: &Desk<'_>) -> Option<String> {
    match stage {
        Stage::Done(_) => None,
        Stage::Failed { message } => Some(message.clone()),
        // With a button beside it, rather than the command line's words.
        Stage::Skipped(SkipReason::NoManual { product }) => {
            let product = [("product", desk.product_name(product).into())];
            Some(desk.words.with("report-no-manual", &product))
        }
        Stage::Skipped(reason) => {
            let values = reason.values();
            let values: Vec<(&str, Value)> =
                values.into_iter().map(|(name, value)| (name, value.into())).collect();
            Some(desk.words.with(&format!("skip-{}", reason.key()), &values))
        }
    }
}

fn total_ms(inspection: &Inspection) -> Option<f64> {
    inspection.timings.iter().find(|timing| timing.name == "pipeline").map(|timing| timing.ms)
}
