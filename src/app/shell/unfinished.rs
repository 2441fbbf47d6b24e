//! Jobs that a crash cut off, offered again under the menus.

use egui::{Panel, RichText, Ui};

use crate::asked::Asked;
use crate::command::Command;
use crate::desk::Desk;
use crate::tasks::Task;
use crate::under_way;
use fettle_engine::{ForgetJob, ListUnfinished, RepeatJob, Repeatable, UnfinishedJob};

/// What was cut off, and what is done again of it.
#[derive(Default)]
pub(crate) struct Unfinished {
    left: Asked<Vec<UnfinishedJob>>,
    repeating: Option<Task<()>>,
    forgetting: Asked<()>,
}

impl Unfinished {
    pub(crate) fn poll(&mut self, desk: &mut Desk<'_>) {
        self.left.ask_once(desk, ListUnfinished);
        self.left.poll(desk);
        if self.forgetting.poll(desk) {
            self.left.ask(desk, ListUnfinished);
        }
        let Some(answer) = self.repeating.as_ref().and_then(Task::poll) else { return };
        self.repeating = None;
        self.left.ask(desk, ListUnfinished);
        desk.send(Command::LibraryChanged(None));
        match answer {
            Ok(()) => desk.toasts.done(desk.text("unfinished-done")),
            Err(error) => desk.toasts.error(error.explain(desk.words.0)),
        }
    }

    /// Does the oldest again.
    pub(crate) fn repeat(&mut self, desk: &mut Desk<'_>) {
        let oldest = self.left.answer().and_then(|left| left.first());
        if let (Some(oldest), None) = (oldest, &self.repeating) {
            self.repeating = desk.start(RepeatJob(oldest.clone()));
        }
    }

    /// Draws the bar, where there is something to offer.
    pub(crate) fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) {
        let Some(oldest) = self.left.answer().and_then(|left| left.first()).cloned() else {
            return;
        };
        Panel::top("unfinished").show(ui, |ui| {
            ui.add_space(2.0);
            ui.horizontal_wrapped(|ui| {
                if let Some(task) = &self.repeating {
                    ui.label(what(desk, &oldest.job));
                    under_way::show(ui, desk, task);
                    return;
                }
                let values = [("what", what(desk, &oldest.job).into())];
                let text = desk.words.with("unfinished-offer", &values);
                ui.label(RichText::new(text).color(ui.visuals().warn_fg_color).strong());
                if ui.button(desk.text("command-repeat")).clicked() {
                    desk.send(Command::Repeat);
                }
                if ui.button(desk.text("unfinished-forget")).clicked() {
                    self.forgetting.ask(desk, ForgetJob(oldest));
                }
            });
            ui.add_space(2.0);
        });
    }
}

/// What was being done.
fn what(desk: &Desk<'_>, job: &Repeatable) -> String {
    let (id, product, count) = match job {
        Repeatable::FitBank(fit) => ("unfinished-fit", Some(&fit.product), 0),
        Repeatable::RegisterImages(images) => {
            ("unfinished-images", Some(&images.product), images.paths.len())
        }
        Repeatable::RegisterDefect(defect) => ("unfinished-defect", Some(&defect.product), 1),
        Repeatable::BuildIndex(_) => ("unfinished-index", None, 0),
    };
    let product = product.map(|product| desk.product_name(product)).unwrap_or_default();
    desk.words.with(id, &[("product", product.into()), ("count", count.into())])
}
