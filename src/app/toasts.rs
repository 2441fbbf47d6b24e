//! Short messages over the window that say what happened or what to do.

use egui::{Align2, Color32, Frame, RichText, Vec2};

use crate::command::Command;
use crate::localizer::Localizer;

/// Time for which a success is shown, in seconds; an error stays until a person closes it.
const SHOWN_S: f64 = 6.0;
/// The most toasts at once: older ones go.
const MOST: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Done,
    Error,
}

struct Toast {
    kind: Kind,
    text: String,
    /// The label of a button, and the command of that button.
    action: Option<(String, Command)>,
    /// When the toast goes, in egui's time; `None` until it is drawn first, and for errors.
    until: Option<f64>,
}

/// The most actions that are kept to be taken back.
const MOST_UNDOABLE: usize = 20;

/// The toasts shown, and the last actions that can be taken back.
#[derive(Default)]
pub(crate) struct Toasts {
    shown: Vec<Toast>,
    /// What was done, and the command that takes it back; the newest last.
    undoable: Vec<(String, Command)>,
}

impl Toasts {
    /// Adds a success.
    pub(crate) fn done(&mut self, text: String) {
        self.push(Kind::Done, text, None);
    }

    /// Adds a success with a button labelled `label` that sends `command`, which takes back what was
    /// done. It can be taken back later, too: [`Self::take_undo`].
    pub(crate) fn done_with_action(&mut self, text: String, label: String, command: Command) {
        self.undoable.push((text.clone(), command.clone()));
        let over = self.undoable.len().saturating_sub(MOST_UNDOABLE);
        self.undoable.drain(..over);
        self.push(Kind::Done, text, Some((label, command)));
    }

    /// What can be taken back, the newest first.
    pub(crate) fn undoable(&self) -> impl ExactSizeIterator<Item = &str> {
        self.undoable.iter().rev().map(|(text, _)| text.as_str())
    }

    /// The command that takes the newest action back. Its toast goes.
    pub(crate) fn take_undo(&mut self) -> Option<Command> {
        let (_, command) = self.undoable.pop()?;
        let is_of = |toast: &Toast| toast.action.as_ref().is_some_and(|(_, one)| *one == command);
        self.shown.retain(|toast| !is_of(toast));
        Some(command)
    }

    /// Adds an error; `text` says what to do.
    pub(crate) fn error(&mut self, text: String) {
        tracing::warn!(%text, "shown to the user");
        self.push(Kind::Error, text, None);
    }

    fn push(&mut self, kind: Kind, text: String, action: Option<(String, Command)>) {
        self.shown.retain(|toast| toast.text != text);
        self.shown.push(Toast { kind, text, action, until: None });
        let over = self.shown.len().saturating_sub(MOST);
        self.shown.drain(..over);
    }

    /// Draws the toasts above everything else, `offset` points from the corner `align`. Returns the
    /// command whose button was pressed.
    pub(crate) fn show(
        &mut self,
        ctx: &egui::Context,
        localizer: Localizer,
        (align, offset): (Align2, Vec2),
    ) -> Option<Command> {
        let now = ctx.input(|input| input.time);
        let mut closed = None;
        let mut given = None;
        egui::Area::new(egui::Id::unique("toasts"))
            .anchor(align, offset)
            .order(egui::Order::Foreground)
            .show(ctx, |ui| {
                ui.set_max_width(420.0);
                for (index, toast) in self.shown.iter_mut().enumerate() {
                    if toast.kind == Kind::Done {
                        let until = *toast.until.get_or_insert(now + SHOWN_S);
                        let left = std::time::Duration::from_secs_f64((until - now).max(0.0));
                        ctx.request_repaint_after(left);
                    }
                    let edge = match toast.kind {
                        Kind::Done => Color32::from_rgb(60, 150, 90),
                        Kind::Error => Color32::from_rgb(205, 60, 60),
                    };
                    Frame::popup(ui.style()).stroke(egui::Stroke::new(2.0, edge)).show(ui, |ui| {
                        ui.horizontal(|ui| {
                            if ui
                                .small_button(RichText::new("×"))
                                .on_hover_text(localizer.text("button-close"))
                                .clicked()
                            {
                                closed = Some(index);
                            }
                            ui.label(&toast.text);
                            if let Some((label, command)) = &toast.action
                                && ui.button(label).clicked()
                            {
                                given = Some(command.clone());
                                closed = Some(index);
                            }
                        });
                    });
                }
            });
        if let Some(index) = closed {
            self.shown.remove(index);
        }
        self.shown.retain(|toast| toast.until.is_none_or(|until| now < until));
        if let Some(command) = &given {
            self.undoable.retain(|(_, one)| one != command);
        }
        given
    }
}
