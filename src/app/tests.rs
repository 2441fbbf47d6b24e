//! The window driven as a person would: by labels, keys and files, on a real engine.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use egui_system_font_provider::SystemFontProvider;

use super::command::COMMANDS;
use super::shell::log_panel::LogLines;
use super::tabs::TABS;
use super::window::FettleWindow;
use crate::domain::Language;
use crate::engine::{Engine, EngineOptions};
use crate::settings::{Settings, Workspace, read};

/// A window on an empty workspace without models.
struct Scene {
    harness: Harness<'static, FettleWindow>,
    folder: tempfile::TempDir,
    log: LogLines,
}

impl Scene {
    fn new(language: Language, theme: Theme) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(folder.path());
        let options = EngineOptions { allow_gpu: false, language };
        let engine = Engine::start(workspace, Settings::default(), options).unwrap();
        let log = LogLines::default();
        let lines = log.clone();
        let harness = Harness::builder()
            .with_size([1280.0, 800.0])
            .with_theme(theme)
            .with_max_steps(64)
            .build_eframe(move |cc| {
                let fonts = SystemFontProvider::new().with_locale(Some("ko"));
                cc.egui_ctx.add_font_provider(Arc::new(fonts));
                FettleWindow::new(cc, engine, language, lines)
            });
        Self { harness, folder, log }
    }

    /// Draws frames until something is labelled so.
    fn until(&mut self, label: &str) {
        let given_up = Instant::now() + Duration::from_secs(60);
        while self.harness.query_all_by_label_contains(label).next().is_none() {
            assert!(Instant::now() < given_up, "never seen: {label}");
            self.harness.step();
            std::thread::sleep(Duration::from_millis(5));
        }
        self.harness.run_steps(2);
    }

    fn has(&self, label: &str) -> bool {
        self.harness.query_all_by_label_contains(label).next().is_some()
    }

    fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.harness.run_steps(3);
    }

    fn keys(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        // A box finds its size over some frames.
        self.harness.run_steps(8);
    }

    /// Writes a file and drops it on the window.
    fn drop_file(&mut self, name: &str, bytes: &[u8]) {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        self.harness.input_mut().dropped_files.push(Arc::new(Dropped(path)));
        self.harness.step();
    }
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

fn words(language: Language, id: &str) -> String {
    crate::i18n::text(language, id)
}

#[test]
fn every_command_has_its_own_shortcut_and_message() {
    let mut seen = Vec::new();
    let tabs = TABS.iter().map(|tab| (tab.label, tab.shortcut));
    for (label, shortcut) in COMMANDS.iter().map(|entry| (entry.label, entry.shortcut)).chain(tabs)
    {
        for language in [Language::Ko, Language::En] {
            assert_ne!(words(language, label), label);
        }
        if let Some(shortcut) = shortcut {
            assert!(!seen.contains(&shortcut), "{label}: {shortcut:?} is taken");
            seen.push(shortcut);
        }
    }
}

#[test]
fn menus_palette_and_keys_do_the_same_in_both_languages_and_themes() {
    for (language, theme) in [(Language::Ko, Theme::Dark), (Language::En, Theme::Light)] {
        let mut scene = Scene::new(language, theme);
        let word = |id: &str| words(language, id);
        scene.until(&word("inspect-invite"));
        // By the menu.
        let filter = word("log-filter");
        assert!(!scene.has(&filter));
        scene.click(&word("menu-view"));
        let log = word("command-log");
        // The menu is drawn above all else.
        scene.harness.query_all_by_label_contains(&log).last().unwrap().click();
        scene.harness.run_steps(3);
        assert!(scene.has(&filter), "{language:?}");
        // By its key.
        scene.keys(Modifiers::COMMAND, Key::L);
        assert!(!scene.has(&filter));
        // By the palette.
        scene.keys(Modifiers::COMMAND, Key::K);
        let hint = word("palette-hint");
        scene.harness.get_by_label(&hint).type_text(&word("command-log"));
        scene.harness.run_steps(2);
        scene.keys(Modifiers::NONE, Key::Enter);
        assert!(scene.has(&filter) && !scene.has(&hint), "{language:?}");
        // The list of shortcuts.
        scene.keys(Modifiers::NONE, Key::F1);
        assert!(scene.has("Ctrl+J"));
        scene.click(&word("button-close"));
        assert!(!scene.has("Ctrl+J"));
    }
}

#[test]
fn the_language_changes_at_once_and_is_remembered() {
    let mut scene = Scene::new(Language::Ko, Theme::Dark);
    scene.until(&words(Language::Ko, "inspect-invite"));
    scene.keys(Modifiers::COMMAND, Key::K);
    let hint = words(Language::Ko, "palette-hint");
    scene.harness.get_by_label(&hint).type_text("English");
    scene.harness.run_steps(2);
    scene.keys(Modifiers::NONE, Key::Enter);
    scene.until(&words(Language::En, "inspect-invite"));
    let path = scene.folder.path().join("settings.json");
    let given_up = Instant::now() + Duration::from_secs(60);
    while read(&path).0.language != Language::En {
        assert!(Instant::now() < given_up, "never written");
        scene.harness.step();
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_file_that_is_no_image_is_said_so_and_the_window_goes_on() {
    let mut scene = Scene::new(Language::En, Theme::Dark);
    scene.until(&words(Language::En, "inspect-invite"));
    scene.drop_file("broken.png", b"no picture");
    scene.until("is not an image");
    assert!(scene.has("broken.png"));
}

#[test]
fn without_models_an_image_is_shown_with_what_to_do() {
    let mut scene = Scene::new(Language::En, Theme::Light);
    scene.until(&words(Language::En, "inspect-invite"));
    let picture =
        image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([x as u8 * 4, y as u8 * 5, 90]));
    let mut png = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
    scene.drop_file("part.png", png.get_ref());
    scene.until("fettle models pull efficientnet-lite0");
    assert!(scene.has(&words(Language::En, "verdict-unsure")));
    assert!(scene.has("The product is unknown"));
}

#[test]
fn the_log_panel_finds_lines() {
    let mut scene = Scene::new(Language::En, Theme::Dark);
    scene.log.push("INFO fettle: 하나");
    scene.log.push("WARN fettle: two");
    scene.keys(Modifiers::COMMAND, Key::L);
    scene.until("WARN fettle: two");
    assert!(scene.has("하나"));
    let filter = words(Language::En, "log-filter");
    scene.click(&filter);
    scene.harness.get_by_label(&filter).type_text("warn");
    scene.harness.run_steps(2);
    assert!(scene.has("WARN fettle: two") && !scene.has("하나"));
}
