//! What becomes of the jobs under way when the window is closed.

use std::rc::Rc;

use egui::{Context, ScrollArea, ViewportCommand};

use super::modal;
use crate::desk::Desk;
use crate::shell::jobs_panel;
use crate::tasks::Watched;
use fettle_i18n::Value;

/// Height of the list of jobs in points; more are scrolled to.
const LIST: f32 = 180.0;

/// Whether the window closes.
#[derive(Default)]
pub(crate) enum Quit {
    /// Nobody wants it to.
    #[default]
    No,
    /// It is asked what shall become of the jobs.
    Asked,
    /// Once they have ended.
    AfterJobs,
    /// Now.
    Now,
}

/// What a person wants.
enum Wish {
    Wait,
    After,
    Now,
    Stay,
}

impl Quit {
    /// Holds the window open where it is to be closed and work is under way.
    pub(crate) fn hold(&mut self, ctx: &Context, desk: &mut Desk<'_>) {
        let is_closing = ctx.input(|input| input.viewport().close_requested());
        if is_closing && !matches!(self, Self::Now) && !work(desk).is_empty() {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            if matches!(self, Self::No) {
                *self = Self::Asked;
            }
        }
    }

    /// Draws the question, if it is asked.
    pub(crate) fn show(&mut self, ctx: &Context, desk: &mut Desk<'_>) {
        let waits = match self {
            Self::No | Self::Now => return,
            Self::Asked => false,
            Self::AfterJobs => true,
        };
        let jobs = work(desk);
        if jobs.is_empty() {
            // They ended meanwhile: nothing is in question any more.
            *self = Self::Now;
            return ctx.send_viewport_cmd(ViewportCommand::Close);
        }
        let count = [("count", Value::from(jobs.len()))];
        let title = desk.words.with("quit-title", &count);
        let modal = modal(ctx, "quit_dialog", &title, |ui| {
            ScrollArea::vertical().max_height(LIST).show(ui, |ui| {
                jobs_panel::rows(ui, desk, &jobs);
            });
            ui.add_space(8.0);
            let again = jobs.iter().filter(|job| job.is_repeatable).count();
            let id = match again {
                _ if waits => "quit-waits",
                0 => "quit-lost",
                all if all == jobs.len() => "quit-again",
                _ => "quit-some-again",
            };
            ui.label(desk.words.with(id, &[("count", again.into())]));
            ui.add_space(8.0);
            ui.horizontal(|ui| {
                let mut wish = Wish::Wait;
                if !waits && ui.button(desk.text("quit-after")).clicked() {
                    wish = Wish::After;
                }
                if ui.button(desk.text("quit-now")).clicked() {
                    wish = Wish::Now;
                }
                if ui.button(desk.text("quit-stay")).clicked() {
                    wish = Wish::Stay;
                }
                wish
            })
            .inner
        });
        let wish = if modal.should_close() { Wish::Stay } else { modal.inner };
        match wish {
            Wish::Wait => {}
            Wish::After => *self = Self::AfterJobs,
            Wish::Stay => *self = Self::No,
            Wish::Now => {
                jobs.iter().for_each(|job| job.cancel.put_off());
                *self = Self::Now;
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
        }
    }
}

/// The jobs that somebody waits for.
fn work(desk: &mut Desk<'_>) -> Vec<Rc<Watched>> {
    desk.tasks.running().into_iter().filter(|job| job.is_work()).collect()
}
