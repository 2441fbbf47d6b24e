//! The program's window: the tabs, the shell around them, and the state they share.

use std::sync::Arc;

use super::inspector_opening::Opening;
use super::shared_state::SharedState;
use crate::bank_fits::BankFits;
use crate::catalogue::Catalogue;
use crate::command::TabId;
use crate::composition::CompositionRule;
use crate::dialogs::Dialog;
use crate::dialogs::export_pdf::PdfExport;
use crate::dialogs::quit::Quit;
use crate::figure_cache::FigureCache;
use crate::frame_times::FrameTimes;
use crate::loadable::Loadable;
use crate::localizer::Localizer;
use crate::log_lines::LogLines;
use crate::server_switch::ServerSwitch;
use crate::shell::catalogue_loader::CatalogueLoader;
use crate::shell::clipboard::Clipboard;
use crate::shell::command_palette::CommandPalette;
use crate::shell::defect_learning::DefectLearning;
use crate::shell::dropped_files::DroppedFiles;
use crate::shell::due_backup::DueBackup;
use crate::shell::log_panel::LogPanel;
use crate::shell::measurement_keeper::MeasurementKeeper;
use crate::shell::remote_indicator::RemoteIndicator;
use crate::shell::session::Session;
use crate::shell::unfinished_jobs::UnfinishedJobs;
use crate::tabs::{TABS, Tab};
use crate::tasks::{Task, Tasks};
use crate::toasts::Toasts;
use crate::view_state::ViewState;
use crate::widgets::image_view::Gpu;
use crate::{fonts, theme};
use fettle_domain::Language;
use fettle_engine::{Engine, TidiedPictures, WindowClaim};

/// The key under which eframe stores the [`ViewState`].
pub(super) const STORED_VIEW: &str = "fettle-view";

/// The program's window.
pub(crate) struct FettleWindow {
    // Before `shared`: the jobs of the tabs end before the engine does.
    pub(super) tabs: Vec<(TabId, Box<dyn Tab>)>,
    pub(super) shared: SharedState,
    pub(super) catalogue_loader: CatalogueLoader,
    /// Writes the changed language to the settings.
    pub(super) language_change: Option<Task<()>>,
    pub(super) unfinished: UnfinishedJobs,
    pub(super) learning: DefectLearning,
    pub(super) remote: RemoteIndicator,
    /// Inspections that the server had recorded when the tabs were told last.
    pub(super) recorded: u64,
    pub(super) session: Session,
    /// Pictures removed by age, as the settings say: once, at the start.
    pub(super) tidied: Loadable<TidiedPictures>,
    pub(super) due_backup: DueBackup,
    pub(super) measurements: MeasurementKeeper,
    /// Dropped and pasted files that nothing else took.
    pub(super) dropped: DroppedFiles,
    /// The dialog over the tab shown, where it belongs to no tab.
    pub(super) dialog: Option<Box<dyn Dialog>>,
    pub(super) quit: Quit,
    /// Whether the window is known to fit the screen.
    pub(super) fits_screen: bool,
    /// Whether the window was told to fill the screen.
    pub(super) is_full_screen: bool,
    /// Where the inspector's own window was opened, while it is open.
    pub(super) inspector_opening: Option<Opening>,
    pub(super) frame_times: FrameTimes,
    pub(super) pdf: PdfExport,
    pub(super) clipboard: Clipboard,
    pub(super) log: LogLines,
    pub(super) log_panel: LogPanel,
    /// The command palette while it is open.
    pub(super) palette: Option<CommandPalette>,
    /// Whether the list of shortcuts is open.
    pub(super) shortcuts: bool,
    /// Whether the list of the last actions is open.
    pub(super) undo_history: bool,
    /// The claim of the workspace; `None` where another window has it.
    pub(super) _claim: Option<WindowClaim>,
}

