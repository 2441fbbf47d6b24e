//! What is under way: how far, how long still, and a button to stop it.

use std::rc::Rc;
use std::time::Duration;

use egui::{ProgressBar, ScrollArea};

use crate::desk::Desk;
use crate::frame_times::Summary;
use crate::tasks::Watched;
use fettle_domain::Progress;
use fettle_i18n::Value;

pub(crate) fn show(ui: &mut egui::Ui, desk: &mut Desk<'_>, frames: Option<Summary>) {
    let running = desk.tasks.running();
    ui.horizontal(|ui| {
        ui.strong(desk.text("panel-jobs"));
        if let Some(Summary { p50, p99, max, .. }) = frames {
            let ms = |time: Duration| Value::Number { value: time.as_secs_f64() * 1e3, digits: 1 };
            let values = [("p50", ms(p50)), ("p99", ms(p99)), ("max", ms(max))];
            ui.weak(desk.words.with("jobs-frames", &values));
        }
    });
    ScrollArea::vertical().auto_shrink([false, true]).show(ui, |ui| {
        if running.is_empty() {
            ui.weak(desk.text("jobs-none"));
        }
        rows(ui, desk, &running);
    });
}

/// Jobs below one another, each with how far it is and a button that stops it.
pub(crate) fn rows(ui: &mut egui::Ui, desk: &Desk<'_>, jobs: &[Rc<Watched>]) {
    for job in jobs {
        ui.push_id(Rc::as_ptr(job), |ui| row(ui, desk, job));
    }
}

fn row(ui: &mut egui::Ui, desk: &Desk<'_>, job: &Watched) {
    ui.horizontal(|ui| {
        let stop = desk.text("command-stop");
        if ui.add_enabled(!job.cancel.is_cancelled(), egui::Button::new(&stop).small()).clicked() {
            job.cancel.cancel();
        }
        let progress = job.progress.borrow();
        let seconds = job.started.elapsed().as_secs_f32();
        let text = match progress.as_ref() {
            None => job.name.to_owned(),
            Some(progress) => format!("{} {}", desk.text(progress.step), progress.subject),
        };
        match share(progress.as_ref()) {
            None => {
                ui.spinner();
                ui.label(text);
            }
            Some(share) => {
                let left = (share > 0.05).then(|| seconds / share * (1.0 - share));
                let left = left.map(|left| {
                    desk.words.with(
                        "jobs-left",
                        &[("seconds", Value::Number { value: f64::from(left), digits: 0 })],
                    )
                });
                let text = format!("{text} {}", left.unwrap_or_default());
                ui.add(
                    ProgressBar::new(share)
                        .text(text)
                        .desired_width(ui.available_width().min(640.0)),
                );
            }
        }
    });
}

/// How much of a step is done, 0 to 1, where it is known.
pub(crate) fn share(progress: Option<&Progress>) -> Option<f32> {
    let progress = progress?;
    let total = progress.total.filter(|total| *total > 0)?;
    Some((progress.done as f32 / total as f32).clamp(0.0, 1.0))
}
