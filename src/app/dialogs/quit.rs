//! The dialog that asks about running jobs when the window is closed.

use std::rc::Rc;

use egui::{Context, ScrollArea, ViewportCommand};

use super::form::modal;
use crate::job_progress;
use crate::tab_context::TabContext;
use crate::tasks::JobStatus;
use fettle_i18n::Value;

/// Height of the scrolled list of jobs, in points.
const LIST_HEIGHT: f32 = 180.0;

/// How far a request to close the window is.
#[derive(Default)]
pub(crate) enum Quit {
    /// No request.
    #[default]
    No,
    /// The dialog asks what to do with the running jobs.
    Asking,
    /// The window closes once the jobs have ended.
    AfterJobs,
    /// The window closes now.
    Now,
}

/// The button that a person pressed.
enum QuitChoice {
    Wait,
    After,
    Now,
    Stay,
}

impl Quit {
    /// Keeps the window open while jobs run that a person waits for.
    pub(crate) fn intercept_close(&mut self, ctx: &Context, cx: &mut TabContext<'_>) {
        let is_closing = ctx.input(|input| input.viewport().close_requested());
        if is_closing && !matches!(self, Self::Now) && !jobs_to_finish(cx).is_empty() {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            if matches!(self, Self::No) {
                *self = Self::Asking;
            }
        }
    }

    /// Shows the dialog, if it is open.
    pub(crate) fn show(&mut self, ctx: &Context, cx: &mut TabContext<'_>) {
        let is_waiting = match self {
            Self::No | Self::Now => return,
            Self::Asking => false,
            Self::AfterJobs => true,
        };
        let jobs = jobs_to_finish(cx);
        if jobs.is_empty() {
            // The jobs have ended meanwhile.
            *self = Self::Now;
            return ctx.send_viewport_cmd(ViewportCommand::Close);
        }
        let count = [("count", Value::from(jobs.len()))];
        let title = cx.localizer.with("quit-title", &count);
        let modal = modal(ctx, "quit_dialog", &title, |ui| {
            ScrollArea::vertical().max_height(LIST_HEIGHT).show(ui, |ui| {
                job_progress::list(ui, cx, &jobs);
            });
            ui.add_space(8.0);
            let repeatable = jobs.iter().filter(|job| job.is_repeatable).count();
            let id = match repeatable {
                _ if is_waiting => "quit-waits",
                0 => "quit-lost",
                all if all == jobs.len() => "quit-again",
                _ => "quit-some-again",
            };
            ui.label(cx.localizer.with(id, &[("count", repeatable.into())]));
            ui.add_space(8.0);
            ui.horizontal(|ui| {
                let mut choice = QuitChoice::Wait;
                if !is_waiting && ui.button(cx.text("quit-after")).clicked() {
                    choice = QuitChoice::After;
                }
                if ui.button(cx.text("quit-now")).clicked() {
                    choice = QuitChoice::Now;
                }
                if ui.button(cx.text("quit-stay")).clicked() {
                    choice = QuitChoice::Stay;
                }
                choice
            })
            .inner
        });
        let choice = if modal.should_close() { QuitChoice::Stay } else { modal.inner };
        match choice {
            QuitChoice::Wait => {}
            QuitChoice::After => *self = Self::AfterJobs,
            QuitChoice::Stay => *self = Self::No,
            QuitChoice::Now => {
                jobs.iter().for_each(|job| job.cancel.defer());
                *self = Self::Now;
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
        }
    }
}

/// The running jobs that a person waits for.
fn jobs_to_finish(cx: &mut TabContext<'_>) -> Vec<Rc<JobStatus>> {
    cx.tasks.running().into_iter().filter(|job| job.is_work()).collect()
}