impl FettleWindow {
    /// The window as eframe makes it: with its stored view, themes, fonts and shaders.
    pub(crate) fn new(
        cc: &eframe::CreationContext<'_>,
        engine: Arc<Engine>,
        server: Arc<dyn ServerSwitch>,
        language: Language,
        log: LogLines,
    ) -> Self {
        let stored = cc.storage.and_then(|storage| eframe::get_value(storage, STORED_VIEW));
        let view: ViewState = stored.unwrap_or_default();
        theme::apply(&cc.egui_ctx);
        fonts::install(&cc.egui_ctx);
        cc.egui_ctx.add_plugin(CompositionRule::default());
        if let Some(state) = &cc.wgpu_render_state {
            Gpu::install(state, &cc.egui_ctx);
        }
        cc.egui_ctx.set_theme(view.theme);
        let ctx = cc.egui_ctx.clone();
        server.on_change(Box::new(move || ctx.request_repaint()));
        let mut toasts = Toasts::default();
        let claim = claim(&engine, Localizer::new(language), &mut toasts);
        let shared = SharedState {
            engine,
            server,
            localizer: Localizer::new(language),
            catalogue: Catalogue::default(),
            fits: BankFits::default(),
            tasks: Tasks::default(),
            toasts,
            view,
            has_people: false,
            figures: FigureCache::default(),
            commands: Vec::new(),
        };
        Self {
            tabs: TABS.iter().map(|tab| (tab.id, (tab.make)())).collect(),
            shared,
            catalogue_loader: CatalogueLoader::default(),
            language_change: None,
            unfinished: UnfinishedJobs::default(),
            learning: DefectLearning::default(),
            remote: RemoteIndicator::default(),
            recorded: 0,
            session: Session::default(),
            tidied: Loadable::default(),
            due_backup: DueBackup::default(),
            measurements: MeasurementKeeper::default(),
            dropped: DroppedFiles::default(),
            dialog: None,
            quit: Quit::default(),
            fits_screen: false,
            is_full_screen: false,
            inspector_opening: None,
            frame_times: FrameTimes::default(),
            pdf: PdfExport::default(),
            clipboard: Clipboard::default(),
            log,
            log_panel: LogPanel::default(),
            palette: None,
            shortcuts: false,
            undo_history: false,
            _claim: claim,
        }
    }
}

/// Claims the workspace for this window; a toast says where another window has it.
fn claim(engine: &Engine, localizer: Localizer, toasts: &mut Toasts) -> Option<WindowClaim> {
    match WindowClaim::take(engine.workspace()) {
        Ok(Some(claim)) => Some(claim),
        Ok(None) => {
            let path = engine.workspace().root().display().to_string();
            toasts.error(localizer.with("window-second", &[("path", path.into())]));
            None
        }
        // A workspace that cannot be written says so with the first thing that is to be kept.
        Err(error) => {
            tracing::warn!(%error, "the workspace is not claimed");
            None
        }
    }
}

/// What tests reach for beside keys, pointer and pixels.
#[cfg(test)]
impl FettleWindow {
    pub(crate) fn send(&mut self, command: crate::command::Command) {
        self.shared.commands.push(command);
    }

    pub(crate) fn start<R: fettle_engine::Request>(
        &mut self,
        request: R,
    ) -> Option<Task<R::Answer, R::Event>> {
        self.shared.context().start(request)
    }

    /// The names of the running jobs.
    pub(crate) fn running(&mut self) -> Vec<&'static str> {
        self.shared.tasks.running().iter().map(|job| job.name).collect()
    }

    /// Parts are inspected as of this product.
    pub(crate) fn inspect_as(&mut self, product: fettle_domain::ProductCode) {
        self.shared.view.product = Some(product);
    }

    /// Parts are inspected without a language model.
    pub(crate) fn without_language_model(&mut self) {
        self.shared.view.with_llm = false;
    }

    pub(crate) fn inspector_place(&self) -> crate::view_state::InspectorPlace {
        self.shared.view.inspector_place
    }

    /// Cancels what waits to be printed.
    pub(crate) fn forget_prints(&mut self) {
        self.pdf = PdfExport::default();
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.shared.engine
    }

    pub(crate) fn clipboard(&mut self) -> &mut Clipboard {
        &mut self.clipboard
    }

    pub(crate) fn frame_times(&mut self) -> &mut FrameTimes {
        &mut self.frame_times
    }
}
