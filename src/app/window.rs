//! The window itself: what a frame does, and the commands that concern all of it.

use std::path::PathBuf;
use std::time::Duration;

use cpu_time::ThreadTime;
use egui::{Align2, CentralPanel, Frame, Panel, ViewportCommand, vec2};

use super::asked::Asked;
use super::catalogue::Catalogue;
use super::command::{self, Command};
use super::desk::Desk;
use super::dialogs::Dialog;
use super::dialogs::export_pdf::PdfExport;
use super::dialogs::manual::ManualDialog;
use super::dialogs::quit::Quit;
use super::dialogs::tidy::say_tidied;
use super::frame_times::FrameTimes;
use super::paste::Pasting;
use super::shell::log_panel::{LogLines, LogPanel};
use super::shell::palette::Palette;
use super::shell::remote_sign::RemoteSign;
use super::shell::toasts::Toasts;
use super::shell::unfinished::Unfinished;
use super::shell::{jobs_panel, menu_bar, shortcuts};
use super::tabs::{TABS, Tab, TabId};
use super::tasks::{Task, Tasks};
use super::view_state::ViewState;
use super::widgets::image_view::Gpu;
use super::words::Words;
use super::{Result, fonts, theme};
use fettle_domain::Language;
use fettle_engine::{ChangeLanguage, Engine, TidiedPictures, TidyPictures};

/// While jobs run their progress is asked for this often.
const PROGRESS_EVERY: Duration = Duration::from_millis(50);
/// Where eframe keeps the [`ViewState`].
const STORED_VIEW: &str = "fettle-view";

pub(super) fn open(
    engine: Engine,
    language: Language,
    log: LogLines,
    images: Vec<PathBuf>,
) -> Result<()> {
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Fettle")
            .with_app_id("fettle")
            .with_inner_size([1440.0, 900.0])
            .with_min_inner_size([800.0, 560.0])
            .with_drag_and_drop(true),
        persistence_path: Some(engine.workspace().data_dir().join("window.ron")),
        ..Default::default()
    };
    let make = |cc: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, _> {
        let mut window = FettleWindow::new(cc, engine, language, log);
        if !images.is_empty() {
            window.common.commands.push(Command::InspectFiles(images));
        }
        Ok(Box::new(window))
    };
    Ok(eframe::run_native("fettle", options, Box::new(make))?)
}

/// What all tabs share; a [`Desk`] lends it to one at a time.
struct Common {
    engine: Engine,
    words: Words,
    catalogue: Catalogue,
    tasks: Tasks,
    toasts: Toasts,
    view: ViewState,
    commands: Vec<Command>,
}

impl Common {
    fn desk(&mut self) -> Desk<'_> {
        Desk {
            engine: &self.engine,
            words: self.words,
            catalogue: &self.catalogue,
            tasks: &mut self.tasks,
            toasts: &mut self.toasts,
            view: &mut self.view,
            commands: &mut self.commands,
        }
    }

    /// Has the catalogue, which a desk only lends, ask or take an answer.
    fn renew(&mut self, renew: impl FnOnce(&mut Catalogue, &mut Desk<'_>)) {
        let mut catalogue = std::mem::take(&mut self.catalogue);
        renew(&mut catalogue, &mut self.desk());
        self.catalogue = catalogue;
    }
}

/// The program's window.
pub(super) struct FettleWindow {
    // Before `common`: their jobs end before the engine does.
    tabs: Vec<(TabId, Box<dyn Tab>)>,
    common: Common,
    /// The language being remembered.
    changing: Option<Task<()>>,
    unfinished: Unfinished,
    remote: RemoteSign,
    /// Pictures that may go, as the settings say: once, at the start.
    tidied: Asked<TidiedPictures>,
    /// What is asked over any tab.
    dialog: Option<Box<dyn Dialog>>,
    quit: Quit,
    frame_times: FrameTimes,
    pdf: PdfExport,
    pasting: Pasting,
    log: LogLines,
    log_panel: LogPanel,
    palette: Option<Palette>,
    shortcuts: bool,
}

impl FettleWindow {
    pub(super) fn new(
        cc: &eframe::CreationContext<'_>,
        engine: Engine,
        language: Language,
        log: LogLines,
    ) -> Self {
        let stored = cc.storage.and_then(|storage| eframe::get_value(storage, STORED_VIEW));
        let view: ViewState = stored.unwrap_or_default();
        theme::apply(&cc.egui_ctx);
        fonts::install(&cc.egui_ctx);
        if let Some(state) = &cc.wgpu_render_state {
            Gpu::install(state, &cc.egui_ctx);
        }
        cc.egui_ctx.set_theme(view.theme);
        let common = Common {
            engine,
            words: Words(language),
            catalogue: Catalogue::default(),
            tasks: Tasks::default(),
            toasts: Toasts::default(),
            view,
            commands: Vec::new(),
        };
        Self {
            tabs: TABS.iter().map(|tab| (tab.id, (tab.make)())).collect(),
            common,
            changing: None,
            unfinished: Unfinished::default(),
            remote: RemoteSign::default(),
            tidied: Asked::default(),
            dialog: None,
            quit: Quit::default(),
            frame_times: FrameTimes::default(),
            pdf: PdfExport::default(),
            pasting: Pasting::default(),
            log,
            log_panel: LogPanel::default(),
            palette: None,
            shortcuts: false,
        }
    }

