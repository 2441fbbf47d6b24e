//! A frame of the window: takes the answers of jobs, reads keys, draws, executes commands.

use std::path::PathBuf;
use std::time::Duration;

use cpu_time::ThreadTime;
use egui::{Align2, CentralPanel, Context, Frame, Panel, Ui, Vec2, ViewportCommand, vec2};

use super::fettle_window::{FettleWindow, STORED_VIEW};
use crate::command::{Command, TabId};
use crate::dialogs::tidy_pictures::toast_tidied;
use crate::outcome_toasts::toast_fitted;
use crate::shell::{drop_sign, jobs_panel, keyboard, menu_bar, shortcut_list, undo_history};
use crate::tasks::Task;
use crate::widgets::manual_figures;
use fettle_engine::TidyPictures;

/// Interval at which the window is drawn while jobs run, for their progress.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(50);

/// Room for the window's frame and title, in points.
const TITLE_BAR: Vec2 = vec2(4.0, 32.0);

impl eframe::App for FettleWindow {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        let begun = ThreadTime::now();
        self.poll(ctx);
        self.frame_times.spent(begun);
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        let begun = ThreadTime::now();
        self.read_input(ui.ctx());
        // First: what both windows draw is photographed as this one draws it.
        self.draw_inspector_window(ui.ctx(), frame);
        self.draw(ui);
        self.execute_all(ui.ctx());
        self.frame_times.spent(begun);
        self.frame_times.end();
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        eframe::set_value(storage, STORED_VIEW, &self.shared.view);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}

impl FettleWindow {
    /// Takes the answers of jobs.
    fn poll(&mut self, ctx: &Context) {
        self.poll_catalogue(ctx);
        self.unfinished.poll(&mut self.shared.context());
        let fitted = self.shared.fits.take_answers();
        for answer in fitted {
            toast_fitted(&mut self.shared.context(), answer);
        }
        self.learning.poll(ctx, &mut self.shared.context());
        self.remote.poll(&mut self.shared.context());
        let recorded = self.shared.server.recorded();
        if recorded != std::mem::replace(&mut self.recorded, recorded) {
            self.shared.commands.push(Command::InspectionsRecorded);
        }
        self.session.poll(ctx, &mut self.shared.context());
        self.shared.has_people = self.session.has_people();
        self.poll_tidied();
        self.dropped.poll(&mut self.shared.context());
        self.due_backup.poll(ctx, &mut self.shared.context());
        self.measurements.poll(&mut self.shared.context());
        self.pdf.poll(&mut self.shared.context());
        manual_figures::poll(ctx, &mut self.shared.context());
        for (_, tab) in &mut self.tabs {
            tab.poll(&mut self.shared.context());
        }
        if let Some(answer) = self.language_change.as_ref().and_then(Task::poll) {
            self.language_change = None;
            if let Err(error) = answer {
                self.shared.toasts.error(error.explain(self.shared.localizer.language));
            }
        }
        if !self.ask_unsaved(ctx) {
            self.quit.intercept_close(ctx, &mut self.shared.context());
        }
        if !self.shared.tasks.running().is_empty() {
            ctx.request_repaint_after(PROGRESS_INTERVAL);
        }
    }

    /// Keeps the window open where a tab has something unsaved, and has the tab ask; whether it does.
    fn ask_unsaved(&mut self, ctx: &Context) -> bool {
        if !ctx.input(|input| input.viewport().close_requested()) {
            return false;
        }
        let Some((id, tab)) = self.tabs.iter_mut().find(|(_, tab)| tab.has_unsaved()) else {
            let waits = self.measurements.has_unkept();
            if waits {
                ctx.send_viewport_cmd(ViewportCommand::CancelClose);
                self.measurements.close_when_kept();
            }
            return waits;
        };
        ctx.send_viewport_cmd(ViewportCommand::CancelClose);
        self.shared.view.tab = *id;
        tab.command(&Command::Quit, ctx, &mut self.shared.context());
        true
    }

    fn poll_catalogue(&mut self, ctx: &Context) {
        // Another program may have changed the library while the window had no focus.
        let is_focus = |event: &egui::Event| matches!(event, egui::Event::WindowFocused(true));
        let is_focused_again = ctx.input(|input| input.events.iter().any(is_focus));
        let loader = &mut self.catalogue_loader;
        self.shared.update_catalogue(|cx, catalogue| {
            if is_focused_again {
                loader.reload(cx, catalogue);
            }
            loader.poll(cx, catalogue);
        });
    }

    /// Removes pictures of old inspections, once, and says how many.
    fn poll_tidied(&mut self) {
        let cx = &mut self.shared.context();
        self.tidied.load_once(cx, TidyPictures { days: None, dry_run: false });
        if self.tidied.poll(cx) {
            match (self.tidied.answer(), self.tidied.error()) {
                (Some(tidied), _) => toast_tidied(cx, tidied),
                (None, Some(error)) => cx.toasts.error(error.to_owned()),
                (None, None) => {}
            }
        }
    }

