//! The progress of jobs: one bar for the whole job, the time left, and a button that stops the job.

use std::rc::Rc;

use egui::{Button, Label, ProgressBar, Ui};

use super::tab_context::TabContext;
use super::tasks::{JobStatus, Task};
use fettle_i18n::Value;

/// Largest width of a bar, in points.
const BAR_WIDTH: f32 = 420.0;

/// The progress of one task, beside the widget that started it.
pub(super) fn show<A, E>(ui: &mut Ui, cx: &TabContext<'_>, task: &Task<A, E>) {
    show_status(ui, cx, task.status());
}

/// [`show`] for a job that another part of the window started.
pub(super) fn show_status(ui: &mut Ui, cx: &TabContext<'_>, job: &JobStatus) {
    ui.horizontal(|ui| stop_and_bar(ui, cx, job, BAR_WIDTH, ""));
    if let Some(step) = step_text(cx, job) {
        ui.add(Label::new(step).truncate());
    }
}

/// A list of jobs, each in a row with its progress.
pub(super) fn list(ui: &mut Ui, cx: &TabContext<'_>, jobs: &[Rc<JobStatus>]) {
    for job in jobs {
        ui.push_id(Rc::as_ptr(job), |ui| {
            let text = step_text(cx, job).unwrap_or_else(|| job.name.to_owned());
            ui.horizontal(|ui| stop_and_bar(ui, cx, job, 640.0, &text));
        });
    }
}

fn stop_and_bar(ui: &mut Ui, cx: &TabContext<'_>, job: &JobStatus, width: f32, text: &str) {
    let stop = Button::new(cx.text("command-stop"));
    let may = job.may_be_stopped_by(&cx.engine.user());
    let stop = ui.add_enabled(may && !job.cancel.is_cancelled(), stop);
    let stop = if may { stop } else { stop.on_disabled_hover_text(cx.text("jobs-not-yours")) };
    if stop.clicked() {
        job.cancel.cancel();
    }
    match job.progress.borrow().fraction() {
        None => {
            ui.spinner();
            ui.label(text);
        }
        Some(fraction) => {
            let done = format!("{text} {:.0} % {}", 100.0 * fraction, left_text(cx, job));
            let width = ui.available_width().min(width);
            ui.add(ProgressBar::new(fraction).text(done.trim()).desired_width(width));
        }
    }
}

/// What is being done, and to what.
pub(super) fn step_text(cx: &TabContext<'_>, job: &JobStatus) -> Option<String> {
    let progress = job.progress.borrow();
    let last = progress.last()?;
    Some(format!("{} {}", cx.text(last.step), last.subject).trim().to_owned())
}

/// The time that is left; empty while it cannot be told.
pub(super) fn left_text(cx: &TabContext<'_>, job: &JobStatus) -> String {
    let left = job.progress.borrow().left(job.started.elapsed());
    let left = left.filter(|left| !left.is_zero());
    let text = |left: std::time::Duration| {
        let seconds = Value::Number { value: left.as_secs_f64(), digits: 0 };
        cx.localizer.with("jobs-left", &[("seconds", seconds)])
    };
    left.map(text).unwrap_or_default()
}