    fn carry_out(&mut self, command: Command, ctx: &egui::Context) {
        match command {
            Command::Show(tab) => self.common.view.tab = tab,
            Command::Palette => {
                self.palette = self.palette.is_none().then(Palette::default);
            }
            Command::OperatorView => {
                self.common.view.operator = !self.common.view.operator;
                self.common.view.tab = TabId::Inspect;
            }
            Command::Shortcuts => self.shortcuts = !self.shortcuts,
            Command::Jobs => self.common.view.jobs = !self.common.view.jobs,
            Command::Log => self.common.view.log = !self.common.view.log,
            Command::Language(language) => self.speak(language),
            Command::Theme(theme) => {
                self.common.view.theme = theme;
                ctx.set_theme(theme);
            }
            Command::ZoomIn => egui::gui_zoom::zoom_in(ctx),
            Command::ZoomOut => egui::gui_zoom::zoom_out(ctx),
            Command::ZoomReset => ctx.set_zoom_factor(1.0),
            Command::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            Command::Paste(clip) => self.pasting.take(ctx, &mut self.common.desk(), clip),
            Command::OpenImages if self.common.view.tab == TabId::Search => {
                self.tell(TabId::Search, &command, ctx);
            }
            Command::OpenImages | Command::InspectFiles(_) | Command::LoadDemo => {
                self.show_and_tell(TabId::Inspect, &command, ctx);
            }
            Command::Repeat => self.unfinished.repeat(&mut self.common.desk()),
            Command::ShowManual(_) => self.show_and_tell(TabId::Manual, &command, ctx),
            Command::AddManual(product) => {
                self.dialog = Some(Box::new(ManualDialog::new(product)));
            }
            Command::NewProduct | Command::FitBank | Command::BuildIndex => {
                self.show_and_tell(TabId::Library, &command, ctx);
            }
            Command::TakeBack(_) => self.tell(TabId::Library, &command, ctx),
            Command::SearchFor(_) => self.show_and_tell(TabId::Search, &command, ctx),
            Command::ShowInLibrary(..) => self.show_and_tell(TabId::Library, &command, ctx),
            Command::OpenInspection(_) | Command::CompareInspections => {
                self.show_and_tell(TabId::History, &command, ctx)
            }
            Command::Rethreshold(_) => self.tell(TabId::Anomaly, &command, ctx),
            Command::LibraryChanged(_) => {
                self.common.renew(Catalogue::ask);
                self.remote.ask(&mut self.common.desk());
                self.tell_all(&command, ctx);
            }
            Command::NextImage
            | Command::PreviousImage
            | Command::InspectAgain
            | Command::SavePdf
            | Command::Stop
            | Command::Confirm
            | Command::RegisterDefect
            | Command::SearchShown
            | Command::CopyView
            | Command::SaveView
            | Command::Judge(_) => self.tell(self.common.view.tab, &command, ctx),
            Command::ExportPdf(which) => self.pdf.ask(ctx, &self.common.desk(), which),
            Command::Rejudge(_) => {
                let shown = self.common.view.tab;
                let told = if shown == TabId::History { shown } else { TabId::Inspect };
                self.tell(told, &command, ctx);
            }
            Command::Judged(_) => self.tell_all(&command, ctx),
        }
    }

    fn show_and_tell(&mut self, tab: TabId, command: &Command, ctx: &egui::Context) {
        self.common.view.tab = tab;
        self.tell(tab, command, ctx);
    }

    fn tell(&mut self, tab: TabId, command: &Command, ctx: &egui::Context) {
        let Some((_, tab)) = self.tabs.iter_mut().find(|(of, _)| *of == tab) else { return };
        tab.command(command, ctx, &mut self.common.desk());
    }

    fn tell_all(&mut self, command: &Command, ctx: &egui::Context) {
        for (_, tab) in &mut self.tabs {
            tab.command(command, ctx, &mut self.common.desk());
        }
    }

    /// Changes the language of window and reports, and remembers it.
    fn speak(&mut self, language: Language) {
        self.common.words = Words(language);
        self.changing = self.common.desk().start(ChangeLanguage(language));
    }
}

/// A person's hand and eye.
#[cfg(test)]
impl FettleWindow {
    pub(super) fn send(&mut self, command: Command) {
        self.common.commands.push(command);
    }

    pub(super) fn start<R: fettle_engine::Request>(
        &mut self,
        request: R,
    ) -> Option<Task<R::Answer>> {
        self.common.desk().start(request)
    }

    /// What was asked of the engine and is still to come.
    pub(super) fn running(&mut self) -> Vec<&'static str> {
        self.common.tasks.running().iter().map(|job| job.name).collect()
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.common.engine
    }

    pub(super) fn pasting(&mut self) -> &mut Pasting {
        &mut self.pasting
    }

    pub(super) fn frame_times(&mut self) -> &mut FrameTimes {
        &mut self.frame_times
    }
}

