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

/// The toasts shown.
#[derive(Default)]
pub(crate) struct Toasts(Vec<Toast>);

impl Toasts {
    /// Adds a success.
    pub(crate) fn done(&mut self, text: String) {
        self.push(Kind::Done, text, None);
    }

    /// Adds a success with a button labelled `label` that sends `command`, to undo what was done,
    /// say.
    pub(crate) fn done_with_action(&mut self, text: String, label: String, command: Command) {
        self.push(Kind::Done, text, Some((label, command)));
    }

    /// Adds an error; `text` says what to do.
    pub(crate) fn error(&mut self, text: String) {
        tracing::warn!(%text, "shown to the user");
        self.push(Kind::Error, text, None);
    }

    fn push(&mut self, kind: Kind, text: String, action: Option<(String, Command)>) {
        self.0.retain(|toast| toast.text != text);
        self.0.push(Toast { kind, text, action, until: None });
        let over = self.0.len().saturating_sub(MOST);
        self.0.drain(..over);
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
                for (index, toast) in self.0.iter_mut().enumerate() {
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
            self.0.remove(index);
        }
        self.0.retain(|toast| toast.until.is_none_or(|until| now < until));
        given
    }
}
