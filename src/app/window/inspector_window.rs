//! The inspector's view in a window of its own, on a second screen where there is one.

use eframe::Frame;
use egui::{CentralPanel, Context, Rect, ViewportCommand, ViewportId, pos2, vec2};

use super::fettle_window::FettleWindow;
use super::inspector_opening::Opening;
use crate::command::{Command, TabId};
use crate::shell::keyboard;

/// The screens of the machine in points, and the index of that of the main window.
fn screens(ctx: &Context, frame: &Frame) -> (Vec<Rect>, Option<usize>) {
    let Some(window) = frame.winit_window() else { return (Vec::new(), None) };
    let scale = ctx.pixels_per_point();
    let current = window.current_monitor();
    let own = window.available_monitors().position(|screen| Some(screen) == current);
    let rect = |(at, size): ((f32, f32), (f32, f32))| {
        Rect::from_min_size(pos2(at.0, at.1) / scale, vec2(size.0, size.1) / scale)
    };
    let screens = window.available_monitors().map(|screen| {
        let (at, size) = (screen.position(), screen.size());
        rect(((at.x as f32, at.y as f32), (size.width as f32, size.height as f32)))
    });
    (screens.collect(), own)
}

/// What the window asks for.
#[derive(Default)]
struct Wishes {
    /// By keys.
    pressed: Vec<Command>,
    is_closed: bool,
}

impl FettleWindow {
    /// Opens or closes the window. Where the system has one window only, the view fills the screen
    /// instead.
    pub(super) fn toggle_inspector_window(&mut self, ctx: &Context) {
        if ctx.embed_viewports() {
            self.shared.commands.push(Command::OperatorView);
        } else {
            self.shared.view.inspector_window = !self.shared.view.inspector_window;
        }
    }

    /// Draws the window while it is open, and takes its keys and buttons.
    pub(super) fn draw_inspector_window(&mut self, ctx: &Context, frame: &Frame) {
        if !self.shared.view.inspector_window || ctx.embed_viewports() {
            self.inspector_opening = None;
            return;
        }
        let place = self.shared.view.inspector_place;
        // As it was opened: a builder that follows the window would move it.
        let opening = *self.inspector_opening.get_or_insert_with(|| {
            let (screens, own) = screens(ctx, frame);
            Opening::of(place, &screens, own)
        });
        let title = format!("Fettle · {}", self.shared.localizer.text("command-operator"));
        let id = ViewportId::from_hash_of("fettle_inspector");
        let before = std::mem::take(&mut self.shared.commands);
        let wishes = ctx.show_viewport_immediate(id, opening.builder(title), |ui, _class| {
            let mut wishes = Wishes {
                pressed: keyboard::pressed(ui.ctx(), &[]),
                is_closed: ui.ctx().input(|input| input.viewport().close_requested()),
            };
            self.remember_place(ui.ctx());
            self.session.note_input(ui.ctx());
            if let Some(at) =
                wishes.pressed.iter().position(|command| *command == Command::OperatorView)
            {
                wishes.pressed.remove(at);
                let is_full = self.shared.view.inspector_place.full_screen;
                ui.ctx().send_viewport_cmd(ViewportCommand::Fullscreen(!is_full));
            }
            let tab = self.tabs.iter_mut().find(|(id, _)| *id == TabId::Inspect);
            if let Some((_, tab)) = tab {
                let frame = egui::Frame::central_panel(ui.style());
                CentralPanel::default().frame(frame).show(ui, |ui| {
                    tab.own_window(ui, &mut self.shared.context());
                });
            }
            wishes
        });
        let clicked = std::mem::replace(&mut self.shared.commands, before);
        let is_left = clicked.contains(&Command::OperatorView);
        for command in wishes.pressed.into_iter().chain(clicked) {
            self.take_from_inspector(command, ctx);
        }
        if wishes.is_closed || is_left {
            self.shared.view.inspector_window = false;
        }
    }

    /// What concerns the part goes to the tab that inspects, whatever tab the main window shows; what
    /// would open something there is not for this window.
    fn take_from_inspector(&mut self, command: Command, ctx: &Context) {
        match command {
            Command::NextImage
            | Command::PreviousImage
            | Command::InspectAgain
            | Command::Confirm
            | Command::Judge(_)
            | Command::Stop => {
                let tab = self.tabs.iter_mut().find(|(id, _)| *id == TabId::Inspect);
                if let Some((_, tab)) = tab {
                    tab.command(&command, ctx, &mut self.shared.context());
                }
                ctx.request_repaint();
            }
            Command::Undo
            | Command::GoOnAfterJudging
            | Command::UnjudgedFirst
            | Command::InspectorWindow
            | Command::ZoomIn
            | Command::ZoomOut
            | Command::ZoomReset => self.shared.commands.push(command),
            _ => {}
        }
    }

    /// Notes where the window stands, for the next time.
    fn remember_place(&mut self, ctx: &Context) {
        let (outer, inner, full_screen) = ctx.input(|input| {
            let viewport = input.viewport();
            (viewport.outer_rect, viewport.inner_rect, viewport.fullscreen)
        });
        let place = &mut self.shared.view.inspector_place;
        place.full_screen = full_screen.unwrap_or(false);
        if let Some(outer) = outer {
            place.position = Some([outer.min.x, outer.min.y]);
        }
        if let Some(inner) = inner.filter(|_| !place.full_screen) {
            place.size = [inner.width(), inner.height()];
        }
    }
}