    /// Takes dropped and pasted files, and reads shortcuts.
    fn read_input(&mut self, ctx: &Context) {
        let dropped: Vec<_> = ctx.input(|input| {
            input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect()
        });
        if !dropped.is_empty() {
            self.take_files(ctx, dropped);
        }
        if let Some(pasted) = self.clipboard.poll(&mut self.shared.context()) {
            self.take_files(ctx, pasted);
        }
        let shown = self.shared.view.tab;
        let tab = self.tabs.iter().find(|(id, _)| *id == shown);
        let of_tab = tab.map(|(_, tab)| tab.keys()).unwrap_or_default();
        self.shared.commands.extend(keyboard::pressed(ctx, of_tab));
    }

    /// Gives dropped or pasted files to the dialog or the tab shown; where neither takes them, they
    /// are inspected.
    fn take_files(&mut self, ctx: &Context, files: Vec<PathBuf>) {
        let shown = self.shared.view.tab;
        let dialog = self.dialog.as_mut();
        if dialog.is_some_and(|dialog| dialog.dropped(ctx, &files)) {
            return;
        }
        let tab = self.tabs.iter_mut().find(|(id, _)| *id == shown);
        if tab.is_some_and(|(_, tab)| tab.dropped(&files, ctx, &self.shared.context())) {
            return;
        }
        self.dropped.take(ctx, files);
    }

    fn draw(&mut self, ui: &mut Ui) {
        self.fit_to_screen(ui.ctx());
        self.follow_full_screen(ui.ctx());
        if !self.is_inspectors_view() {
            self.draw_shell(ui);
        }
        let shown = self.shared.view.tab;
        CentralPanel::default().frame(Frame::central_panel(ui.style())).show(ui, |ui| {
            if let Some((_, tab)) = self.tabs.iter_mut().find(|(id, _)| *id == shown) {
                tab.ui(ui, &mut self.shared.context());
            }
        });
        self.draw_overlays(ui.ctx());
    }

    /// Whether the inspector's view has the whole screen.
    fn is_inspectors_view(&self) -> bool {
        self.shared.view.operator && self.shared.view.tab == TabId::Inspect
    }

    /// Gives the inspector's view the whole screen, and takes it back.
    fn follow_full_screen(&mut self, ctx: &Context) {
        let wanted = self.is_inspectors_view();
        if wanted != self.is_full_screen {
            self.is_full_screen = wanted;
            ctx.send_viewport_cmd(ViewportCommand::Fullscreen(wanted));
        }
    }

    /// Has a window that is larger than its screen fill the screen instead, once it is known.
    fn fit_to_screen(&mut self, ctx: &Context) {
        if self.fits_screen {
            return;
        }
        let (monitor, inner) = ctx.input(|input| {
            let viewport = input.viewport();
            (viewport.monitor_size, viewport.inner_rect)
        });
        let (Some(monitor), Some(inner)) = (monitor, inner) else { return };
        self.fits_screen = true;
        let room = monitor - TITLE_BAR;
        if inner.width() > room.x || inner.height() > room.y {
            ctx.send_viewport_cmd(ViewportCommand::Maximized(true));
        }
    }

    /// Draws what stands around the tab: menus, offers, log and jobs.
    fn draw_shell(&mut self, ui: &mut Ui) {
        Panel::top("menus").show(ui, |ui| {
            menu_bar::show(ui, &mut self.shared.context(), &self.session, &self.remote);
        });
        self.unfinished.show(ui, &mut self.shared.context());
        if self.shared.view.log {
            Panel::bottom("log").resizable(true).default_size(180.0).show(ui, |ui| {
                self.log_panel.show(ui, &self.shared.context(), &self.log);
            });
        }
        if self.shared.view.jobs {
            Panel::bottom("jobs").resizable(true).default_size(120.0).show(ui, |ui| {
                jobs_panel::show(ui, &mut self.shared.context(), self.frame_times.summary());
            });
        }
    }

    /// Draws what lies over the panels: dialogs, palette, list of shortcuts, toasts.
    fn draw_overlays(&mut self, ctx: &Context) {
        if let Some(dialog) = &mut self.dialog
            && !dialog.show(ctx, &mut self.shared.context())
        {
            self.dialog = None;
        }
        manual_figures::show_enlarged(ctx, &mut self.shared.context());
        self.quit.show(ctx, &mut self.shared.context());
        if let Some(palette) = &mut self.palette
            && !palette.show(ctx, &mut self.shared.context())
        {
            self.palette = None;
        }
        self.shortcuts = self.shortcuts && shortcut_list::show(ctx, &self.shared.context());
        self.undo_history =
            self.undo_history && undo_history::show(ctx, &mut self.shared.context());
        drop_sign::show(ctx, self.shared.localizer);
        // The operator's buttons are at the bottom: toasts must not cover them.
        let corner = match self.is_inspectors_view() {
            true => (Align2::RIGHT_TOP, vec2(-24.0, 180.0)),
            false => (Align2::RIGHT_BOTTOM, vec2(-16.0, -16.0)),
        };
        let offered = self.shared.toasts.show(ctx, self.shared.localizer, corner);
        self.shared.commands.extend(offered);
    }

    /// Executes the commands sent in this frame. Those that they send in turn are for the next.
    fn execute_all(&mut self, ctx: &Context) {
        for command in std::mem::take(&mut self.shared.commands) {
            self.execute(command, ctx);
            ctx.request_repaint();
        }
    }
}
