//! The window on a real engine in a workspace of its own, driven as a person would.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use egui::{Key, Modifiers, Role, Theme, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{AccessKitNode, By, NodeT as _, Queryable as _};
use egui_system_font_provider::SystemFontProvider;
use image::RgbaImage;
use tempfile::TempDir;

use super::stand_in_server::StandInServer;
use crate::LogLines;
use crate::window::FettleWindow;
use fettle_domain::{Language, Via};
use fettle_engine::{Engine, EngineOptions, Request};
use fettle_i18n::{Value, text, text_with};
use fettle_library::Library;
use fettle_settings::{Settings, Workspace};
use fettle_testing::data;

/// The longest wait for something that a job brings.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(180);

/// The window in the harness of egui_kittest.
pub(crate) type AppHarness = Harness<'static, FettleWindow>;

/// A window and its workspace.
pub(crate) struct TestApp {
    pub(crate) harness: AppHarness,
    pub(crate) language: Language,
    pub(crate) log: LogLines,
    pub(crate) server: Arc<StandInServer>,
    dir: TempDir,
}

/// How a [`TestApp`] starts.
pub(crate) struct TestAppOptions {
    pub(crate) language: Language,
    pub(crate) theme: Theme,
    /// The folder of models; `None` for a workspace without models.
    pub(crate) models: Option<PathBuf>,
    /// The size of the window, in points.
    pub(crate) size: Vec2,
    /// Pixels of the screen for a point.
    pub(crate) scale: f32,
    /// Whether system fonts are used beside the program's own.
    pub(crate) system_fonts: bool,
}

impl TestAppOptions {
    /// A dark window of 1440 × 900 points without models.
    pub(crate) fn new(language: Language) -> Self {
        Self {
            language,
            theme: Theme::Dark,
            models: None,
            size: vec2(1440.0, 900.0),
            scale: 1.0,
            system_fonts: true,
        }
    }

    /// Opens the window on a new workspace. `prepare` gets the engine before the window opens.
    pub(crate) fn start(self, prepare: impl FnOnce(&Engine)) -> TestApp {
        let Self { language, theme, models, size, scale, system_fonts } = self;
        let dir = folder();
        let engine = engine(dir.path(), language, models.as_deref()).called_via(Via::Window);
        prepare(&engine);
        let log = LogLines::default();
        let lines = log.clone();
        let server = Arc::new(StandInServer::default());
        let switch = Arc::clone(&server);
        let harness = Harness::builder()
            .with_size(size)
            .with_pixels_per_point(scale)
            .with_theme(theme)
            .with_max_steps(64)
            .wgpu()
            .with_context_setup(move |ctx| {
                if system_fonts {
                    fonts(ctx);
                }
            })
            .build_eframe(move |cc| {
                FettleWindow::new(cc, Arc::new(engine), switch, language, lines)
            });
        TestApp { harness, language, log, server, dir }
    }
}

/// An engine on a new workspace, `dir/workspace`.
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

/// Runs a request and returns its answer.
pub(crate) fn run_job<R: Request>(engine: &Engine, request: R) -> R::Answer {
    engine.submit(request).unwrap().wait(|_| {}).unwrap()
}

/// The folder of the tests' models, if `model` is in it; else the running test counts as skipped.
pub(crate) fn models_with(model: &str) -> Option<PathBuf> {
    data::has_models(&[model]).then(data::models)
}

/// Adds the system's Korean fonts.
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

/// A folder whose name has the same length in each run: errors that name the folder wrap alike in
/// snapshots.
fn folder() -> TempDir {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("fettle-{:010}-{number:04}", std::process::id());
    tempfile::Builder::new().prefix(&name).rand_bytes(0).tempdir().unwrap()
}

impl TestApp {
    /// An empty workspace.
    pub(crate) fn new(language: Language) -> Self {
        TestAppOptions::new(language).start(|_| {})
    }

    /// The folder for files of the test.
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

