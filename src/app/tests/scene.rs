//! A window on a real engine in a workspace of its own, and a person before it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers, Role, Theme, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_system_font_provider::SystemFontProvider;
use image::RgbaImage;
use tempfile::TempDir;

use crate::LogLines;
use crate::window::FettleWindow;
use fettle_domain::{
    Anomaly, BankRef, ContentHash, HeatmapScale, Inspection, Language, ModelId, SkipReason, Stage,
    Thresholds, Verdict,
};
use fettle_engine::{Engine, EngineError, EngineOptions, FitBank, JobContext, Repeatable, Request};
use fettle_i18n::{Value, text, text_with};
use fettle_library::Library;
use fettle_settings::{Settings, Workspace};

/// So long is waited for what a job brings.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

/// The window drawn.
pub(crate) type Window = Harness<'static, FettleWindow>;

/// The window and its workspace, which go together.
pub(crate) struct Scene {
    pub(crate) harness: Window,
    pub(crate) language: Language,
    pub(crate) log: LogLines,
    dir: TempDir,
}

/// Where a scene is set up.
pub(crate) struct Setting {
    pub(crate) language: Language,
    pub(crate) theme: Theme,
    /// `None`: there are none.
    pub(crate) models: Option<PathBuf>,
    /// Of the window, in points.
    pub(crate) size: Vec2,
    /// Whether letters may be the system's, beside the program's own.
    pub(crate) system_fonts: bool,
}

impl Setting {
    /// A dark window without models.
    pub(crate) fn new(language: Language) -> Self {
        Self {
            language,
            theme: Theme::Dark,
            models: None,
            size: vec2(1440.0, 900.0),
            system_fonts: true,
        }
    }

    /// The window on an engine on which `prepare` was done first.
    pub(crate) fn prepared(self, prepare: impl FnOnce(&Engine)) -> Scene {
        let Self { language, theme, models, size, system_fonts } = self;
        let dir = folder();
        let engine = engine(dir.path(), language, models.as_deref());
        prepare(&engine);
        let log = LogLines::default();
        let lines = log.clone();
        let harness = Harness::builder()
            .with_size(size)
            .with_theme(theme)
            .with_max_steps(64)
            .wgpu()
            .with_context_setup(move |ctx| {
                if system_fonts {
                    fonts(ctx);
                }
            })
            .build_eframe(move |cc| FettleWindow::new(cc, engine, language, lines));
        Scene { harness, language, log, dir }
    }
}

/// An engine on `dir/workspace`.
pub(crate) fn engine(dir: &Path, language: Language, models: Option<&Path>) -> Engine {
    let workspace = Workspace::at(dir.join("workspace"));
    let workspace = match models {
        Some(models) => workspace.with_models(models),
        None => workspace,
    };
    workspace.create().unwrap();
    let options = EngineOptions { allow_gpu: false, language };
    Engine::start(workspace, Settings { language, ..Settings::default() }, options).unwrap()
}

/// Waits for what the engine answers.
pub(crate) fn answer<R: Request>(engine: &Engine, request: R) -> R::Answer {
    engine.submit(request).unwrap().wait(|_| {}).unwrap()
}

/// Where the tests' models are, if `model` is there; else it is said that a test is skipped.
pub(crate) fn models_with(model: &str) -> Option<PathBuf> {
    let models = std::env::var_os("FETTLE_MODELS").map(PathBuf::from);
    let found = models.filter(|models| models.join(model).is_dir());
    if found.is_none() {
        eprintln!("skipped: no {model} in FETTLE_MODELS");
    }
    found
}