impl eframe::App for FettleWindow {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        let begun = ThreadTime::now();
        self.take_answers(ctx);
        self.frame_times.spent(begun);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let begun = ThreadTime::now();
        self.draw(ui);
        self.frame_times.spent(begun);
        self.frame_times.end();
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        eframe::set_value(storage, STORED_VIEW, &self.common.view);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}

impl FettleWindow {
    fn take_answers(&mut self, ctx: &egui::Context) {
        // Another program may have changed the library meanwhile.
        let came_back = |event: &egui::Event| matches!(event, egui::Event::WindowFocused(true));
        if ctx.input(|input| input.events.iter().any(came_back)) {
            self.common.renew(Catalogue::ask);
        }
        self.common.renew(Catalogue::poll);
        self.unfinished.poll(&mut self.common.desk());
        self.remote.poll(&mut self.common.desk());
        let desk = &mut self.common.desk();
        self.tidied.ask_once(desk, TidyPictures { days: None, dry_run: false });
        if self.tidied.poll(desk) {
            match (self.tidied.answer(), self.tidied.error()) {
                (Some(tidied), _) => say_tidied(desk, tidied),
                (None, Some(error)) => desk.toasts.error(error.to_owned()),
                (None, None) => {}
            }
        }
        self.pdf.poll(&mut self.common.desk());
        for (_, tab) in &mut self.tabs {
            tab.poll(&mut self.common.desk());
        }
        if let Some(answer) = self.changing.as_ref().and_then(Task::poll) {
            self.changing = None;
            if let Err(error) = answer {
                self.common.toasts.error(error.explain(self.common.words.0));
            }
        }
        self.quit.hold(ctx, &mut self.common.desk());
        if !self.common.tasks.running().is_empty() {
            ctx.request_repaint_after(PROGRESS_EVERY);
        }
    }

    /// Gives files that a person brought to the tab shown; what it has no use for is inspected.
    fn take_files(&mut self, ctx: &egui::Context, files: Vec<PathBuf>) {
        let shown = self.common.view.tab;
        let shown = self.tabs.iter_mut().find(|(of, _)| *of == shown);
        let mut is_taken = |tab: &mut Box<dyn Tab>| tab.dropped(&files, ctx, &self.common.desk());
        let in_front = self.dialog.as_mut();
        let dialog_takes = in_front.is_some_and(|dialog| dialog.dropped(ctx, &files));
        if !dialog_takes && !shown.is_some_and(|(_, tab)| is_taken(tab)) {
            self.common.commands.push(Command::InspectFiles(files));
        }
    }

    fn draw(&mut self, ui: &mut egui::Ui) {
        let ctx = ui.ctx().clone();
        let dropped: Vec<_> = ctx.input(|input| {
            input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect()
        });
        if !dropped.is_empty() {
            self.take_files(&ctx, dropped);
        }
        if let Some(pasted) = self.pasting.poll(&mut self.common.desk()) {
            self.take_files(&ctx, pasted);
        }
        self.common.commands.extend(command::pressed(&ctx));

        Panel::top("menus").show(ui, |ui| {
            menu_bar::show(ui, &mut self.common.desk(), &self.remote);
        });
        self.unfinished.show(ui, &mut self.common.desk());
        if self.common.view.log {
            Panel::bottom("log").resizable(true).default_size(180.0).show(ui, |ui| {
                self.log_panel.show(ui, &self.common.desk(), &self.log);
            });
        }
        if self.common.view.jobs {
            Panel::bottom("jobs").resizable(true).default_size(120.0).show(ui, |ui| {
                jobs_panel::show(ui, &mut self.common.desk(), self.frame_times.summary());
            });
        }
        let shown = self.common.view.tab;
        CentralPanel::default().frame(Frame::central_panel(ui.style())).show(ui, |ui| {
            let tab = self.tabs.iter_mut().find(|(of, _)| *of == shown);
            if let Some((_, tab)) = tab {
                tab.ui(ui, &mut self.common.desk());
            }
        });
        if let Some(dialog) = &mut self.dialog
            && !dialog.show(&ctx, &mut self.common.desk())
        {
            self.dialog = None;
        }
        self.quit.show(&ctx, &mut self.common.desk());
        if let Some(palette) = &mut self.palette
            && !palette.show(&ctx, &mut self.common.desk())
        {
            self.palette = None;
        }
        self.shortcuts = self.shortcuts && shortcuts::show(&ctx, &self.common.desk());
        // Not over the operator's buttons.
        let is_operator = self.common.view.operator && self.common.view.tab == TabId::Inspect;
        let corner = match is_operator {
            true => (Align2::RIGHT_TOP, vec2(-24.0, 180.0)),
            false => (Align2::RIGHT_BOTTOM, vec2(-16.0, -16.0)),
        };
        let offered = self.common.toasts.show(&ctx, self.common.words, corner);
        self.common.commands.extend(offered);

        for command in std::mem::take(&mut self.common.commands) {
            self.carry_out(command, &ctx);
            ctx.request_repaint();
        }
    }
}