    /// Draws frames until `done`; `what` names the condition in the failure.
    #[track_caller]
    pub(crate) fn wait_until(&mut self, what: &str, done: impl Fn(&AppHarness) -> bool) {
        let begun = Instant::now();
        loop {
            self.harness.step();
            if done(&self.harness) {
                // New widgets are at their final position in the next frame.
                return self.harness.run_steps(2);
            }
            assert!(begun.elapsed() < TIMEOUT, "no {what} in:\n{}", self.labels());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The role and label of each node, a line each.
    fn labels(&self) -> String {
        let all = self.harness.query_all_by(|_| true);
        let label = |node: egui_kittest::Node<'_>| {
            let node = node.accesskit_node();
            let text = node.label().or_else(|| node.value())?;
            Some(format!("{:?}: {text}\n", node.role()))
        };
        all.filter_map(label).collect()
    }

    /// Draws and renders frames until `done`; `what` names the condition in the failure.
    #[track_caller]
    pub(crate) fn wait_until_drawn(
        &mut self,
        what: &str,
        done: impl Fn(&AppHarness, &RgbaImage) -> bool,
    ) {
        let begun = Instant::now();
        loop {
            self.harness.step();
            let seen = self.harness.render().unwrap();
            if done(&self.harness, &seen) {
                return;
            }
            assert!(begun.elapsed() < TIMEOUT, "no {what} in:\n{}", self.labels());
        }
    }

    /// Draws frames until a label contains `label`.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, label: &str) {
        self.wait_until(label, |harness| {
            harness.query_all_by_label_contains(label).next().is_some()
        });
    }

    /// Draws frames until no label contains `label`.
    #[track_caller]
    pub(crate) fn wait_until_gone(&mut self, label: &str) {
        self.wait_until(label, |harness| {
            harness.query_all_by_label_contains(label).next().is_none()
        });
    }

    /// Whether a label contains `label`.
    pub(crate) fn shows(&self, label: &str) -> bool {
        self.harness.query_all_by_label_contains(label).next().is_some()
    }

    /// Clicks a button, once it is enabled. The click names the button's node rather than a
    /// position: an answer that comes between two frames may move the button (`window.sh` uses the
    /// pointer).
    #[track_caller]
    pub(crate) fn click(&mut self, label: &str) {
        self.wait_until_enabled(Role::Button, label);
        self.harness.get_by_role_and_label(Role::Button, label).click_accesskit();
        self.harness.run_steps(3);
    }

    /// Clicks a widget with the pointer, once the widget is enabled.
    #[track_caller]
    pub(crate) fn click_on(&mut self, role: Role, label: &str) {
        self.wait_until_enabled(role, label);
        self.harness.get_by_role_and_label(role, label).click();
        self.harness.run_steps(3);
    }

    /// Drags the pointer over a widget, from one place to another in fractions of its size.
    pub(crate) fn drag(&mut self, role: Role, label: &str, from: (f32, f32), to: (f32, f32)) {
        let rect = self.harness.get_by_role_and_label(role, label).rect();
        let at = |(x, y): (f32, f32)| rect.min + rect.size() * vec2(x, y);
        self.harness.hover_at(at(from));
        self.harness.step();
        self.harness.drag_at(at(from));
        self.harness.step();
        let between = at(from) + (at(to) - at(from)) * 0.5;
        for place in [between, at(to)] {
            self.harness.hover_at(place);
            self.harness.step();
        }
        self.harness.drop_at(at(to));
        self.harness.run_steps(2);
    }

    /// Chooses an entry of the last combo box of this name, with the pointer: nothing else closes
    /// the list.
    #[track_caller]
    pub(crate) fn choose(&mut self, list: &str, entry: &str) {
        self.last(Role::ComboBox, list).click();
        self.harness.run_steps(3);
        // The entries may still be on their way from the engine.
        self.wait_until(entry, |harness| {
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
    fn wait_until_enabled(&mut self, role: Role, label: &str) {
        self.wait_until(label, |harness| {
            let mut found = harness.query_all_by_role_and_label(role, label);
            found.next().is_some_and(|node| !node.accesskit_node().is_disabled())
        });
    }

    /// Clicks a button without drawing a frame after it.
    pub(crate) fn press_button(&mut self, label: &str) {
        self.harness.get_by_role_and_label(Role::Button, label).click_accesskit();
    }

    pub(crate) fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        // A modal dialog finds its size over some frames.
        self.harness.run_steps(8);
    }

    /// Replaces the text of the text edit `name`.
    #[track_caller]
    pub(crate) fn type_into(&mut self, name: &str, text: &str) {
        let is_field =
            |node: &AccessKitNode<'_>| matches!(node.role(), Role::TextInput | Role::PasswordInput);
        let field = By::new().label(name).predicate(is_field);
        self.harness.get(field.clone()).focus();
        self.harness.run_steps(2);
        self.press(Modifiers::COMMAND, Key::A);
        self.harness.get(field).type_text(text);
        self.harness.run_steps(2);
    }

    /// Writes a file into [`Self::folder`].
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

    /// Saves a screenshot, where `FETTLE_PICTURES` names a folder.
    pub(crate) fn save_picture(&mut self, name: &str) {
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
