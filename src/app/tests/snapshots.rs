//! Snapshots of every tab in both languages and themes, compared with `tests/snapshots/`.
//!
//! `UPDATE_SNAPSHOTS=1 cargo tests fettle-app -- snapshots` writes new snapshots; look at each one
//! before committing it.

pub(super) mod sample_workspace;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use eframe::{egui_wgpu::RendererOptions, wgpu::DeviceType};
use egui::{Rect, Role, Theme, ThemePreference, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::wgpu::{create_render_state, default_wgpu_setup};
use egui_kittest::{SnapshotOptions, SnapshotResults, try_image_snapshot_options};
use image::{Rgba, RgbaImage};

use super::held_job::hold_job_threads;
use super::test_app::{TIMEOUT, TestApp, TestAppOptions, models_with, run_job};
use crate::command::{Command, TabId};
use fettle_domain::{Language, ModelId, ModelRole};
use fettle_engine::{ChooseModel, Engine};
use fettle_testing::data::{Skip, put_model, put_tiny_vision_model, skipped};

/// The largest difference of a pixel that counts as equal: egui's default, a squared distance in
/// YIQ. Glyphs are of the program's own font and rasterised by the CPU, so that they are the same
/// everywhere; lavapipe blends and filters, and another version of it may round by a level or two
/// of 255, which is below this threshold.
const THRESHOLD: f32 = 0.6;
/// The number of pixels that may differ by more: corners of slanted lines that fall on a pixel's
/// centre. Two runs on one machine differ in none.
const FAILED_PIXELS: usize = 12;
/// The number of pixels that may differ by more where networks computed the contents: CPUs sum in
/// different orders, so that the last digit of a few figures and the finest shades of a map may
/// differ.
const FAILED_PIXELS_OF_NETWORKS: usize = 400;

const MODEL: &str = "efficientnet-lite0";
const SIZE: egui::Vec2 = vec2(1280.0, 800.0);
/// The width of the side panel at the left of a tab, in points.
const SIDE: f32 = 318.0;
const THEMES: [(Theme, ThemePreference); 2] =
    [(Theme::Dark, ThemePreference::Dark), (Theme::Light, ThemePreference::Light)];

/// The tabs that have contents without a network.
const WITHOUT_MODELS: [TabId; 5] =
    [TabId::Manual, TabId::History, TabId::Dashboard, TabId::Library, TabId::Settings];
const WITH_MODELS: [TabId; 3] = [TabId::Inspect, TabId::Search, TabId::Anomaly];

/// Whether the machine has the software rasteriser that drew the snapshots; else the running test
/// counts as skipped.
pub(super) fn has_lavapipe() -> bool {
    let kind = std::panic::catch_unwind(|| {
        let state = create_render_state(default_wgpu_setup(), RendererOptions::PREDICTABLE);
        state.adapter.get_info().device_type
    });
    let found = matches!(kind, Ok(DeviceType::Cpu));
    if !found {
        skipped(Skip::Program, "lavapipe");
    }
    found
}

fn open_app(
    language: Language,
    theme: Theme,
    models: Option<PathBuf>,
    prepare: impl FnOnce(&Engine),
) -> TestApp {
    let own = TestAppOptions {
        theme,
        models,
        size: SIZE,
        system_fonts: false,
        ..TestAppOptions::new(language)
    };
    own.start(prepare)
}

/// Compares pictures with the stored snapshots, and fails at the end where some differ.
struct SnapshotSet {
    results: SnapshotResults,
    options: SnapshotOptions,
}

impl SnapshotSet {
    fn new(failed_pixels: usize) -> Self {
        let folder = fettle_testing::data::checkout().join("tests/snapshots");
        let options = SnapshotOptions::new()
            .threshold(THRESHOLD)
            .max_failed_pixels(failed_pixels)
            .output_path(folder);
        Self { results: SnapshotResults::new(), options }
    }

    /// Compares the window at rest.
    #[track_caller]
    fn take(&mut self, app: &mut TestApp, tab: TabId, state: &str, theme: Theme) {
        let picture = render_at_rest(app);
        self.keep(&picture, app.language, tab, state, theme);
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

/// The window once no job runs and two renderings are equal.
#[track_caller]
fn render_at_rest(app: &mut TestApp) -> RgbaImage {
    app.harness.remove_cursor();
    let begun = Instant::now();
    let mut before = None;
    let mut same = 0;
    loop {
        app.harness.run_steps(4);
        let running = app.harness.state_mut().running();
        let seen = Some(render_masked(app));
        same = if running.is_empty() && seen == before { same + 1 } else { 0 };
        if same == 2
            && let Some(seen) = seen
        {
            return seen;
        }
        before = seen;
        assert!(begun.elapsed() < TIMEOUT, "never at rest: {running:?}\n{:?}", app.harness);
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The window, with everything masked that differs between machines or runs.
fn render_masked(app: &mut TestApp) -> RgbaImage {
    let mut picture = app.harness.render().unwrap();
    let whole = Rect::from_min_size(egui::Pos2::ZERO, SIZE);
    let mut mask = |rect: Rect| {
        let rect = rect.intersect(whole).round();
        for y in rect.top() as u32..rect.bottom().max(rect.top()) as u32 {
            for x in rect.left() as u32..rect.right().max(rect.left()) as u32 {
                picture.put_pixel(x, y, Rgba([128, 128, 128, 255]));
            }
        }
    };
    for spinner in app.harness.query_all_by_role(Role::ProgressIndicator) {
        mask(spinner.rect());
    }
    // Errors name files in the folder of this run, whose names differ in width.
    let folder = app.folder().display().to_string();
    let left = |rect: Rect| if rect.left() < SIDE { 0.0 } else { SIDE };
    for error in app.harness.query_all_by_label_contains(&folder) {
        let rect = error.rect();
        mask(rect.with_min_x(left(rect)).with_max_x(whole.right()));
    }
    // The time at which a bank was fitted, and the duration of an inspection.
    let fitted = [("version", 1_u32.into()), ("time", "".into())];
    let fitted = app.with("scores-bank", &fitted).trim_end().to_owned();
    for label in app.harness.query_all_by_role(Role::Label) {
        let text = label.accesskit_node().value().unwrap_or_default();
        if text.starts_with(&fitted) || text.contains(" ms") {
            mask(label.rect().with_max_x(label.rect().left() + 300.0));
        }
    }
    // The machine and its folders.
    if let Some(machine) = app.harness.query_by_label(&app.text("settings-machine")) {
        mask(machine.rect().with_max_x(whole.right()).with_max_y(whole.bottom()));
    }
    picture
}

fn show(app: &mut TestApp, tab: TabId) {
    app.harness.state_mut().send(Command::Show(tab));
    app.harness.run_steps(8);
}

fn set_theme(app: &mut TestApp, theme: ThemePreference) {
    app.harness.state_mut().send(Command::Theme(theme));
    app.harness.run_steps(4);
}

#[test]
fn full_tabs_match_their_snapshots() {
    if !has_lavapipe() {
        return;
    }
    let mut snapshots = SnapshotSet::new(FAILED_PIXELS);
    for language in [Language::Ko, Language::En] {
        let mut app = open_app(language, Theme::Dark, None, |engine| {
            let manual = sample_workspace::register(engine);
            sample_workspace::record(engine, &manual, language);
        });
        show(&mut app, TabId::History);
        app.wait_for(sample_workspace::OPENED);
        app.click_on(Role::Button, sample_workspace::OPENED);
        app.wait_for(&app.text("report-title"));
        for (theme, preference) in THEMES {
            set_theme(&mut app, preference);
            for tab in WITHOUT_MODELS {
                show(&mut app, tab);
                snapshots.take(&mut app, tab, "full", theme);
            }
            show(&mut app, TabId::History);
            app.click_on(Role::Button, &app.text("history-as-gallery"));
            snapshots.take(&mut app, TabId::History, "gallery", theme);
            app.click_on(Role::Button, &app.text("history-as-table"));
        }
    }
}

#[test]
fn full_tabs_of_networks_match_their_snapshots() {
    let Some(models) = models_with(MODEL) else { return };
    if !has_lavapipe() {
        return;
    }
    let mut snapshots = SnapshotSet::new(FAILED_PIXELS_OF_NETWORKS);
    // Photographs are large files: each language in one theme.
    for (language, theme) in [(Language::Ko, Theme::Dark), (Language::En, Theme::Light)] {
        let mut app = open_app(language, theme, Some(models.clone()), |engine| {
            sample_workspace::register(engine);
            sample_workspace::fit_and_index(engine);
        });
        // A language model's sentences differ between runs.
        app.harness.state_mut().without_language_model();
        let part = app.folder().join("part.png");
        sample_workspace::part(8, Some("hole")).save(&part).unwrap();
        app.drop_files(std::slice::from_ref(&part));
        app.wait_for(&app.text("report-title"));
        show(&mut app, TabId::Search);
        app.drop_files(&[part]);
        app.wait_for(&app.text("search-show-in-library"));
        for tab in WITH_MODELS {
            show(&mut app, tab);
            snapshots.take(&mut app, tab, "full", theme);
        }
    }
}

/// `picture` with every value times `factor`, up to white.
fn relit(picture: &image::RgbImage, factor: f32) -> image::RgbImage {
    let mut relit = picture.clone();
    for value in relit.iter_mut() {
        *value = (f32::from(*value) * factor).round() as u8;
    }
    relit
}

#[test]
fn an_unsure_part_is_told_from_others_in_every_view_and_in_grey() {
    let Some(models) = models_with(MODEL) else { return };
    if !has_lavapipe() {
        return;
    }
    let mut snapshots = SnapshotSet::new(FAILED_PIXELS_OF_NETWORKS);
    for (language, theme) in [(Language::Ko, Theme::Dark), (Language::En, Theme::Light)] {
        let mut app = open_app(language, theme, Some(models.clone()), |engine| {
            sample_workspace::register(engine);
            sample_workspace::fit_and_index(engine);
        });
        app.harness.state_mut().without_language_model();
        let casting = if language == Language::Ko { "주조품" } else { "Casting" };
        app.choose(&app.text("label-product"), &format!("{casting} (casting)"));
        // A normal part in stronger light.
        let part = app.folder().join("part.png");
        relit(&sample_workspace::part(3, None), 1.3).save(&part).unwrap();
        app.drop_files(&[part]);
        app.wait_for(&app.text("report-title"));
        assert!(app.shows(&app.with("deviation-brighter", &[("amount", 30_u32.into())])));
        assert!(app.shows(&app.text("unsure-look")));
        snapshots.take(&mut app, TabId::Inspect, "unsure", theme);
        app.harness.state_mut().send(Command::OperatorView);
        app.harness.run_steps(8);
        assert!(app.shows(&app.text("unsure-look")));
        let picture = render_at_rest(&mut app);
        snapshots.keep(&picture, language, TabId::Inspect, "at-the-line", theme);
        if theme == Theme::Light {
            let grey = image::DynamicImage::ImageRgba8(picture).grayscale().to_rgba8();
            snapshots.keep(&grey, language, TabId::Inspect, "at-the-line-grey", theme);
        }
    }
}

#[test]
fn a_models_view_stands_apart_from_the_report() {
    let Some(models) = models_with(MODEL) else { return };
    if !has_lavapipe() {
        return;
    }
    // While the model writes; the tiny model knows one language.
    let own = tempfile::tempdir().unwrap();
    put_model(&models.join(MODEL), &own.path().join(MODEL));
    let model = ModelId(put_tiny_vision_model(own.path()).to_owned());
    let models = Some(own.path().to_owned());
    let mut inspected = open_app(Language::Ko, Theme::Dark, models, |engine| {
        sample_workspace::register(engine);
        sample_workspace::fit_and_index(engine);
        run_job(engine, ChooseModel { role: ModelRole::VisionChat, model });
    });
    let part = inspected.folder().join("part.png");
    sample_workspace::part(8, Some("hole")).save(&part).unwrap();
    inspected.drop_files(&[part]);
    inspected.wait_for("부품이 보입니다.");
    let mut snapshots = SnapshotSet::new(FAILED_PIXELS_OF_NETWORKS);
    snapshots.take(&mut inspected, TabId::Inspect, "view", Theme::Dark);

    // Opened from the history.
    let mut found = open_app(Language::En, Theme::Light, None, |engine| {
        let manual = sample_workspace::register(engine);
        sample_workspace::record(engine, &manual, Language::En);
    });
    show(&mut found, TabId::History);
    found.wait_for(sample_workspace::OPENED);
    found.click_on(Role::Button, sample_workspace::OPENED);
    found.wait_for(sample_workspace::SEEN_EN);
    found.harness.get_by_label(sample_workspace::SEEN_EN).scroll_to_me();
    snapshots.take(&mut found, TabId::History, "view", Theme::Light);
}

#[test]
fn empty_tabs_say_what_to_do() {
    if !has_lavapipe() {
        return;
    }
    let mut snapshots = SnapshotSet::new(FAILED_PIXELS);
    let mut app = open_app(Language::Ko, Theme::Light, None, |_| {});
    for tab in WITH_MODELS.into_iter().chain(WITHOUT_MODELS) {
        show(&mut app, tab);
        snapshots.take(&mut app, tab, "empty", Theme::Light);
    }
}

#[test]
fn tabs_say_what_went_wrong() {
    if !has_lavapipe() {
        return;
    }
    let mut snapshots = SnapshotSet::new(FAILED_PIXELS);
    let mut app = open_app(Language::En, Theme::Dark, None, |engine| {
        let database = engine.workspace().file("data/fettle.db");
        std::fs::write(database, "not a database, but long".repeat(99)).unwrap();
    });
    for tab in WITH_MODELS.into_iter().chain(WITHOUT_MODELS) {
        show(&mut app, tab);
        snapshots.take(&mut app, tab, "error", Theme::Dark);
    }
}

#[test]
fn tabs_say_that_they_wait() {
    if !has_lavapipe() {
        return;
    }
    let mut snapshots = SnapshotSet::new(FAILED_PIXELS);
    let mut app = open_app(Language::Ko, Theme::Dark, None, |engine| {
        sample_workspace::register(engine);
    });
    app.wait_for(&app.text("inspect-invite"));
    let part = app.folder().join("part.png");
    sample_workspace::part(8, Some("hole")).save(&part).unwrap();
    render_at_rest(&mut app);
    let held = hold_job_threads(&mut app);
    for tab in WITH_MODELS.into_iter().chain(WITHOUT_MODELS) {
        show(&mut app, tab);
        let waits = match tab {
            TabId::Inspect => "inspect-running",
            TabId::Search => "search-running",
            _ => "",
        };
        if !waits.is_empty() {
            app.drop_files(std::slice::from_ref(&part));
            app.wait_for(&app.text(waits));
        }
        app.harness.remove_cursor();
        app.harness.run_steps(4);
        let picture = render_masked(&mut app);
        snapshots.keep(&picture, app.language, tab, "loading", Theme::Dark);
    }
    drop(held);
}
