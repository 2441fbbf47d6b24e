//! Every tab as a picture, in both languages and themes, held against `tests/snapshots/`.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test --release snapshots` writes the pictures anew; look at each one
//! before it is committed.

mod world;

use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use eframe::{egui_wgpu::RendererOptions, wgpu::DeviceType};
use egui::{Rect, Role, Theme, ThemePreference, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::wgpu::{create_render_state, default_wgpu_setup};
use egui_kittest::{SnapshotOptions, SnapshotResults, try_image_snapshot_options};
use image::{Rgba, RgbaImage};

use super::scene::{Held, PATIENCE, Scene, Setting, answer, models_with};
use crate::command::Command;
use crate::tabs::TabId;
use fettle_domain::{Language, ModelId, ModelRole};
use fettle_engine::{ChooseModel, Engine, JOB_THREADS, JobHandle};
use fettle_testing::data::{put_model, put_tiny_vision_model};

/// How far a pixel may be from the one kept: egui's own default, a squared distance in YIQ. Letters
/// are the program's own and rasterised by the CPU, so that they are the same everywhere; lavapipe
/// blends and filters, and another version may round by a level or two of 255, which this does not
/// see.
const THRESHOLD: f32 = 0.6;
/// So many pixels may be further off: corners of slanted lines that fall on a pixel's middle. Two
/// runs on one machine differ in none.
const FAILED_PIXELS: usize = 12;
/// The same where networks computed what is shown: CPUs sum in different orders, and the last
/// digit of a few figures and the map's finest shades may differ.
const FAILED_PIXELS_OF_NETWORKS: usize = 400;

const MODEL: &str = "efficientnet-lite0";
const SIZE: egui::Vec2 = vec2(1280.0, 800.0);
/// The width of what stands at the left of a tab.
const SIDE: f32 = 318.0;
const THEMES: [(Theme, ThemePreference); 2] =
    [(Theme::Dark, ThemePreference::Dark), (Theme::Light, ThemePreference::Light)];

/// The tabs that are full without a network.
const WITHOUT_MODELS: [TabId; 5] =
    [TabId::Manual, TabId::History, TabId::Dashboard, TabId::Library, TabId::Settings];
const WITH_MODELS: [TabId; 3] = [TabId::Inspect, TabId::Search, TabId::Anomaly];

/// Whether there is the software rasteriser with which the pictures were made.
fn has_lavapipe() -> bool {
    let kind = std::panic::catch_unwind(|| {
        let state = create_render_state(default_wgpu_setup(), RendererOptions::PREDICTABLE);
        state.adapter.get_info().device_type
    });
    let found = matches!(kind, Ok(DeviceType::Cpu));
    if !found {
        eprintln!("skipped: no software rasteriser (lavapipe) to draw with");
    }
    found
}

fn scene(
    language: Language,
    theme: Theme,
    models: Option<PathBuf>,
    prepare: impl FnOnce(&Engine),
) -> Scene {
    let own = Setting { theme, models, size: SIZE, system_fonts: false, ..Setting::new(language) };
    own.prepared(prepare)
}

/// Takes pictures and remembers which differ.
struct Camera {
    results: SnapshotResults,
    options: SnapshotOptions,
}

impl Camera {
    fn new(failed_pixels: usize) -> Self {
        let folder = fettle_testing::data::checkout().join("tests/snapshots");
        let options = SnapshotOptions::new()
            .threshold(THRESHOLD)
            .max_failed_pixels(failed_pixels)
            .output_path(folder);
        Self { results: SnapshotResults::new(), options }
    }

    /// Of the window at rest.
    #[track_caller]
    fn take(&mut self, scene: &mut Scene, tab: TabId, state: &str, theme: Theme) {
        let picture = at_rest(scene);
        self.keep(&picture, scene.language, tab, state, theme);
    }

    fn keep(
        &mut self,
        picture: &RgbaImage,
        language: Language,
        tab: TabId,
        state: &str,
        theme: Theme,
    ) {
        let name = format!("{tab:?}-{state}-{language:?}-{theme:?}").to_lowercase();
        self.results.add(try_image_snapshot_options(picture, name, &self.options));
    }
}

/// The window once no job runs and nothing moves.
#[track_caller]
fn at_rest(scene: &mut Scene) -> RgbaImage {
    scene.harness.remove_cursor();
    let begun = Instant::now();
    let mut before = None;
    let mut same = 0;
    loop {
        scene.harness.run_steps(4);
        let running = scene.harness.state_mut().running();
        let seen = Some(without_what_changes(scene));
        same = if running.is_empty() && seen == before { same + 1 } else { 0 };
        if same == 2
            && let Some(seen) = seen
        {
            return seen;
        }
        before = seen;
        assert!(begun.elapsed() < PATIENCE, "never at rest: {running:?}\n{:?}", scene.harness);
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What is drawn, without what is another on each machine and in each run.
fn without_what_changes(scene: &mut Scene) -> RgbaImage {
    let mut picture = scene.harness.render().unwrap();
    let whole = Rect::from_min_size(egui::Pos2::ZERO, SIZE);
    let mut hide = |rect: Rect| {
        let rect = rect.intersect(whole).round();
        for y in rect.top() as u32..rect.bottom().max(rect.top()) as u32 {
            for x in rect.left() as u32..rect.right().max(rect.left()) as u32 {
                picture.put_pixel(x, y, Rgba([128, 128, 128, 255]));
            }
        }
    };
    for spinner in scene.harness.query_all_by_role(Role::ProgressIndicator) {
        hide(spinner.rect());
    }
    // Errors name files of this run's folder, whose names are not of one width.
    let folder = scene.folder().display().to_string();
    let left = |rect: Rect| if rect.left() < SIDE { 0.0 } else { SIDE };
    for error in scene.harness.query_all_by_label_contains(&folder) {
        let rect = error.rect();
        hide(rect.with_min_x(left(rect)).with_max_x(whole.right()));
    }
    // When a bank was fitted, and how long an inspection took.
    let fitted = [("version", 1_u32.into()), ("time", "".into())];
    let fitted = scene.with("scores-bank", &fitted).trim_end().to_owned();
    for label in scene.harness.query_all_by_role(Role::Label) {
        let text = label.accesskit_node().value().unwrap_or_default();
        if text.starts_with(&fitted) || text.contains(" ms") {
            hide(label.rect().with_max_x(label.rect().left() + 300.0));
        }
    }
    // The machine and its folders.
    if let Some(machine) = scene.harness.query_by_label(&scene.text("settings-machine")) {
        hide(machine.rect().with_max_x(whole.right()).with_max_y(whole.bottom()));
    }
    picture
}

fn show(scene: &mut Scene, tab: TabId) {
    scene.harness.state_mut().send(Command::Show(tab));
    scene.harness.run_steps(8);
}

fn wear(scene: &mut Scene, theme: ThemePreference) {
    scene.harness.state_mut().send(Command::Theme(theme));
    scene.harness.run_steps(4);
}

#[test]
fn full_tabs_look_as_they_should() {
    if !has_lavapipe() {
        return;
    }
    let mut camera = Camera::new(FAILED_PIXELS);
    for language in [Language::Ko, Language::En] {
        let mut scene = scene(language, Theme::Dark, None, |engine| {
            let manual = world::register(engine);
            world::record(engine, &manual, language);
        });
        show(&mut scene, TabId::History);
        scene.until_seen(world::OPENED);
        scene.click_on(Role::Button, world::OPENED);
        scene.until_seen(&scene.text("report-title"));
        for (theme, preference) in THEMES {
            wear(&mut scene, preference);
            for tab in WITHOUT_MODELS {
                show(&mut scene, tab);
                camera.take(&mut scene, tab, "full", theme);
            }
        }
    }
}

#[test]
fn full_tabs_of_networks_look_as_they_should() {
    let Some(models) = models_with(MODEL) else { return };
    if !has_lavapipe() {
        return;
    }
    let mut camera = Camera::new(FAILED_PIXELS_OF_NETWORKS);
    // Photographs are large files: each language in one theme.
    for (language, theme) in [(Language::Ko, Theme::Dark), (Language::En, Theme::Light)] {
        let mut scene = scene(language, theme, Some(models.clone()), |engine| {
            world::register(engine);
            world::learn(engine);
        });
        // The language model's words would not be the same twice.
        let model = scene.text("inspect-with-llm");
        scene.click_on(Role::CheckBox, &model);
        let part = scene.folder().join("part.png");
        world::part(8, Some("hole")).save(&part).unwrap();
        scene.drop_files(std::slice::from_ref(&part));
        scene.until_seen(&scene.text("report-title"));
        show(&mut scene, TabId::Search);
        scene.drop_files(&[part]);
        scene.until_seen(&scene.text("search-show-in-library"));
        for tab in WITH_MODELS {
            show(&mut scene, tab);
            camera.take(&mut scene, tab, "full", theme);
        }
    }
}

#[test]
fn a_models_view_stands_apart_from_the_report() {
    let Some(models) = models_with(MODEL) else { return };
    if !has_lavapipe() {
        return;
    }
    // As a model writes it, which knows one language.
    let own = tempfile::tempdir().unwrap();
    put_model(&models.join(MODEL), &own.path().join(MODEL));
    let model = ModelId(put_tiny_vision_model(own.path()).to_owned());
    let models = Some(own.path().to_owned());
    let mut inspected = scene(Language::Ko, Theme::Dark, models, |engine| {
        world::register(engine);
        world::learn(engine);
        answer(engine, ChooseModel { role: ModelRole::VisionChat, model });
    });
    let part = inspected.folder().join("part.png");
    world::part(8, Some("hole")).save(&part).unwrap();
    inspected.drop_files(&[part]);
    inspected.until_seen("부품이 보입니다.");
    let mut camera = Camera::new(FAILED_PIXELS_OF_NETWORKS);
    camera.take(&mut inspected, TabId::Inspect, "view", Theme::Dark);

    // As it is found again.
    let mut found = scene(Language::En, Theme::Light, None, |engine| {
        let manual = world::register(engine);
        world::record(engine, &manual, Language::En);
    });
    show(&mut found, TabId::History);
    found.until_seen(world::OPENED);
    found.click_on(Role::Button, world::OPENED);
    found.until_seen(world::SEEN_EN);
    found.harness.get_by_label(world::SEEN_EN).scroll_to_me();
    camera.take(&mut found, TabId::History, "view", Theme::Light);
}

#[test]
fn empty_tabs_say_what_to_do() {
    if !has_lavapipe() {
        return;
    }
    let mut camera = Camera::new(FAILED_PIXELS);
    let mut scene = scene(Language::Ko, Theme::Light, None, |_| {});
    for tab in WITH_MODELS.into_iter().chain(WITHOUT_MODELS) {
        show(&mut scene, tab);
        camera.take(&mut scene, tab, "empty", Theme::Light);
    }
}

#[test]
fn tabs_say_what_went_wrong() {
    if !has_lavapipe() {
        return;
    }
    let mut camera = Camera::new(FAILED_PIXELS);
    let mut scene = scene(Language::En, Theme::Dark, None, |engine| {
        let database = engine.workspace().root().join("data/fettle.db");
        std::fs::write(database, "not a database, but long".repeat(99)).unwrap();
    });
    for tab in WITH_MODELS.into_iter().chain(WITHOUT_MODELS) {
        show(&mut scene, tab);
        camera.take(&mut scene, tab, "error", Theme::Dark);
    }
}

/// Keeps all of the engine's threads busy: whatever is asked from now on waits.
fn hold(scene: &mut Scene) -> Vec<(Sender<()>, JobHandle<()>)> {
    (0..JOB_THREADS)
        .map(|_| {
            let (end, until) = channel();
            let held = Held { until, repeated: None };
            (end, scene.harness.state_mut().engine().submit(held).unwrap())
        })
        .collect()
}

#[test]
fn tabs_say_that_they_wait() {
    if !has_lavapipe() {
        return;
    }
    let mut camera = Camera::new(FAILED_PIXELS);
    let mut scene = scene(Language::Ko, Theme::Dark, None, |engine| {
        world::register(engine);
    });
    scene.until_seen(&scene.text("inspect-invite"));
    let part = scene.folder().join("part.png");
    world::part(8, Some("hole")).save(&part).unwrap();
    at_rest(&mut scene);
    let held = hold(&mut scene);
    for tab in WITH_MODELS.into_iter().chain(WITHOUT_MODELS) {
        show(&mut scene, tab);
        let waits = match tab {
            TabId::Inspect => "inspect-running",
            TabId::Search => "search-running",
            _ => "",
        };
        if !waits.is_empty() {
            scene.drop_files(std::slice::from_ref(&part));
            scene.until_seen(&scene.text(waits));
        }
        scene.harness.remove_cursor();
        scene.harness.run_steps(4);
        let picture = without_what_changes(&mut scene);
        camera.keep(&picture, scene.language, tab, "loading", Theme::Dark);
    }
    drop(held);
}
