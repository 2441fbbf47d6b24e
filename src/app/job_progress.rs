//! The progress of jobs: a bar, the time left, and a button that stops the job.

use std::rc::Rc;

use egui::{Button, Label, ProgressBar, Ui};

use super::tab_context::TabContext;
use super::tasks::{JobStatus, Task};
use fettle_domain::Progress;
use fettle_i18n::Value;

/// The progress of one task, beside the widget that started it.
pub(super) fn show<A, E>(ui: &mut Ui, cx: &TabContext<'_>, task: &Task<A, E>) {
    let progress = task.progress();
    ui.horizontal(|ui| {
        if ui.button(cx.text("command-stop")).clicked() {
            task.cancel();
        }
        match fraction(progress.as_ref()) {
            Some(fraction) => {
                let width = ui.available_width().min(320.0);
                ui.add(ProgressBar::new(fraction).show_percentage().desired_width(width));
            }
            None => {
                ui.spinner();
            }
        }
    });
    if let Some(progress) = &progress {
        let text = format!("{} {}", cx.text(progress.step), progress.subject);
        ui.add(Label::new(text).truncate());
    }
}

/// A list of jobs, each in a row with its progress.
pub(super) fn list(ui: &mut Ui, cx: &TabContext<'_>, jobs: &[Rc<JobStatus>]) {
    for job in jobs {
        ui.push_id(Rc::as_ptr(job), |ui| row(ui, cx, job));
    }
}

fn row(ui: &mut Ui, cx: &TabContext<'_>, job: &JobStatus) {
    ui.horizontal(|ui| {
        let stop = cx.text("command-stop");
        if ui.add_enabled(!job.cancel.is_cancelled(), Button::new(&stop).small()).clicked() {
            job.cancel.cancel();
        }
        let progress = job.progress.borrow();
        let seconds = job.started.elapsed().as_secs_f32();
        let text = match progress.as_ref() {
            None => job.name.to_owned(),
            Some(progress) => format!("{} {}", cx.text(progress.step), progress.subject),
        };
        match fraction(progress.as_ref()) {
            None => {
                ui.spinner();
                ui.label(text);
            }
            Some(fraction) => {
                let left = (fraction > 0.05).then(|| seconds / fraction * (1.0 - fraction));
                let left = left.map(|left| {
                    let seconds = Value::Number { value: f64::from(left), digits: 0 };
                    cx.localizer.with("jobs-left", &[("seconds", seconds)])
                });
                let text = format!("{text} {}", left.unwrap_or_default());
                let width = ui.available_width().min(640.0);
                ui.add(ProgressBar::new(fraction).text(text).desired_width(width));
            }
        }
    });
}

/// The completed fraction of the present step, 0 to 1, where the step has a known length.
fn fraction(progress: Option<&Progress>) -> Option<f32> {
    let progress = progress?;
    let total = progress.total.filter(|total| *total > 0)?;
    Some((progress.done as f32 / total as f32).clamp(0.0, 1.0))
}
