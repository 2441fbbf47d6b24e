//! One bar for all of the demo: its models are fetched, then it is built.

use std::time::{Duration, Instant};

use egui::{Button, Label, ProgressBar, Ui};

use crate::job_progress;
use crate::model_pull::ModelPull;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_i18n::Value;

/// Seconds in which the demo is built, as measured on two cores: its weight beside the download.
const BUILD_SECONDS: f32 = 60.0;
/// Bytes a second of a usual line, until the real rate is known.
const USUAL_RATE: f32 = 1e7;
/// Width of the bar, in points.
const WIDTH: f32 = 420.0;

/// How far the demo is. Made when the demo is asked for.
#[derive(Debug, Default)]
pub(super) struct DemoBar {
    /// The part of the bar that the download has, 0 to 1; 0 while the sizes of the models are unknown.
    download: f32,
    /// 0 to 1.
    done: f32,
}

impl DemoBar {
    /// Takes how many bytes of all are `fetched`, or how much is `built`. A bar never runs backwards.
    fn take(&mut self, fetched: Option<(u64, u64)>, built: Option<f32>) -> f32 {
        let now = match (fetched, built) {
            (_, Some(built)) => self.download + (1.0 - self.download) * built,
            (Some((fetched, whole)), None) if whole > 0 => {
                let seconds = whole as f32 / USUAL_RATE;
                self.download = seconds / (seconds + BUILD_SECONDS);
                self.download * (fetched as f32 / whole as f32).min(1.0)
            }
            _ => 0.0,
        };
        self.done = self.done.max(now).min(1.0);
        self.done
    }

    /// Shows the bar, the time left, what is being done, and the button that stops it.
    pub(super) fn show<A>(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        pull: &mut ModelPull,
        demo: Option<&Task<A>>,
    ) {
        pull.show_question(ui, cx);
        let fetched = pull.fetched_of_all();
        let built = demo.map(|task| task.status().progress.borrow().fraction().unwrap_or(0.0));
        let done = self.take(fetched, built);
        let left = match demo {
            Some(task) => job_progress::left_text(cx, task.status()),
            None => pull.time_left(Instant::now()).map_or_else(String::new, |download| {
                let left = download + Duration::from_secs_f32(BUILD_SECONDS);
                let seconds = Value::Number { value: left.as_secs_f64(), digits: 0 };
                cx.localizer.with("jobs-left", &[("seconds", seconds)])
            }),
        };
        ui.horizontal(|ui| {
            let is_stopping = demo.is_some_and(|task| task.status().cancel.is_cancelled());
            let stop = Button::new(cx.text("command-stop"));
            if ui.add_enabled(!is_stopping, stop).clicked() {
                match demo {
                    Some(task) => cx.stop(task.status()),
                    None => pull.stop(cx),
                }
            }
            let text = format!("{:.0} % {left}", 100.0 * done);
            let width = ui.available_width().min(WIDTH);
            ui.add(ProgressBar::new(done).text(text.trim()).desired_width(width));
        });
        let step = match demo {
            Some(task) => job_progress::step_text(cx, task.status()),
            None => pull.step_text(cx),
        };
        ui.add(Label::new(step.unwrap_or_default()).truncate());
        if demo.is_none() {
            ui.weak(cx.text("pull-resumes"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bar_goes_through_download_and_building() {
        let megabytes = |count: u64| count * 1_000_000;
        // Fetched, built, expected percents: 600 MB at the usual rate take as long as the building.
        let mut bar = DemoBar::default();
        for (fetched, built, expected) in [
            (None, None, 0.0),
            (Some((0, megabytes(600))), None, 0.0),
            (Some((megabytes(300), megabytes(600))), None, 25.0),
            // The count of a file that is verified begins anew.
            (Some((megabytes(200), megabytes(600))), None, 25.0),
            (Some((megabytes(600), megabytes(600))), None, 50.0),
            (None, Some(0.0), 50.0),
            (None, Some(0.5), 75.0),
            (None, Some(1.0), 100.0),
        ] {
            assert_eq!(
                (bar.take(fetched, built) * 100.0).round(),
                expected,
                "{fetched:?} {built:?}"
            );
        }
        // Where the models are there, the building is all.
        assert_eq!(DemoBar::default().take(None, Some(0.4)), 0.4);
    }
}