/// The system's fonts, which have Korean.
pub(crate) fn fonts(ctx: &egui::Context) {
    let provider = SystemFontProvider::new().with_locale(Some("ko"));
    ctx.add_font_provider(Arc::new(provider));
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

/// A job that ends when the test lets it, as one that was cancelled.
pub(crate) struct Held {
    pub(crate) until: Receiver<()>,
    pub(crate) repeated: Option<FitBank>,
}

impl Request for Held {
    type Answer = ();

    fn name(&self) -> &'static str {
        "held"
    }

    fn repeatable(&self) -> Option<Repeatable> {
        self.repeated.clone().map(Repeatable::FitBank)
    }

    fn run(self, _job: &JobContext) -> Result<(), EngineError> {
        let _let_go = self.until.recv();
        Err(EngineError::Cancelled)
    }
}

/// A folder whose name is as wide in each run: errors that name it wrap alike in pictures.
fn folder() -> TempDir {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("fettle-{:010}-{number:04}", std::process::id());
    tempfile::Builder::new().prefix(&name).rand_bytes(0).tempdir().unwrap()
}

/// An inspection of which no stage has run.
pub(crate) fn unexamined(source: &str, verdict: Verdict) -> Inspection {
    Inspection {
        id: None,
        created_at: "2026-11-22T10:00:00+09:00".into(),
        source: source.into(),
        image_hash: ContentHash("ab".repeat(32)),
        image_path: None,
        width_px: 8,
        height_px: 8,
        product: Some("casting".parse().unwrap()),
        models: Vec::new(),
        verdict,
        similarity: Stage::Skipped(SkipReason::NoIndex),
        anomaly: Stage::Skipped(SkipReason::NoProduct),
        manual: Stage::Skipped(SkipReason::NoDefect),
        report: Stage::Skipped(SkipReason::NoDefect),
        view: Stage::Skipped(SkipReason::NotAsked),
        notices: Vec::new(),
        timings: Vec::new(),
    }
}

/// What its anomaly stage found: `verdict`, with this score against 1.
pub(crate) fn scored(verdict: Verdict, image_score: f32) -> Anomaly {
    Anomaly {
        verdict,
        image_score,
        thresholds: Thresholds { image: 1.0, pixel: 1.0 },
        scale: HeatmapScale { low: 0.5, high: 3.0 },
        mask_threshold: None,
        bank: BankRef {
            product: "casting".parse().unwrap(),
            version: 7,
            model: ModelId("m".into()),
        },
        area: None,
        regions: Vec::new(),
        reference: None,
    }
}

impl Scene {
    /// An empty workspace.
    pub(crate) fn new(language: Language) -> Self {
        Setting::new(language).prepared(|_| {})
    }

    /// Where the tests' own files lie.
    pub(crate) fn folder(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn workspace(&self) -> Workspace {
        Workspace::at(self.dir.path().join("workspace"))
    }

    pub(crate) fn library(&self) -> Library {
        Library::open(self.workspace().root()).unwrap()
    }

    pub(crate) fn text(&self, id: &str) -> String {
        text(self.language, id)
    }

    pub(crate) fn with(&self, id: &str, values: &[(&str, Value)]) -> String {
        text_with(self.language, id, values)
    }

    /// Draws until `done`.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, done: impl Fn(&Window) -> bool) {
        let begun = Instant::now();
        loop {
            self.harness.step();
            if done(&self.harness) {
                // What has just appeared is in its place in the next frame.
                return self.harness.run_steps(2);
            }
            assert!(begun.elapsed() < PATIENCE, "no {what} in:\n{}", self.labels());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// All that is written, a line each.
    fn labels(&self) -> String {
        let all = self.harness.query_all_by(|_| true);
        let label = |node: egui_kittest::Node<'_>| {
            let node = node.accesskit_node();
            let text = node.label().or_else(|| node.value())?;
            Some(format!("{:?}: {text}\n", node.role()))
        };
        all.filter_map(label).collect()
    }

    /// Draws until `done` of what is to be seen.
    #[track_caller]
    pub(crate) fn until_drawn(&mut self, what: &str, done: impl Fn(&Window, &RgbaImage) -> bool) {
        let begun = Instant::now();
        loop {
            self.harness.step();
            let seen = self.harness.render().unwrap();
            if done(&self.harness, &seen) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "no {what} in:\n{}", self.labels());
        }
    }

