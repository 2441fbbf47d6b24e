//! Jobs that a crash interrupted, offered again under the menus.

use egui::{Panel, RichText, Ui};

use crate::command::Command;
use crate::job_progress;
use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use crate::tasks::Task;
use fettle_engine::{ForgetJob, JobSummary, ListUnfinished, RepeatJob, UnfinishedJob};

/// The interrupted jobs, and the one that is repeated.
#[derive(Default)]
pub(crate) struct UnfinishedJobs {
    unfinished: Loadable<Vec<UnfinishedJob>>,
    repeating: Option<Task<()>>,
    forgetting: Loadable<()>,
}

impl UnfinishedJobs {
    /// Takes answers.
    pub(crate) fn poll(&mut self, cx: &mut TabContext<'_>) {
        self.unfinished.load_once(cx, ListUnfinished);
        self.unfinished.poll(cx);
        if self.forgetting.poll(cx) {
            if let Some(error) = self.forgetting.error() {
                cx.toasts.error(error.to_owned());
            }
            self.unfinished.load(cx, ListUnfinished);
        }
        let Some(answer) = self.repeating.as_ref().and_then(Task::poll) else { return };
        self.repeating = None;
        self.unfinished.load(cx, ListUnfinished);
        cx.send(Command::LibraryChanged(None));
        match answer {
            Ok(()) => cx.toasts.done(cx.text("unfinished-done")),
            Err(error) => cx.toasts.error(error.explain(cx.localizer.language)),
        }
    }

    /// Repeats the oldest job, unless one is repeated already.
    pub(crate) fn repeat(&mut self, cx: &mut TabContext<'_>) {
        let oldest = self.unfinished.answer().and_then(|jobs| jobs.first());
        if let (Some(oldest), None) = (oldest, &self.repeating) {
            self.repeating = cx.start(RepeatJob(oldest.clone()));
        }
    }

    /// Draws the bar, where there is an interrupted job.
    pub(crate) fn show(&mut self, ui: &mut Ui, cx: &mut TabContext<'_>) {
        let Some(oldest) = self.unfinished.answer().and_then(|jobs| jobs.first()).cloned() else {
            return;
        };
        Panel::top("unfinished").show(ui, |ui| {
            ui.add_space(2.0);
            ui.horizontal_wrapped(|ui| {
                if let Some(task) = &self.repeating {
                    ui.label(description(cx, &oldest));
                    job_progress::show(ui, cx, task);
                    return;
                }
                let values = [("what", description(cx, &oldest).into())];
                let text = cx.localizer.with("unfinished-offer", &values);
                ui.label(RichText::new(text).color(ui.visuals().warn_fg_color).strong());
                if ui.button(cx.text("command-repeat")).clicked() {
                    cx.send(Command::Repeat);
                }
                if ui.button(cx.text("unfinished-forget")).clicked() {
                    self.forgetting.load(cx, ForgetJob(oldest));
                }
            });
            ui.add_space(2.0);
        });
    }
}

/// A description of an interrupted job.
fn description(cx: &TabContext<'_>, job: &UnfinishedJob) -> String {
    let JobSummary { message, product, count } = job.summary();
    let product = product.map(|product| cx.product_name(&product)).unwrap_or_default();
    cx.localizer.with(message, &[("product", product.into()), ("count", count.into())])
}
