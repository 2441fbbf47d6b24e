//! The panel of running jobs.

use std::time::Duration;

use egui::{ScrollArea, Ui};

use crate::frame_times::Summary;
use crate::job_progress;
use crate::tab_context::TabContext;
use fettle_i18n::Value;

/// Draws the panel, with the times of the last frames in its title.
pub(crate) fn show(ui: &mut Ui, cx: &mut TabContext<'_>, frames: Option<Summary>) {
    let running = cx.tasks.running();
    ui.horizontal(|ui| {
        ui.strong(cx.text("panel-jobs"));
        if let Some(Summary { p50, p99, max, .. }) = frames {
            let ms = |time: Duration| Value::Number { value: time.as_secs_f64() * 1e3, digits: 1 };
            let values = [("p50", ms(p50)), ("p99", ms(p99)), ("max", ms(max))];
            ui.weak(cx.localizer.with("jobs-frames", &values));
        }
    });
    ScrollArea::vertical().auto_shrink([false, true]).show(ui, |ui| {
        if running.is_empty() {
            ui.weak(cx.text("jobs-none"));
        }
        job_progress::list(ui, cx, &running);
    });
}