    /// Draws until something is labelled so, or partly so.
    #[track_caller]
    pub(crate) fn until_seen(&mut self, label: &str) {
        self.until(label, |harness| harness.query_all_by_label_contains(label).next().is_some());
    }

    #[track_caller]
    pub(crate) fn until_gone(&mut self, label: &str) {
        self.until(label, |harness| harness.query_all_by_label_contains(label).next().is_none());
    }

    pub(crate) fn sees(&self, label: &str) -> bool {
        self.harness.query_all_by_label_contains(label).next().is_some()
    }

    /// Clicks a button, once it can be clicked. It is clicked by its id, not with the pointer: an
    /// answer that comes between two frames may move it (`window.sh` has the pointer).
    #[track_caller]
    pub(crate) fn click(&mut self, label: &str) {
        self.until_enabled(Role::Button, label);
        self.harness.get_by_role_and_label(Role::Button, label).click_accesskit();
        self.harness.run_steps(3);
    }

    /// Clicks with the pointer what has this role and this name, once it can be clicked.
    #[track_caller]
    pub(crate) fn click_on(&mut self, role: Role, label: &str) {
        self.until_enabled(role, label);
        self.harness.get_by_role_and_label(role, label).click();
        self.harness.run_steps(3);
    }

    /// Chooses an entry of the last list of this name, which opens. With the pointer: nothing else
    /// closes the list.
    #[track_caller]
    pub(crate) fn choose(&mut self, list: &str, entry: &str) {
        self.last(Role::ComboBox, list).click();
        self.harness.run_steps(3);
        // What there is to choose may still be on its way from the engine.
        self.until(entry, |harness| {
            harness.query_all_by_role_and_label(Role::Button, entry).next().is_some()
        });
        self.last(Role::Button, entry).click();
        self.harness.run_steps(3);
    }

    #[track_caller]
    fn last<'a>(&'a self, role: Role, label: &'a str) -> egui_kittest::Node<'a> {
        self.harness.get_all_by_role_and_label(role, label).last().unwrap()
    }

    #[track_caller]
    fn until_enabled(&mut self, role: Role, label: &str) {
        self.until(label, |harness| {
            let mut found = harness.query_all_by_role_and_label(role, label);
            found.next().is_some_and(|node| !node.accesskit_node().is_disabled())
        });
    }

    /// The same, without drawing what comes of it.
    pub(crate) fn press_button(&mut self, label: &str) {
        self.harness.get_by_role_and_label(Role::Button, label).click_accesskit();
    }

    pub(crate) fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        // A box finds its size over some frames.
        self.harness.run_steps(8);
    }

    /// Types into the line of this name, instead of what is there.
    #[track_caller]
    pub(crate) fn write(&mut self, name: &str, written: &str) {
        self.harness.get_by_role_and_label(Role::TextInput, name).focus();
        self.harness.run_steps(2);
        self.press(Modifiers::COMMAND, Key::A);
        self.harness.get_by_role_and_label(Role::TextInput, name).type_text(written);
        self.harness.run_steps(2);
    }

    /// Writes a file to be dropped, chosen or read.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn drop_files(&mut self, paths: &[PathBuf]) {
        let dropped = paths.iter().map(|path| Arc::new(Dropped(path.clone())) as _);
        self.harness.input_mut().dropped_files.extend(dropped);
        self.harness.run_steps(2);
    }

    /// Keeps what is drawn, where `FETTLE_PICTURES` names a folder: for a person to look at.
    pub(crate) fn picture(&mut self, name: &str) {
        let Some(folder) = std::env::var_os("FETTLE_PICTURES").map(PathBuf::from) else { return };
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}-{:?}.png", self.language));
        self.harness.render().unwrap().save(file).unwrap();
    }

    pub(crate) fn is_enabled(&self, button: &str) -> bool {
        let button = self.harness.get_by_role_and_label(Role::Button, button);
        !button.accesskit_node().is_disabled()
    }
}
